// Incidents as they come in and go on: the list, the map, the board, and a stream that breaks.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  accessible,
  clickMiddle,
  codeInPanel,
  coloursOnMap,
  launch,
  mapReady,
  pressed,
  visit,
} from './browser';
import { lastEventId, makeIncident, signedIn } from './client';
import { at, browser, dispatched, grid, want, who } from './dispatching';

dispatched('an incident that another client takes down appears, changes and goes, without reloading', () =>
  visit(browser, { hash: at(16, 'zh') }, async (page) => {
    await mapReady(page);
    await page.locator('[data-feed=live]').waitFor();
    await page.getByRole('navigation').getByRole('button', { name: '事件' }).click();
    await page.locator('#incidents li').first().waitFor();
    let loads = 0;
    page.on('request', (request) => (loads += /\/v1\/incidents\?/.test(request.url()) ? 1 : 0));

    const made = await makeIncident(grid.label, '电动自行车楼道充电');
    const row = page.locator(`#incidents [data-code="${made.code}"]`);
    await row.waitFor();
    await row.getByText('已上报').waitFor();
    assert.equal(
      await page.locator('#incidents button').first().getAttribute('data-code'),
      made.code,
      'the newest comes first',
    );

    await made.act({ act: 'accept' });
    await row.getByText('已受理').waitFor();
    await row.click();
    const detail = page.locator('#incident');
    await detail.getByRole('heading', { name: made.title }).waitFor();
    await page.waitForURL((link) => link.href.endsWith(`?incident=${made.code}`));
    await page.locator('#events li').nth(1).waitFor();
    await accessible(page, 'an incident');
    await made.act({ act: 'start' });
    await detail.getByText('处置中', { exact: false }).waitFor();

    await page.getByRole('button', { name: 'English' }).click();
    await detail.getByText('being handled', { exact: false }).waitFor();
    await page.locator('#events').getByText('Taken up', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Who is responsible there?' }).click();
    assert.equal(await codeInPanel(page), want.responsible?.code);

    await page.getByRole('navigation').getByRole('button', { name: 'Incidents' }).click();
    await page.getByRole('button', { name: 'Back to the list' }).click();
    await row.waitFor();
    loads = 0;
    await made.act({ act: 'cancel', reason: 'test' });
    await row.waitFor({ state: 'detached' });
    assert.equal(loads, 0, 'the list is kept up by events, not asked for again');
  }),
);

dispatched('what happened while the stream was broken comes with the reconnection', async () => {
  const last = await lastEventId();
  let down = false;
  const resumed: string[] = [];
  await visit(
    browser,
    {
      hash: at(16, 'en', '?task=incidents'),
      expected: /ERR_FAILED/,
      before: (page) =>
        page.route('**/v1/events?*', (route) => {
          resumed.push(route.request().headers()['last-event-id'] ?? '');
          if (down) return route.abort();
          if (resumed.length > 1) return route.continue();
          down = true; // the first connection tells where it is, and breaks
          return route.fulfill({ contentType: 'text/event-stream', body: `id: ${last}\n\n` });
        }),
    },
    async (page) => {
      await page.locator('#incidents li').first().waitFor();
      await page.getByText('Reconnecting since', { exact: false }).waitFor();
      await page.getByText('Live updates have stopped', { exact: false }).waitFor();
      const made = await makeIncident(grid.label, '燃气异味');
      const row = page.locator(`#incidents [data-code="${made.code}"]`);
      assert.equal(await row.count(), 0);
      await accessible(page, 'stream lost');
      down = false;
      await row.waitFor();
      await page.getByText('Live', { exact: true }).waitFor();
      assert.equal(resumed[0], '');
      assert.equal(resumed.at(-1), last, 'it goes on after the last event that it has seen');
      await made.act({ act: 'cancel', reason: 'test' });
      await row.waitFor({ state: 'detached' });
    },
  );
});

dispatched('the incident on the map is chosen by a click, and filters hold on to what they say', async () => {
  const made = await makeIncident(grid.label, '占用消防通道');
  await visit(browser, { hash: at(18, 'en', '?task=incidents&kind=fire_risk') }, async (page) => {
    await mapReady(page);
    const row = page.locator(`#incidents [data-code="${made.code}"]`);
    await row.waitFor();
    await mapReady(page);
    await clickMiddle(page);
    await page.locator('#incident', { hasText: made.code }).waitFor();
    await page.waitForURL((link) => link.href.endsWith(`?incident=${made.code}&kind=fire_risk`));
    await page.getByRole('button', { name: 'Back to the list' }).click();
    await row.waitFor();
    await page.getByLabel('Overdue only').check();
    await row.waitFor({ state: 'detached' });
    await page.getByLabel('Overdue only').uncheck();
    const division = page.locator('select[name=division]');
    await division.selectOption({ label: want.divisions[2]?.name ?? '' });
    await row.waitFor();
    await page.waitForURL(/division=\d+/);
    const street = division.locator('option', { hasText: want.divisions[1]?.name ?? '' });
    await division.selectOption((await street.getAttribute('value')) ?? '');
    await row.waitFor();
    await page.locator('select[name=kind]').selectOption('gas');
    await row.waitFor({ state: 'detached' });
    await made.act({ act: 'cancel', reason: 'test' });
  });
});

dispatched('keyboard: filters are set and taken back, and the board is opened and closed', async () => {
  const made = await makeIncident(grid.label, '只有这一件');
  await visit(browser, { hash: at(16, 'en', '?task=incidents') }, async (page) => {
    const row = page.locator(`#incidents [data-code="${made.code}"]`);
    const only = page.locator('#incidents li');
    /** Goes through the values of a field until one is chosen. */
    const choose = async (name: string, value: string): Promise<void> => {
      const select = page.locator(`select[name=${name}]`);
      await select.focus();
      await page.keyboard.press('Home');
      for (let i = 0; i < 40 && (await select.inputValue()) !== value; i++)
        await page.keyboard.press('ArrowDown');
      assert.equal(await select.inputValue(), value);
    };
    await row.waitFor();
    await page.locator('[name=text]').focus();
    await page.keyboard.type(made.title);
    await only.nth(1).waitFor({ state: 'detached' });
    await row.waitFor();
    for (const [name, other, own] of [
      ['state', 'handling', 'reported'],
      ['kind', 'gas', 'fire_risk'],
      ['severity', 'grave', 'normal'],
    ] as const) {
      await choose(name, other);
      await row.waitFor({ state: 'detached' });
      await choose(name, own);
      await row.waitFor();
    }
    await choose('order', 'due');
    await page.waitForURL(/order=due/);
    await page.locator('[name=overdue]').press('Space');
    await row.waitFor({ state: 'detached' });
    await page.locator('[name=overdue]').press('Space');
    await row.waitFor();
    await pressed(page.getByRole('button', { name: 'Board', exact: true }));
    await page.locator(`#over-map [data-state=reported] [data-code="${made.code}"]`).press('Enter');
    await page.locator('#incident', { hasText: made.code }).waitFor();
    await pressed(page.getByRole('button', { name: 'Close the board' }));
    await page.locator('#board').waitFor({ state: 'detached' });
  });
  await made.act({ act: 'cancel', reason: 'test' });
});

test('keyboard: from the tasks to an incident and back, without WebGL', async (t) => {
  if (!who.demo) return t.skip('this server is not the loopback demo');
  const plain = await launch({ webgl: false });
  try {
    await visit(plain, { hash: '#///en' }, async (page) => {
      await mapReady(page);
      await page.getByRole('navigation').getByRole('button', { name: 'Incidents' }).focus();
      await page.keyboard.press('Enter');
      const first = page.locator('#incidents button').first();
      await first.focus();
      await page.keyboard.press('Enter');
      await page.locator('#incident').waitFor();
      await mapReady(page);
      assert.ok((await coloursOnMap(page)) > 20);
      await page.getByRole('button', { name: 'Back to the list' }).focus();
      await page.keyboard.press('Enter');
      await first.waitFor();
    });
  } finally {
    await plain.close();
  }
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in the list of incidents: ${colorScheme}`, async (t) => {
    if (!who.demo) return t.skip('this server is not the loopback demo');
    await visit(browser, { hash: '#///zh?task=incidents', colorScheme }, async (page) => {
      await page.locator('#incidents li').first().waitFor();
      await mapReady(page);
      await accessible(page, 'list of incidents');
    });
  });
}

dispatched('the board: columns over the map, live, by mouse and by keyboard', async () => {
  const first = await makeIncident(grid.label, '看板一');
  const second = await makeIncident(grid.label, '看板二');
  const opened = at(16, 'en', `?task=incidents&text=${encodeURIComponent('看板')}`);
  await visit(browser, { hash: opened, before: signedIn('dispatcher') }, async (page) => {
    await mapReady(page);
    await page.getByRole('button', { name: 'Board', exact: true }).click();
    await page.waitForURL(/board=true/);
    const column = (state: string, code: string) =>
      page.locator(`#over-map [data-state=${state}] [data-code="${code}"]`);
    await column('reported', first.code).waitFor();
    await accessible(page, 'the board');
    await second.act({ act: 'accept' });
    await column('accepted', second.code).waitFor(); // told of, not asked for
    await column('reported', first.code).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.locator('#incident', { hasText: second.code }).waitFor();
    await column('reported', first.code).click();
    await page.locator('#incident', { hasText: first.code }).waitFor();
    await first.act({ act: 'cancel', reason: 'test' });
    await second.act({ act: 'cancel', reason: 'test' });
    await column('reported', first.code).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Close the board' }).click();
    await page.locator('#board').waitFor({ state: 'detached' });
  });
});

// In the field: a phone that is touched, and work that goes on while the stream of events is down.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { accessible, clickMiddle, codeInPanel, mapReady, visit } from './browser';
import { makeIncident, signedIn } from './client';
import { at, browser, cancelIncident, codeOf, dispatched, grid, want } from './dispatching';

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** Demands that nothing makes the page scroll sideways; a phone widens its window with what is too wide. */
async function fits(page: Page): Promise<void> {
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), phone.viewport.width);
}

dispatched('touch: on a phone somebody is found, an incident there is taken down and brought on', () =>
  visit(browser, { ...phone, hash: at(17, 'zh'), before: signedIn('dispatcher') }, async (page) => {
    await mapReady(page);
    const box = await page.locator('#map').boundingBox();
    assert.ok(box);
    await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2);
    assert.equal(await codeInPanel(page), want.responsible?.code);
    await fits(page);
    await page.getByRole('button', { name: '在此登记事件' }).tap();
    await page
      .locator('#would-be')
      .getByText(want.responsible?.code ?? '', { exact: true })
      .waitFor();
    await page.getByRole('combobox', { name: '类别' }).selectOption('facility');
    await page.getByRole('combobox', { name: '来源' }).selectOption('hotline_12345');
    await page.getByRole('textbox', { name: '标题' }).fill('手机上登记');
    await fits(page);
    await page.getByRole('button', { name: '登记', exact: true }).tap();
    await page.locator('#incident[data-state=reported]').waitFor();
    const code = await codeOf(page);
    await page.locator('#acts [data-act=accept]').tap();
    await page.locator('#incident[data-state=accepted]').waitFor();
    await page.locator('#acts [data-act=start]').tap();
    await page.locator('#incident[data-state=handling]').waitFor();
    await fits(page);
    await accessible(page, 'an incident on a phone');
    await page.getByRole('button', { name: '返回事件列表' }).tap();
    await page.locator(`#incidents [data-code="${code}"]`).tap();
    await page.locator('#acts [data-act=cancel]').tap();
    await page.getByRole('textbox', { name: '说明' }).fill('test');
    await page.locator('#act [type=submit]').tap();
    await page.locator('#incident[data-state=cancelled]').waitFor();
  }),
);

dispatched(
  'while the stream is down incidents are handled and places looked up, and all comes with it',
  async () => {
    const [made, other] = [
      await makeIncident(grid.label, '断线时处置'),
      await makeIncident(grid.label, '断线时他人处置'),
    ];
    let down = true;
    await visit(
      browser,
      {
        hash: at(17, 'zh', '?task=incidents'),
        expected: /ERR_FAILED/,
        before: async (page) => {
          await signedIn('dispatcher')(page);
          await page.route('**/v1/events?*', (route) => (down ? route.abort() : route.continue()));
        },
      },
      async (page) => {
        const row = (code: string) => page.locator(`#incidents [data-code="${code}"]`);
        await row(other.code).waitFor();
        await page.getByText('正在重连', { exact: false }).first().waitFor();
        await row(made.code).click();
        await page.locator('#acts [data-act=accept]').click();
        await page.locator('#incident[data-state=accepted]').waitFor();
        await page.getByRole('button', { name: '返回事件列表' }).click();
        await row(made.code).getByText('已受理').waitFor(); // what was done here is listed without the stream
        await page.getByRole('navigation').getByRole('button', { name: '查询' }).click();
        await mapReady(page);
        await clickMiddle(page);
        assert.equal(await codeInPanel(page), want.responsible?.code);

        await page.getByRole('navigation').getByRole('button', { name: '事件' }).click();
        await row(other.code).waitFor();
        await other.act({ act: 'cancel', reason: 'test' });
        assert.equal(await row(other.code).count(), 1, 'nobody has told of it');
        down = false;
        await row(other.code).waitFor({ state: 'detached' });
        await page.locator('[data-feed=live]').waitFor();
      },
    );
    await cancelIncident(made.code);
  },
);

dispatched('a link opens an incident, the board, and the list as it was filtered', async () => {
  const made = await makeIncident(grid.label, '由链接打开');
  const county = want.divisions.find(({ level }) => level === 'county')?.code ?? '';
  await visit(browser, { hash: at(16, 'zh', `?incident=${made.code}`) }, async (page) => {
    await page.locator('#incident').getByRole('heading', { name: made.title }).waitFor();
  });
  const filtered = `?task=incidents&state=reported&kind=fire_risk&severity=normal&text=${encodeURIComponent(made.title)}&division=${county}&order=due`;
  await visit(browser, { hash: at(16, 'zh', filtered) }, async (page) => {
    await page.locator(`#incidents [data-code="${made.code}"]`).waitFor();
    await page.locator('#incidents li').nth(1).waitFor({ state: 'detached' });
    for (const [name, value] of [
      ['state', 'reported'],
      ['kind', 'fire_risk'],
      ['severity', 'normal'],
      ['division', county],
      ['order', 'due'],
    ])
      assert.equal(await page.locator(`select[name=${name}]`).inputValue(), value);
    assert.equal(await page.locator('[name=text]').inputValue(), made.title);
  });
  const overdue = '?task=incidents&overdue=true&order=due';
  await visit(browser, { hash: at(16, 'zh', overdue) }, async (page) => {
    await page.locator('#incidents li').first().waitFor();
    assert.ok(await page.getByLabel('仅逾期').isChecked());
    assert.equal(await page.locator(`#incidents [data-code="${made.code}"]`).count(), 0);
    const shown = await page.locator('#incidents li').allInnerTexts();
    assert.ok(shown.length > 0 && shown.every((text) => text.includes('逾期')), 'each is told to be late');
    await page.locator('#incidents [data-code]').first().click();
    await page
      .locator('#events')
      .getByText(/ 起(逾期|应受理而未受理)/)
      .first()
      .waitFor();
    assert.doesNotMatch(
      await page.locator('#events').innerText(),
      /since/,
      'what the clock did is told in Chinese',
    );
  });
  await visit(browser, { hash: at(16, 'zh', '?task=incidents&board=true') }, async (page) => {
    await page.locator('#board').getByText(made.title).waitFor();
  });
  await made.act({ act: 'cancel', reason: 'test' });
});

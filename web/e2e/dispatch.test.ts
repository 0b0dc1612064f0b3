// What a dispatcher does: whom to call here, and incidents as they come in and go on.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Answer, Session } from '../src/api';
import {
  accessible,
  ask,
  clickMiddle,
  codeInPanel,
  coloursOnMap,
  launch,
  mapReady,
  session,
  someGrid,
  visit,
} from './browser';
import { lastEventId, makeIncident, send, signedIn, tokenOf } from './client';

let browser: Browser;
let who: Session;
let grid: Awaited<ReturnType<typeof someGrid>>;
let want: Answer;

before(async () => {
  browser = await launch();
  who = await session();
  grid = await someGrid();
  want = await ask<Answer>(`/v1/locate?lon=${grid.label[0]}&lat=${grid.label[1]}`);
});
after(() => browser.close());

const noWrites = 'needs the loopback demo, and its token in $TOKEN_DISPATCHER';

/** A test that makes incidents. */
function dispatched(name: string, body: () => Promise<void>): void {
  void test(name, async (t) => (who.demo && tokenOf('dispatcher') !== '' ? body() : t.skip(noWrites)));
}

const at = (zoom: number, language: 'zh' | 'en', query = ''): string =>
  `#${grid.label[0]}/${grid.label[1]}/${zoom}/${language}${query}`;

/** Demands that the card says whom to call first, as the interface does, and the whole chain. */
async function namesContact(page: Page): Promise<void> {
  const { contact, chain } = want;
  assert.ok(contact && chain && chain.length > 0, 'the server names somebody to contact');
  const card = page.locator('#result .contact');
  assert.equal(await card.getAttribute('data-step'), contact.step);
  await card.getByText(contact.name ?? '', { exact: true }).waitFor();
  const phone = contact.work_phone ?? '';
  assert.equal(await card.locator('a').getAttribute('href'), `tel:${phone}`);
  assert.equal(await page.locator('#result .chain > li').count(), chain.length);
  assert.equal(await page.locator('#result .chain > li[aria-current]').count(), 1);
}

test('a click says whom to call, and why this one', () =>
  visit(browser, { hash: at(17, 'zh') }, async (page) => {
    await mapReady(page);
    await clickMiddle(page);
    assert.equal(await codeInPanel(page), want.responsible?.code);
    await namesContact(page);
    await accessible(page, 'answer with a chain to contact');
  }));

test('keyboard: search for a grid and choose it among the hits', () =>
  visit(browser, { hash: '#///en' }, async (page) => {
    await mapReady(page);
    const box = page.getByRole('combobox', { name: 'Grid, place, address or coordinates' });
    await box.focus();
    await page.keyboard.type(grid.code);
    const option = page.locator(`#hits [data-code="${grid.code}"]`);
    await option.waitFor();
    await accessible(page, 'hits of a search');
    assert.equal(await box.getAttribute('aria-expanded'), 'true');
    for (let i = 0; i < 20 && (await option.getAttribute('aria-selected')) !== 'true'; i++) {
      await page.keyboard.press('ArrowDown');
    }
    assert.equal(await box.getAttribute('aria-activedescendant'), await option.getAttribute('id'));
    await page.keyboard.press('Enter');
    assert.equal(await codeInPanel(page), want.responsible?.code);
    await namesContact(page);
    await page.waitForURL(
      ({ hash }) => /\?at=/.test(hash) && hash.startsWith(`#${grid.label[0].toFixed(5)}/`),
    );
    assert.equal(await box.getAttribute('aria-expanded'), 'false');
  }));

test('mouse: search by name, and words that mean nothing', () =>
  visit(browser, { hash: '#///zh' }, async (page) => {
    await mapReady(page);
    const box = page.getByRole('combobox', { name: '网格、场所、地址或经纬度' });
    await box.fill(grid.name);
    await page.locator(`#hits [data-code="${grid.code}"]`).click();
    assert.equal(await codeInPanel(page), want.responsible?.code);
    await namesContact(page);
    await box.fill('没有这样的地方');
    await page.getByText('没有找到', { exact: false }).waitFor();
    await page.keyboard.press('Escape');
    const { name, code } = want.divisions[1] ?? { name: '', code: '' };
    await box.fill(name);
    await page.locator(`#hits [data-code="${code}"]`).click();
    await page.locator('strong[aria-current=location]', { hasText: name }).waitFor();
  }));

test('a slow answer to what was typed before is not shown', () => {
  const hit = { type: 'grid', kind: 'base', name: 'late', label: '', point: grid.label, matches: [] };
  return visit(
    browser,
    {
      hash: '#///en',
      expected: /ERR_/,
      before: (page) =>
        page.route('**/v1/search?*', async (route) => {
          const typed = new URL(route.request().url()).searchParams.get('q') ?? '';
          if (typed === 'slow') await new Promise((resolve) => setTimeout(resolve, 1500));
          const items = [{ ...hit, code: typed }];
          await route.fulfill({ json: { items, more: false } }).catch(() => undefined);
        }),
    },
    async (page) => {
      await mapReady(page);
      const box = page.getByRole('combobox', { name: 'Grid, place' });
      await box.fill('slow');
      await page.waitForRequest(/q=slow/);
      await box.fill('quick');
      await page.locator('#hits [data-code=quick]').waitFor();
      await page.waitForTimeout(2000);
      assert.equal(await page.locator('#hits [data-code=slow]').count(), 0);
      await page.keyboard.press('Enter');
      await codeInPanel(page);
    },
  );
});

test('a click near a border warns, with neighbours and metres', async () => {
  const near = await nearBorder();
  const answer = await ask<Answer>(`/v1/locate?lon=${near[0]}&lat=${near[1]}`);
  await visit(browser, { hash: `#${near[0]}/${near[1]}/20/en` }, async (page) => {
    await mapReady(page);
    await clickMiddle(page);
    await page.locator('#result [data-warning=near_boundary]').waitFor();
    const borders = page.locator('#result [data-field=borders]');
    for (const { code } of answer.near.slice(0, 3)) await borders.getByText(code, { exact: true }).waitFor();
    await borders
      .getByText(/\d m away/)
      .first()
      .waitFor();
    await mapReady(page);
    await accessible(page, 'answer near a border');
  });
});

/** A spot some metres inside the middle of one of the grid's edges that other grids are close to. */
async function nearBorder(): Promise<[number, number]> {
  const { boundary } = await ask<{ boundary: { coordinates: [number, number][][][] } }>(
    `/v1/grids/${grid.code}?geometry=true`,
  );
  const ring = boundary.coordinates[0]?.[0] ?? [];
  for (const [i, [x, y]] of ring.slice(1).entries()) {
    const [fromX, fromY] = ring[i] ?? [x, y];
    const [lon, lat] = [(x + fromX) / 2, (y + fromY) / 2];
    const towards = 5 / (Math.hypot(grid.label[0] - lon, grid.label[1] - lat) * 111_000);
    const spot: [number, number] = [
      lon + towards * (grid.label[0] - lon),
      lat + towards * (grid.label[1] - lat),
    ];
    const answer = await ask<Answer>(`/v1/locate?lon=${spot[0]}&lat=${spot[1]}`);
    if (answer.near.length > 0 && !answer.on_boundary) return spot;
  }
  assert.fail('no edge of this grid has a neighbour');
}

test('a link opens the answer', () =>
  visit(browser, { hash: `#///en?at=${grid.label.join()}` }, async (page) => {
    assert.equal(await codeInPanel(page), want.responsible?.code);
    await mapReady(page);
    const [, , zoom] = new URL(page.url()).hash.slice(1).split('/').map(Number);
    assert.ok((zoom ?? 0) >= 15, 'the map has gone there');
  }));

test('a lost database is said, with since when', () =>
  visit(
    browser,
    {
      hash: at(17, 'en'),
      before: (page) =>
        page.route('**/v1/locate?*', async (route) => {
          const response = await route.fetch();
          const headers = { ...response.headers(), 'wangge-database-lost': '2026-11-22T06:05:00Z' };
          await route.fulfill({ response, headers });
        }),
    },
    async (page) => {
      await mapReady(page);
      await clickMiddle(page);
      assert.equal(await codeInPanel(page), want.responsible?.code);
      await page
        .getByText('The database has been out of reach since 22 Nov 2026', { exact: false })
        .waitFor();
      await accessible(page, 'database lost');
    },
  ));

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
    assert.ok(page.url().endsWith(`?incident=${made.code}`), page.url());
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
    assert.ok(page.url().endsWith(`?incident=${made.code}&kind=fire_risk`), page.url());
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

test('elsewhere: incidents ask for a token', async (t) => {
  if (who.demo) return t.skip('the loopback demo shows everything');
  await visit(browser, { hash: '#///en?task=incidents' }, async (page) => {
    await page.getByRole('button', { name: 'Enter a token' }).click();
    await page.getByRole('dialog').waitFor();
  });
});

/** The acts that the page offers, in its order. */
const offered = (page: Page): Promise<string[]> =>
  page.locator('#acts [data-act]').evaluateAll((all) => all.map((of) => of.getAttribute('data-act') ?? ''));

/** Demands that the page offers what the interface says that this dispatcher may do, and nothing else. */
async function offersActs(page: Page, code: string): Promise<void> {
  const { body } = await send('dispatcher', 'GET', `/v1/incidents/${code}`);
  const { acts } = body as { acts: string[] };
  await page
    .locator('#acts [data-act]')
    .nth(acts.length - 1)
    .waitFor();
  assert.deepEqual(await offered(page), acts);
}

dispatched(
  'mouse: an incident is assigned, started, escalated and finished by the buttons of its state',
  async () => {
    const made = await makeIncident(grid.label, '井盖缺失');
    const opened = at(16, 'zh', `?incident=${made.code}`);
    await visit(browser, { hash: opened, expected: /422/, before: signedIn('dispatcher') }, async (page) => {
      const state = (name: string): Promise<void> => page.locator(`#incident[data-state=${name}]`).waitFor();
      const press = (name: string): Promise<void> =>
        page.locator('#acts').getByRole('button', { name, exact: true }).click();
      await state('reported');
      await offersActs(page, made.code);
      await press('受理');
      await state('accepted');
      await offersActs(page, made.code);
      await press('分派');
      await page.locator('#act').waitFor();
      await accessible(page, 'the form of an act');
      await press('分派');
      await page.getByText('请填写：交给').waitFor();
      const unit = page.getByRole('combobox', { name: '交给' });
      await unit.locator(`option[value="grid:${grid.code}"]`).waitFor({ state: 'attached' });
      await unit.selectOption(`grid:${grid.code}`);
      await press('分派');
      await state('assigned');
      await page.locator('#events').getByText('分派', { exact: true }).waitFor();
      await press('开始处置');
      await state('handling');
      await press('上报上级');
      await page.getByRole('textbox', { name: '说明' }).fill('打 13800138000 找他');
      await press('上报上级');
      await page.locator('#acts [role=alert]').waitFor(); // BR-60: personal data stays out
      await page.getByRole('textbox', { name: '说明' }).fill('权属不清');
      await press('上报上级');
      await state('escalated');
      await press('开始处置');
      await state('handling');
      await press('处置完毕');
      await page.getByRole('combobox', { name: '结果' }).selectOption('resolved');
      await press('处置完毕');
      await state('waiting_check');
      await offersActs(page, made.code);
      await accessible(page, 'an incident to check');
    });
    await visit(browser, { hash: opened, before: signedIn('administrator') }, async (page) => {
      await page.locator('#acts [data-act=close]').click(); // by somebody else (BR-56)
      await page.locator('#incident[data-state=closed]').waitFor();
    });
  },
);

dispatched(
  'keyboard: an incident is handed over, and what was done by others meanwhile is said',
  async () => {
    const made = await makeIncident(grid.label, '路灯不亮');
    const opened = at(16, 'en', `?incident=${made.code}`);
    await visit(
      browser,
      { hash: opened, expected: /412|ERR_FAILED/, before: signedIn('dispatcher') },
      async (page) => {
        const press = async (act: string): Promise<void> => {
          await page.locator(`#acts [data-act=${act}]`).focus();
          await page.keyboard.press('Enter');
        };
        await page.route('**/v1/events?*', (route) => route.abort()); // nothing is told of
        await page.locator('#incident[data-state=reported]').waitFor();
        await made.act({ act: 'accept' });
        await press('accept');
        await page.getByText('Somebody has just done something with it', { exact: false }).waitFor();
        await page.locator('#incident[data-state=accepted]').waitFor();
        await press('transfer');
        await page.locator('#act').waitFor();
        await page.keyboard.press('Escape');
        await page.locator('#act').waitFor({ state: 'detached' });
        assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('data-act')), 'transfer');
        await page.keyboard.press('Enter');
        await page.keyboard.type('belongs next door');
        await page.getByRole('searchbox', { name: 'Find another' }).focus();
        await page.keyboard.type(want.divisions[1]?.name ?? '');
        const code = `division:${want.divisions[1]?.code ?? ''}`;
        await page.locator(`#act option[value="${code}"]`).first().waitFor({ state: 'attached' });
        await page.waitForFunction(
          (code) => document.querySelector<HTMLSelectElement>('#act select[name=unit]')?.value === code,
          code,
        );
        await page.keyboard.press('Enter');
        await page.locator('#incident[data-state=transferred]').waitFor();
        await press('take');
        await page.locator('#incident[data-state=assigned]').waitFor();
        await press('cancel');
        await page.keyboard.type('a test');
        await page.keyboard.press('Tab');
        await page.keyboard.press('Enter');
        await page.locator('#incident[data-state=cancelled]').waitFor();
        await page.locator('#acts [data-act=note]').waitFor();
        assert.deepEqual(await offered(page), ['note']);
      },
    );
  },
);

dispatched('without a token there are no buttons, and it is said why', async () => {
  const made = await makeIncident(grid.label, '占道经营');
  await visit(browser, { hash: at(16, 'en', `?incident=${made.code}`) }, async (page) => {
    await page.locator('#incident').waitFor();
    await page.locator('#acts').getByText('the token of a dispatcher', { exact: false }).waitFor();
    assert.deepEqual(await offered(page), []);
  });
  await made.act({ act: 'cancel', reason: 'test' });
});

/** Ends an incident that a page has made. */
async function cancelIncident(code: string): Promise<void> {
  const { tag } = await send('dispatcher', 'GET', `/v1/incidents/${code}`);
  await send('dispatcher', 'POST', `/v1/incidents/${code}/acts`, { act: 'cancel', reason: 'test' }, tag);
}

const codeOf = (page: Page): Promise<string> => page.locator('#incident [data-field=code]').innerText();

dispatched('mouse: from who is responsible to an incident there, taken down and found again', () =>
  visit(browser, { hash: at(17, 'zh'), before: signedIn('dispatcher') }, async (page) => {
    await mapReady(page);
    await clickMiddle(page);
    await codeInPanel(page);
    await page.getByRole('button', { name: '在此登记事件' }).click();
    const responsible = page.locator('#would-be');
    await responsible.getByText(want.responsible?.code ?? '', { exact: true }).waitFor();
    assert.match(page.url(), /\?new=\d+\.\d+,\d+/);
    const before = page.url();
    const box = await page.locator('#map').boundingBox();
    assert.ok(box);
    await page.mouse.click(box.x + box.width / 2 + 60, box.y + box.height / 2); // elsewhere, by another click
    await page.waitForURL((url) => url.href !== before && url.href.includes('new='));
    await page.getByRole('combobox', { name: '类别' }).selectOption('facility');
    await page.getByRole('combobox', { name: '来源' }).selectOption('hotline_12345');
    await page.getByRole('textbox', { name: '标题' }).fill('井盖松动');
    await accessible(page, 'taking an incident down');
    await page.getByRole('button', { name: '登记', exact: true }).click();
    await page.locator('#incident[data-state=reported]').waitFor();
    const code = await codeOf(page);
    const { body } = await send('dispatcher', 'GET', `/v1/incidents/${code}`);
    const made = body as { title: string; kind: string; assignment: { base_grid: string | null } };
    assert.equal(made.title, '井盖松动');
    assert.equal(made.kind, 'facility');
    await page.getByRole('button', { name: '返回事件列表' }).click();
    await page.getByLabel('标题、编号或地址中含有').fill('井盖松动');
    await page.locator(`#incidents [data-code="${code}"]`).waitFor();
    assert.match(page.url(), /text=/);
    await cancelIncident(code);
    await page.locator(`#incidents [data-code="${code}"]`).waitFor({ state: 'detached' });
  }),
);

dispatched('keyboard: a message is pasted, its spot read in the system it is in', () =>
  visit(browser, { hash: '#///en?new=', before: signedIn('dispatcher') }, async (page) => {
    await mapReady(page);
    await page.locator('textarea[name=paste]').waitFor();
    await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'paste');
    const [lon, lat] = grid.label;
    await page.keyboard.insertText(
      `Case no: 12345-${Date.now()}\nContent: a broken lamp, call 13800138000\n${lat}, ${lon}`,
    );
    await page.getByText('1 phone or identity numbers were left out', { exact: false }).waitFor();
    const code = page.locator('#would-be .code');
    await code.getByText(want.responsible?.code ?? '', { exact: true }).waitFor();
    assert.match(await page.getByRole('textbox', { name: 'Title' }).inputValue(), /^a broken lamp/);
    const before = page.url();
    await page.getByRole('combobox', { name: 'Coordinate system' }).focus();
    await page.keyboard.type('GCJ');
    await page.waitForURL((url) => url.href !== before); // the pin goes to where GCJ-02 means it
    await page.getByRole('combobox', { name: 'Kind', exact: true }).focus();
    await page.keyboard.press('ArrowDown');
    await page.getByRole('combobox', { name: 'Source' }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter'); // in the field of the title
    await page.locator('#incident[data-state=reported]').waitFor();
    const made = await codeOf(page);
    const { body } = await send('dispatcher', 'GET', `/v1/incidents/${made}`);
    const { input_crs, description } = body as { input_crs: string; description: string };
    assert.equal(input_crs, 'gcj02');
    assert.ok(!description.includes('13800138000'), description);
    await cancelIncident(made);
  }),
);

dispatched('an address that is pasted is looked for, and chosen among what it may be', () =>
  visit(browser, { hash: '#///zh?task=incidents', before: signedIn('dispatcher') }, async (page) => {
    await mapReady(page);
    await page.getByRole('button', { name: '登记事件' }).click();
    await page.locator('textarea[name=paste]').fill(`地址：${grid.name}\n内容：垃圾堆放`);
    await page.locator('#spots button').first().click();
    await page
      .locator('#would-be')
      .getByText(want.responsible?.code ?? '', { exact: true })
      .waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: '留下' }).click(); // what was pasted is not lost by a key
    assert.notEqual(await page.locator('#intake [name=title]').inputValue(), '');
    await page.locator('[data-task=divisions]').click();
    await page.getByRole('button', { name: '放弃并离开' }).click();
    await page.locator('[data-task=divisions][aria-current=page]').waitFor();
  }),
);

dispatched('the board: columns over the map, live, by mouse and by keyboard', async () => {
  const first = await makeIncident(grid.label, '看板一');
  const second = await makeIncident(grid.label, '看板二');
  const opened = at(16, 'en', `?task=incidents&text=${encodeURIComponent('看板')}`);
  await visit(browser, { hash: opened, before: signedIn('dispatcher') }, async (page) => {
    await mapReady(page);
    await page.getByRole('button', { name: 'Board', exact: true }).click();
    assert.match(page.url(), /board=true/);
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

dispatched('a new incident is counted on the rail and in the title, marked in the list, and heard', () =>
  visit(
    browser,
    {
      hash: '#///zh?task=incidents',
      before: (page) =>
        page.addInitScript(() => {
          const make = AudioContext.prototype.createOscillator;
          AudioContext.prototype.createOscillator = function () {
            document.documentElement.dataset['tones'] = String(
              Number(document.documentElement.dataset['tones'] ?? 0) + 1,
            );
            return make.call(this);
          };
        }),
    },
    async (page) => {
      await page.locator('[data-feed=live]').waitFor();
      await page.locator('#sound').click();
      await page.locator('#sound[aria-pressed=true][data-ready=true]').waitFor();
      assert.equal(await page.evaluate(() => document.documentElement.dataset['tones']), '2', 'a sample');
      await page.getByRole('navigation').getByRole('button', { name: '查询' }).click();
      const made = await makeIncident(grid.label, '新来的');
      await page.locator('#tasks [data-task=incidents]').getByText('1', { exact: true }).waitFor();
      await page.waitForFunction(() => document.title.startsWith('(1) '));
      assert.equal(await page.evaluate(() => document.documentElement.dataset['tones']), '4');
      await page.locator('#tasks [data-task=incidents]').click();
      const row = page.locator(`#incidents [data-code="${made.code}"]`);
      await row.getByText('新', { exact: true }).waitFor();
      await page.waitForFunction(() => !document.title.startsWith('('));
      await accessible(page, 'a new incident in the list');
      await row.click();
      await page.getByRole('button', { name: '返回事件列表' }).click();
      await row.getByText('新', { exact: true }).waitFor({ state: 'detached' });
      await page.reload();
      await page.locator('#sound[aria-pressed=true]').waitFor(); // remembered
      await made.act({ act: 'cancel', reason: 'test' });
    },
  ),
);

interface Duty {
  id: number;
  version: number;
  stand_in_worker_code: string | null;
  absent: boolean;
}

dispatched('who is away is replaced by who stands in, on the card that stands open', async () => {
  const { items } = await ask<{ items: Duty[] }>(`/v1/duty?grid=${grid.code}`);
  const duty = items.find((of) => of.stand_in_worker_code !== null && !of.absent);
  if (duty === undefined) return; // a server with its own calendar
  const path = `/v1/duty/${duty.id}`;
  await visit(browser, { hash: at(17, 'en') }, async (page) => {
    await mapReady(page);
    await page.locator('[data-feed=live]').waitFor();
    await clickMiddle(page);
    await page.locator('#result .contact[data-step=on_duty]').waitFor();
    const { tag } = await send('planner', 'PATCH', path, { absent: true }, `"${duty.version}"`);
    await page.locator('#result .contact[data-step=stand_in]').waitFor();
    await page.getByText('Stands in for who is on duty and away').waitFor();
    await send('planner', 'PATCH', path, { absent: false }, tag);
    await page.locator('#result .contact[data-step=on_duty]').waitFor();
  });
});

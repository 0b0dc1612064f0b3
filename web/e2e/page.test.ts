import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Answer } from '../src/api';
import { tasks } from '../src/link';
import { messages } from '../src/messages';
import {
  accessible,
  ask,
  clickMiddle,
  codeInPanel,
  coloursOnMap,
  launch,
  linkOf,
  mapReady,
  origin,
  pressed,
  sightOf,
  someGrid,
  visit,
} from './browser';

let browser: Browser;
let grid: Awaited<ReturnType<typeof someGrid>>;
let want: Answer;

before(async () => {
  browser = await launch();
  grid = await someGrid();
  want = await ask<Answer>(`/v1/locate?lon=${grid.label[0]}&lat=${grid.label[1]}`);
});
after(() => browser.close());

const at = (zoom: number, language: 'zh' | 'en'): string =>
  `#${grid.label[0]}/${grid.label[1]}/${zoom}/${language}`;

test('the page has a strict content security policy', async () => {
  const policy = (await fetch(`${origin}/`)).headers.get('content-security-policy') ?? '';
  assert.match(policy, /default-src 'self'/);
  assert.doesNotMatch(policy, /unsafe-|https?:|\*/);
});

test('L10: the city is drawn, every task opens, and nothing is asked of another host', () =>
  visit(browser, {}, async (page) => {
    const asked = new Set<string>();
    page.on('request', (request) => asked.add(new URL(request.url()).origin));
    await page.reload();
    await mapReady(page);
    assert.ok((await coloursOnMap(page)) > 20, 'the map shows more than its background');
    await page.getByRole('heading', { name: '这里由谁负责？' }).waitFor();
    for (const task of tasks) {
      await page.locator(`[data-task=${task}]`).click();
      await page.locator('#panel').getByRole('heading').first().waitFor();
      assert.match(await page.title(), new RegExp(`^${messages[`task_${task}`].zh} · 网格$`));
    }
    assert.deepEqual([...asked], [origin], 'the log of requests');
  }));

test('it works without WebGL', async () => {
  const plain = await launch({ webgl: false });
  try {
    await visit(plain, { hash: at(16, 'zh') }, async (page) => {
      await mapReady(page);
      assert.ok((await coloursOnMap(page)) > 20);
      await clickMiddle(page);
      assert.equal(await codeInPanel(page), want.responsible?.code);
    });
  } finally {
    await plain.close();
  }
});

test('a click says who is responsible, as the interface does', () =>
  visit(browser, { hash: at(17, 'zh') }, async (page) => {
    await mapReady(page);
    await clickMiddle(page);
    assert.equal(await codeInPanel(page), want.responsible?.code);
    const panel = await page.locator('#result').innerText();
    for (const { name } of want.divisions) assert.ok(panel.includes(name), name);
    for (const { name, work_phone: phone } of want.workers) {
      assert.ok(panel.includes(name), name);
      if (phone) assert.ok(panel.includes(phone), phone);
    }
  }));

test('both languages at once, answer and link included', () =>
  visit(browser, { hash: at(17, 'zh') }, async (page) => {
    await mapReady(page);
    await clickMiddle(page);
    await page.getByText('责任网格', { exact: false }).first().waitFor();
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByText('Responsible grid', { exact: false }).first().waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), 'en-GB');
    await page.waitForURL(/\/en\?at=[\d.,]+$/);
    assert.equal(await codeInPanel(page), want.responsible?.code);
    await page.getByRole('button', { name: '中文' }).click();
    await page.getByRole('heading', { name: '这里由谁负责？' }).waitFor();
    await page.waitForURL(/\/zh\?at=[\d.,]+$/);
  }));

test('a link opens its view and language', () =>
  visit(browser, { hash: at(15, 'en') }, async (page) => {
    await mapReady(page);
    await page.getByRole('heading', { name: 'Who is responsible here?' }).waitFor();
    await page.waitForURL((url) => url.hash.split('/').length === 4);
    const { lon, lat, zoom } = sightOf(await linkOf(page));
    assert.ok(Math.abs(lon - grid.label[0]) < 1e-4 && Math.abs(lat - grid.label[1]) < 1e-4);
    assert.equal(zoom, 15);
  }));

test('a link opens the division that is open, and the layers that are on', () => {
  const community = want.divisions.find(({ level }) => level === 'community');
  const street = want.divisions.find(({ level }) => level === 'street');
  const shown = `?task=divisions&division=${community?.code}&layers=dedicated,divisions`;
  return visit(browser, { hash: `#///zh${shown}` }, async (page) => {
    const open = (name = ''): Promise<void> =>
      page.locator('strong[aria-current=location]', { hasText: name }).waitFor();
    await open(community?.name);
    await page.locator('#divisions button', { hasText: grid.code }).waitFor();
    assert.equal(await page.locator('input[name=labels]').isChecked(), false);
    await page.locator('input[name=labels]').check();
    await page
      .getByRole('navigation', { name: '当前位置' })
      .getByText(street?.name ?? '')
      .click();
    await page.waitForURL((url) => url.hash.endsWith(`?task=divisions&division=${street?.code}`));
    await page.reload();
    await open(street?.name);
    await page.evaluate(() => (location.hash = '#///zh?task=divisions'));
    await open(want.divisions.find(({ level }) => level === 'city')?.name);
  });
});

test('keyboard: the middle of the map', () =>
  visit(browser, { hash: at(17, 'en') }, async (page) => {
    await mapReady(page);
    await page.locator('#map').focus();
    await page.keyboard.press('Enter');
    assert.equal(await codeInPanel(page), want.responsible?.code);
  }));

test('keyboard: typed coordinates', () =>
  visit(browser, { hash: '#///en' }, async (page) => {
    await mapReady(page);
    const box = page.getByRole('combobox', { name: 'Grid, place' });
    await box.focus();
    await page.keyboard.type(`${grid.label[0]}, ${grid.label[1]}`);
    await page.keyboard.press('Enter');
    assert.equal(await codeInPanel(page), want.responsible?.code);
    await mapReady(page);
    await box.fill('31.5, 120.3');
    await page.keyboard.press('Enter');
    await page.getByText('Latitude seems to come first', { exact: false }).waitFor();
  }));

test('keyboard: from the city down to a grid by lists alone', () =>
  visit(browser, { hash: '#///en' }, async (page) => {
    await mapReady(page);
    const press = async (name: string): Promise<void> => {
      await page.getByRole('button', { name, exact: false }).first().focus();
      await page.keyboard.press('Enter');
    };
    await press('Divisions');
    for (const { name, code, level } of [...want.divisions].reverse()) {
      if (level === 'city') continue;
      const row = page.locator('#divisions button', { hasText: code });
      await row.focus();
      await page.keyboard.press('Enter');
      await page.locator('strong[aria-current=location]', { hasText: name }).waitFor();
    }
    await page.locator('#divisions button', { hasText: grid.code }).focus();
    await page.keyboard.press('Enter');
    assert.equal(await codeInPanel(page), want.responsible?.code);
  }));

test('a vertex of a border warns and names the neighbours', async () => {
  const { boundary } = await ask<{ boundary: { coordinates: [number, number][][][] } }>(
    `/v1/grids/${grid.code}?geometry=true`,
  );
  const [lon, lat] = boundary.coordinates[0]?.[0]?.[0] ?? [0, 0];
  const answer = await ask<Answer>(`/v1/locate?lon=${lon}&lat=${lat}`);
  await visit(browser, { hash: '#///en' }, async (page) => {
    await mapReady(page);
    await page.getByRole('combobox', { name: 'Grid, place' }).fill(`${lon}, ${lat}`);
    await page.keyboard.press('Enter');
    await page.locator('#result [data-warning=on_boundary]').waitFor();
    for (const { code } of answer.boundary_with) await page.locator('#result', { hasText: code }).waitFor();
    await accessible(page, 'answer with a border warning');
  });
});

test('outside the city is said kindly', () =>
  visit(browser, { hash: '#///en', expected: /404/ }, async (page) => {
    await mapReady(page);
    await page.getByRole('combobox', { name: 'Grid, place' }).fill('0, 0');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Outside the area' }).waitFor();
    await accessible(page, 'outside the city');
  }));

test('an area without grids gives its reason', () =>
  visit(
    browser,
    {
      hash: '#///zh',
      expected: /404/,
      before: (page) =>
        page.route('**/v1/locate?*', (route) =>
          route.fulfill({
            status: 404,
            contentType: 'application/problem+json',
            json: { status: 404, code: 'no_service', reason: 'water', detail: '', divisions: want.divisions },
          }),
        ),
    },
    async (page) => {
      await mapReady(page);
      await clickMiddle(page);
      await page.getByRole('heading', { name: '此处不设网格' }).waitFor();
      await page.getByText('原因：水域').waitFor();
    },
  ));

test('a server that does not answer is no dead end', () => {
  let down = true;
  return visit(
    browser,
    {
      hash: '#///en',
      expected: /ERR_FAILED/,
      before: (page) => page.route('**/v1/session', (route) => (down ? route.abort() : route.continue())),
    },
    async (page) => {
      await page.getByText('The server cannot be reached', { exact: false }).waitFor();
      await accessible(page, 'no server');
      down = false;
      await page.getByRole('button', { name: 'Try again' }).click();
      await mapReady(page);
    },
  );
});

for (const [language, colorScheme] of [
  ['zh', 'light'],
  ['zh', 'dark'],
  ['en', 'light'],
  ['en', 'dark'],
] as const) {
  test(`axe finds nothing in any task: ${language}, ${colorScheme}`, () =>
    visit(browser, { hash: at(16, language), colorScheme }, async (page) => {
      await mapReady(page);
      await clickMiddle(page);
      await codeInPanel(page);
      for (const task of tasks) {
        await page.locator(`[data-task=${task}]`).click();
        await page.locator('#panel').getByRole('heading').first().waitFor();
        await accessible(page, task);
      }
    }));
}

test('the theme is the system’s until it is chosen, and the choice is kept', () =>
  visit(browser, { hash: '#///en', colorScheme: 'light' }, async (page) => {
    await mapReady(page);
    const shown = (): Promise<string> => page.locator('html').getAttribute('data-theme').then(String);
    const surface = (): Promise<string> =>
      page.locator('body').evaluate((body) => getComputedStyle(body).backgroundColor);
    assert.equal(await shown(), 'light');
    const light = await surface();
    await page.getByRole('button', { name: 'Dark' }).click();
    assert.equal(await shown(), 'dark');
    assert.notEqual(await surface(), light);
    await mapReady(page);
    await page.reload();
    await mapReady(page);
    assert.equal(await shown(), 'dark');
    await page.getByRole('button', { name: 'Dark' }).click(); // as the system has it: followed again
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.locator('html[data-theme=dark]').waitFor();
  }));

test('keyboard: skip to panel and map, keys for tasks and help, and turned off', () =>
  visit(browser, { hash: '#///zh' }, async (page) => {
    await mapReady(page);
    const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.id ?? '');
    for (const [i, id] of ['panel', 'map'].entries()) {
      await page.locator('.skip button').nth(i).press('Enter');
      assert.equal(await focused(), id);
    }
    await page.keyboard.press('5');
    await page.locator('[data-task=coverage][aria-current=page]').waitFor();
    await page.keyboard.press('ArrowUp');
    assert.equal(await page.locator('[data-task][aria-current=page]').getAttribute('data-task'), 'coverage');
    await page.keyboard.press('Enter');
    await page.locator('[data-task=plans][aria-current=page]').waitFor();
    await page.keyboard.press('/');
    await page.locator('#search').waitFor();
    assert.equal(await focused(), 'search');
    await page.keyboard.type('5?');
    assert.equal(await page.locator('#search').inputValue(), '5?');
    await page.locator('#map').focus();
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: '帮助与快捷键' });
    await help.waitFor();
    await accessible(page, 'help');
    await help.getByRole('checkbox').uncheck();
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'detached' });
    await page.locator('#map').focus();
    await page.keyboard.press('5');
    assert.equal(await page.locator('[data-task][aria-current=page]').getAttribute('data-task'), 'lookup');
  }));

/** The tour is followed at a desk, and on a phone at night. */
const looks = {
  zh: {},
  en: { colorScheme: 'dark', viewport: { width: 390, height: 844 }, hasTouch: true },
} as const;

for (const [language, offer, start, next, end] of [
  ['zh', '第一次来', '开始导览', '下一步', '结束导览'],
  ['en', 'New here', 'Start the tour', 'Next', 'End the tour'],
] as const) {
  test(`keyboard: the tour is offered once, and goes from task to task: ${language}`, () =>
    visit(browser, { hash: `#///${language}`, newcomer: true, ...looks[language] }, async (page) => {
      await mapReady(page);
      await pressed(page.getByRole('button', { name: start }));
      const tour = page.locator('.tour');
      const titles = new Set<string>();
      for (;;) {
        await page.locator('[data-toured]').waitFor();
        titles.add(await tour.getByRole('heading').innerText());
        assert.ok(await fitsAcross(page), `step ${titles.size} is wider than the screen`);
        await inSight(page, '[data-toured]', '.tour').catch(() =>
          assert.fail(`step ${titles.size} hides what it speaks of`),
        );
        if (titles.size === 3) assert.ok(await codeInPanel(page), 'it looks a spot up');
        if (titles.size % 4 === 0) await accessible(page, `tour, step ${titles.size}`);
        if (!(await tour.getByRole('button', { name: next }).isVisible())) break;
        await tour.getByRole('button', { name: next }).press('Enter');
      }
      assert.equal(titles.size, 8);
      await tour.getByRole('button', { name: end }).press('Enter');
      await tour.waitFor({ state: 'detached' });
      await page.reload();
      await mapReady(page);
      assert.equal(await page.getByText(offer, { exact: false }).count(), 0, 'it is not offered again');
    }));
}

test('a phone shows map and answer without sideways scrolling', () =>
  visit(
    browser,
    { hash: at(17, 'zh'), viewport: { width: 360, height: 740 }, hasTouch: true },
    async (page) => {
      await mapReady(page);
      await clickMiddle(page);
      assert.equal(await codeInPanel(page), want.responsible?.code);
      for (const task of ['lookup', 'incidents'] as const) {
        await page.locator(`[data-task=${task}]`).click();
        await page.locator('#panel').getByRole('heading').first().waitFor();
        assert.ok(await fitsAcross(page), `${task} is wider than the screen`);
      }
    },
  ));

/** Waits until some of an element is on the screen, and not under another: an answer comes, and is scrolled to, a moment later. */
function inSight(page: Page, selector: string, over: string): Promise<unknown> {
  return page.waitForFunction(
    ([selector, over]) => {
      const [box, cover] = [selector, over].map((of) => document.querySelector(of)?.getBoundingClientRect());
      if (!box || !cover) return false;
      const points = [0.1, 0.5, 0.9].flatMap((x) =>
        [0.02, 0.1, 0.5, 0.9].map((y) => [box.left + x * box.width, box.top + y * box.height] as const),
      );
      return points.some(([x, y]) => {
        const on = x > 0 && y > 0 && x < innerWidth && y < innerHeight;
        const under = x > cover.left && x < cover.right && y > cover.top && y < cover.bottom;
        return on && !under;
      });
    },
    [selector, over] as const,
  );
}

function fitsAcross(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    const panel = document.querySelector('.panel');
    return scrollWidth <= clientWidth && panel !== null && panel.scrollWidth <= clientWidth;
  });
}

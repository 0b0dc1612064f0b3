import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Answer } from '../src/api';
import {
  accessible,
  ask,
  clickMiddle,
  codeInPanel,
  coloursOnMap,
  launch,
  mapReady,
  origin,
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

test('L10: the whole city is drawn, and nothing is asked of another host', () =>
  visit(browser, {}, async (page) => {
    await mapReady(page);
    assert.ok((await coloursOnMap(page)) > 20, 'the map shows more than its background');
    await page.getByRole('heading', { name: '这里由谁负责？' }).waitFor();
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
    assert.match(page.url(), /\/en\?at=[\d.,]+$/);
    assert.equal(await codeInPanel(page), want.responsible?.code);
    await page.getByRole('button', { name: '中文' }).click();
    await page.getByRole('heading', { name: '这里由谁负责？' }).waitFor();
    assert.match(page.url(), /\/zh\?at=[\d.,]+$/);
  }));

test('a link opens its view and language', () =>
  visit(browser, { hash: at(15, 'en') }, async (page) => {
    await mapReady(page);
    await page.getByRole('heading', { name: 'Who is responsible here?' }).waitFor();
    await page.waitForURL((url) => url.hash.split('/').length === 4);
    const [lon, lat, zoom] = new URL(page.url()).hash.slice(1).split('/').map(Number);
    assert.ok(Math.abs((lon ?? 0) - grid.label[0]) < 1e-4 && Math.abs((lat ?? 0) - grid.label[1]) < 1e-4);
    assert.equal(zoom, 15);
  }));

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

for (const [language, names] of [
  ['zh', ['查询', '事件', '区划']],
  ['en', ['Look up', 'Incidents', 'Divisions']],
] as const) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`axe finds nothing: ${language}, ${colorScheme}`, () =>
      visit(browser, { hash: at(16, language), colorScheme }, async (page) => {
        await mapReady(page);
        await clickMiddle(page);
        await codeInPanel(page);
        for (const name of names) {
          await page.getByRole('navigation').getByRole('button', { name }).first().click();
          await accessible(page, name);
        }
      }));
  }
}

test('a phone shows map and answer without sideways scrolling', () =>
  visit(
    browser,
    { hash: at(17, 'zh'), viewport: { width: 390, height: 800 }, hasTouch: true },
    async (page) => {
      await mapReady(page);
      await clickMiddle(page);
      assert.equal(await codeInPanel(page), want.responsible?.code);
      for (const name of ['查询', '事件', '区划', '覆盖', '方案']) {
        await page.getByRole('navigation').getByRole('button', { name }).first().click();
        assert.ok(await fitsAcross(page), `${name} is wider than the screen`);
      }
    },
  ));

function fitsAcross(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const panel = document.querySelector('.panel');
    return document.documentElement.scrollWidth <= innerWidth && (panel?.scrollWidth ?? 0) <= innerWidth;
  });
}

test('screenshot for the documentation', { skip: process.env['SCREENSHOT'] !== '1' }, () =>
  visit(browser, { hash: at(15, 'zh') }, async (page) => {
    await mapReady(page);
    await clickMiddle(page);
    await codeInPanel(page);
    await mapReady(page);
    const folder = new URL('../../docs/images/', import.meta.url).pathname;
    mkdirSync(folder, { recursive: true });
    await page.screenshot({ path: `${folder}map.png` });
  }),
);

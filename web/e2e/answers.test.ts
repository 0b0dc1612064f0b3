// Whom to call here: by a click, a search or a link, and what there is to know about the answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Answer } from '../src/api';
import { accessible, ask, clickMiddle, codeInPanel, mapReady, sightOf, visit } from './browser';
import { send } from './client';
import { at, browser, dispatched, grid, want } from './dispatching';

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
  // The page gives the request up, or the answer comes and is not shown: both are known when the request has ended.
  let letSlowAnswer = (): void => undefined;
  const quickShown = new Promise<void>((resolve) => (letSlowAnswer = resolve));
  const hit = { type: 'grid', kind: 'base', name: 'late', label: '', point: grid.label, matches: [] };
  return visit(
    browser,
    {
      hash: '#///en',
      expected: /ERR_/,
      before: (page) =>
        page.route('**/v1/search?*', async (route) => {
          const typed = new URL(route.request().url()).searchParams.get('q') ?? '';
          if (typed === 'slow') await quickShown;
          const items = [{ ...hit, code: typed }];
          await route.fulfill({ json: { items, more: false } }).catch(() => undefined);
        }),
    },
    async (page) => {
      await mapReady(page);
      const box = page.getByRole('combobox', { name: 'Grid, place' });
      const slow = page.waitForRequest(/q=slow/);
      await box.fill('slow');
      const request = await slow;
      await box.fill('quick');
      await page.locator('#hits [data-code=quick]').waitFor();
      letSlowAnswer();
      const answer = await request.response().catch(() => null); // null: given up
      await answer?.finished();
      await page.evaluate(() => new Promise(requestAnimationFrame)); // what came of it is drawn
      assert.equal(await page.locator('#hits [data-code=slow]').count(), 0);
      await page.keyboard.press('Enter');
      await codeInPanel(page);
    },
  );
});

test('what is chosen among the hits stays chosen when the next ones come', () => {
  let come = (): void => undefined;
  const held = new Promise<void>((resolve) => (come = resolve));
  const items = ['aa', 'ab', 'ac'].map((code) => ({
    ...{ type: 'grid', kind: 'base', name: code, code, label: '', point: grid.label, matches: [] },
  }));
  const before = (page: Page): Promise<unknown> =>
    page.route('**/v1/search?*', async (route) => {
      const first = new URL(route.request().url()).searchParams.get('q') === 'a';
      if (!first) await held;
      await route.fulfill({ json: { items: first ? items.slice(1) : items, more: false } });
    });
  return visit(browser, { hash: '#///en', before }, async (page) => {
    await mapReady(page);
    const box = page.getByRole('combobox', { name: 'Grid, place' });
    await box.fill('a');
    await page.locator('#hits [data-code=ac]').waitFor();
    const next = page.waitForRequest(/q=a\+b|q=a%20b/);
    await box.fill('a b');
    await next;
    await box.press('ArrowDown');
    await box.press('ArrowDown');
    come();
    await page.locator('#hits [data-code=aa]').waitFor();
    await page.locator('#hits [data-code=ac][aria-selected=true]').waitFor();
    await box.press('Enter');
    assert.equal(await box.inputValue(), 'ac');
  });
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

test('near a border the neighbours are drawn, beside the grid that is responsible', async () => {
  const near = await nearBorder();
  let draw = (): void => undefined;
  const held = new Promise<void>((resolve) => (draw = resolve));
  const before = (page: Page): Promise<unknown> =>
    page.route(/\/v1\/grids\/[^/?]+\?/, async (route) => {
      await held;
      await route.continue();
    });
  const hash = `#${near.join('/')}/16/en?at=${near.join()}`;
  await visit(browser, { hash, before, expected: /willReadFrequently/ }, async (page) => {
    await page.locator('#result [data-warning=near_boundary]').waitFor();
    await mapReady(page);
    const own = await page.evaluate(foundPixels, 0);
    assert.ok(own > 100, `the responsible grid is drawn: ${own} pixels`);
    draw();
    await page.waitForFunction(foundPixels, own + 100);
  });
});

/** In the browser: how many pixels of the map have the colour of what was found; 0 as long as they are not more than that. */
function foundPixels(moreThan: number): number {
  const named = getComputedStyle(document.documentElement).getPropertyValue('--map-found').trim();
  const want = [1, 3, 5].map((i) => parseInt(named.slice(i, i + 2), 16));
  let count = 0;
  for (const canvas of document.querySelectorAll<HTMLCanvasElement>('#map canvas')) {
    const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    for (let i = 0; i < data.length; i += 4) {
      const off = want.map((of, k) => Math.abs((data[i + k] ?? 0) - of));
      if (Math.max(...off) < 40 && (data[i + 3] ?? 0) > 128) count++;
    }
  }
  return count > moreThan ? count : 0;
}

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
    await page.waitForURL((link) => sightOf(link.href).zoom >= 15); // the map has gone there
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

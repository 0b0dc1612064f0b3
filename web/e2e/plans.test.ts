// A plan and its draft over the edition in force; last of all it takes effect while somebody looks.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Session } from '../src/api';
import {
  accessible,
  ask,
  clickMiddle,
  coloursOnMap,
  launch,
  mapReady,
  session,
  someGrid,
  visit,
} from './browser';
import { makePlan, mayPlan, publish, type MadePlan } from './plan';

let browser: Browser;
let who: Session;
let plan: MadePlan;

before(async () => {
  browser = await launch();
  who = await session();
  if (who.demo && mayPlan()) plan = await makePlan(await someGrid(), '水秀社区网格调整');
});
after(() => browser.close());

const noPlan = 'needs the loopback demo, and its tokens in $TOKEN_PLANNER and $TOKEN_ADMINISTRATOR';

/** A test that needs the plan. */
function planned(name: string, body: () => Promise<void>): void {
  void test(name, async (t) => (plan === undefined ? t.skip(noPlan) : body()));
}

/** Where the map looks, by the link. */
const place = (page: Page): string => new URL(page.url()).hash.split('/').slice(0, 3).join('/');

async function movesBy(page: Page, act: () => Promise<unknown>): Promise<void> {
  await mapReady(page);
  const from = place(page);
  await act();
  await page.waitForURL((url) => url.hash.split('/').slice(0, 3).join('/') !== from);
}

planned('from the list to the draft, its consequences and a finding, in both languages', () =>
  visit(browser, { hash: '#///en' }, async (page) => {
    await mapReady(page);
    await page.getByRole('navigation').getByRole('button', { name: 'Plans' }).click();
    const listed = page.locator('#plans button', { hasText: plan.code });
    await listed.getByText('checked', { exact: true }).waitFor();
    await accessible(page, 'list of plans');

    await movesBy(page, () => listed.click());
    assert.ok(page.url().endsWith(`/en?plan=${plan.code}`), page.url());
    const draft = page.locator('#draft');
    await draft.locator('li', { hasText: plan.grid.code }).getByText('retired', { exact: false }).waitFor();
    for (const code of plan.parts) {
      await draft.locator('li', { hasText: code }).getByText('new', { exact: false }).first().waitFor();
    }
    await page.getByText('Old border, given up').waitFor();
    await page.getByText('New border', { exact: true }).waitFor();

    const impact = await ask<{ households_moved: number; places: { total: number } }>(
      `/v1/plans/${plan.code}/impact`,
    );
    const moved = page.locator('#impact').getByRole('row', { name: /^Households that change hands/ });
    assert.equal(parseInt(await moved.getByRole('cell').innerText()), Math.round(impact.households_moved));
    const places = page.getByRole('table', { name: 'Places that change hands' });
    const all = places.getByRole('row', { name: /^All/ }).getByRole('cell');
    assert.equal(Number((await all.innerText()).replaceAll(',', '')), impact.places.total);
    await mapReady(page);
    await accessible(page, 'draft');

    await page.locator('#map').focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press('-');
    await movesBy(page, () => page.locator('#findings li button').first().click());

    await page.getByRole('button', { name: '中文' }).click();
    await page.getByRole('heading', { name: '质检结果' }).waitFor();
    await page.getByText('旧边界（取消）').waitFor();
    assert.ok(page.url().endsWith(`/zh?plan=${plan.code}`), page.url());
    await accessible(page, 'draft in Chinese');
    await page.getByRole('button', { name: '返回方案列表' }).click();
    await page.locator('#plans').waitFor();
    assert.ok(page.url().endsWith('/zh?task=plans'), page.url());
    assert.equal(await page.getByText('旧边界（取消）').count(), 0);
  }),
);

planned('keyboard: from the tasks to a part of the draft', () =>
  visit(browser, { hash: '#///en' }, async (page) => {
    await mapReady(page);
    await page.getByRole('navigation').getByRole('button', { name: 'Plans' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('#plans button', { hasText: plan.code }).focus();
    await movesBy(page, () => page.keyboard.press('Enter'));
    await page.locator('#draft li button').first().waitFor();
    await page.locator('#draft li button').first().focus();
    await movesBy(page, () => page.keyboard.press('Enter'));
  }),
);

for (const colorScheme of ['light', 'dark'] as const) {
  planned(`a link opens the draft, without WebGL: ${colorScheme}`, async () => {
    const plain = await launch({ webgl: false });
    const [lon, lat] = plan.grid.label;
    const link = `#${lon.toFixed(5)}/${lat.toFixed(5)}/16/zh?plan=${plan.code}`;
    try {
      await visit(plain, { hash: link, colorScheme }, async (page) => {
        await page.getByRole('heading', { name: plan.title }).waitFor();
        await page.locator('#draft li').first().waitFor();
        await mapReady(page);
        assert.ok((await coloursOnMap(page)) > 20);
        assert.equal(new URL(page.url()).hash, link, 'the link says where to look');
        await accessible(page, 'draft by link');
      });
    } finally {
      await plain.close();
    }
  });
}

planned('a plan that is not there is said so, with a way back', () =>
  visit(browser, { hash: '#///en?plan=000000-1999-001', expected: /404/ }, async (page) => {
    await page.getByRole('alert').first().waitFor();
    await page.getByRole('button', { name: 'Back to the list of plans' }).click();
    await page.locator('#plans button', { hasText: plan.code }).waitFor();
  }),
);

test('no plan: what to do', async (t) => {
  if (!who.demo) return t.skip(noPlan);
  const empty = { items: [], next: null };
  await visit(
    browser,
    {
      hash: '#///en',
      before: (page) => page.route('**/v1/plans?*', (route) => route.fulfill({ json: empty })),
    },
    async (page) => {
      await mapReady(page);
      await page.getByRole('navigation').getByRole('button', { name: 'Plans' }).click();
      await page.getByText('wangge plan create', { exact: false }).waitFor();
      await accessible(page, 'no plans');
    },
  );
});

test('elsewhere: plans ask for a token', async (t) => {
  if (who.demo) return t.skip('the loopback demo shows everything');
  await visit(browser, { hash: '#///en' }, async (page) => {
    await mapReady(page);
    await page.getByRole('navigation').getByRole('button', { name: 'Plans' }).click();
    await page.getByRole('button', { name: 'Enter a token' }).click();
    await page.getByRole('dialog').waitFor();
  });
});

// It changes the city, so it is the last.
planned('an edition that changes while somebody looks is drawn, and shown in the plan', async () => {
  const [lon, lat] = plan.grid.label;
  await visit(browser, { hash: `#${lon}/${lat}/16/en?plan=${plan.code}` }, async (page) => {
    await mapReady(page);
    await page.locator('#draft li').first().waitFor();
    const tiles: { edition: string; minimum: string }[] = [];
    page.on('response', (response) => {
      if (!response.url().includes('/tiles/grids/')) return;
      const edition = response.headers()['wangge-edition'] ?? '';
      tiles.push({ edition, minimum: response.request().headers()['wangge-min-edition'] ?? '' });
    });
    await page.locator('[data-feed=live]').waitFor();
    const told = page.waitForResponse(/\/tiles\/grids\//); // nobody touches the page: it is told
    await publish(plan);
    await told;
    await mapReady(page);
    await clickMiddle(page);
    await page.locator('#result [data-field=code]').waitFor();
    await mapReady(page);
    const county = `${plan.county}=2`;
    assert.ok(tiles.length > 0, 'the tiles are asked for again, without a touch');
    for (const { edition, minimum } of tiles) {
      assert.ok(edition.includes(county), edition);
      assert.equal(minimum, county);
    }
    assert.ok(plan.parts.includes(await page.locator('#result [data-field=code]').innerText()));
    await page.getByRole('navigation').getByRole('button', { name: 'Plans' }).click();
    await page.getByText('This plan has taken effect', { exact: false }).waitFor();
    await page
      .locator('#draft li', { hasText: plan.grid.code })
      .getByText('retired', { exact: false })
      .waitFor();
    await page.getByText('agrees', { exact: false }).first().waitFor();
    await page.locator('#filing').getByText('filing due', { exact: false }).waitFor();
    await accessible(page, 'a plan in effect');
  });
});

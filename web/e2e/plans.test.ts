// The whole life of a plan, on the page: begun, drawn, checked, heard, decided, in effect, filed; by mouse and by keyboard.
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
  linkOf,
  mapReady,
  session,
  someGrid,
  visit,
} from './browser';
import { tokenOf, type Role } from './client';
import { makePlan, mayPlan, type MadePlan } from './plan';
import { proveDatabase } from './proof';

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

/** The token of a role, as if it had been entered in this tab. */
const as = (role: Role) => ({
  before: (page: Page) =>
    page.addInitScript((token) => sessionStorage.setItem('wangge.token', token), tokenOf(role)),
});

/** Where the map looks, by the link. */
const place = (link: string): string => new URL(link).hash.split('/').slice(0, 3).join('/');

async function movesBy(page: Page, act: () => Promise<unknown>): Promise<void> {
  await mapReady(page);
  const from = place(await linkOf(page));
  await act();
  await page.waitForURL((link) => place(link.href) !== from);
}

/** Presses a button of the step that is next, which must be that one, and waits until it is done. */
async function take(page: Page, step: string, button: string): Promise<void> {
  const now = page.locator(`#course [data-step=${step}]`);
  await page.locator(`#course [data-step=${step}][aria-current=step]`).waitFor();
  await now.getByRole('button', { name: button, exact: true }).click();
  await page.locator(`#course [data-step=${step}][data-state=done]`).waitFor();
}

planned('from the list to the draft, its consequences and a finding, in both languages', () =>
  visit(browser, { hash: '#///en' }, async (page) => {
    await mapReady(page);
    await page.getByRole('navigation').getByRole('button', { name: 'Plans' }).click();
    const listed = page.locator('#plans button', { hasText: plan.code });
    await listed.getByText('checked', { exact: true }).waitFor();
    await page.getByLabel('Show').selectOption('rejected');
    await page.getByText('No plan is like that.').waitFor();
    await page.waitForURL((link) => link.href.endsWith('/en?task=plans&plans=rejected'));
    await page.getByRole('button', { name: 'Show all plans' }).click();
    await page.locator('select[name=county]').selectOption(plan.county);
    await listed.waitFor();
    await accessible(page, 'list of plans');

    await movesBy(page, () => listed.click());
    await page.waitForURL(new RegExp(`/en\\?plan=${plan.code}&plans=all&county=${plan.county}$`));
    const draft = page.locator('#draft');
    await draft.locator('li', { hasText: plan.grid.code }).getByText('retired', { exact: false }).waitFor();
    for (const code of plan.parts) {
      await draft.locator('li', { hasText: code }).getByText('new', { exact: false }).first().waitFor();
    }
    await page.getByText('New border', { exact: true }).waitFor();

    const impact = await ask<{ households_moved: number; places: { total: number } }>(
      `/v1/plans/${plan.code}/impact`,
    );
    const moved = page.locator('#impact').getByRole('row', { name: /^Households that change hands/ });
    assert.equal(parseInt(await moved.getByRole('cell').innerText()), Math.round(impact.households_moved));
    const places = page.getByRole('table', { name: 'Places that change hands' });
    const all = places.getByRole('row', { name: /^All/ }).getByRole('cell');
    assert.equal(Number((await all.innerText()).replaceAll(',', '')), impact.places.total);
    await page.getByText('enter the token of a planner', { exact: false }).waitFor();
    await mapReady(page);
    await accessible(page, 'draft');

    await page.locator('#map').focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press('-');
    await movesBy(page, () => page.locator('#findings li button').first().click());

    await page.getByRole('button', { name: '中文' }).click();
    await page.getByRole('heading', { name: '质检结果' }).waitFor();
    await page.getByText('新边界', { exact: true }).waitFor();
    await accessible(page, 'draft in Chinese');
    await page.getByRole('button', { name: '返回方案列表' }).click();
    await page.locator('#plans').waitFor();
    assert.equal(await page.getByText('新边界', { exact: true }).count(), 0);
  }),
);

planned('keyboard: from the tasks to a part of the draft', () =>
  visit(browser, { hash: '#///en?task=plans' }, async (page) => {
    await mapReady(page);
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
        assert.equal(new URL(await linkOf(page)).hash, link, 'the link says where to look');
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
      hash: '#///en?task=plans',
      before: (page) => page.route('**/v1/plans?*', (route) => route.fulfill({ json: empty })),
    },
    async (page) => {
      await mapReady(page);
      await page.getByText('Begin the first one with “New plan”', { exact: false }).waitFor();
      await page.getByText('New plan', { exact: true }).click();
      await page.getByText('enter the token of a planner', { exact: false }).waitFor();
      await accessible(page, 'no plans');
    },
  );
});

planned('a plan is begun on the page, by keyboard, and withdrawn', () =>
  visit(browser, { hash: '#///zh?task=plans', ...as('planner') }, async (page) => {
    await mapReady(page);
    await page.locator('#new-plan summary').focus();
    await page.keyboard.press('Enter');
    await accessible(page, 'a new plan');
    await page.locator('#new-plan input[type=checkbox]').first().focus();
    await page.keyboard.press('Space');
    await page.getByLabel('标题').focus();
    await page.keyboard.type('试画一笔');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '试画一笔' }).waitFor();
    const draw = page.locator('#course [data-step=draw]');
    assert.equal(await draw.getAttribute('aria-current'), 'step');
    await draw.getByRole('button', { name: '去绘制' }).waitFor();
    await page.locator('#course [data-step=check]').getByText('先绘制改动').waitFor();
    await page.locator('summary', { hasText: '撤回方案' }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('理由').focus();
    await page.keyboard.type('仅为演示');
    await page.keyboard.press('Enter');
    await page.getByText('方案已结束，不再有下一步').waitFor();
    await accessible(page, 'a withdrawn plan');
  }),
);

// These change the city, so they are the last.
planned('consulted, answered and submitted by a planner, on the page', () =>
  visit(browser, { hash: `#///zh?plan=${plan.code}`, ...as('planner') }, async (page) => {
    await take(page, 'consult', '征求意见');
    const bodies = page.locator('#course [data-step=answers] li');
    const asked = await bodies.count();
    assert.ok(asked >= 2, 'a street and a community at least');
    await accessible(page, 'a consultation');
    for (let i = 0; i < asked; i++) {
      const body = bodies.nth(i);
      await body.locator('summary').click();
      await body.getByLabel('意见').selectOption(i === 0 ? 'object' : 'agree');
      await body.getByLabel('内容').fill(i === 0 ? '边界不应变动' : '同意');
      await body.getByRole('button', { name: '记录答复' }).click();
      await body
        .getByText(i === 0 ? '反对' : '同意')
        .first()
        .waitFor();
    }
    await page.locator('#course [data-step=decide]').getByText('有反对意见尚未回应').waitFor();
    const against = bodies.first();
    await against.getByLabel('处理').selectOption('not_adopted');
    await against.getByLabel('说明').fill('负荷过大，仍须拆分');
    await against.getByRole('button', { name: '回应' }).click();
    await page.locator('#course [data-step=answers][data-state=done]').waitFor();
    // An answer that was noted wrongly is set right.
    await against.locator('summary', { hasText: '更正答复' }).press('Enter');
    await against.getByText('须重新回应').waitFor();
    await against.getByLabel('意见').selectOption('agree');
    await against.getByLabel('内容').fill('经说明后同意');
    await against.getByRole('button', { name: '更正答复' }).press('Enter');
    await against.getByText('经说明后同意').waitFor();
    assert.equal(await against.locator('.line', { hasText: '反对' }).count(), 0);
    await take(page, 'submit', '报审');
    await page.locator('#course [data-step=decide]').getByText('您的角色不能办理此步').waitFor();
    await accessible(page, 'a submitted plan');
  }),
);

planned(
  'decided, published, filed and announced by an administrator; whoever looks sees the new edition',
  async () => {
    const [lon, lat] = plan.grid.label;
    await visit(
      browser,
      { hash: `#${lon}/${lat}/16/en?plan=${plan.code}`, ...as('administrator') },
      async (page) => {
        await mapReady(page);
        await page.getByLabel('Document number').fill('示范区政发〔2026〕7号');
        await take(page, 'decide', 'Decide');
        const tiles: { edition: string; minimum: string }[] = [];
        page.on('response', (response) => {
          if (!response.url().includes('/tiles/grids/')) return;
          const edition = response.headers()['wangge-edition'] ?? '';
          tiles.push({ edition, minimum: response.request().headers()['wangge-min-edition'] ?? '' });
        });
        await page.locator('[data-feed=live]').waitFor();
        const told = page.waitForResponse(/\/tiles\/grids\//);
        // It cannot be taken back, so it asks; whoever cancels has changed nothing.
        const publish = page.locator('#course [data-step=publish]');
        await publish.getByRole('button', { name: 'Put into effect now' }).click();
        const sure = page.getByRole('dialog');
        await sure.getByText('cannot be taken back', { exact: false }).waitFor();
        await sure.getByRole('button', { name: 'Cancel' }).click();
        assert.notEqual(await publish.getAttribute('data-state'), 'done');
        await publish.getByRole('button', { name: 'Put into effect now' }).click();
        await sure.getByRole('button', { name: 'Put into effect now' }).click();
        await page.locator('#course [data-step=publish][data-state=done]').waitFor();
        await told;
        await mapReady(page);
        await page.getByText('This plan has taken effect', { exact: false }).waitFor();
        const row = page.locator('#draft li', { hasText: plan.grid.code });
        await row.getByText('retired', { exact: false }).waitFor();
        await page.locator('#filing').getByText('filing due', { exact: false }).waitFor();
        await page
          .locator('[data-step=file]')
          .getByRole('button', { name: 'Note that it was filed' })
          .click();
        await page.getByLabel('Receipt number').fill('备〔2026〕31号');
        await take(page, 'file', 'Note the receipt');
        await page.locator('[data-step=announce] summary').click();
        await page.getByLabel('Where').fill('社区公告栏');
        await page.getByRole('button', { name: 'Note the announcement' }).click();
        await page.getByText('Every step is done').waitFor();
        await accessible(page, 'a plan in effect');

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
      },
    );
  },
);

planned('the database is proven after all this', async () => proveDatabase());

// An overloaded grid is split along a road, by what is on the screen alone: begin a plan, draw, see what changes, submit.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import type { Geometry, Grid, Page as List } from '../src/api';
import { boxAround, type Impact } from '../src/plans/plan';
import { ask, launch, mapReady, visit } from './browser';
import { signedIn, tokenOf } from './client';
import { importStreet, proveDatabase } from './desk';

const texts = {
  zh: {
    ...{
      begin: '新建方案',
      title: '标题',
      create: '建立',
      draw: '去绘制',
      split: '切分',
      done: /切分完成，已证明/,
    },
    ...{ all: '方案的全部内容', check: '质检', consult: '征求意见', submit: '报审', submitted: '已报审' },
    households: '户数',
  },
  en: {
    ...{ begin: 'New plan', title: 'Title', create: 'Begin', draw: 'Draw under Divide', split: 'Split' },
    ...{ done: /Split: done, and proven/, all: 'All about this plan', check: 'Check', consult: 'Consult' },
    ...{ submit: 'Submit', submitted: 'submitted', households: 'Households' },
  },
} as const;

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

interface Overloaded {
  grid: Grid;
  county: string;
  lon: number;
  south: number;
  north: number;
}

/** The base grids with the most households that fit on the screen, each with a line from south to north through it. */
async function overloaded(nth: number): Promise<Overloaded> {
  const { items } = await ask<List<Grid>>('/v1/grids?kind=base&limit=200');
  const most = items.sort((a, b) => (b.households ?? 0) - (a.households ?? 0));
  const found: Overloaded[] = [];
  for (const { code } of most) {
    const grid = await ask<Grid>(`/v1/grids/${code}?geometry=true`);
    const box = boxAround([grid.boundary as Geometry]);
    if (box === null || !grid.label || box[3] - box[1] > 0.0085) continue;
    const county = `${code.slice(0, 6)}000000`;
    found.push({ grid, county, lon: grid.label[0], south: box[1] - 5e-5, north: box[3] + 5e-5 });
    if (found.length > nth) break;
  }
  const last = found[nth];
  assert.ok(last, 'the server has grids that fit on the screen');
  return last;
}

for (const [nth, language] of (['zh', 'en'] as const).entries()) {
  test(`an overloaded grid is split along a road and the plan submitted: ${language}`, async (t) => {
    if (tokenOf('planner') === '') return t.skip('needs the token of a planner');
    const say = texts[language];
    const { grid, county, lon, south, north } = await overloaded(nth);
    const vertex = (lat: number) => ({ x: Math.round(lon * 1e7), y: Math.round(lat * 1e7) });
    importStreet(vertex(south), vertex(north));
    const middle = (south + north) / 2;
    const hash = `#${lon.toFixed(5)}/${middle.toFixed(5)}/16/${language}?task=plans`;
    await visit(browser, { hash, before: signedIn('planner'), expected: /status of 4\d\d/ }, async (page) => {
      await mapReady(page);
      await page.getByText(say.begin, { exact: true }).click();
      await page.locator(`#new-plan input[value="${county}"]`).check();
      await page.getByLabel(say.title).fill(`拆分${grid.name}`);
      await page.getByRole('button', { name: say.create, exact: true }).click();
      await page.locator('[data-step=draw]').getByRole('button', { name: say.draw }).click();

      await page.locator('#grids li', { hasText: grid.code }).waitFor();
      await mapReady(page);
      await page.getByLabel(say.split, { exact: true }).check();
      const box = await page.locator('#map').boundingBox();
      assert.ok(box);
      const perDegree = (512 * 2 ** 15) / 360 / Math.cos((middle * Math.PI) / 180);
      const y = (lat: number): number => box.y + box.height / 2 + (middle - lat) * perDegree;
      await page.mouse.click(box.x + box.width / 2, y(north));
      await page.mouse.dblclick(box.x + box.width / 2, y(south));
      await page.locator('#outcome').getByText(say.done).waitFor();
      await page.locator('#live').getByText(say.households, { exact: false }).first().waitFor();

      await page.getByRole('button', { name: say.all }).click();
      await page.locator('#draft li', { hasText: grid.code }).waitFor();
      const code = /plan=([\d-]+)/.exec(page.url())?.[1] ?? '';
      const impact = await ask<Impact>(`/v1/plans/${code}/impact`);
      assert.ok(impact.households_moved > 0, 'households change hands');
      const step = (name: string) => page.locator(`#course [data-step=${name}]`);
      await step('check').getByRole('button', { name: say.check, exact: true }).click();
      await step('consult').getByRole('button', { name: say.consult, exact: true }).click();
      await step('submit').locator('summary').click();
      await step('submit').getByRole('button', { name: say.submit, exact: true }).click();
      await page.locator('#course [data-step=submit][data-state=done]').waitFor();
      await page.getByRole('cell', { name: say.submitted, exact: true }).waitFor();
    });
  });
}

test('the database is proven after it', () => proveDatabase());

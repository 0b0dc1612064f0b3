// After every stroke the panel says what changes hands, before and after: what the server says of the draft, and of what is in force.
import assert from 'node:assert/strict';
import { degrees } from '../src/divide/lattice';
import { formatArea, formatDistance, formatNumber } from '../src/format';
import type { Handovers, Impact, PartImpact } from '../src/plans/plan';
import { ask, pressed } from './browser';
import { send } from './client';
import { type Desk, inTheMiddle } from './desk';
import { divided, noDatabase, square, streetBeside } from './dividing';
import { importLine } from './proof';

const n = (value: number, digits = 0): string => formatNumber(value, 'en', digits);

/** Demands that the panel says of the draft what the server says, and gives that back. */
async function demandTold({ page, code }: Desk): Promise<Impact> {
  const impact = await ask<Impact>(`/v1/plans/${code}/impact`);
  const live = page.locator('#live');
  const cells = (table: string): Promise<string[][]> =>
    live
      .locator(`${table} > tbody > tr`)
      .evaluateAll((all) =>
        all.map((row) => [...row.children].map((cell) => cell.firstChild?.textContent?.trim() ?? '')),
      );
  const parts = impact.parts.filter(({ kind, change }) => kind !== 'void' && change !== 'bent');
  assert.deepEqual(
    await cells(':scope > table'),
    parts.map((one) => [
      one.name || one.code,
      ...(one.kind === 'base'
        ? [
            `${n(one.households_before)} → ${n(one.households_after)}`,
            `${n(one.load_before)} → ${n(one.load_after)}`,
          ]
        : ['–', '–']), // households stay with the grids that it lies over
    ]),
  );
  const empty = parts.filter(
    (one) => one.kind === 'base' && one.change !== 'retired' && one.households_after === 0,
  );
  assert.equal(await live.getByText('nobody lives here').count(), empty.length);
  const { before: was, after: is } = impact.load;
  await live.getByText(`Coefficient of variation ${n(was.cv, 3)} → ${n(is.cv, 3)}`).waitFor();

  await live.getByText('All consequences').press('Enter');
  const moved = `${n(impact.households_moved)}${impact.households_estimated ? ' · estimated by area' : ''}`;
  assert.deepEqual(await cells('details > table:nth-of-type(1)'), [
    ['Area that changes hands', formatArea(impact.area_moved_m2, 'en')],
    ['Households that change hands', moved],
    ['Length of border given up', formatDistance(impact.border_redrawn_m, 'en')],
    ['Places left without a grid', n(impact.lost_places)],
    ['Posts affected', n(impact.posts.length)],
    ['of them end', n(impact.posts.filter(({ to_grid: to }) => to === null).length)],
    ['Units of other networks newly cut', n(impact.units_cut.length)],
  ]);
  const counts = ({ by_kind: kinds, total }: Handovers): string[] =>
    [
      ...Object.entries(kinds)
        .sort()
        .map(([, count]) => count),
      total,
    ].map((count) => n(count));
  const second = async (table: string): Promise<(string | undefined)[]> =>
    (await cells(table)).map((row) => row[1]);
  assert.deepEqual(await second('details > table:nth-of-type(2)'), counts(impact.places));
  assert.deepEqual(await second('details > table:nth-of-type(3)'), counts(impact.incidents));
  assert.deepEqual(await cells('details > table:nth-of-type(4)'), [
    ['Grids', n(was.grids), n(is.grids)],
    ['Minimum', n(was.min, 1), n(is.min, 1)],
    ['Mean', n(was.mean, 1), n(is.mean, 1)],
    ['Maximum', n(was.max, 1), n(is.max, 1)],
    ['Coefficient of variation', n(was.cv, 3), n(is.cv, 3)],
  ]);
  await demandPlaces(page.locator('#live'), impact.places);
  await demandBefore(impact.parts);
  return impact;
}

/** Demands that the places that change hands are listed, and from which grid to which each goes. */
async function demandPlaces(live: ReturnType<Desk['page']['locator']>, { items }: Handovers): Promise<void> {
  if (items.length === 0) return;
  await live.locator('details > details').first().locator('summary').press('Enter');
  const rows = await live.locator('details > details').first().locator('li').allInnerTexts();
  const want = items.slice(0, 30);
  assert.equal(rows.length, want.length);
  for (const [i, one] of want.entries()) {
    const row = rows[i]?.replace(/\s+/g, ' ').trim() ?? '';
    assert.ok(row.includes(one.name || one.code), `${row} is no ${one.name}`);
    // A dedicated grid that stays the one there is not what changes.
    const stays = one.from_dedicated !== null && one.from_dedicated === one.to_dedicated;
    const to = (stays ? one.to_base : (one.to_dedicated ?? one.to_base)) ?? 'nowhere';
    assert.ok(row.endsWith(`→ ${to}`), `${row} does not go to ${to}`);
  }
}

/** Demands that what is said to have been before is what is in force. */
async function demandBefore(parts: readonly PartImpact[]): Promise<void> {
  for (const one of parts.filter(({ kind, change }) => kind === 'base' && change !== 'created')) {
    const { area_m2: area } = await ask<{ area_m2: number }>(`/v1/grids/${one.code}`);
    assert.ok(Math.abs(area - one.area_m2_before) < 1, `${one.code} had ${area} m²`);
  }
}

/** A test of what is told of one stroke, and that nothing is told of it when it is undone. */
function told(name: string, stroke: (desk: Desk) => Promise<void>, demand: (impact: Impact) => void): void {
  divided(`what changes hands is told: ${name}`, async (desk) => {
    const { page } = desk;
    const none = page.locator('#live').getByText('Nothing is changed yet.');
    await none.waitFor();
    await stroke(desk);
    demand(await demandTold(desk));
    await pressed(page.getByRole('button', { name: 'Undo' }));
    await desk.kept(/Undone/, 0);
    await none.waitFor();
  });
}

/** Of parts that have changed so, how many households more they have than before. */
const gained = ({ parts }: Impact, ...changes: string[]): number =>
  parts
    .filter(({ kind, change }) => kind === 'base' && changes.includes(change))
    .reduce((sum, one) => sum + one.households_after - one.households_before, 0);

told(
  'a grid is split',
  async (desk) => {
    const { page } = desk;
    const part = await desk.grid();
    await page.getByLabel('Split', { exact: true }).check();
    await desk.pick(part);
    await desk.typed(desk.across(part));
    await desk.kept(/Split: done/, 1);
    const { parts } = await ask<Impact>(`/v1/plans/${desk.code}/impact`);
    await page.getByRole('searchbox').last().fill('');
    for (const one of parts.filter(({ change }) => change === 'created')) {
      const households = `${n(one.households_after)} households`;
      await page.locator('#grids li', { hasText: one.code }).getByText(households).waitFor();
    }
  },
  (impact) => {
    assert.ok(impact.places.total > 0 && impact.households_moved > 0);
    assert.ok(gained(impact, 'created') > 0);
    assert.notEqual(impact.load.before.cv, impact.load.after.cv);
  },
);

told(
  'a block of streets is given to a neighbour',
  async (desk) => {
    const { gains, street, spot } = await streetBeside(desk);
    assert.ok(importLine('roads', street), noDatabase);
    await desk.page.getByLabel('Give a block').check();
    await desk.pick(gains);
    await desk.page.getByLabel('Coordinates (longitude, latitude)').fill(degrees(spot).join(', '));
    await desk.page.keyboard.press('Enter');
    await desk.kept(/Border changed: done/, 1);
  },
  (impact) => {
    assert.ok(impact.area_moved_m2 > 0 && impact.border_redrawn_m > 0);
    assert.equal(impact.load.before.grids, impact.load.after.grids);
  },
);

/** Cuts a square out of a grid, so many metres from its middle to each side. */
const cutOut =
  (name: string, half: number) =>
  async (desk: Desk): Promise<void> => {
    await desk.page.getByLabel('Cut out a grid').check();
    await desk.page.getByLabel('Name', { exact: true }).fill(name);
    await desk.typed(square(inTheMiddle(await desk.grid()), half));
    await desk.kept(/New grid: done/, 1);
  };

told('a grid is cut out', cutOut('影响网格', 40), (impact) => {
  assert.equal(impact.load.after.grids, impact.load.before.grids + 1);
  assert.ok(impact.parts.some(({ name, change }) => name === '影响网格' && change === 'created'));
  assert.ok(gained(impact, 'created') > 0);
});

told('a grid is cut out in which nobody lives', cutOut('无人网格', 5), ({ parts }) => {
  const [made] = parts.filter(({ change }) => change === 'created');
  assert.equal(made?.households_after, 0);
});

told(
  'a dedicated grid is laid over',
  async (desk) => {
    const { page } = desk;
    const posted = (await send('planner', 'GET', '/v1/workers?limit=1')).body as {
      items: { worker_code: string }[];
    };
    const { items } = await ask<{ items: { code: string }[] }>('/v1/organizations?limit=1');
    await page.getByLabel('Dedicated grid', { exact: true }).check();
    await page.getByLabel('Name', { exact: true }).fill('影响园区');
    await page.getByLabel('Kind').selectOption('market');
    await page.getByLabel('Host').fill(items[0]?.code ?? '');
    await page.getByLabel('Who is posted to it').fill(posted.items[0]?.worker_code ?? '');
    await desk.typed(square(inTheMiddle(await desk.grid()), 40));
    await desk.kept(/New grid: done/, 1);
  },
  (impact) => {
    assert.ok(impact.parts.some(({ kind, change }) => kind === 'dedicated' && change === 'created'));
    assert.ok(impact.places.items.some((one) => one.from_dedicated !== one.to_dedicated));
  },
);

told(
  'two grids are merged',
  async (desk) => {
    const [one, other] = await desk.neighbours();
    await desk.page.getByLabel('Merge', { exact: true }).check();
    await desk.pick(one);
    await desk.pick(other);
    await pressed(desk.page.getByRole('button', { name: 'Merge those chosen' }));
    await desk.kept(/Merged: done/, 1);
  },
  (impact) => {
    assert.equal(impact.load.after.grids, impact.load.before.grids - 1);
    assert.ok(impact.places.total > 0 && impact.posts.length > 0);
    const ended = impact.parts.filter(({ change }) => change === 'retired');
    assert.ok(ended.length > 0, JSON.stringify(impact.parts.map(({ change }) => change)));
  },
);

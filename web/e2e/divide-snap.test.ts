// What a planner draws catches on what is there, where that is wanted; the panel says what comes of it, and all of it can be undone.
import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import type { Geometry, Position } from '../src/api';
import { degrees, distanceM, inside, linesOf, nearestOn, same, type Vertex } from '../src/divide/lattice';
import type { Part, Partition } from '../src/divide/partition';
import { formatNumber } from '../src/format';
import type { Impact } from '../src/plans/plan';
import { ask } from './browser';
import { corners, Desk, inTheMiddle, metres } from './desk';
import { browser, planned } from './dividing';
import { demandLaws, proveDatabase } from './proof';

/** A test with a plan of its own, which takes effect at its end; the desk is opened as often as the test wants, where it wants. */
function divided(
  name: string,
  body: (
    at: (middle: Position | null, sitting: (desk: Desk) => Promise<void>) => Promise<void>,
  ) => Promise<void>,
): void {
  planned(name, async () => {
    const plan = await Desk.begin(name);
    await body((middle, sitting) =>
      Desk.at(browser, 'en', { code: plan.code, middle: middle ?? plan.middle }, sitting),
    );
    await demandLaws(plan.code);
  });
}

type Edge = readonly [Vertex, Vertex];

/** The two corners of a grid that are farthest from each other with nothing but the grid between them. */
function farCorners({ area }: Part): [Vertex, Vertex] {
  const ring = area[0]?.[0] ?? [];
  let best: { pair: [Vertex, Vertex]; m: number } | null = null;
  for (const [i, a] of ring.entries()) {
    for (const b of ring.slice(i + 2)) {
      const m = distanceM(a, b);
      const between = [...Array(49).keys()].map((k): Vertex => {
        const t = (k + 1) / 50;
        return { x: Math.round(a.x + (b.x - a.x) * t), y: Math.round(a.y + (b.y - a.y) * t) };
      });
      if (m > (best?.m ?? 0) && between.every((v) => inside(area, v))) best = { pair: [a, b], m };
    }
  }
  assert.ok(best, 'a grid has two corners that see each other');
  return best.pair;
}

/** How far from what it is to catch on a point is put, in metres: some pixels, and farther than the server leads an end to a border. */
const offM = 8;
/** What nothing else may be within of that point: how far it catches, and a pixel. */
const clearM = 20;

/** The lines that lie below what is in sight, by kind. */
async function below({ code, middle: [lon, lat] }: Desk): Promise<Map<string, Vertex[][]>> {
  const box = [lon - 0.01, lat - 0.0065, lon + 0.01, lat + 0.0065].map((v) => v.toFixed(7)).join();
  const { references } = await ask<{ references: { kind: string; geometry: Geometry }[] }>(
    `/v1/plans/${code}/workingset?bbox=${box}&references=true`,
  );
  const lines = new Map<string, Vertex[][]>();
  for (const { kind, geometry } of references)
    lines.set(kind, [...(lines.get(kind) ?? []), ...linesOf(geometry)]);
  return lines;
}

const edgesOf = (lines: readonly (readonly Vertex[])[]): Edge[] =>
  lines.flatMap((line) => line.slice(1).map((b, i): Edge => [line[i] ?? b, b]));

const borders = (partition: Partition): Vertex[][] =>
  partition.all().flatMap(({ area }) => area.flat().map((ring) => [...ring, ...ring.slice(0, 1)]));

/** Where a point is put that is to catch on an edge or on an end of it, and nothing else. */
interface Spot {
  corner: Vertex;
  put: Vertex;
  edge: Edge;
  vertex: Vertex | null;
}

/** A corner that may be moved next to a line of one kind, for nothing else to be near but that. */
function spotBeside(partition: Partition, desk: Desk, lines: Vertex[][], all: Edge[]): Spot {
  const free = corners(partition).filter(
    (v) => partition.lock('tiling', v) === null && partition.edgeNear('dedicated', v, 20) === null,
  );
  const spots = edgesOf(lines).flatMap((edge) => {
    const [a, b] = edge;
    const middle = { x: Math.round((a.x + b.x) / 2), y: Math.round((a.y + b.y) / 2) };
    const long = distanceM(a, b) > 3 * clearM;
    return (long ? [middle] : [a]).map((onto) => ({ edge, onto, vertex: long ? null : a }));
  });
  for (const { edge, onto, vertex } of spots.filter(
    ({ onto: at }) => desk.inSight(at) && partition.having('tiling', at).length === 0,
  )) {
    for (let turn = 0; turn < 8; turn++) {
      const put = metres(onto, offM * Math.cos((turn * Math.PI) / 4), offM * Math.sin((turn * Math.PI) / 4));
      const near = all.filter(([a, b]) => nearestOn(put, a, b).distanceM < clearM);
      // Of a vertex, only its own two edges.
      const own = ([a, b]: Edge): boolean =>
        vertex === null ? a === edge[0] && b === edge[1] : same(a, vertex) || same(b, vertex);
      if (!near.every(own) || nearestOn(put, ...edge).distanceM < offM / 2) continue;
      const rivals = near.flat().filter((v) => vertex === null || !same(v, vertex));
      if (rivals.some((v) => distanceM(put, v) < (vertex === null ? clearM : 1.5 * offM))) continue;
      const corner = free.find((v) => {
        const far = distanceM(v, put);
        const moves = partition.foldOfMove('tiling', v, onto) ?? partition.foldOfMove('tiling', v, put);
        return desk.inSight(v) && far > 30 && far < 200 && moves === null;
      });
      if (corner) return { corner, put, edge, vertex };
    }
  }
  throw new Error('no corner in sight may be moved next to such a line');
}

/** The corner that a stroke has made. */
async function made(desk: Desk, before: Partition): Promise<Vertex> {
  const [one, ...more] = corners(await desk.partition()).filter(
    (v) => before.having('tiling', v).length === 0,
  );
  assert.ok(one && more.length === 0, `one corner is new: ${JSON.stringify([one, ...more])}`);
  return one;
}

/** Demands that a corner is where the line is, to the last digit; on an edge but for rounding. */
function demandOn(at: Vertex, { edge, vertex }: Spot): void {
  if (vertex !== null) return assert.deepEqual(at, vertex);
  const { at: on } = nearestOn(at, ...edge);
  assert.ok(Math.abs(on.x - at.x) <= 1 && Math.abs(on.y - at.y) <= 1, 'the corner is not on the line');
}

/** Demands that a corner is where it was put, and not on the line. */
function demandOff(at: Vertex, { edge, put }: Spot): void {
  assert.ok(nearestOn(at, ...edge).distanceM > offM / 4, 'the corner is on the line');
  assert.ok(distanceM(at, put) < offM / 2, 'the corner is not where it was put');
}

/** Undoes the one stroke of the plan. */
async function undone(desk: Desk): Promise<void> {
  await desk.page.getByRole('button', { name: 'Undo' }).press('Enter');
  await desk.kept(/Undone/, 0);
}

const rounded = (at: Vertex): Position => degrees(at).map((v) => Number(v.toFixed(5))) as Position;

for (const kind of ['road', 'building'] as const) {
  divided(`a corner catches on a ${kind}, where that is wanted: by mouse, then by keyboard`, async (at) => {
    let found: Spot | undefined;
    await at(null, async (desk) => {
      const before = await desk.partition();
      const lines = await below(desk);
      const all = edgesOf([...lines.values(), borders(before)].flat());
      const spot = spotBeside(before, desk, lines.get(kind) ?? [], all);
      const drag = async (): Promise<Vertex> => {
        const [from, to] = [await desk.pixel(degrees(spot.corner)), await desk.pixel(degrees(spot.put))];
        await desk.drag(degrees(spot.corner), [to.x - from.x, to.y - from.y]);
        await desk.kept(/Border changed: done/, 1);
        return made(desk, before);
      };
      demandOn(await drag(), spot);
      await undone(desk);
      await desk.page.getByLabel('Catch on lines').uncheck();
      demandOff(await drag(), spot);
      await undone(desk);
      found = spot;
    });
    const spot = found;
    assert.ok(spot);
    await at(rounded(spot.put), async (desk) => {
      const { page } = desk;
      const before = await desk.partition();
      const catching = page.getByLabel('Catch on lines');
      const move = async (how: (corner: Locator) => Promise<void>): Promise<Vertex> => {
        await desk.clickAt(degrees(spot.corner));
        await how(page.getByRole('button', { name: 'Move to the cross of the map' }));
        await desk.kept(/Border changed: done/, 1);
        return made(desk, before);
      };
      const byButton = (button: Locator): Promise<void> => button.press('Enter');
      const byMap = async (): Promise<void> => page.locator('#map').press('Enter');
      for (const how of [byButton, byMap]) {
        demandOn(await move(how), spot);
        await undone(desk);
      }
      await catching.focus();
      await page.keyboard.press('Space');
      for (const how of [byButton, byMap]) {
        demandOff(await move(how), spot);
        await undone(desk);
      }
    });
  });
}

divided('after a split the panel says what the server says of it', async (at) => {
  await at(null, async (desk) => {
    const { page } = desk;
    const part = await desk.grid();
    await page.getByLabel('Split', { exact: true }).check();
    await page.getByLabel('Catch on lines').uncheck();
    await desk.pick(part);
    for (const end of desk.across(part)) {
      const [lon, lat] = degrees(end);
      await page.getByLabel('Coordinates (longitude, latitude)').fill(`${lon}, ${lat}`);
      await page.keyboard.press('Enter');
    }
    await page.getByText('2 points so far').waitFor();
    await page.getByRole('button', { name: 'Finish' }).press('Enter');
    await desk.kept(/Split: done/, 1);

    const impact = await ask<Impact>(`/v1/plans/${desk.code}/impact`);
    const n = (value: number, digits = 0): string => formatNumber(value, 'en', digits);
    const base = impact.parts.filter(({ kind, change }) => kind === 'base' && change !== 'bent');
    assert.ok(base.length >= 2 && base.some((one) => one.households_before !== one.households_after));
    const live = page.locator('#live');
    const rows = live.locator(':scope > table tbody tr');
    const said = await rows.evaluateAll((all) =>
      all.map((row) => [
        row.querySelector('th')?.firstChild?.textContent,
        ...[...row.querySelectorAll('td')].map((td) => td.textContent),
      ]),
    );
    const want = base.map((one) => [
      one.name || one.code,
      `${n(one.households_before)} → ${n(one.households_after)}`,
      `${n(one.load_before)} → ${n(one.load_after)}`,
    ]);
    assert.deepEqual(said, want);
    await page.getByRole('searchbox').last().fill('');
    for (const one of base.filter(({ change }) => change === 'created')) {
      const told = `${n(one.households_after)} households`;
      await page.locator('#grids li', { hasText: one.code }).getByText(told, { exact: false }).waitFor();
    }
    const { before: was, after: is } = impact.load;
    assert.notEqual(was.cv, is.cv);
    await live.getByText(`Coefficient of variation ${n(was.cv, 3)} → ${n(is.cv, 3)}`).waitFor();

    await live.getByText('All consequences').press('Enter');
    const { total, items } = impact.places;
    assert.ok(total > 0 && items[0], 'the split hands places over');
    const places = live.getByRole('table', { name: 'Places that change hands' });
    await places.getByRole('row', { name: `All ${n(total)}` }).waitFor();
    await live
      .getByText(items[0].name || items[0].code, { exact: false })
      .first()
      .waitFor({ state: 'attached' });
  });
});

divided('a grid is split from corner to corner, while lines are caught and followed', async (at) => {
  await at(null, async (desk) => {
    const { page } = desk;
    const part = await desk.grid();
    const [from, to] = farCorners(part);
    await desk.pick(part);
    await page.getByLabel('Split', { exact: true }).check();
    assert.ok(
      (await page.getByLabel('Catch on lines').isChecked()) &&
        (await page.getByLabel('Follow lines').isChecked()),
    );
    await desk.clickAt(degrees(from));
    const end = await desk.pixel(degrees(to));
    await page.mouse.dblclick(end.x, end.y);
    await desk.kept(/Split: done/, 1);
    const draft = await desk.partition();
    assert.equal(
      draft.beside('tiling', { a: from, b: to }).length,
      2,
      'the new border runs straight from corner to corner',
    );
  });
});

divided('ten strokes are undone to nothing, and done again', async (at) => {
  await at(null, async (desk) => {
    const { page } = desk;
    const before = await desk.partition();
    const listed = async (): Promise<string> => {
      await page.getByRole('searchbox').last().fill('');
      return page.locator('#grids ul').innerText();
    };
    const listedBefore = await listed();
    await desk.clickAt(degrees(await desk.corner()));
    let position = 0;
    for (const way of ['north', 'east', 'north', 'east', 'south', 'south', 'west']) {
      await page.getByRole('button', { name: `5 m ${way}` }).press('Enter');
      await desk.kept(/Border changed: done/, ++position);
    }
    const part = await desk.grid();
    await desk.pick(part);
    await page.getByLabel('New name').fill('晴浦十笔网格');
    await page.getByRole('button', { name: 'Rename' }).press('Enter');
    await desk.kept(/Renamed: done/, ++position);
    await page.getByLabel('Split', { exact: true }).check();
    for (const end of desk.across(part)) {
      const [lon, lat] = degrees(end);
      await page.getByLabel('Coordinates (longitude, latitude)').fill(`${lon}, ${lat}`);
      await page.keyboard.press('Enter');
    }
    await page.getByText('2 points so far').waitFor();
    await page.getByRole('button', { name: 'Finish' }).press('Enter');
    await desk.kept(/Split: done/, ++position);
    const [one, other] = await desk.neighbours();
    await page.getByLabel('Merge', { exact: true }).check();
    await desk.clickAt(degrees(inTheMiddle(one)));
    await desk.clickAt(degrees(inTheMiddle(other)));
    await desk.kept(/Merged: done/, ++position);
    assert.equal(position, 10);
    const [drawn, listedDrawn] = [await desk.partition(), await listed()];
    assert.notEqual(listedDrawn, listedBefore);

    while (position > 0) {
      await page.locator('#map').press('Control+z');
      await desk.kept(/Undone: done/, --position);
    }
    assert.ok(await page.getByRole('button', { name: 'Undo' }).isDisabled());
    await desk.same(before);
    assert.equal(await listed(), listedBefore);
    proveDatabase();
    while (position < 10) {
      await page.locator('#map').press('Control+y');
      await desk.kept(/Done again: done/, ++position);
    }
    assert.ok(await page.getByRole('button', { name: 'Redo' }).isDisabled());
    await desk.same(drawn);
    assert.equal(await listed(), listedDrawn);
    proveDatabase();
  });
});

// What a planner draws catches on what is there, where that is wanted; the panel says what comes of it, and all of it can be undone.
import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { degrees, distanceM, inside, nearestOn, type Vertex } from '../src/divide/lattice';
import type { Part, Partition } from '../src/divide/partition';
import { pressed } from './browser';
import {
  below,
  borders,
  cornerBeside,
  demandOff,
  demandOn,
  edgesOf,
  made,
  riverBeside,
  rounded,
  undone,
  type CornerSpot,
  type Spot,
} from './catching';
import { inTheMiddle, metres, places, type Desk } from './desk';
import { inSittings, noDatabase } from './dividing';
import { importLine, proveDatabase } from './proof';

/** Whether nothing but the grid lies between two places. */
function sees({ area }: Part, a: Vertex, b: Vertex): boolean {
  return [...Array(49).keys()].every((k) => {
    const t = (k + 1) / 50;
    return inside(area, { x: Math.round(a.x + (b.x - a.x) * t), y: Math.round(a.y + (b.y - a.y) * t) });
  });
}

/** The two corners of a grid that are farthest from each other with nothing but the grid between them. */
function farCorners(part: Part): [Vertex, Vertex] {
  const ring = part.area[0]?.[0] ?? [];
  let best: { pair: [Vertex, Vertex]; m: number } | null = null;
  for (const [i, a] of ring.entries()) {
    for (const b of ring.slice(i + 2)) {
      const m = distanceM(a, b);
      if (m > (best?.m ?? 0) && sees(part, a, b)) best = { pair: [a, b], m };
    }
  }
  assert.ok(best, 'a grid has two corners that see each other');
  return best.pair;
}

type Kind = 'road' | 'river' | 'building';

/** Where a corner is put next to a line of that kind; a river where one is needed and there is none is imported. */
async function besideA(kind: Kind, desk: Desk, before: Partition): Promise<CornerSpot> {
  const lines = await below(desk);
  const all = edgesOf([...lines.values(), borders(before)].flat());
  const there = cornerBeside(before, desk, lines.get(kind) ?? [], all);
  if (there !== null) return there;
  assert.equal(kind, 'river', 'no corner in sight may be moved next to such a line');
  const { river, spot } = riverBeside(before, desk, all);
  assert.ok(importLine('rivers', river), noDatabase);
  await desk.reopened();
  return spot;
}

for (const kind of ['road', 'river', 'building'] as const) {
  inSittings(
    `a corner catches on a ${kind}, where that is wanted: by mouse, then by keyboard`,
    async (at) => {
      let found: CornerSpot | undefined;
      await at(null, async (desk) => {
        const before = await desk.partition();
        const spot = await besideA(kind, desk, before);
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
        const byMap = async (): Promise<void> => page.locator('#map').press('Enter');
        for (const how of [pressed, byMap]) {
          demandOn(await move(how), spot);
          await undone(desk);
        }
        await catching.focus();
        await page.keyboard.press('Space');
        for (const how of [pressed, byMap]) {
          demandOff(await move(how), spot);
          await undone(desk);
        }
      });
    },
  );
}

/** A border that a grid may be given, where a line from a corner would catch on nothing but that if it ended short of it. */
async function bareBorder(desk: Desk, before: Partition): Promise<{ part: Part; from: Vertex; spot: Spot }> {
  const edges = edgesOf([...(await below(desk)).values(), borders(before)].flat());
  for (const part of before.all().filter((one) => !one.fixed && one.kind === 'base')) {
    for (const onto of places(part).filter((at) => desk.inSight(at))) {
      const put = metres(onto, 8, 0); // farther than the server itself leads an end to a border
      if (!inside(part.area, put) || edges.some(([a, b]) => nearestOn(put, a, b).distanceM < 20)) continue;
      const from = before.corners(part).find((v) => {
        const middle = { x: (v.x + onto.x) / 2, y: (v.y + onto.y) / 2 };
        const apart = distanceM(middle, onto) > 20 && before.edgeNear('tiling', middle, 5) === null;
        return v.x > onto.x && apart && desk.inSight(v) && sees(part, v, onto);
      });
      const [north, south] = desk.across(part);
      const edge = [
        { ...north, x: onto.x },
        { ...south, x: onto.x },
      ] as const;
      if (from) return { part, from, spot: { onto, put, edge, vertex: null } };
    }
  }
  throw new Error('no grid in sight has room for a border with nothing else near');
}

inSittings('a line catches on the border of a neighbour: by mouse, then by keyboard', async (at) => {
  let found: Awaited<ReturnType<typeof bareBorder>> | undefined;
  /** Demands that the grid is divided from the corner to the border, and undoes it. */
  const demandSplit = async (desk: Desk, before: Partition, from: Vertex, spot: Spot): Promise<void> => {
    await desk.kept(/Split: done/, 2);
    const end = await made(desk, before);
    demandOn(end, spot);
    assert.equal((await desk.partition()).beside('tiling', { a: from, b: end }).length, 2);
    await undone(desk, 1);
  };
  const demandRefused = async (desk: Desk, before: Partition): Promise<void> => {
    await desk.refused(/Nothing was changed: the line does not/);
    await desk.same(before);
  };
  await at(null, async (desk) => {
    const { page } = desk;
    const { part, from, spot } = (found = await bareBorder(desk, await desk.partition()));
    await desk.pick(part);
    await page.getByLabel('Split', { exact: true }).check();
    await desk.typed(spot.edge);
    await desk.kept(/Split: done/, 1);
    const before = await desk.partition();
    const draw = async (): Promise<void> => {
      await desk.clickAt(degrees(from));
      const end = await desk.pixel(degrees(spot.put));
      await page.mouse.dblclick(end.x, end.y);
    };
    await draw();
    await demandSplit(desk, before, from, spot);
    await page.getByLabel('Catch on lines').uncheck();
    await draw();
    await demandRefused(desk, before);
  });
  assert.ok(found);
  const { from, spot } = found;
  await at(rounded(spot.put), async (desk) => {
    const { page } = desk;
    const before = await desk.partition();
    await page.getByLabel('Split', { exact: true }).press('Space');
    const draw = async (): Promise<void> => {
      await page.getByLabel('Coordinates (longitude, latitude)').fill(degrees(from).join(', '));
      await page.keyboard.press('Enter');
      await page.getByText('1 points so far').waitFor();
      await page.locator('#map').press('Enter');
      await page.getByText('2 points so far').waitFor();
      await page.locator('#map').press('Shift+Enter');
    };
    await draw();
    await demandSplit(desk, before, from, spot);
    await page.getByLabel('Catch on lines').press('Space');
    await draw();
    await demandRefused(desk, before);
  });
});

inSittings('a grid is split from corner to corner, while lines are caught and followed', async (at) => {
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

/** Three corners between two places, beside the straight way: 8 m, 22 m and 8 m. */
function bentBeside(a: Vertex, b: Vertex): Vertex[] {
  const east = Math.sign(b.x - a.x) * distanceM(a, { x: b.x, y: a.y });
  const north = Math.sign(b.y - a.y) * distanceM(a, { x: a.x, y: b.y });
  return [8, 22, 8].map((m, i) => {
    const t = (i + 1) / 4;
    const on = { x: Math.round(a.x + (b.x - a.x) * t), y: Math.round(a.y + (b.y - a.y) * t) };
    return metres(on, (north * m) / Math.hypot(east, north), (-east * m) / Math.hypot(east, north));
  });
}

inSittings('a border is redrawn along a street that is followed', async (at) => {
  await at(null, async (desk) => {
    const { page } = desk;
    const before = await desk.partition();
    const { a, b } = await desk.freeEdge();
    const part = before.beside('tiling', { a, b }).find(({ fixed, kind }) => !fixed && kind === 'base');
    assert.ok(part);
    const street = bentBeside(a, b);
    assert.ok(importLine('roads', [a, ...street, b]), noDatabase);
    await desk.reopened();
    await page.getByLabel('Redraw a border').check();
    await desk.pick(part);
    const redrawn = async (): Promise<number> => {
      for (const [n, corner] of [a, street[1] ?? a, b].entries()) {
        await desk.clickAt(degrees(corner));
        await page.getByText(`${n + 1} points so far`).waitFor();
      }
      await pressed(page.getByRole('button', { name: 'Finish' }));
      const partition = await desk.proven(/Border changed: done, and proven/);
      return street.filter((corner) => partition.having('tiling', corner).length >= 2).length;
    };
    await page.getByLabel('Follow lines').press('Space');
    assert.equal(await redrawn(), 1, 'only the corner that was clicked is one of the border');
    await pressed(page.getByRole('button', { name: 'Undo' }));
    await page
      .locator('#outcome')
      .getByText(/Undone/)
      .waitFor();
    await desk.same(before);
    await page.getByLabel('Follow lines').press('Space');
    assert.equal(await redrawn(), 3, 'every corner of the street is one of the border');
  });
});

inSittings('ten strokes are undone to nothing, and done again', async (at) => {
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
      await pressed(page.getByRole('button', { name: `5 m ${way}` }));
      await desk.kept(/Border changed: done/, ++position);
    }
    const part = await desk.grid();
    await desk.pick(part);
    await page.getByLabel('New name').fill('晴浦十笔网格');
    await pressed(page.getByRole('button', { name: 'Rename' }));
    await desk.kept(/Renamed: done/, ++position);
    await page.getByLabel('Split', { exact: true }).check();
    await desk.typed(desk.across(part));
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

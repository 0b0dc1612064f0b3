// A planner divides: every tool by mouse and again by keyboard, and after each the whole draft is proven.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Position } from '../src/api';
import { degrees, distanceM, shifted, snapped, type Vertex } from '../src/divide/lattice';
import type { Part, Partition } from '../src/divide/partition';
import { toGcj02 } from '../src/map/gcj02';
import { accessible, ask, mapReady, pressed, visit } from './browser';
import { signedIn } from './client';
import { corners, Desk, inTheMiddle, metres } from './desk';
import { browser, divided, noDatabase, planned } from './dividing';
import { serving } from './demo';
import { proveDatabase, publishPlan, sql } from './proof';

const idsAt = (parts: readonly Part[]): string[] => parts.map(({ id }) => id).sort();

planned('from nothing to a draft: choose Divide, begin a plan, in both languages', async () => {
  await visit(browser, { hash: '#///zh', before: signedIn('planner') }, async (page) => {
    await mapReady(page);
    await page.getByRole('navigation').getByRole('button', { name: '划分' }).click();
    await page.getByRole('heading', { name: '新建方案' }).waitFor();
    await accessible(page, 'plans to draw on, in Chinese');
    await page.getByRole('button', { name: 'English' }).click();
    await page.locator('#begin').getByRole('checkbox').first().check();
    await page.getByLabel('Title', { exact: true }).fill('A plan of my own');
    await page.getByLabel('Title', { exact: true }).press('Enter');
    await page.getByRole('heading', { name: 'A plan of my own' }).waitFor();
    await page.waitForURL(/plan=[0-9-]+&task=divide/);
    await page.getByText('Zoom in until at most 400 grids are in sight', { exact: false }).first().waitFor();
  });
});

divided('a shared border: dragged by mouse, moved by keyboard, undone and done again', async (desk) => {
  const { page } = desk;
  const corner = await desk.corner();
  const before = await desk.partition();
  const there = idsAt(before.having('tiling', corner));
  assert.ok(there.length >= 3);
  await desk.drag(degrees(corner), [30, 12]);
  const dragged = await desk.proven(/Border changed: done, and proven/);
  assert.deepEqual(dragged.having('tiling', corner), [], 'nobody keeps the old corner');
  const [moved, ...more] = corners(dragged).filter((v) => before.having('tiling', v).length === 0);
  assert.ok(moved && more.length === 0);
  assert.deepEqual(idsAt(dragged.having('tiling', moved)), there);

  // The corner that was dragged is the one in the panel.
  const back = degrees(corner);
  await page
    .getByLabel('Coordinates (longitude, latitude)')
    .fill(`${back[0].toFixed(7)}, ${back[1].toFixed(7)}`);
  await page.keyboard.press('Enter');
  await desk.shown(before);
  await page.locator('#map').focus();
  await page.keyboard.press('Control+z');
  await desk.shown(dragged);
  await page.keyboard.press('Control+z');
  await desk.shown(before);
  await page.keyboard.press('Control+y');
  await desk.shown(dragged);
  await pressed(page.getByRole('button', { name: 'Next corner that may move' }));
  await pressed(page.getByRole('button', { name: '5 m north' }));
  await desk.proven(/Border changed: done, and proven/);
  await accessible(page, 'the desk');
});

divided('an edge is bent, a corner added and deleted: by mouse', async (desk) => {
  const { page } = desk;
  const { a, b } = await desk.freeEdge();
  const middle: Vertex = { x: Math.round((a.x + b.x) / 2), y: Math.round((a.y + b.y) / 2) };
  const before = await desk.partition();
  await page.getByLabel('Catch on lines').uncheck();
  await desk.drag(degrees(middle), [0, 14]);
  const bent = await desk.proven(/Border changed: done, and proven/);
  const [added] = corners(bent).filter((v) => before.having('tiling', v).length === 0);
  assert.ok(added && bent.having('tiling', added).length === 2);
  await page.keyboard.down('Alt');
  await desk.clickAt(degrees(added));
  await page.keyboard.up('Alt');
  await desk.shown(before);
  await page.keyboard.down('Alt');
  await desk.clickAt(degrees(middle));
  await page.keyboard.up('Alt');
  const inserted = await desk.proven(/Border changed: done, and proven/);
  assert.equal(corners(inserted).length, corners(before).length + 1);
});

divided('a corner is added and deleted by keyboard; what may not move says so', async (desk) => {
  const { page } = desk;
  const before = await desk.partition();
  const from = await desk.corner();
  const [between] = corners(before)
    .filter((v) => before.lock('tiling', v) === 'community' && before.vertexNear('dedicated', v, 60) === null)
    .sort((v, w) => distanceM(v, from) - distanceM(w, from));
  assert.ok(between && desk.inSight(between), 'a border of communities is in sight');
  await desk.clickAt(degrees(between));
  await page.locator('#outcome').getByText('This border is between communities', { exact: false }).waitFor();

  const { part, index } = await desk.freeSide();
  await desk.pick(part);
  const next = page.getByRole('button', { name: 'Next corner that may move' });
  const chosen = page.getByText(`Corner ${index + 1} of `);
  for (let i = 0; i < part.area.flat(2).length && !(await chosen.isVisible()); i++) await pressed(next);
  await chosen.getByText(/borders meet here; it may move/).waitFor();
  await pressed(page.getByRole('button', { name: 'Add a corner halfway to the next' }));
  const added = await desk.proven(/Border changed: done, and proven/);
  assert.equal(corners(added).length, corners(before).length + 1);
  await pressed(page.getByRole('button', { name: 'Delete this corner' }));
  await desk.shown(before);
  await pressed(page.getByRole('button', { name: 'Undo' }));
  await desk.shown(added);
});

divided('a grid is split by a line: by mouse, then by keyboard, and the figures follow', async (desk) => {
  const { page } = desk;
  const before = await desk.partition();
  const part = await desk.grid();
  const [top, bottom] = desk.across(part);
  const bend = metres(inTheMiddle(part), 12, 0);
  const [from, via, end] = await Promise.all([top, bend, bottom].map((at) => desk.pixel(degrees(at))));
  assert.ok(from && via && end);
  await page.getByLabel('Split', { exact: true }).check();
  await page.getByLabel('Catch on lines').uncheck();
  // At once, one after the other: quick clicks are no double click where they are apart.
  for (const { x, y } of [from, via]) await page.mouse.click(x, y);
  await page.mouse.dblclick(end.x, end.y);
  const split = await desk.proven(/Split: done, and proven/);
  assert.ok(split.vertexNear('tiling', bend, 3) !== null, 'the line goes by way of each click');
  assert.equal(
    split.all().filter(({ fixed }) => !fixed).length,
    before.all().filter(({ fixed }) => !fixed).length + 1,
  );
  const { impact } = {
    impact: await ask<{ parts: { kind: string; change: string; name: string }[] }>(
      `/v1/plans/${desk.code}/impact`,
    ),
  };
  for (const { kind, change, name } of impact.parts) {
    if (kind === 'base' && change !== 'bent')
      await page.locator('#live').getByRole('rowheader', { name }).first().waitFor();
  }
  await page.getByRole('button', { name: 'Undo' }).click();
  await desk.shown(before);

  await desk.pick(part);
  await desk.typed([top, bottom]);
  await desk.proven(/Split: done, and proven/);
});

divided(
  'a line that does not divide is refused, at its spot, and changes nothing',
  async (desk) => {
    const { page } = desk;
    const before = await desk.partition();
    const part = await desk.grid();
    const at = inTheMiddle(part);
    await page.getByLabel('切分', { exact: true }).check();
    await page.getByLabel('吸附').uncheck();
    await desk.clickAt(degrees(at));
    const end = await desk.pixel(degrees(metres(at, 20, 0)));
    await page.mouse.dblclick(end.x, end.y);
    await page.locator('#outcome').getByText('没有改动：这条线没有切开网格', { exact: false }).waitFor();
    await page.getByRole('button', { name: '看看在哪里' }).waitFor();
    await accessible(page, 'a refused stroke, in Chinese');
    await desk.same(before);
  },
  'zh',
);

/** Waits until the map has the colour of faults at a place on the screen. */
async function marked(page: Page, { x, y }: { x: number; y: number }): Promise<void> {
  await page.waitForFunction(
    ({ x, y }) => {
      const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
      if (probe === null) return false;
      probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--map-incident').trim();
      probe.fillRect(0, 0, 1, 1);
      const wanted = String(probe.getImageData(0, 0, 1, 1).data);
      return [...document.querySelectorAll<HTMLCanvasElement>('#map canvas')].some((canvas) => {
        const { left, top } = canvas.getBoundingClientRect();
        probe.clearRect(0, 0, 1, 1);
        probe.drawImage(canvas, Math.round(left) - x, Math.round(top) - y);
        return String(probe.getImageData(0, 0, 1, 1).data) === wanted;
      });
    },
    { x: Math.round(x), y: Math.round(y) },
  );
}

divided(
  'a line that does not divide, by keyboard: English says why, and its spot is marked',
  async (desk) => {
    const { page } = desk;
    const before = await desk.partition();
    const at = inTheMiddle(await desk.grid());
    await page.getByLabel('Split', { exact: true }).press('Space');
    const answer = page.waitForResponse((response) => response.url().endsWith('/changes'));
    await desk.typed([at, metres(at, 20, 0)]);
    const refused = await answer;
    assert.equal(refused.status(), 422);
    const { at: fault } = (await refused.json()) as { at: Position };
    await desk.refused(
      /^Nothing was changed: the line does not divide the grid\. Let both ends reach its border\.$/,
    );
    await marked(page, await desk.pixel(fault));
    await pressed(page.getByRole('button', { name: 'Show where' }));
    await page.waitForURL((url) => url.hash.startsWith(`#${fault[0].toFixed(5)}/${fault[1].toFixed(5)}/`));
    const box = await page.locator('#map').boundingBox();
    assert.ok(box);
    await marked(page, { x: box.x + box.width / 2, y: box.y + box.height / 2 });
    await desk.same(before);
  },
);

divided('two grids are merged: by clicking them, then by keyboard', async (desk) => {
  const { page } = desk;
  const before = await desk.partition();
  const [one, other] = await desk.neighbours();
  await page.getByLabel('Merge', { exact: true }).check();
  await desk.clickAt(degrees(inTheMiddle(one)));
  await desk.clickAt(degrees(inTheMiddle(other)));
  const merged = await desk.proven(/Merged: done, and proven/);
  assert.equal(
    merged.all().filter(({ fixed }) => !fixed).length,
    before.all().filter(({ fixed }) => !fixed).length - 1,
  );
  await pressed(page.getByRole('button', { name: 'Undo' }));
  await desk.shown(before);
  await desk.pick(one);
  await desk.pick(other);
  await pressed(page.getByRole('button', { name: 'Merge those chosen' }));
  await desk.proven(/Merged: done, and proven/);
});

divided('a border is redrawn by tracing: by mouse, then by keyboard', async (desk) => {
  const { page } = desk;
  const before = await desk.partition();
  const { a, b } = await desk.freeEdge();
  const part = before.beside('tiling', { a, b }).find(({ fixed, kind }) => !fixed && kind === 'base');
  assert.ok(part);
  const way = metres({ x: Math.round((a.x + b.x) / 2), y: Math.round((a.y + b.y) / 2) }, 6, 6);
  await page.getByLabel('Redraw a border').check();
  await page.getByLabel('Follow lines').uncheck();
  await desk.clickAt(degrees(inTheMiddle(part)));
  await page.locator('#chosen', { hasText: part.name }).waitFor();
  await desk.clickAt(degrees(a));
  await page.getByLabel('Catch on lines').uncheck();
  await desk.clickAt(degrees(way));
  await page.getByLabel('Catch on lines').check();
  const end = await desk.pixel(degrees(b));
  await page.mouse.dblclick(end.x, end.y);
  const redrawn = await desk.proven(/Border changed: done, and proven/);
  assert.ok(corners(redrawn).length > corners(before).length);
  await pressed(page.getByRole('button', { name: 'Undo' }));
  await desk.shown(before);
  for (const at of [a, way, b]) {
    const [lon, lat] = degrees(at);
    await page.getByLabel('Coordinates (longitude, latitude)').fill(`${lon}, ${lat}`);
    await pressed(page.getByRole('button', { name: 'Add these coordinates' }));
  }
  await pressed(page.getByRole('button', { name: 'Finish' }));
  const again = await desk.proven(/Border changed: done, and proven/);
  assert.ok(again.having('tiling', way).length >= 2);
});

test('over a basemap in GCJ-02: strokes land where they are drawn', async (t) => {
  if (process.env['DATABASE_URL'] === undefined) return t.skip(noDatabase);
  const basemap = ['--basemap', 'http://127.0.0.1:9/{z}/{x}/{y}.png', '--basemap-crs', 'gcj02'];
  await serving(basemap, async (url) => {
    const elsewhere = {
      url,
      drawn: (at: Position) => toGcj02(at),
      expected: /status of [45]\d\d|willReadFrequently/,
    };
    const draw = async (desk: Desk): Promise<void> => {
      const { page } = desk;
      await page.locator('#map-crs', { hasText: 'GCJ-02' }).waitFor();
      const corner = await desk.corner();
      const before = await desk.partition();
      const moved = (after: Partition): Vertex | undefined =>
        corners(after).find((v) => before.having('tiling', v).length === 0);
      await page.getByLabel('Catch on lines').uncheck();
      await desk.drag(degrees(corner), [30, 12]);
      const dragged = moved(await desk.proven(/Border changed: done, and proven/));
      const scale = 2 * Math.PI * 6378137 * Math.cos((desk.middle[1] / 180) * Math.PI);
      const pixelM = scale / (512 * 2 ** 15);
      assert.ok(dragged && distanceM(dragged, shifted(corner, 30 * pixelM, -12 * pixelM)) < 2 * pixelM);
      await pressed(page.getByRole('button', { name: 'Move to the cross of the map' }));
      await page
        .locator('#outcome')
        .getByText(/^Border changed/)
        .waitFor();
      assert.deepEqual(moved(await desk.proven(/Border changed/)), snapped(desk.middle));
    };
    await Desk.with(browser, 'en', 'over GCJ-02', draw, elsewhere);
  });
});

divided('what was drawn takes effect, and the desk says that it is done', async (desk) => {
  await desk.drag(degrees(await desk.corner()), [20, 8]);
  await desk.proven(/Border changed: done, and proven/);
  await publishPlan(desk.code);
  await desk.page.getByText(/This plan cannot be drawn on now|The county has moved on/).waitFor();
});

test('the proof that every test ends with fails where a law is broken', (t) => {
  if (process.env['DATABASE_URL'] === undefined) return t.skip(noDatabase);
  const assigned = sql(
    'SELECT id, base_grid_id FROM place WHERE base_grid_id IS NOT NULL ORDER BY id LIMIT 1',
  );
  const [place, grid] = assigned.trim().split('|');
  const assign = (to: string): string => sql(`UPDATE place SET base_grid_id = ${to} WHERE id = ${place}`);
  assign(`(SELECT max(base_grid_id) FROM place WHERE base_grid_id <> ${grid})`);
  assert.throws(proveDatabase, /L3 +BROKEN/);
  assign(String(grid));
  proveDatabase();
});

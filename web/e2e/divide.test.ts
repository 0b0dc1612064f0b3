// A planner divides: every tool by mouse and again by keyboard, and after each the whole database is proven.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { degrees } from '../src/divide/lattice';
import { launch } from './browser';
import { tokenOf } from './client';
import { corners, Desk } from './desk';

let browser: Browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

const noPlan = 'needs the loopback demo, and its token in $TOKEN_PLANNER';

/** A test with a plan of its own, drawn on by a planner. */
function divided(name: string, body: (desk: Desk) => Promise<void>, language: 'zh' | 'en' = 'en'): void {
  void test(name, async (t) => {
    if (tokenOf('planner') === '') return t.skip(noPlan);
    await Desk.with(browser, language, name, body);
  });
}

divided('drag a shared corner: by mouse', async (desk) => {
  const corner = await desk.corner();
  const before = await desk.partition();
  const gridsThere = before
    .having('tiling', corner)
    .map(({ id }) => id)
    .sort();
  assert.ok(gridsThere.length >= 3);
  await desk.drag(degrees(corner), [30, 12]);
  const after = await desk.proven(/Border changed: done, and proven/);
  assert.deepEqual(after.having('tiling', corner), [], 'nobody keeps the old corner');
  const elsewhere = corners(after).filter((v) => before.having('tiling', v).length === 0);
  assert.equal(elsewhere.length, 1);
  assert.deepEqual(
    after
      .having('tiling', elsewhere[0] ?? corner)
      .map(({ id }) => id)
      .sort(),
    gridsThere,
  );
});

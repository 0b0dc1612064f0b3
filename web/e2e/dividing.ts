// What the tests of drawing have in common: a browser, and a plan of its own for each, which takes effect at its end.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import type { Position } from '../src/api';
import { launch } from './browser';
import { tokenOf } from './client';
import type { Vertex } from '../src/divide/lattice';
import type { Part } from '../src/divide/partition';
import { Desk, inTheMiddle, metres } from './desk';
import { demandLaws } from './proof';

export let browser: Browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

export const noDatabase = 'needs the database of the demo in $DATABASE_URL';

/** A test that makes plans and has them take effect. */
export function planned(name: string, body: () => Promise<void>): void {
  void test(name, async (t) =>
    tokenOf('planner') === '' || tokenOf('administrator') === ''
      ? t.skip('needs the loopback demo, and its tokens in $TOKEN_PLANNER and $TOKEN_ADMINISTRATOR')
      : body(),
  );
}

/** A test with a plan of its own, drawn on by a planner. What is drawn takes effect at its end, and the laws are proven. */
export function divided(
  name: string,
  body: (desk: Desk) => Promise<void>,
  language: 'zh' | 'en' = 'en',
): void {
  planned(name, () => Desk.with(browser, language, name, body));
}

/** Opens the desk of a test's plan at a place, null for where the plan is, and does what is wanted. */
export type Sit = (middle: Position | null, sitting: (desk: Desk) => Promise<void>) => Promise<void>;

/** A test with a plan of its own, which takes effect at its end; the desk is opened as often as the test wants, where it wants. */
export function inSittings(name: string, body: (at: Sit) => Promise<void>): void {
  planned(name, async () => {
    const plan = await Desk.begin(name);
    await body((middle, sitting) =>
      Desk.at(browser, 'en', { code: plan.code, middle: middle ?? plan.middle }, sitting),
    );
    await demandLaws(plan.code);
  });
}

/** The corners of a square about a place, so many metres to each side. */
export const square = (at: Vertex, half: number): Vertex[] =>
  [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ].map(([east = 0, north = 0]) => metres(at, east * half, north * half));

/** A street that would run through a neighbour, parallel to the border that the two have in common, and a spot between the two. */
export async function streetBeside(desk: Desk): Promise<{ gains: Part; street: Vertex[]; spot: Vertex }> {
  const { a, b } = await desk.freeEdge();
  const [gains, loses] = (await desk.partition()).beside('tiling', { a, b });
  assert.ok(gains && loses);
  const far = inTheMiddle(loses);
  const border = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  const spot = { x: Math.round((5 * border.x + far.x) / 6), y: Math.round((5 * border.y + far.y) / 6) };
  const along = { x: 30 * (b.x - a.x), y: 30 * (b.y - a.y) };
  const street = [-1, 1].map((by) => ({ x: far.x + by * along.x, y: far.y + by * along.y }));
  return { gains, street, spot };
}

// What the tests of drawing have in common: a browser, and a plan of its own for each, which takes effect at its end.
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import type { Position } from '../src/api';
import { launch } from './browser';
import { tokenOf } from './client';
import { Desk } from './desk';
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

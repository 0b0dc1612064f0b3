// What the tests of drawing have in common: a browser, and a plan of its own for each, which takes effect at its end.
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { launch } from './browser';
import { tokenOf } from './client';
import { Desk } from './desk';

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

// What the tests of coverage have in common: a browser, and the report of the whole city.
import { after, before } from 'node:test';
import type { Browser } from 'playwright-core';
import type { Coverage, Session } from '../src/api';
import { ask, launch, session } from './browser';

export let browser: Browser;
export let who: Session;
export let report: Coverage;

before(async () => {
  browser = await launch();
  who = await session();
  if (who.demo) report = await ask(`/v1/coverage/${who.city?.code}`);
});
after(() => browser.close());

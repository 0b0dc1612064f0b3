// What the tests of a dispatcher's work have in common: a browser, and a grid of whom it is known who is responsible there.
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Answer, Grid, Session } from '../src/api';
import { ask, launch, session, someGrid } from './browser';
import { send, tokenOf, type Role } from './client';

export let browser: Browser;
export let who: Session;
export let grid: Grid & { label: [number, number] };
/** Who is responsible at the grid's label point. */
export let want: Answer;

before(async () => {
  browser = await launch();
  who = await session();
  grid = await someGrid();
  want = await ask<Answer>(`/v1/locate?lon=${grid.label[0]}&lat=${grid.label[1]}`);
});
after(() => browser.close());

const noWrites = 'needs the loopback demo, and its token in $TOKEN_DISPATCHER';

/** A test that makes incidents. */
export function dispatched(name: string, body: () => Promise<void>): void {
  void test(name, async (t) => (who.demo && tokenOf('dispatcher') !== '' ? body() : t.skip(noWrites)));
}

/** The link to the grid. */
export const at = (zoom: number, language: 'zh' | 'en', query = ''): string =>
  `#${grid.label[0]}/${grid.label[1]}/${zoom}/${language}${query}`;

/** Does something with an incident as it stands now, as another desk would. */
export async function actOn(code: string, act: object, role: Role = 'dispatcher'): Promise<void> {
  const { tag } = await send(role, 'GET', `/v1/incidents/${code}`);
  await send(role, 'POST', `/v1/incidents/${code}/acts`, act, tag);
}

/** Ends an incident that a page has made. */
export const cancelIncident = (code: string): Promise<void> => actOn(code, { act: 'cancel', reason: 'test' });

/** The code of the incident that the page shows. */
export const codeOf = (page: Page): Promise<string> =>
  page.locator('#incident [data-field=code]').innerText();

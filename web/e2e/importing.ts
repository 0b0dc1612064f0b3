// What the tests of importing have in common.
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { launch, session } from './browser';
import { tokenOf } from './client';

export let browser: Browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

const noAdministrator = 'needs the loopback demo, and its token in $TOKEN_ADMINISTRATOR';

/** A test that imports or makes tokens. */
export function administered(name: string, body: () => Promise<void>): void {
  void test(name, async (t) => {
    const { demo } = await session();
    return demo && tokenOf('administrator') !== '' ? body() : t.skip(noAdministrator);
  });
}

export interface File {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

export const file = (name: string, buffer: Buffer): File => ({ name, mimeType: '', buffer });

/** The link to the screen. */
export const importing = '#///zh?task=data&part=import';

/** Waits until the import is in that state. */
export const state = (page: Page, is: string): Promise<void> =>
  page.locator(`#import-state[data-state=${is}]`).waitFor();

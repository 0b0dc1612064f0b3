// Something that is typed on a page, and what becomes of it when somebody leaves it.
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { linkOf } from './browser';

/** A page on which something is typed in a field. */
export class Typed {
  constructor(
    readonly page: Page,
    readonly field: Locator,
    readonly text: string,
  ) {}

  /** Does what would end it, is asked, and stays: the text and the address are as they were. */
  async stays(leave: () => Promise<unknown>): Promise<void> {
    const before = await linkOf(this.page);
    await leave();
    await this.#asked.waitFor();
    await this.#asked.getByRole('button', { name: 'Stay' }).click();
    await this.#asked.waitFor({ state: 'hidden' });
    assert.equal(await this.field.inputValue(), this.text);
    await this.page.waitForFunction((before) => location.href === before, before);
  }

  /** Does what ends it, is asked, and goes on. */
  async goes(leave: () => Promise<unknown>): Promise<void> {
    await leave();
    await this.#asked.getByRole('button', { name: 'Go on without it' }).click();
    await this.field.waitFor({ state: 'detached' });
  }

  /** Reloads, is asked by the browser, and stays. */
  async staysOnReload(): Promise<void> {
    const [asked] = await Promise.all([
      this.page.waitForEvent('dialog'),
      this.page.evaluate(() => setTimeout(() => location.reload())),
    ]);
    assert.equal(asked.type(), 'beforeunload');
    await asked.dismiss();
    assert.equal(await this.field.inputValue(), this.text);
  }

  get #asked(): Locator {
    return this.page.getByRole('dialog', { name: 'Something is not saved' });
  }
}

/** Types something in a field, as a hand does: a browser asks nobody who has not touched its page. */
export async function typed(page: Page, field: Locator, text: string): Promise<Typed> {
  await field.click();
  await field.fill(text);
  return new Typed(page, field, text);
}

// The page without a mouse: everything can be reached by the Tab key, the focus is seen wherever it is, and Look up goes from the first
// key to the worker's phone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Answer, Page as List, Place } from '../src/api';
import { tasks } from '../src/link';
import { languages } from '../src/messages';
import { ask, launch, mapReady, visit } from './browser';
import { signedIn, tokenOf } from './client';

let browser: Browser;
before(async () => {
  browser = await launch({ webgl: false });
});
after(() => browser.close());

/** What has the focus, and whether one sees that it has. */
interface Focused {
  /** Where it stands among all that can have the focus; -1 for nothing. */
  n: number;
  what: string;
  seen: boolean;
}

/** Numbers all that a key must reach, but for what arrow keys reach in its group. */
function number(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const all = 'a[href], button, input, select, textarea, summary, [tabindex]';
    const reachable = [...document.querySelectorAll<HTMLElement>(all)].filter((element) => {
      if (element.matches(':disabled, [tabindex="-1"]') || !element.checkVisibility()) return false;
      return !element.matches('input[type=radio]:not(:checked)');
    });
    reachable.forEach((element, n) => (element.dataset['reach'] = String(n)));
    return reachable.map((element) => element.outerHTML.slice(0, 120));
  });
}

/** The numbers that are still there to be reached. */
async function numbered(page: Page): Promise<Set<number>> {
  const numbers = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('[data-reach]')]
      .filter((element) => element.checkVisibility() && !element.matches(':disabled'))
      .map((element) => Number(element.dataset['reach'])),
  );
  return new Set(numbers);
}

/** Numbers them when nothing comes or goes any more. */
async function numberAtRest(page: Page): Promise<string[]> {
  let before = '';
  for (let tries = 0; tries < 20; tries++) {
    const all = await number(page);
    if (all.join() === before) return all;
    await page.waitForTimeout(700);
    // What was drawn anew has lost its number, and so is counted as new.
    before = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('[data-reach]')]
        .filter((element) => element.checkVisibility())
        .map((element) => element.outerHTML.slice(0, 120))
        .join(),
    );
  }
  assert.fail('things come and go on the page without end');
}

function focused(page: Page): Promise<Focused> {
  return page.evaluate(() => {
    const element = document.activeElement as HTMLElement;
    const box = element.getBoundingClientRect();
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    const inSight = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
    return {
      n: Number(element.dataset['reach'] ?? -1),
      what: element.outerHTML.slice(0, 120),
      seen: inSight && outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
    };
  });
}

for (const task of tasks) {
  test(`keyboard: all of ${task} is reached, and the focus is seen`, () =>
    visit(browser, { hash: `#///zh?task=${task}` }, async (page) => {
      await mapReady(page);
      await page.locator('#panel').getByRole('heading').first().waitFor();
      const all = await numberAtRest(page);
      const reached = new Set<number>();
      let last = -1;
      for (let presses = 0; presses < all.length + 40; presses++) {
        await page.keyboard.press('Tab');
        const { n, what, seen } = await focused(page);
        if (n === -1) continue; // the end of the page, or what has come since
        if (n === last) continue; // a field of date and time takes the key once for each of its parts
        assert.ok(seen, `the focus is not seen on ${what}`);
        if (reached.has(n)) break;
        reached.add(n);
        last = n;
      }
      const still = await numbered(page); // what was drawn anew meanwhile has lost its number
      assert.ok(still.size > 0.8 * all.length, 'things come and go on the page without end');
      const left = all.filter((_, n) => still.has(n) && !reached.has(n));
      assert.deepEqual(left, [], 'out of reach of the Tab key');
    }));
}

/** Presses Tab until what has the focus fits. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
  }
  assert.fail(`Tab does not come to ${selector}`);
}

for (const language of languages) {
  test(`keyboard: from the first key to the worker’s phone: ${language}`, async (t) => {
    if (tokenOf('dispatcher') === '') return t.skip('no token of a dispatcher is given');
    const { place, answer } = await someAddress();
    await visit(browser, { hash: `#///${language}`, before: signedIn('dispatcher') }, async (page) => {
      await mapReady(page);
      await tabTo(page, '#search');
      await page.keyboard.type(place.address);
      await page.getByRole('option').filter({ hasText: place.address }).first().waitFor();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.locator('#result [data-field=code]').waitFor();
      await tabTo(page, '#result a[href^="tel:"]');
      const { href, name } = await page.evaluate(() => {
        const link = document.activeElement as HTMLAnchorElement;
        return { href: link.href, name: link.closest('section')?.innerText ?? '' };
      });
      assert.equal(href, `tel:${answer.contact?.work_phone}`);
      assert.ok(name.includes(answer.contact?.name ?? ''), name);
    });
  });
}

/** A place with an address, and who answers for it. */
async function someAddress(): Promise<{ place: { address: string }; answer: Answer }> {
  const { items } = await ask<List<Place & { geometry: { coordinates: [number, number] } }>>(
    '/v1/places?kind=key_site&limit=50',
  );
  for (const { address, geometry } of items) {
    if (!address) continue;
    const [lon, lat] = geometry.coordinates;
    const answer = await ask<Answer>(`/v1/locate?lon=${lon}&lat=${lat}`);
    if (answer.contact?.work_phone) return { place: { address }, answer };
  }
  throw new Error('no place with an address and somebody to call');
}

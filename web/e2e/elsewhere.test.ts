// A server that is not the loopback demo, on the same database: what is not public needs a token there, and what was typed under one is not
// lost with it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page, Route } from 'playwright-core';
import { accessible, ask, launch, mapReady, someGrid, visit } from './browser';
import { send, signedIn, tokenOf } from './client';
import { serving } from './demo';
import { typed } from './typed';

let browser: Browser;
let hash: string;

before(async () => {
  browser = await launch();
  const { label } = await someGrid();
  hash = `#${label[0]}/${label[1]}/16/en`;
});
after(() => browser.close());

/** A test of a page that another server on the database of the demo serves. */
function elsewhere(
  name: string,
  options: Omit<Parameters<typeof visit>[1], 'origin'>,
  body: (page: Page) => Promise<void>,
): void {
  void test(name, async (t) => {
    if (!process.env['DATABASE_URL'] || tokenOf('administrator') === '')
      return t.skip('needs the database of the demo, and its tokens');
    await serving([], (origin) =>
      visit(browser, { ...options, hash: hash + (options.hash ?? ''), origin }, async (page) => {
        await mapReady(page);
        await body(page);
      }),
    );
  });
}

const dialogOf = (page: Page) => page.getByRole('dialog', { name: 'Access token' });
const header = (page: Page, name: string) =>
  page.locator('header').getByRole('button', { name, exact: true });
const stored = (page: Page) => page.evaluate(() => sessionStorage.getItem('wangge.token'));

elsewhere(
  'switching places on asks for a token, and a wrong one is refused',
  { expected: /401/ },
  async (page) => {
    await page.getByRole('checkbox', { name: 'Places' }).click();
    await dialogOf(page).waitFor();
    await accessible(page, 'token dialog');
    await dialogOf(page).getByLabel('Access token').fill('wrong');
    await page.getByRole('button', { name: 'Use' }).click();
    await page.getByText('This token is not valid', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    assert.equal(await page.getByRole('checkbox', { name: 'Places' }).isChecked(), false);
  },
);

for (const task of ['incidents', 'plans', 'divide', 'coverage'])
  elsewhere(`${task}: a token is asked for`, { hash: `?task=${task}`, expected: /401/ }, async (page) => {
    await page.locator('#panel').getByRole('button', { name: 'Enter a token' }).click();
    await dialogOf(page).waitFor();
    assert.equal(await stored(page), null);
  });

elsewhere(
  'forgetting the token asks before what was typed goes with it, and needs no server',
  { hash: '?task=incidents', before: signedIn('dispatcher'), expected: /ERR_FAILED|401/ },
  async (page) => {
    await page.locator('#take-down').click();
    const title = await typed(page, page.locator('#intake [name=title]'), 'Water on the stairs');
    await page.getByRole('button', { name: 'Help and shortcuts' }).click();
    await title.stays(() => page.getByRole('dialog').getByRole('button', { name: 'Start the tour' }).click());
    await page.keyboard.press('Escape');
    await header(page, 'Dispatcher').click();
    await title.stays(() => dialogOf(page).getByRole('button', { name: 'Forget' }).click());
    await dialogOf(page).getByLabel('Access token').fill(tokenOf('planner'));
    await title.stays(() => dialogOf(page).getByRole('button', { name: 'Use' }).click());
    await page.route('**/v1/**', (route) => route.abort());
    await title.goes(() => dialogOf(page).getByRole('button', { name: 'Forget' }).click());
    await header(page, 'Access token').waitFor();
    assert.equal(await stored(page), null);
  },
);

elsewhere('what is cancelled or forgotten while the server thinks is not taken', {}, async (page) => {
  let come: (route: Route) => void = () => undefined;
  await page.route('**/v1/session', (route) => come(route));
  const dialog = dialogOf(page);
  /** Sends a token; the server answers when what is returned is called. */
  const use = async (): Promise<() => Promise<void>> => {
    const asked = new Promise<Route>((asked) => (come = asked));
    await dialog.getByLabel('Access token').fill(tokenOf('planner'));
    await dialog.getByRole('button', { name: 'Use' }).click();
    const route = await asked;
    return async () => {
      const answer = page.waitForResponse('**/v1/session');
      await route.continue();
      await (await answer).finished();
      await page.evaluate(
        () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
      );
    };
  };
  await header(page, 'Access token').click();
  let answers = await use();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await answers();
  assert.equal(await stored(page), null);

  await header(page, 'Access token').click();
  assert.equal(await dialog.getByLabel('Access token').inputValue(), '', 'the secret is not left there');
  answers = await use();
  await answers();
  await header(page, 'Planner').click();
  answers = await use();
  await dialog.getByRole('button', { name: 'Forget' }).click();
  await answers();
  await header(page, 'Access token').waitFor();
  assert.equal(await stored(page), null);
});

elsewhere(
  'another token sees nothing of the tokens that the one before it listed or made',
  { hash: '?task=data&part=tokens', before: signedIn('administrator') },
  async (page) => {
    await page.locator('#token-list tr', { hasText: 'administrator' }).first().waitFor();
    await page.locator('#new-token input[name=user]').fill('somebody');
    await page.locator('#new-token').getByRole('button', { name: 'Make' }).click();
    await page.locator('#made-token').getByText('somebody', { exact: false }).waitFor();
    await header(page, 'Administrator').click();
    const [county] = await ask<{ items: { code: string }[] }>('/v1/divisions?level=county').then(
      ({ items }) => items,
    );
    assert.ok(county);
    const order = { user: 'of-a-county', role: 'administrator', scope: county.code };
    const { body } = await send('administrator', 'POST', '/v1/tokens', order);
    await dialogOf(page)
      .getByLabel('Access token')
      .fill((body as { secret: string }).secret);
    await dialogOf(page).getByRole('button', { name: 'Use' }).click();
    await page.getByRole('button', { name: 'Go on without it' }).click();
    await page.locator('#token-list tr', { hasText: 'of-a-county' }).waitFor();
    await page.locator('#made-token').waitFor({ state: 'detached' });
    assert.equal(await page.locator('#token-list tr', { hasText: 'somebody' }).count(), 0);
  },
);

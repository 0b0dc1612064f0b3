// What other programs need of us: addresses and tokens.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { accessible, launch, linkOf, mapReady, origin, session, visit } from './browser';
import { send, signedIn, tokenOf } from './client';

let browser: Browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

const opened = '#///en?task=data';
const field = (page: Page, name: string): Promise<string> =>
  page.getByLabel(name, { exact: true }).inputValue();

test('addresses are copied, and answer', () =>
  visit(browser, { hash: opened, permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
    await mapReady(page);
    await page.getByRole('heading', { name: 'Use it from your GIS' }).waitFor();
    await page.getByRole('button', { name: 'Copy: TileJSON' }).click();
    await page.getByRole('status').getByText('Copied: TileJSON').waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.equal(copied, `${origin}/tiles/grids.json`);
    const { tiles, maxzoom } = (await (await fetch(copied)).json()) as { tiles: string[]; maxzoom: number };
    assert.equal(await field(page, 'Tiles (QGIS)'), tiles[0]);
    await page.getByText(`greatest zoom ${maxzoom}`).waitFor();
    await page.getByRole('combobox', { name: 'Tileset' }).selectOption('places');
    await page.getByRole('combobox', { name: 'Style' }).selectOption('dark');
    assert.equal(await field(page, 'Tiles (QGIS)'), `${origin}/tiles/places/{z}/{x}/{y}.mvt`);
    assert.equal(await field(page, 'Style (QGIS, MapLibre)'), `${origin}/styles/dark.json?tileset=places`);
  }));

test('a token stands in every address, and nothing else does', () =>
  visit(browser, { hash: opened }, async (page) => {
    await mapReady(page);
    await page.getByText('Token for addresses').first().click();
    const token = page.getByRole('textbox', { name: 'Token for addresses' });
    await token.fill('secret');
    await page.getByText('This is no token').waitFor();
    assert.equal(await field(page, 'OGC API address'), `${origin}/ogc`);
    await token.fill(' ABCDEFGHIJKLMNOPQRSTUVWXYZ ');
    const under = `${origin}/t/ABCDEFGHIJKLMNOPQRSTUVWXYZ`;
    for (const name of ['OGC API address', 'Tiles (QGIS)', 'Style (QGIS, MapLibre)']) {
      assert.ok((await field(page, name)).startsWith(`${under}/`), name);
    }
    await page.getByRole('combobox', { name: 'Data' }).selectOption('hazards');
    const links = page.locator('#files').getByRole('link');
    assert.equal(await links.count(), 4);
    for (const link of await links.all()) assert.equal(await link.getAttribute('href'), null);
    await page.getByText('Fill in the purpose first').first().waitFor();
    await accessible(page, 'downloads that wait for a purpose');
    await page.getByRole('textbox', { name: 'Purpose' }).fill('a test');
    for (const link of await page.locator('#files a').all()) {
      const address = (await link.getAttribute('href')) ?? '';
      assert.match(address, new RegExp(`^${under}/v1/export/hazards\\.\\w+\\?purpose=a%20test$`));
    }
    assert.ok(!(await linkOf(page)).includes('ABCDEFG'), 'the link of the page holds no token');
  }));

test('keyboard: from the tasks to an address', () =>
  visit(browser, { hash: '#///en', permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
    await mapReady(page);
    await page.getByRole('button', { name: 'Data', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Use it from your GIS' }).waitFor();
    const copy = page.getByRole('button', { name: 'Copy: OGC API address' });
    for (let i = 0; i < 12 && !(await copy.evaluate((button) => button === document.activeElement)); i++) {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.getByRole('status').getByText('Copied: OGC API address').waitFor();
    await page.waitForURL(/task=data/);
  }));

for (const language of ['zh', 'en'] as const) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`axe finds nothing among the addresses: ${language}, ${colorScheme}`, () =>
      visit(browser, { hash: `#///${language}?task=data`, colorScheme }, async (page) => {
        await mapReady(page);
        await page.locator('#files').waitFor();
        await page
          .locator('summary')
          .filter({ hasText: language === 'zh' ? '地址令牌' : 'Token' })
          .click();
        await accessible(page, 'addresses');
      }));
  }
}

const noAdministrator = 'needs the loopback demo, and its token in $TOKEN_ADMINISTRATOR';

/** A test that imports or makes tokens. */
function administered(name: string, body: () => Promise<void>): void {
  void test(name, async (t) => {
    const { demo } = await session();
    return demo && tokenOf('administrator') !== '' ? body() : t.skip(noAdministrator);
  });
}

administered('a token is made, shown once, and revoked', () =>
  visit(
    browser,
    { hash: '#///en?task=data&part=tokens', before: signedIn('administrator') },
    async (page) => {
      await page.locator('#token-list tbody tr').first().waitFor();
      const asked: string[] = [];
      page.on('request', (of) => of.method() === 'POST' && asked.push(new URL(of.url()).pathname));
      await page.getByLabel('User').first().fill('Ming');
      await page.locator('#new-token [name=role]').selectOption('planner');
      // However often it is pressed.
      await page.locator('#new-token').evaluate((form: HTMLFormElement) => {
        form.requestSubmit();
        form.requestSubmit();
      });
      const secret = await page.getByLabel('New token').inputValue();
      assert.match(secret, /^[A-Z2-7]{26}$/);
      await accessible(page, 'tokens');
      // Nobody sees it again, so that it is not lost to the next one; some of its letters are not it.
      await page.getByLabel('New token').press('End');
      await page.keyboard.press('Shift+ArrowLeft');
      await page.keyboard.press('Control+c');
      await page.getByLabel('User').first().fill('Hong');
      await page.getByLabel('User').first().press('Enter');
      await page.getByText('copy it first', { exact: false }).waitFor();
      await page.getByLabel('User').first().fill('');
      const away = page.locator('#data-parts').getByRole('button', { name: 'Import' });
      await page.locator('#made-token').getByRole('button').click();
      await away.click();
      await page.getByLabel('New token').waitFor({ state: 'detached' });
      await page.locator('#data-parts').getByRole('button', { name: 'Tokens' }).click();
      const headers = { Authorization: `Bearer ${secret}` };
      const mine = (): Promise<Response> => fetch(`${origin}/v1/session`, { headers });
      assert.equal(((await (await mine()).json()) as { role: string }).role, 'planner');
      const row = page.locator('#token-list tr', { hasText: 'Ming' });
      await row.first().waitFor();
      assert.equal(await row.count(), 1);
      assert.deepEqual(asked, ['/v1/tokens'], 'however often it was asked for, one was made');
      await row.getByRole('button', { name: /^Revoke/ }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
      await row.getByText('revoked').waitFor();
      assert.equal((await mine()).status, 401);
      const { body } = await send('administrator', 'GET', '/v1/tokens');
      assert.ok(!JSON.stringify(body).includes(secret), 'it is told once');
    },
  ),
);

// What is not public is open on the loopback demo. What other servers ask a token for, elsewhere.test.ts has.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import type { Session } from '../src/api';
import { tokenOf } from './client';
import { accessible, clickMiddle, codeInPanel, launch, mapReady, session, someGrid, visit } from './browser';

let browser: Browser;
let who: Session;
let hash: string;

before(async () => {
  browser = await launch();
  who = await session();
  const { label } = await someGrid();
  hash = `#${label[0]}/${label[1]}/16/en`;
});
after(() => browser.close());

test('demo: places and incidents are drawn and listed', async (t) => {
  if (!who.demo) return t.skip('this server is not the loopback demo');
  await visit(browser, { hash }, async (page) => {
    await mapReady(page);
    await page.getByRole('checkbox', { name: 'Places' }).check();
    await page.getByRole('checkbox', { name: 'Incidents' }).check();
    await page.getByText('Key site', { exact: true }).waitFor();
    await clickMiddle(page);
    await codeInPanel(page);
    await page.locator('[data-list=places] li').first().waitFor();
    await page.locator('[data-list=incidents] li').first().waitFor();
    await mapReady(page);
    await accessible(page, 'with places and incidents');
  });
});

test('demo: a division leads to its coverage', async (t) => {
  if (!who.demo) return t.skip('this server is not the loopback demo');
  await visit(browser, { hash: '#///en' }, async (page) => {
    await mapReady(page);
    await page.getByRole('button', { name: 'Divisions' }).click();
    const county = page.locator('#divisions button').first();
    const name = await county.innerText();
    await county.click();
    await page.getByRole('button', { name: 'See its coverage' }).click();
    const chosen = page.locator('select[name=division] option:checked');
    await page.locator('#coverage').waitFor();
    assert.ok(name.includes((await chosen.innerText()).replace(/^[– ]+| \(.*/g, '')), name);
    await page.locator('#coverage').getByRole('rowheader', { name: 'Covered by grids' }).waitFor();
  });
});

test('demo: what was typed is still there after the token is given', async (t) => {
  if (!who.demo || tokenOf('dispatcher') === '') return t.skip('this server is not the loopback demo');
  await visit(browser, { hash: '#///en', expected: /401/ }, async (page) => {
    await mapReady(page);
    await page.locator('[data-task=incidents]').click();
    await page.locator('#take-down').click();
    const form = page.locator('#intake');
    await form.locator('[name=title]').fill('Water on the stairs');
    await form.locator('[name=kind]').selectOption({ index: 1 });
    await form.locator('[name=source]').selectOption({ index: 1 });
    await clickMiddle(page);
    await page.locator('#would-be').waitFor();
    await form.locator('[type=submit]').click();
    await form.getByRole('button', { name: 'Enter a token' }).click();
    await page.getByRole('dialog').getByLabel('Access token').fill(tokenOf('dispatcher'));
    await page.getByRole('button', { name: 'Use' }).click();
    await page.getByRole('button', { name: 'Dispatcher' }).waitFor();
    assert.equal(await form.locator('[name=title]').inputValue(), 'Water on the stairs');
    assert.notEqual(await form.locator('[name=kind]').inputValue(), '');
  });
});

test('the token dialog opens and closes by keyboard', () =>
  visit(browser, { hash: '#///en' }, async (page) => {
    await mapReady(page);
    await page.getByRole('button', { name: 'Access token' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  }));

// Nothing that somebody has typed or drawn is lost without a question, and staying keeps it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import { launch, mapReady, someGrid, visit } from './browser';
import { makeIncident, signedIn, tokenOf } from './client';
import { Typed, typed } from './typed';

let browser: Browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

test('an act that is half filled in: another incident, a merge, the board and the way back ask', async (t) => {
  if (tokenOf('dispatcher') === '') return t.skip('needs the token that the demo prints');
  const [lon, lat] = (await someGrid()).label;
  const [one, other] = [await makeIncident([lon, lat], 'one'), await makeIncident([lon, lat], 'the other')];
  const options = {
    hash: `#${lon}/${lat}/17/en?incident=${one.code}&board=true`,
    before: signedIn('dispatcher'),
  };
  await visit(browser, options, async (page) => {
    await mapReady(page);
    await page.locator('#acts [data-act=cancel]').click();
    const reason = await typed(page, page.locator('#act [name=reason]'), 'half a reason');
    await reason.stays(() => page.locator('#same').getByRole('button', { name: 'the other' }).click());
    await reason.stays(() => page.locator('#same').getByRole('button', { name: /Merge/ }).first().click());
    await reason.stays(() => page.getByRole('button', { name: /Back to the list/ }).click());
    const card = (code: string): Locator => page.locator(`.columns [data-code="${code}"]`);
    await reason.stays(() => card(other.code).click());
    // The one that is open stays open, and nobody is asked.
    await card(one.code).click();
    assert.equal(await page.getByRole('dialog').count(), 0);
    assert.equal(await reason.field.inputValue(), reason.text);
    await reason.goes(() => page.locator('#same').getByRole('button', { name: 'the other' }).click());
    await page.locator('#incident [data-field=code]', { hasText: other.code }).waitFor();
  });
  for (const { act } of [one, other]) await act({ act: 'cancel', reason: 'test' });
});

const task = (page: Page, name: string) => (): Promise<void> =>
  page.getByRole('navigation').getByRole('button', { name, exact: true }).click();

test('a plan, a token and files that are not saved: whoever leaves them is asked', async (t) => {
  if (tokenOf('administrator') === '') return t.skip('needs the token that the demo prints');
  const options = { hash: '#///en?task=data', before: signedIn('administrator') };
  await visit(browser, options, async (page) => {
    await mapReady(page);
    await page.evaluate(() => (location.hash = '#///en?task=plans'));
    await page.locator('#new-plan summary').click();
    const plan = await typed(page, page.locator('#new-plan').getByLabel('Title'), 'half a plan');
    await plan.stays(task(page, 'Look up'));
    await plan.stays(() => page.goBack());
    await plan.stays(() => page.evaluate(() => (location.hash = '#///en?task=lookup')));
    await plan.stays(() => page.getByRole('button', { name: 'Compare' }).click());
    await plan.staysOnReload();

    await plan.goes(task(page, 'Divide'));
    await page.locator('#begin').getByRole('checkbox').first().check();
    const begun = await typed(page, page.locator('#begin').getByLabel('Title'), 'another');
    await begun.stays(task(page, 'Plans'));

    await begun.goes(task(page, 'Data'));
    await page.locator('#data-parts').getByRole('button', { name: 'Tokens' }).click();
    const token = await typed(page, page.locator('#new-token input[name=user]'), 'somebody');
    const part = page.locator('#data-parts').getByRole('button', { name: 'Import' });
    await token.stays(() => part.click());
    await token.goes(() => part.click());

    // Files outlive their screen, but not the page.
    const points = 'name,lon,lat\nA,120.3,31.5\n';
    const file = { name: 'points.csv', mimeType: 'text/csv', buffer: Buffer.from(points) };
    await page.locator('input[name=files]').setInputFiles(file);
    const sent = page.getByText('points.csv').first();
    await sent.waitFor();
    await task(page, 'Look up')();
    await task(page, 'Data')();
    await sent.waitFor();
    const chosen = new Typed(page, page.locator('input[name=files]'), '');
    await chosen.staysOnReload();
    await sent.waitFor();
    await page.getByRole('button', { name: 'Administrator' }).click();
    await page.getByText('with another one you give them again', { exact: false }).waitFor();
    const dialog = page.getByRole('dialog', { name: 'Access token' });
    await chosen.stays(() => dialog.getByRole('button', { name: 'Forget' }).click());
    await dialog.locator('input').fill(tokenOf('administrator'));
    await chosen.stays(() => page.keyboard.press('Enter'));
    await sent.waitFor();
    await dialog.getByRole('button', { name: 'Use' }).click();
    await page.getByRole('button', { name: 'Go on without it' }).click();
    await sent.waitFor({ state: 'detached' });
    await dialog.waitFor({ state: 'hidden' });
  });
});

test('a secret that was only selected: whoever leaves it is asked, by whatever way', async (t) => {
  if (tokenOf('administrator') === '') return t.skip('needs the token that the demo prints');
  const options = {
    hash: '#///en?task=data&part=tokens',
    before: async (page: Page) => {
      await signedIn('administrator')(page);
      // As of a page that is neither on https nor on this machine.
      await page.addInitScript(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
    },
  };
  await visit(browser, options, async (page) => {
    await mapReady(page);
    const make = async (user: string): Promise<Typed> => {
      await page.locator('#new-token input[name=user]').fill(user);
      await page.locator('#new-token').getByRole('button', { name: 'Make' }).click();
      await page.locator('#made-token').getByText(user, { exact: false }).waitFor();
      const field = page.locator('#made-token').getByLabel('New token');
      return new Typed(page, field, await field.inputValue());
    };
    const first = await make('first');
    await page.locator('#made-token button').click();
    await page.getByText('press Ctrl+C').waitFor();
    await first.stays(task(page, 'Look up'));
    await first.staysOnReload();
    await page.locator('header').getByRole('button', { name: 'Administrator' }).click();
    await first.stays(() => page.getByRole('button', { name: 'Forget' }).click());
    await page.keyboard.press('Escape');
    await first.field.focus(); // which selects it
    await page.keyboard.press('Control+C');
    await task(page, 'Look up')();
    await first.field.waitFor({ state: 'detached' });

    await task(page, 'Data')();
    const second = await make('second');
    const row = page.locator('#token-list tr', { hasText: 'second' });
    await row.getByRole('button', { name: /^Revoke/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await second.field.waitFor({ state: 'detached' }); // and nothing to ask about
    await task(page, 'Look up')();
    await page.locator('#new-token').waitFor({ state: 'detached' });
  });
});

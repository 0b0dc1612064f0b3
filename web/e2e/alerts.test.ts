// New incidents are counted, marked and heard, or not heard.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { accessible, visit } from './browser';
import { makeIncident } from './client';
import { browser, dispatched, grid } from './dispatching';

/** Counts the tones that the browser is told to sound. */
const listening = (page: Page): Promise<unknown> =>
  page.addInitScript(() => {
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (when) {
      const { dataset } = document.documentElement;
      dataset['tones'] = String(Number(dataset['tones'] ?? 0) + 1);
      start.call(this, when);
    };
  });

/** Waits until so many tones have been sounded in all; each ring is two of them. */
const heard = (page: Page, tones: number): Promise<void> =>
  page.locator(`html[data-tones="${tones}"]`).waitFor();

/** Waits until the rail counts so many. */
const counted = (page: Page, n: number): Promise<void> =>
  page.locator('#tasks [data-task=incidents]').getByText(String(n), { exact: true }).waitFor();

dispatched('a new incident is counted on the rail and in the title, marked in the list, and heard', () =>
  visit(browser, { hash: '#///zh?task=incidents', before: listening }, async (page) => {
    await page.locator('[data-feed=live]').waitFor();
    await page.locator('#sound').click();
    await page.locator('#sound[aria-pressed=true][data-ready=true]').waitFor();
    await heard(page, 2); // a sample
    await page.getByRole('navigation').getByRole('button', { name: '查询' }).click();
    const made = await makeIncident(grid.label, '新来的');
    await counted(page, 1);
    await page.waitForFunction(() => document.title.startsWith('(1) '));
    await heard(page, 4);
    await page.locator('#tasks [data-task=incidents]').click();
    const row = page.locator(`#incidents [data-code="${made.code}"]`);
    await row.getByText('新', { exact: true }).waitFor();
    await page.waitForFunction(() => !document.title.startsWith('('));
    await accessible(page, 'a new incident in the list');
    await row.click();
    await page.getByRole('button', { name: '返回事件列表' }).click();
    await row.getByText('新', { exact: true }).waitFor({ state: 'detached' });
    await page.reload();
    await page.locator('#sound[aria-pressed=true]').waitFor(); // remembered
    await made.act({ act: 'cancel', reason: 'test' });
  }),
);

dispatched('keyboard: the sound is switched on and off; what is not heard is counted all the same', () =>
  visit(browser, { hash: '#///en?task=incidents', before: listening }, async (page) => {
    const rail = (task: string): Promise<void> => page.locator(`#tasks [data-task=${task}]`).press('Enter');
    await page.locator('[data-feed=live]').waitFor();
    await page.locator('#sound').press('Enter');
    await page.locator('#sound[aria-pressed=true][data-ready=true]').waitFor();
    await heard(page, 2);
    await page.locator('#sound').press('Enter');
    await page.locator('#sound[aria-pressed=false]').waitFor();
    await rail('lookup');
    const first = await makeIncident(grid.label, '静音时来的');
    await counted(page, 1); // it rings before it is counted
    await page.waitForFunction(() => document.title.startsWith('(1) '));
    assert.equal(await page.locator('html').getAttribute('data-tones'), '2', 'nothing is heard');
    await rail('incidents');
    await page.waitForFunction(() => !document.title.startsWith('('));
    await page.locator('#sound').press('Enter');
    await heard(page, 4);
    const second = await makeIncident(grid.label, '有声时来的');
    await heard(page, 6);
    await page.locator(`#incidents [data-code="${second.code}"]`).getByText('new', { exact: true }).waitFor();
    for (const made of [first, second]) await made.act({ act: 'cancel', reason: 'test' });
  }),
);

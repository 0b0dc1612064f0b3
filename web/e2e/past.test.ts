// The past: after a grid was split, a time before it still has the whole grid, by question, by link and by keyboard.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import type { Answer } from '../src/api';
import { ask, codeInPanel, launch, mapReady, someGrid, visit } from './browser';
import { makePlan, mayPlan, publish } from './plan';
import { proveDatabase } from './proof';

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

for (const language of ['zh', 'en'] as const) {
  test(`a grid that was split is whole before: ${language}`, async (t) => {
    if (!mayPlan()) return t.skip('needs the loopback demo, and its tokens');
    const grid = await someGrid();
    // Beside the line that will divide it, so that one of its parts has the spot.
    const spot = `${(grid.label[0] + 2e-5).toFixed(7)},${grid.label[1].toFixed(7)}`;
    const then = new Date().toISOString();
    const plan = await makePlan(grid, `过去 ${language}`);
    await publish(plan);
    const [lon, lat] = spot.split(',');
    const now = await ask<Answer>(`/v1/locate?lon=${lon}&lat=${lat}`);
    assert.ok(plan.parts.includes(now.base?.code ?? ''), 'a part has it now');
    assert.notEqual(now.base?.code, grid.code);
    const say =
      language === 'zh'
        ? { past: '查询过去的时间', now: '回到现在' }
        : { past: 'Ask about a day in the past', now: 'Back to now' };
    await visit(browser, { hash: `#${spot.replace(',', '/')}/17/${language}?at=${spot}` }, async (page) => {
      assert.equal(await codeInPanel(page), now.base?.code);
      await page.getByText(say.past).press('Enter');
      const local = await page.evaluate((at) => {
        const time = new Date(at);
        return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
      }, then);
      await page.locator('[name=as_of]').fill(local);
      await page.locator('[name=as_of]').press('Enter');
      await page.locator('[data-field=as-of]').waitFor();
      assert.equal(await codeInPanel(page), grid.code);
    });
    const hash = `#${spot.replace(',', '/')}/17/${language}?at=${spot}&as_of=${then}`;
    await visit(browser, { hash }, async (page) => {
      await mapReady(page);
      assert.equal(await codeInPanel(page), grid.code, 'the link opens the answer of then');
      await page.getByRole('button', { name: say.now }).click();
      await page.locator('[data-field=as-of]').waitFor({ state: 'detached' });
      await page.locator('[data-field=code]', { hasText: now.base?.code ?? '' }).waitFor();
    });
    proveDatabase();
  });
}

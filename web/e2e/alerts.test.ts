// New incidents are counted, marked and heard.
import assert from 'node:assert/strict';
import { accessible, visit } from './browser';
import { makeIncident } from './client';
import { browser, dispatched, grid } from './dispatching';

dispatched('a new incident is counted on the rail and in the title, marked in the list, and heard', () =>
  visit(
    browser,
    {
      hash: '#///zh?task=incidents',
      before: (page) =>
        page.addInitScript(() => {
          const make = AudioContext.prototype.createOscillator;
          AudioContext.prototype.createOscillator = function () {
            document.documentElement.dataset['tones'] = String(
              Number(document.documentElement.dataset['tones'] ?? 0) + 1,
            );
            return make.call(this);
          };
        }),
    },
    async (page) => {
      await page.locator('[data-feed=live]').waitFor();
      await page.locator('#sound').click();
      await page.locator('#sound[aria-pressed=true][data-ready=true]').waitFor();
      assert.equal(await page.evaluate(() => document.documentElement.dataset['tones']), '2', 'a sample');
      await page.getByRole('navigation').getByRole('button', { name: '查询' }).click();
      const made = await makeIncident(grid.label, '新来的');
      await page.locator('#tasks [data-task=incidents]').getByText('1', { exact: true }).waitFor();
      await page.waitForFunction(() => document.title.startsWith('(1) '));
      assert.equal(await page.evaluate(() => document.documentElement.dataset['tones']), '4');
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
    },
  ),
);

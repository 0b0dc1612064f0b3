// What other tests do with a mouse is done without one here, and the other way round; and what a server that fails leaves of the page.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessible, codeInPanel, mapReady, origin, pressed, visit } from './browser';
import { send, signedIn } from './client';
import { at, browser, dispatched, grid } from './dispatching';

dispatched('keyboard: a token is revoked', async () => {
  const request = { user: 'Keys', role: 'reader' };
  const { body } = await send('administrator', 'POST', '/v1/tokens', request);
  const { secret } = body as { secret: string };
  const hash = '#///en?task=data&part=tokens';
  await visit(browser, { hash, before: signedIn('administrator') }, async (page) => {
    const row = page.locator('#token-list tr', { hasText: 'Keys' });
    await pressed(row.getByRole('button', { name: /^Revoke/ }));
    const sure = page.getByRole('dialog');
    await sure.waitFor();
    await page.keyboard.press('Escape');
    await sure.waitFor({ state: 'hidden' });
    assert.equal(await row.getByText('revoked').count(), 0);
    await pressed(row.getByRole('button', { name: /^Revoke/ }));
    await pressed(sure.getByRole('button', { name: 'Revoke' }));
    await row.getByText('revoked').waitFor();
  });
  const { status } = await fetch(`${origin}/v1/session`, {
    headers: { Authorization: `Bearer ${secret}` },
  });
  assert.equal(status, 401);
});

test('keyboard: the answer is copied, and colours and language are switched', () =>
  visit(
    browser,
    {
      hash: at(16, 'en', `?at=${grid.label.join()}`),
      permissions: ['clipboard-read', 'clipboard-write'],
    },
    async (page) => {
      const code = await codeInPanel(page);
      await page.locator('#copy').press('Enter');
      await page.getByText('Copied', { exact: false }).waitFor();
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      assert.ok(copied.includes(code), copied);
      await pressed(page.getByRole('button', { name: 'Dark', exact: true }));
      await page.locator('html[data-theme=dark]').waitFor();
      await accessible(page, 'an answer in the dark');
      await pressed(page.getByRole('button', { name: '中文' }));
      await page.getByRole('button', { name: '打印' }).waitFor();
      assert.equal(await codeInPanel(page), code);
    },
  ));

test('keyboard: pinyin initials find a grid, in English', () =>
  visit(browser, { hash: '#///en' }, async (page) => {
    await mapReady(page);
    await page.keyboard.press('/');
    await page.keyboard.type('wpsqd15wg');
    const options = page.getByRole('option');
    await options.filter({ hasText: '文浦社区第15网格' }).first().waitFor();
    const chosen = page.locator('[role=option][aria-selected=true]', { hasText: '文浦社区第15网格' });
    for (let i = 0; i < 20 && (await chosen.count()) === 0; i++) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await codeInPanel(page);
    await page.locator('#result .name', { hasText: '文浦社区第15网格' }).first().waitFor();
  }));

test('mouse: the tour is gone through', () =>
  visit(browser, { hash: '#///zh', newcomer: true }, async (page) => {
    await page.getByRole('button', { name: '开始导览' }).click();
    const tour = page.locator('.tour');
    for (let step = 1; step <= 8; step++) {
      await tour.getByText(`第 ${step} 步，共 8 步`).waitFor();
      if (step < 8) await tour.getByRole('button', { name: '下一步' }).click();
    }
    await tour.getByRole('button', { name: '上一步' }).click();
    await tour.getByText('第 7 步，共 8 步').waitFor();
    await tour.getByRole('button', { name: '结束导览' }).click();
    await tour.waitFor({ state: 'detached' });
    await page.reload();
    await mapReady(page);
    assert.equal(await page.getByRole('button', { name: '开始导览' }).count(), 0, 'it is offered once');
  }));

const leak = 'relation "worker" does not exist at 10.0.0.7';

const internal = { code: 'internal', detail: leak };

const failed = '服务器出错了，已记入日志；一直这样请告诉管理员。';
const busy = '服务器暂时忙，请几秒后再试。';
const unclear = '服务器或中间的代理没有正常答复，请稍后再试；一直这样请告诉管理员。';
const tooLarge = '内容太大，请分成几份。';

for (const [status, body, task, path, query, told] of [
  [500, internal, 'lookup', '**/v1/locate?*', '', failed],
  [500, internal, 'incidents', '**/v1/incidents?*', '?task=incidents', failed],
  [500, internal, 'plans', '**/v1/plans?*', '?task=plans', failed],
  [500, internal, 'coverage', '**/v1/coverage/**', '?task=coverage', failed],
  [500, internal, 'divide', '**/v1/plans?*', '?task=divide', failed],
  [500, internal, 'data', '**/v1/layers', '?task=data&part=import', failed],
  [503, { code: 'busy', detail: leak }, 'lookup', '**/v1/locate?*', '', busy],
  [413, { code: 'too_large', detail: leak }, 'incidents', '**/v1/incidents?*', '?task=incidents', tooLarge],
  [429, null, 'lookup', '**/v1/locate?*', '', unclear], // as a proxy says it
  [413, null, 'plans', '**/v1/plans?*', '?task=plans', tooLarge],
] as const) {
  dispatched(`a server that answers ${status} is told of in words: ${task}`, async () => {
    const hash = task === 'lookup' ? at(16, 'zh', `?at=${grid.label.join()}`) : `#///zh${query}`;
    await visit(
      browser,
      {
        hash,
        expected: /status of \d\d\d/,
        before: async (page) => {
          await signedIn('administrator')(page);
          await page.route(path, (route) =>
            route.fulfill({
              status,
              ...(body === null
                ? { body: '<html>slow down</html>', contentType: 'text/html' }
                : { json: { ...body, status }, contentType: 'application/problem+json' }),
            }),
          );
        },
      },
      async (page) => {
        const said = page.locator('#panel [role=alert], #result article p').first();
        await said.waitFor();
        const words = await said.innerText();
        assert.ok(words.includes(told), words);
        assert.doesNotMatch(words, /worker|relation|html|undefined|\[object/);
        await accessible(page, `${task} after ${status}`);
        await page.getByRole('navigation').getByRole('button', { name: '区划' }).click();
        await page.locator('#divisions button').first().waitFor(); // the rest goes on
      },
    );
  });
}

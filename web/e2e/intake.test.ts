// An incident is taken down: from who is responsible, from a message, from an address.
import assert from 'node:assert/strict';
import { accessible, clickMiddle, codeInPanel, linkOf, mapReady, visit } from './browser';
import { send, signedIn } from './client';
import { at, browser, cancelIncident, codeOf, dispatched, grid, want } from './dispatching';

dispatched('mouse: from who is responsible to an incident there, taken down and found again', () =>
  visit(browser, { hash: at(17, 'zh'), before: signedIn('dispatcher') }, async (page) => {
    await mapReady(page);
    await clickMiddle(page);
    await codeInPanel(page);
    await page.getByRole('button', { name: '在此登记事件' }).click();
    const responsible = page.locator('#would-be');
    await responsible.getByText(want.responsible?.code ?? '', { exact: true }).waitFor();
    await page.waitForURL(/\?new=\d+\.\d+,\d+/);
    const before = await linkOf(page);
    const box = await page.locator('#map').boundingBox();
    assert.ok(box);
    await page.mouse.click(box.x + box.width / 2 + 60, box.y + box.height / 2); // elsewhere, by another click
    await page.waitForURL((url) => url.href !== before && url.href.includes('new='));
    await page.getByRole('combobox', { name: '类别' }).selectOption('facility');
    await page.getByRole('combobox', { name: '来源' }).selectOption('hotline_12345');
    await page.getByRole('textbox', { name: '标题' }).fill('井盖松动');
    await accessible(page, 'taking an incident down');
    await page.getByRole('button', { name: '登记', exact: true }).click();
    await page.locator('#incident[data-state=reported]').waitFor();
    const code = await codeOf(page);
    const { body } = await send('dispatcher', 'GET', `/v1/incidents/${code}`);
    const made = body as { title: string; kind: string; assignment: { base_grid: string | null } };
    assert.equal(made.title, '井盖松动');
    assert.equal(made.kind, 'facility');
    await page.getByRole('button', { name: '返回事件列表' }).click();
    await page.getByLabel('标题、编号或地址中含有').fill('井盖松动');
    await page.locator(`#incidents [data-code="${code}"]`).waitFor();
    await page.waitForURL(/text=/);
    await cancelIncident(code);
    await page.locator(`#incidents [data-code="${code}"]`).waitFor({ state: 'detached' });
  }),
);

dispatched('keyboard: a message is pasted, its spot read in the system it is in', () =>
  visit(browser, { hash: '#///en?task=incidents', before: signedIn('dispatcher') }, async (page) => {
    await mapReady(page);
    await page.locator('#take-down').press('Enter');
    await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'paste');
    const [lon, lat] = grid.label;
    await page.keyboard.insertText(
      `Case no: 12345-${Date.now()}\nContent: a broken lamp, call 13800138000\n${lat}, ${lon}`,
    );
    await page.getByText('Left out: 1 (names', { exact: false }).waitFor();
    const code = page.locator('#would-be .code');
    await code.getByText(want.responsible?.code ?? '', { exact: true }).waitFor();
    assert.match(await page.getByRole('textbox', { name: 'Title' }).inputValue(), /^a broken lamp/);
    const before = await linkOf(page);
    const system = page.getByRole('combobox', { name: 'Coordinate system' });
    await system.focus();
    for (let i = 0; i < 4 && (await system.inputValue()) !== 'gcj02'; i++)
      await page.keyboard.press('ArrowDown');
    await page.waitForURL((url) => url.href !== before); // the pin goes to where GCJ-02 means it
    await page.getByRole('combobox', { name: 'Kind', exact: true }).focus();
    await page.keyboard.press('ArrowDown');
    await page.getByRole('combobox', { name: 'Source' }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter'); // in the field of the title
    await page.locator('#incident[data-state=reported]').waitFor();
    const made = await codeOf(page);
    const { body } = await send('dispatcher', 'GET', `/v1/incidents/${made}`);
    const { input_crs, description } = body as { input_crs: string; description: string };
    assert.equal(input_crs, 'gcj02');
    assert.ok(!description.includes('13800138000'), description);
    await cancelIncident(made);
  }),
);

dispatched('keyboard: an incident is taken down at the middle of the map', () =>
  visit(browser, { hash: at(18, 'zh', '?new='), before: signedIn('dispatcher') }, async (page) => {
    await mapReady(page);
    await page.locator('#map').focus();
    await page.keyboard.press('Enter');
    await page
      .locator('#would-be .code')
      .getByText(want.responsible?.code ?? '', { exact: true })
      .waitFor();
    for (const name of ['kind', 'source']) {
      await page.locator(`#intake [name=${name}]`).focus();
      await page.keyboard.press('ArrowDown');
    }
    await page.locator('#intake [name=title]').focus();
    await page.keyboard.type('护栏松动');
    await page.keyboard.press('Enter');
    await page.locator('#incident[data-state=reported]').waitFor();
    await cancelIncident(await codeOf(page));
  }),
);

dispatched('an address that is pasted is looked for, and chosen among what it may be', () =>
  visit(browser, { hash: '#///zh?task=incidents', before: signedIn('dispatcher') }, async (page) => {
    await mapReady(page);
    await page.getByRole('button', { name: '登记事件' }).click();
    await page.locator('textarea[name=paste]').fill(`地址：${grid.name}\n内容：垃圾堆放`);
    await page.locator('#spots button').first().click();
    await page
      .locator('#would-be')
      .getByText(want.responsible?.code ?? '', { exact: true })
      .waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: '留下' }).click(); // what was pasted is not lost by a key
    assert.notEqual(await page.locator('#intake [name=title]').inputValue(), '');
    await page.locator('[data-task=divisions]').click();
    await page.getByRole('button', { name: '放弃并离开' }).click();
    await page.locator('[data-task=divisions][aria-current=page]').waitFor();
  }),
);

// What is done with an incident: the buttons of its state and no others.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { accessible, ask, pressed, visit } from './browser';
import { makeIncident, send, signedIn } from './client';
import { actOn, at, browser, dispatched, grid, want } from './dispatching';

/** The acts that the page offers, in its order. */
const offered = (page: Page): Promise<string[]> =>
  page.locator('#acts [data-act]').evaluateAll((all) => all.map((of) => of.getAttribute('data-act') ?? ''));

/** Demands that the page offers what the interface says that this dispatcher may do, and nothing else. */
async function offersActs(page: Page, code: string): Promise<void> {
  const { body } = await send('dispatcher', 'GET', `/v1/incidents/${code}`);
  const { acts } = body as { acts: string[] };
  await page
    .locator('#acts [data-act]')
    .nth(acts.length - 1)
    .waitFor();
  assert.deepEqual(await offered(page), acts);
}

dispatched(
  'mouse: an incident is assigned, started, escalated and finished by the buttons of its state',
  async () => {
    const made = await makeIncident(grid.label, '井盖缺失');
    const opened = at(16, 'zh', `?incident=${made.code}`);
    await visit(browser, { hash: opened, expected: /422/, before: signedIn('dispatcher') }, async (page) => {
      const state = (name: string): Promise<void> => page.locator(`#incident[data-state=${name}]`).waitFor();
      const press = (name: string): Promise<void> =>
        page.locator('#acts').getByRole('button', { name, exact: true }).click();
      await state('reported');
      await offersActs(page, made.code);
      await press('受理');
      await state('accepted');
      await offersActs(page, made.code);
      await press('分派');
      await page.locator('#act').waitFor();
      await accessible(page, 'the form of an act');
      await press('分派');
      await page.getByText('请填写：交给').waitFor();
      const unit = page.getByRole('combobox', { name: '交给' });
      await unit.locator(`option[value="grid:${grid.code}"]`).waitFor({ state: 'attached' });
      await unit.selectOption(`grid:${grid.code}`);
      await press('分派');
      await state('assigned');
      await page.locator('#events').getByText('分派', { exact: true }).waitFor();
      await press('开始处置');
      await state('handling');
      await press('上报上级');
      await page.getByRole('textbox', { name: '说明' }).fill('打 13800138000 找他');
      await press('上报上级');
      await page.locator('#acts [role=alert]').waitFor(); // BR-60: personal data stays out
      await page.getByRole('textbox', { name: '说明' }).fill('权属不清');
      await press('上报上级');
      await state('escalated');
      await press('开始处置');
      await state('handling');
      await press('处置完毕');
      await page.getByRole('combobox', { name: '结果' }).selectOption('resolved');
      await press('处置完毕');
      await state('waiting_check');
      await offersActs(page, made.code);
      assert.equal(await page.locator('#acts [data-act=close]').count(), 0);
      await page.getByText('须由另一人核查办结', { exact: false }).waitFor();
      await accessible(page, 'an incident to check');
    });
    await visit(browser, { hash: opened, before: signedIn('administrator') }, async (page) => {
      await page.locator('#acts [data-act=close]').click(); // by somebody else (BR-56)
      await page.locator('#incident[data-state=closed]').waitFor();
    });
  },
);

dispatched(
  'keyboard: an incident is handed over, and what was done by others meanwhile is said',
  async () => {
    const made = await makeIncident(grid.label, '路灯不亮');
    const { items } = await ask<{ items: { code: string; name: string }[] }>('/v1/divisions?level=county');
    const far = items.find((one) => !want.divisions.some(({ code }) => code === one.code));
    assert.ok(far);
    const opened = at(16, 'en', `?incident=${made.code}`);
    await visit(
      browser,
      { hash: opened, expected: /412|ERR_FAILED/, before: signedIn('dispatcher') },
      async (page) => {
        const press = async (act: string): Promise<void> => {
          await page.locator(`#acts [data-act=${act}]`).focus();
          await page.keyboard.press('Enter');
        };
        await page.route('**/v1/events?*', (route) => route.abort()); // nothing is told of
        await page.locator('#incident[data-state=reported]').waitFor();
        await made.act({ act: 'accept' });
        await press('accept');
        await page.getByText('Somebody has just done something with it', { exact: false }).waitFor();
        await page.locator('#incident[data-state=accepted]').waitFor();
        await press('transfer');
        await page.locator('#act').waitFor();
        await page.keyboard.press('Escape');
        await page.locator('#act').waitFor({ state: 'detached' });
        assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('data-act')), 'transfer');
        await page.keyboard.press('Enter');
        await page.keyboard.type('belongs next door');
        await page.getByRole('searchbox', { name: 'Find another' }).focus();
        await page.keyboard.type(want.divisions[1]?.name ?? '');
        const code = `division:${want.divisions[1]?.code ?? ''}`;
        await page.locator(`#act option[value="${code}"]`).first().waitFor({ state: 'attached' });
        const chosen = (unit: string): Promise<unknown> =>
          page.waitForFunction(
            (unit) => document.querySelector<HTMLSelectElement>('#act select[name=unit]')?.value === unit,
            unit,
          );
        await chosen(code);
        // A hit that is not listed any more is not sent.
        const find = page.getByRole('searchbox', { name: 'Find another' });
        await find.fill(far.name);
        await find.press('Enter'); // nor is the one before while the next one is looked for
        await chosen(`division:${far.code}`);
        await find.fill('');
        await chosen('');
        await page.locator('#act select[name=unit]').selectOption(code);
        await find.focus();
        await made.act({ act: 'note', reason: 'by somebody else, meanwhile' });
        await page.keyboard.press('Enter');
        await page
          .locator('#acts')
          .getByText('Somebody has just done something with it', { exact: false })
          .waitFor();
        await page.locator('#events').getByText('by somebody else, meanwhile').waitFor();
        assert.equal(await page.locator('#act textarea').inputValue(), 'belongs next door', 'it is kept');
        await page.keyboard.press('Enter');
        await page.locator('#incident[data-state=transferred]').waitFor();
        await press('take');
        await page.locator('#incident[data-state=assigned]').waitFor();
        await press('start'); // nobody else did anything: at once
        await page.locator('#incident[data-state=handling]').waitFor();
        await press('finish');
        await page.getByRole('textbox', { name: 'In words' }).fill('what I did');
        await actOn(made.code, { act: 'escalate', reason: 'by somebody else' });
        await page.getByRole('combobox', { name: 'Outcome' }).selectOption('resolved');
        await page.locator('#act [type=submit]').focus();
        await page.keyboard.press('Enter');
        await page.getByText('“Done” is not possible any more', { exact: false }).waitFor();
        assert.ok(await page.locator('#act [type=submit]').isDisabled());
        await page.waitForFunction(() => document.activeElement?.closest('#act') !== null); // not lost with the button
        assert.equal(await page.locator('#act textarea').inputValue(), 'what I did');
        await pressed(page.locator('#act').getByRole('button', { name: 'Cancel' }));
        await page.locator('#act').waitFor({ state: 'detached' });
        await press('cancel');
        await page.keyboard.type('a test');
        await page.keyboard.press('Tab');
        await page.keyboard.press('Enter');
        await page.locator('#incident[data-state=cancelled]').waitFor();
        await page.locator('#acts [data-act=note]').waitFor();
        assert.deepEqual(await offered(page), ['note']);
      },
    );
  },
);

dispatched(
  'keyboard: an incident comes back, is done again and opened again, as its state allows',
  async () => {
    const made = await makeIncident(grid.label, '反复出现的积水');
    const transfer = { act: 'transfer', reason: 'theirs', unit: `division:${want.divisions[1]?.code}` };
    await made.act({ act: 'accept' });
    await made.act(transfer);
    const opened = at(16, 'en', `?incident=${made.code}`);
    await visit(browser, { hash: opened, before: signedIn('dispatcher') }, async (page) => {
      const state = async (name: string): Promise<void> => {
        await page.locator(`#incident[data-state=${name}]`).waitFor();
        await offersActs(page, made.code);
      };
      const press = async (act: string): Promise<void> => {
        await page.locator(`#acts [data-act=${act}]`).focus();
        await page.keyboard.press('Enter');
      };
      /** Gives a reason and sends it from the button. */
      const because = async (act: string): Promise<void> => {
        await press(act);
        await page.locator('#act [name=reason]:focus').waitFor();
        await page.keyboard.type('for a reason');
        await page.keyboard.press('Tab');
        await page.keyboard.press('Enter');
      };
      const finish = async (): Promise<void> => {
        await press('start');
        await state('handling');
        await press('finish');
        await page.locator('#act [name=outcome]:focus').waitFor();
        await page.keyboard.press('ArrowDown');
        await page.locator('#act button[type=submit]').focus();
        await page.keyboard.press('Enter');
        await state('waiting_check');
      };
      await state('transferred');
      await because('return');
      await state('accepted');
      await actOn(made.code, transfer);
      await state('transferred');
      await because('recall');
      await state('accepted');
      await finish();
      await because('rework');
      await state('rework');
      await finish();
      await actOn(made.code, { act: 'close' }, 'administrator'); // by somebody else (BR-56)
      await state('closed');
      await because('reopen');
      await state('rework');
      await page.locator('#events').getByText('Reopened', { exact: true }).waitFor();
    });
    await actOn(made.code, { act: 'cancel', reason: 'test' });
  },
);

dispatched('an act that is answered when its incident was left disturbs nobody', async () => {
  const made = await makeIncident(grid.label, '离开之后才答复');
  let answer = (): void => undefined;
  const held = new Promise<void>((resolve) => (answer = resolve));
  const before = async (page: Page): Promise<void> => {
    await signedIn('dispatcher')(page);
    await page.route('**/v1/incidents/*/acts', async (route) => {
      await held;
      await route.continue();
    });
  };
  await visit(browser, { hash: at(16, 'en', `?incident=${made.code}`), before }, async (page) => {
    const sent = page.waitForRequest(/\/acts$/);
    await page.locator('#acts [data-act=accept]').click();
    await sent;
    await page.getByRole('button', { name: 'Back to the list' }).click();
    await page.locator('#acts').waitFor({ state: 'detached' });
    const answered = page.waitForResponse(/\/acts$/);
    answer();
    await (await answered).finished();
    await page
      .locator(`#incidents [data-code="${made.code}"]`)
      .getByText('accepted', { exact: true })
      .waitFor();
    await page.evaluate(() => new Promise(requestAnimationFrame)); // what came of it is drawn
  });
  await actOn(made.code, { act: 'cancel', reason: 'test' });
});

dispatched('without a token there are no buttons, and it is said why', async () => {
  const made = await makeIncident(grid.label, '占道经营');
  await visit(browser, { hash: at(16, 'en', `?incident=${made.code}`) }, async (page) => {
    await page.locator('#incident').waitFor();
    await page.locator('#acts').getByText('the token of a dispatcher', { exact: false }).waitFor();
    assert.deepEqual(await offered(page), []);
  });
  await made.act({ act: 'cancel', reason: 'test' });
});

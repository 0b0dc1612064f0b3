// What several have to do with at once: an incident that others join, that one of them leads, that is supervised, that touches several
// areas, and that is the same as another one.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { Organization, Page as List } from '../src/api';
import type { Incident } from '../src/incidents/incident';
import { accessible, ask, pressed, visit } from './browser';
import { makeIncident, send, signedIn } from './client';
import { actOn, at, browser, dispatched, grid, want } from './dispatching';

/** Whatever the server says of the incident now. */
const now = async (code: string): Promise<Incident> =>
  (await send('dispatcher', 'GET', `/v1/incidents/${code}`)).body as Incident;

/** Two organisations of the county, by which others may be told apart. */
async function twoBodies(): Promise<[Organization, Organization]> {
  const county = want.divisions.find(({ level }) => level === 'county')?.code ?? '';
  const { items } = await ask<List<Organization>>(`/v1/organizations?division=${county}`);
  const [one, other] = items;
  assert.ok(one && other, 'the county has two organisations');
  return [one, other];
}

/** A community that the incident does not lie in, and its street, which holds both. */
async function nextDoor(): Promise<{ community: string; street: string }> {
  const [own, street] = want.divisions;
  assert.ok(own?.level === 'community' && street?.level === 'street');
  const { items } = await ask<List<{ code: string }>>(`/v1/divisions?parent=${street.code}`);
  const other = items.find(({ code }) => code !== own.code);
  assert.ok(other);
  return { community: other.code, street: street.code };
}

const state = (page: Page, name: string): Promise<void> =>
  page.locator(`#incident[data-state=${name}]`).waitFor();

/** Waits until the act is written down and its form is gone. */
async function done(page: Page, event: string): Promise<void> {
  await page.locator('#act').waitFor({ state: 'detached' });
  await page.locator('#events').getByText(event, { exact: true }).first().waitFor();
}

dispatched('mouse: others join, one of them leads, the case is supervised and set right', async () => {
  const made = await makeIncident(grid.label, '多部门处置的积水');
  await made.act({ act: 'accept' });
  const [one, other] = await twoBodies();
  await visit(
    browser,
    { hash: at(16, 'zh', `?incident=${made.code}`), before: signedIn('dispatcher') },
    async (page) => {
      const begin = (act: string): Promise<void> => page.locator(`#acts [data-act=${act}]`).click();
      const send = (name: string): Promise<void> =>
        page.locator('#act').getByRole('button', { name, exact: true }).click();
      await state(page, 'accepted');
      assert.equal(
        await page.locator('#acts [data-act=lead]').count(),
        0,
        'nobody has joined who could lead',
      );
      await begin('join');
      const unit = page.getByRole('combobox', { name: '协办单位' });
      for (const { code } of [one, other]) {
        await unit.locator(`option[value="org:${code}"]`).waitFor({ state: 'attached' });
        await unit.selectOption(`org:${code}`);
        await page.getByRole('button', { name: '添加', exact: true }).click();
      }
      await page.getByRole('button', { name: `去掉 ${other.name}` }).click();
      await accessible(page, 'who joins');
      await send('增加协办单位');
      await done(page, '加入协办');
      assert.deepEqual((await now(made.code)).handling_units, [`org:${one.code}`]);
      await page
        .getByRole('row', { name: /处置单位/ })
        .getByText(one.name)
        .waitFor();

      await begin('lead');
      const leader = page.getByRole('combobox', { name: '交给' });
      await leader
        .locator(`option[value="org:${one.code}"]`, { hasText: one.name })
        .waitFor({ state: 'attached' });
      assert.equal(await leader.locator('option').count(), 2, 'nothing to choose, and who has joined');
      await leader.selectOption(`org:${one.code}`);
      await send('确定牵头');
      await done(page, '确定牵头');
      await state(page, 'assigned');
      const led = await now(made.code);
      assert.equal(led.lead_unit, `org:${one.code}`);
      assert.ok(!led.handling_units.includes(`org:${one.code}`), 'who leads does not join as well');

      await begin('supervise');
      await send('督办');
      await page.getByText('请填写：督办方式').waitFor();
      await page.getByRole('combobox', { name: '督办方式' }).selectOption('deadline');
      await page.getByRole('textbox', { name: '说明' }).fill('三日内整改');
      await send('督办');
      await done(page, '督办');
      assert.equal((await now(made.code)).supervised, true);
      await begin('rectify');
      await page.getByRole('textbox', { name: '说明' }).fill('已整改');
      await send('整改完成');
      await done(page, '整改');
      assert.equal((await now(made.code)).supervised, false);
    },
  );
  await actOn(made.code, { act: 'cancel', reason: 'test' });
});

dispatched('mouse: what was reported before is merged from the hint, in Chinese', async () => {
  const [first, again] = [
    await makeIncident(grid.label, '同一处路灯'),
    await makeIncident(grid.label, '同一处路灯不亮'),
  ];
  await visit(
    browser,
    { hash: at(16, 'zh', `?incident=${again.code}`), before: signedIn('dispatcher') },
    async (page) => {
      const same = page
        .locator('#same li')
        .filter({ has: page.getByRole('button', { name: first.title, exact: true }) });
      await same.first().getByRole('button', { name: '并入这一件' }).click();
      assert.equal(await page.locator('#act [name=into]').inputValue(), first.code);
      await page.locator('#act button[type=submit]').click();
      await state(page, 'merged');
      await done(page, '合并');
      assert.equal((await now(again.code)).parent, first.code);
    },
  );
  await actOn(first.code, { act: 'cancel', reason: 'test' });
});

dispatched('keyboard: an incident is joined, led, supervised, put right, combined and merged', async () => {
  const [first, made] = [
    await makeIncident(grid.label, 'the first call'),
    await makeIncident(grid.label, 'the second call'),
  ];
  await made.act({ act: 'accept' });
  const [one] = await twoBodies();
  const { community, street } = await nextDoor();
  await visit(
    browser,
    { hash: at(16, 'en', `?incident=${made.code}`), expected: /422/, before: signedIn('dispatcher') },
    async (page) => {
      const press = async (selector: string): Promise<void> => {
        await page.locator(selector).focus();
        await page.keyboard.press('Enter');
      };
      const begin = (act: string): Promise<void> => press(`#acts [data-act=${act}]`);
      const send = (): Promise<void> => press('#act button[type=submit]');
      /** Goes down a list that has the focus until the choice is there. */
      const choose = async (value: string): Promise<void> => {
        const select = page.locator('#act select:focus');
        await select.locator(`option[value="${value}"]`).waitFor({ state: 'attached' });
        const steps = await select.evaluate(
          (of: HTMLSelectElement, value) =>
            [...of.options].findIndex((option) => option.value === value) - of.selectedIndex,
          value,
        );
        for (let i = 0; i < steps; i++) await page.keyboard.press('ArrowDown');
        assert.equal(await select.inputValue(), value);
      };
      await state(page, 'accepted');
      await begin('join');
      await choose(`org:${one.code}`);
      await send(); // chosen, and meant, though it was not added
      await done(page, 'Joined by other units');
      assert.deepEqual((await now(made.code)).handling_units, [`org:${one.code}`]);

      await begin('lead');
      await choose(`org:${one.code}`);
      await send();
      await done(page, 'Lead unit named');
      assert.equal((await now(made.code)).lead_unit, `org:${one.code}`);

      await begin('supervise');
      await choose('interview');
      await page.keyboard.press('Tab');
      await page.keyboard.type('late');
      await send();
      await done(page, 'Supervised');
      await begin('rectify');
      await page.keyboard.type('in time');
      await send();
      await done(page, 'Rectified');
      assert.equal((await now(made.code)).supervised, false);

      await begin('combine');
      await page.locator('#act [name=find-unit]').focus();
      await page.keyboard.type(community);
      await page.waitForFunction(
        (code) => document.querySelector<HTMLSelectElement>('#act select[name=unit]')?.value === code,
        community,
      );
      await send();
      await done(page, 'Combined across areas');
      await state(page, 'escalated');
      assert.equal((await now(made.code)).lead_unit, `division:${street}`);

      await begin('merge');
      await page.locator('#act [name=into]:focus').waitFor();
      await page.keyboard.type(made.code);
      await send();
      await page.locator('#acts [role=alert]').waitFor(); // BR-54: not into itself
      await page.locator('#act [name=into]').fill(first.code);
      await page.keyboard.press('Enter');
      await state(page, 'merged');
      await done(page, 'Merged');
    },
  );
  await actOn(first.code, { act: 'cancel', reason: 'test' });
});

dispatched('a case whose pin was moved is kept where it is, by mouse and keyboard', async () => {
  const made = await makeIncident(grid.label, 'pinned on the wrong side');
  await made.act({ act: 'accept' });
  await made.act({ act: 'assign', unit: `grid:${grid.code}` });
  const { items } = await ask<List<{ code: string; label: [number, number] }>>(
    '/v1/grids?kind=base&limit=20',
  );
  const others = items.filter(({ code }) => code !== grid.code);
  for (const [i, by] of (['mouse', 'keyboard'] as const).entries()) {
    const geometry = { type: 'Point', coordinates: others[i]?.label };
    const { tag } = await send('dispatcher', 'GET', `/v1/incidents/${made.code}`);
    await send('dispatcher', 'PATCH', `/v1/incidents/${made.code}`, { geometry, crs: 'wgs84' }, tag);
    assert.notEqual((await now(made.code)).proposed_unit, null);
    await visit(
      browser,
      { hash: at(16, 'en', `?incident=${made.code}`), before: signedIn('dispatcher') },
      async (page) => {
        const button = page.locator('#acts [data-act=keep]');
        if (by === 'mouse') await button.click();
        else await pressed(button);
        await page.locator('#act [name=reason]:focus').waitFor();
        await page.keyboard.type('theirs to finish');
        const sent = page.locator('#act button[type=submit]');
        if (by === 'mouse') await sent.click();
        else await pressed(sent);
        await done(page, 'Kept where it is');
        assert.equal((await now(made.code)).proposed_unit, null);
      },
    );
  }
  await actOn(made.code, { act: 'cancel', reason: 'test' });
});

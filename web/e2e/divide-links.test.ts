// Links that lead to a planner's work and away from it open as they were: a grid to be divided, and what a plan has left to hand over.
import assert from 'node:assert/strict';
import { degrees } from '../src/divide/lattice';
import { mapReady, pressed, visit } from './browser';
import { makeIncident, send, signedIn } from './client';
import { Desk, inTheMiddle } from './desk';
import { browser, divided, planned } from './dividing';
import { proveDatabase, publishPlan } from './proof';

planned('a link to Divide with a grid opens with that grid in hand', async () => {
  const plan = await Desk.begin('a link with a grid');
  let code = '';
  await Desk.at(browser, 'en', plan, async (desk) => void ({ code } = await desk.grid()));
  const hash = `#///en?plan=${plan.code}&task=divide&grid=${code}`;
  await visit(browser, { hash, before: signedIn('planner') }, async (page) => {
    await page.getByRole('radio', { name: 'Split', exact: true, checked: true }).waitFor();
    await page.locator('#part', { hasText: code }).waitFor();
    await mapReady(page);
    const desk = new Desk(page, plan.code, 'en', plan.middle);
    const part = (await desk.partition()).all().find((one) => one.code === code);
    assert.ok(part);
    await desk.typed(desk.across(part));
    await desk.kept(/Split: done/, 1);
    await page.waitForURL(new RegExp(`plan=${plan.code}&task=divide&grid=${code}$`));
    await pressed(page.getByRole('button', { name: 'Undo' }));
    await desk.kept(/Undone/, 0);
  });
  proveDatabase();
});

divided('a link to what is to be handed over opens as it was', async (desk) => {
  const [one, other] = await desk.neighbours();
  const rest = (await desk.partition())
    .all()
    .find(({ id, kind }) => ![one.id, other.id].includes(id) && kind === 'base');
  assert.ok(rest);
  const made = await Promise.all(
    [one, other, rest].map((part, i) => makeIncident(degrees(inTheMiddle(part)), `待移交 ${i}`)),
  );
  await desk.page.getByLabel('Merge', { exact: true }).check();
  await desk.pick(one);
  await desk.pick(other);
  await pressed(desk.page.getByRole('button', { name: 'Merge those chosen' }));
  await desk.kept(/Merged: done/, 1);
  await publishPlan(desk.code);

  const told = await Promise.all(
    made.map(async ({ code }) => (await send('dispatcher', 'GET', `/v1/incidents/${code}`)).body),
  );
  const moved = (told as { code: string; handover: boolean }[]).filter(({ handover }) => handover);
  const stays = made.filter(({ code }) => moved.every((incident) => incident.code !== code));
  assert.ok(moved.length > 0 && stays.some(({ code }) => code === made[2]?.code));
  const hash = '#///en?task=incidents&handover=true&order=due';
  await visit(browser, { hash, before: signedIn('dispatcher') }, async (page) => {
    const row = (code: string) => page.locator(`#incidents [data-code="${code}"]`);
    for (const { code } of moved) await row(code).locator('[data-mark=handover]').waitFor();
    const filter = page.getByLabel('To be handed over only');
    assert.ok(await filter.isChecked());
    assert.equal(await page.locator('select[name=order]').inputValue(), 'due');
    await page.waitForURL(/\?task=incidents&handover=true&order=due$/);
    for (const { code } of stays) assert.equal(await row(code).count(), 0);
    await filter.press('Space');
    await page.locator('[name=text]').fill('待移交');
    for (const { code } of stays) await row(code).waitFor();
  });
  for (const { code } of made) {
    const { tag } = await send('dispatcher', 'GET', `/v1/incidents/${code}`);
    await send('dispatcher', 'POST', `/v1/incidents/${code}/acts`, { act: 'cancel', reason: 'test' }, tag);
  }
});

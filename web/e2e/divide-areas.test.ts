// A planner gives ground away: to a neighbour, to a new grid, to one laid over, to nobody, and to another community. Every tool by mouse
// and again by keyboard, and after each the whole draft is proven.
import assert from 'node:assert/strict';
import { degrees, inside, type Vertex } from '../src/divide/lattice';
import type { Part } from '../src/divide/partition';
import { accessible, ask, pressed } from './browser';
import { send } from './client';
import { type Desk, inTheMiddle } from './desk';
import { divided, noDatabase, square, streetBeside } from './dividing';
import { importLine } from './proof';

/** Draws a ring by mouse; a double click ends it. */
async function ringByMouse(desk: Desk, ring: readonly Vertex[]): Promise<void> {
  await desk.page.getByLabel('Catch on lines').uncheck();
  for (const corner of ring.slice(0, -1)) await desk.clickAt(degrees(corner));
  const last = await desk.pixel(degrees(ring.at(-1) ?? { x: 0, y: 0 }));
  await desk.page.mouse.dblclick(last.x, last.y);
}

/** Takes up a tool without a mouse. */
async function takeUp({ page }: Desk, tool: string): Promise<void> {
  await page.getByLabel(tool, { exact: true }).focus();
  await page.keyboard.press('Space');
}

async function undo({ page }: Desk): Promise<void> {
  await pressed(page.getByRole('button', { name: 'Undo' }));
  await page.locator('#outcome').getByText('Undone').waitFor();
}

divided('ground is given to a neighbour: a ring by mouse, then by keyboard', async (desk) => {
  const { page } = desk;
  const corner = await desk.corner();
  const before = await desk.partition();
  const into = before
    .having('tiling', corner)
    .find((part) => !part.fixed && part.kind === 'base' && desk.inSight(inTheMiddle(part)));
  assert.ok(into);
  const more = async (): Promise<void> => {
    const given = await desk.proven(/Border changed: done, and proven/);
    assert.ok((given.get(into.id)?.areaM2 ?? 0) > into.areaM2);
  };
  await page.getByLabel('Give a block').check();
  await desk.clickAt(degrees(inTheMiddle(into)));
  await page.getByText(`To ${into.name}`).waitFor();
  await page.getByLabel('By a ring').check();
  await ringByMouse(desk, square(corner, 25));
  await more();
  await undo(desk);
  await desk.shown(before);

  await takeUp(desk, 'Split');
  await takeUp(desk, 'Give a block');
  await desk.pick(into); // lets go of what the mouse has chosen
  await desk.pick(into);
  await takeUp(desk, 'By a ring');
  await desk.typed(square(corner, 25));
  await more();
});

divided('ground is given to a neighbour: a block of streets by keyboard, then by mouse', async (desk) => {
  const { page } = desk;
  const before = await desk.partition();
  const { gains, street, spot } = await streetBeside(desk);
  assert.ok(importLine('roads', street), noDatabase);
  const got = async (): Promise<void> => {
    const part = (await desk.proven(/Border changed: done, and proven/)).get(gains.id);
    assert.ok(part && part.areaM2 > gains.areaM2 && inside(part.area, spot));
  };
  const [lon, lat] = degrees(spot);
  await takeUp(desk, 'Give a block');
  await desk.pick(gains);
  await page.getByLabel('Coordinates (longitude, latitude)').fill(`${lon}, ${lat}`);
  await pressed(page.getByRole('button', { name: 'Give the block at these coordinates' }));
  await got();
  await undo(desk);
  await desk.shown(before);

  await page.getByLabel('Split', { exact: true }).check();
  await page.getByLabel('Give a block').check();
  await desk.clickAt(degrees(inTheMiddle(gains)));
  await page.getByText(`To ${gains.name}`).waitFor();
  await page.getByLabel('By a block of streets').check();
  await desk.clickAt([lon, lat]);
  await got();
});

divided('a new grid is cut out by mouse, then by keyboard', async (desk) => {
  const { page } = desk;
  const ring = square(inTheMiddle(await desk.grid()), 20);
  const cut = async (name: string): Promise<void> => {
    const draft = await desk.proven(/New grid: done, and proven/, /^QC-10/);
    assert.ok(draft.all().some((part) => part.name === name && part.kind === 'base'));
  };
  await page.getByLabel('Cut out a grid').check();
  await page.getByLabel('Name', { exact: true }).fill('新网格');
  await ringByMouse(desk, ring);
  await cut('新网格');
  await undo(desk);

  const name = page.getByLabel('Name', { exact: true });
  assert.equal(await name.inputValue(), '', 'the name is used');
  await name.fill('键盘网格');
  await takeUp(desk, 'Split');
  const line = desk.across(await desk.grid());
  await desk.typed(line);
  await desk.proven(/Split: done, and proven/, /^QC-10/);
  await undo(desk);
  await takeUp(desk, 'Cut out a grid');
  assert.equal(await name.inputValue(), '键盘网格', 'what was typed for another stroke is kept');
  await desk.typed(ring);
  await cut('键盘网格');
  await undo(desk); // a grid with a hole is nothing to publish
});

divided('a dedicated grid is laid over by keyboard, then by mouse', async (desk) => {
  const { page } = desk;
  const ring = square(inTheMiddle(await desk.grid()), 20);
  const { items } = await ask<{ items: { code: string }[] }>('/v1/organizations?limit=1');
  const posted = (await send('planner', 'GET', '/v1/workers?limit=1')).body as {
    items: { worker_code: string }[];
  };
  const described = async (name: string): Promise<void> => {
    await page.getByLabel('Name', { exact: true }).fill(name);
    await page.getByLabel('Kind').selectOption('market');
    await page.getByLabel('Host').fill(items[0]?.code ?? '');
    await page.getByLabel('Who is posted to it').fill(posted.items[0]?.worker_code ?? '');
  };
  const laid = async (name: string): Promise<void> => {
    const draft = await desk.proven(/New grid: done, and proven/);
    assert.ok(draft.all().some((part) => part.name === name && part.kind === 'dedicated'));
  };
  await takeUp(desk, 'Dedicated grid');
  await desk.typed(ring);
  await desk.refused(/Fill in the name first/);
  await page.getByLabel('Name', { exact: true }).fill('新园区');
  const finish = page.getByRole('button', { name: 'Finish' });
  await pressed(finish);
  await desk.refused(/Choose the host first/); // nobody is made one by not being looked at
  await described('新园区');
  await pressed(finish);
  await laid('新园区');
  await undo(desk);

  await page.getByLabel('Split', { exact: true }).check();
  await page.getByLabel('Dedicated grid', { exact: true }).check();
  await described('新市场');
  await ringByMouse(desk, ring);
  await laid('新市场');
});

divided(
  'a grid gets another name and goes to another community: by mouse, then by keyboard',
  async (desk) => {
    const { page } = desk;
    const before = await desk.partition();
    const elsewhere = (part: Part): string | undefined =>
      before
        .around(part)
        .map(({ community }) => community)
        .find((code) => code !== part.community && code.slice(0, 6) === part.community.slice(0, 6));
    const base = before
      .all()
      .filter((part) => !part.fixed && desk.inSight(inTheMiddle(part)))
      .find((part) => part.kind === 'base' && elsewhere(part) !== undefined);
    assert.ok(base);
    const community = elsewhere(base) ?? '';
    for (const [by, name] of [
      ['mouse', '晴浦里网格'],
      ['keyboard', '晴浦里新网格'],
    ] as const) {
      const press = async (button: string): Promise<void> => {
        const named = page.getByRole('button', { name: button });
        await (by === 'mouse' ? named.click() : pressed(named));
      };
      await desk.pick(base);
      await page.getByLabel('New name').fill(name);
      await press('Rename');
      const renamed = await desk.proven(/Renamed: done, and proven/);
      assert.equal(renamed.get(base.id)?.name, name);

      await page.getByLabel('Community beside it').selectOption(community);
      await press('Transfer');
      const transferred = await desk.proven(/Transferred: done, and proven/);
      assert.equal(transferred.get(base.id), undefined);
      const there = transferred.all().find((part) => part.name === name);
      assert.equal(there?.community, community);
      await page.locator('#part', { hasText: there?.code ?? '' }).waitFor();
      if (by === 'mouse') await undo(desk);
    }
  },
);

divided(
  'ground becomes an area without grids, and is given to a grid again: by mouse, then by keyboard',
  async (desk) => {
    const { page } = desk;
    const before = await desk.partition();
    const ground = await desk.grid();
    const ring = square(inTheMiddle(ground), 20);
    for (const by of ['mouse', 'keyboard'] as const) {
      const name = `小湖 ${by}`;
      if (by === 'mouse') await page.getByLabel('Area without grids', { exact: true }).check();
      else await takeUp(desk, 'Area without grids');
      await page.getByLabel('Name', { exact: true }).fill(name);
      await page.getByLabel('Why there is no grid').selectOption('water');
      await (by === 'mouse' ? ringByMouse(desk, ring) : desk.typed(ring));
      const carved = await desk.proven(/Area without grids: done, and proven/, /^QC-10/);
      const nobodys = carved.all().find((part) => part.kind === 'void' && part.name === name);
      const into = carved.get(ground.id);
      assert.ok(nobodys && into && into.areaM2 < ground.areaM2);

      await desk.pick(nobodys);
      await page.getByLabel('Grid beside it').selectOption(into.id);
      const give = page.getByRole('button', { name: 'Give it to that grid' });
      if (by === 'mouse') await give.click();
      else await pressed(give);
      const filled = await desk.proven(/Given to a grid: done, and proven/);
      assert.equal(filled.get(nobodys.id), undefined);
      assert.ok((filled.get(into.id)?.areaM2 ?? 0) > into.areaM2);
      await accessible(page, 'the chosen grid');
      await undo(desk);
      await undo(desk); // what comes back to what it was is nothing to publish
      await desk.shown(before);
      await takeUp(desk, 'Split');
    }
  },
);

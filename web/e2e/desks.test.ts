// Two planners draw on one plan: nobody's stroke goes over what the other has drawn meanwhile.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { degrees, type Vertex } from '../src/divide/lattice';
import type { Partition } from '../src/divide/partition';
import { accessible, launch, origin } from './browser';
import { send, tokenOf } from './client';
import { corners, Desk } from './desk';

let browser: Browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** Two desks on one plan, with a corner that both have before them. */
function desks(name: string, body: (a: Desk, b: Desk) => Promise<void>): void {
  void test(name, async (t) => {
    if (tokenOf('planner') === '' || tokenOf('administrator') === '')
      return t.skip('needs the tokens of the demo');
    await Desk.with(browser, 'en', name, (a) => Desk.at(browser, 'en', a, (b) => body(a, b)));
  });
}

/** The corner that one partition has and another had not. */
function moved(from: Partition, to: Partition): Vertex {
  const [corner, ...more] = corners(to).filter((v) => from.having('tiling', v).length === 0);
  assert.ok(corner && more.length === 0);
  return corner;
}

const changedElsewhere = /somebody else has just changed the plan/;
const borderChanged = /Border changed: done, and proven/;

desks('a stroke over what the other has drawn meanwhile is refused, and shows it', async (a, b) => {
  const corner = await a.corner();
  const begun = await a.partition();
  await a.drag(degrees(corner), [30, 12]);
  await a.kept(borderChanged, 1);
  await b.drag(degrees(corner), [15, 6]);
  await b.refused(changedElsewhere);

  // The other takes that back and draws anew: the number of that stroke is the same again.
  await b.page.getByRole('button', { name: 'Undo' }).click();
  await b.kept(/Undone/, 0);
  await b.drag(degrees(corner), [15, 6]);
  await b.kept(borderChanged, 1);
  const theirs = await b.partition();

  // Undoing must not take back what is not in sight. The other's corner is, then, and can be taken.
  await a.page.getByRole('button', { name: 'Undo' }).click();
  await a.refused(changedElsewhere);
  await a.same(theirs);
  await accessible(a.page, 'a stroke that came too late');
  const second = moved(begun, theirs);
  await a.drag(degrees(second), [10, 4]);
  await a.kept(borderChanged, 2);
  const third = moved(begun, await a.partition());

  // A line that was begun stays, and can be sent over what has come.
  const [top, bottom] = a.across(await a.grid());
  await a.page.getByLabel('Split', { exact: true }).check();
  await a.clickAt(degrees(top));
  await b.drag(degrees(second), [5, 2]);
  await b.refused(changedElsewhere);
  await b.drag(degrees(third), [5, 2]);
  await b.kept(borderChanged, 3);
  const end = await a.pixel(degrees(bottom));
  await a.page.mouse.dblclick(end.x, end.y);
  await a.refused(changedElsewhere);
  await a.page.getByRole('button', { name: 'Finish' }).click();
  await a.proven(/Split: done, and proven/);
});

desks('a plan is withdrawn while the other draws: the desk says so and takes no more', async (a, b) => {
  const [top, bottom] = a.across(await a.grid());
  await a.page.getByLabel('Split', { exact: true }).check();
  await a.clickAt(degrees(top));
  await b.drag(degrees(await b.corner()), [30, 12]);
  await b.kept(borderChanged, 1);
  const tag = (await fetch(`${origin}/v1/plans/${a.code}`)).headers.get('ETag') ?? '';
  await send('planner', 'POST', `/v1/plans/${a.code}/withdraw`, { reason: '另行安排' }, tag);
  const end = await a.pixel(degrees(bottom));
  await a.page.mouse.dblclick(end.x, end.y);
  await a.page.getByText('This plan cannot be drawn on now').waitFor();
  await a.page
    .locator('#outcome')
    .getByText(/cannot be drawn on any more/)
    .waitFor();
  assert.equal(await a.page.getByRole('button', { name: 'Undo' }).isDisabled(), true);
  await accessible(a.page, 'a plan that was withdrawn meanwhile');

  // With the same drawing before it, the other desk is told by the server.
  await b.page.getByRole('button', { name: 'Undo' }).click();
  await b.page.getByText('This plan cannot be drawn on now').waitFor();
  await b.page
    .locator('#outcome')
    .getByText(/^Nothing was changed/)
    .waitFor();
  // Nothing that could be saved is lost by leaving.
  await a.page.getByRole('button', { name: 'Another plan' }).click();
  await a.page.getByRole('heading', { name: 'Begin a plan' }).waitFor();
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer, Api } from '../api';

// What the compiler makes of these in the page; here nobody watches.
Object.assign(globalThis, { $state: Object.assign((of: unknown) => of, { raw: (of: unknown) => of }) });
const { Lookup } = await import('./lookup.svelte');

/** A server whose answers come when they are let go. */
class Slow {
  readonly asked: { asOf: string | null; answer: () => void }[] = [];
  locate = (
    lon: number,
    lat: number,
    _crs: string,
    _signal: AbortSignal,
    asOf: string | null,
  ): Promise<Answer> =>
    new Promise((resolve) => {
      const answer = { location: { lon, lat }, boundary_with: [], near: [] } as unknown as Answer;
      this.asked.push({ asOf, answer: () => resolve(answer) });
    });
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

for (const crs of ['wgs84', 'gcj02'] as const) {
  test(`an instant chosen while an answer is under way is the one that is answered for: ${crs}`, async () => {
    const server = new Slow();
    const lookup = new Lookup(server as unknown as Api, () => undefined);
    void lookup.ask(120, 31, crs, false);
    void lookup.choose('2026-01-01T00:00:00Z');
    assert.deepEqual(
      server.asked.map(({ asOf }) => asOf),
      [null, '2026-01-01T00:00:00Z'],
    );
    server.asked[1]?.answer();
    server.asked[0]?.answer();
    await settle();
    assert.equal(lookup.result.state === 'answer' && lookup.result.asOf, '2026-01-01T00:00:00Z');
  });
}

test('an answer that comes while another task has the map is marked on the way back', async () => {
  const server = new Slow();
  const marks: unknown[] = [];
  let here = true;
  const map = { mark: (spot: unknown) => marks.push(spot), show: () => undefined };
  const lookup = new Lookup(server as unknown as Api, () => (here ? map : undefined));
  void lookup.ask(120, 31, 'wgs84', false);
  here = false;
  server.asked[0]?.answer();
  await settle();
  assert.equal(marks.length, 1, 'the spot that was clicked, and nothing after');
  here = true;
  lookup.draw();
  assert.deepEqual(marks.at(-1), { lon: 120, lat: 31 });
  assert.equal(marks.length, 2);
});

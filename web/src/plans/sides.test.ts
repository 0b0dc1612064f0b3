import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Plan } from './plan';
import type { PlanServer } from './server';
import { readSide, StaleSide } from './sides';

const counties = ['990101000000', '990102000000'].map((county_code, i) => ({
  ...{ county_code, base_edition: i + 3, published_edition: i + 4, current_edition: i + 5 },
}));

/** A server with one plan over two counties, and what was asked of their editions. */
function serverOf(published_at: string | null): { server: PlanServer; asked: string[] } {
  const asked: string[] = [];
  const server = {
    plan: (code: string) => Promise.resolve({ code, title: '两区调整', published_at, counties } as Plan),
    editionDiff: (county: string, from: number, to: number) => {
      asked.push(`${county} ${from} ${to}`);
      const properties = { kind: 'base', code: `${county.slice(0, 6)}001001001`, state: 'before' };
      return Promise.resolve({ features: [{ properties }] });
    },
  } as unknown as PlanServer;
  return { server, asked };
}

for (const [kind, first] of [
  ['before', 3],
  ['plan', 4],
] as const) {
  test(`a plan in effect: the side “${kind}” is of all its counties`, async () => {
    const { server, asked } = serverOf('2026-11-23T08:00:00Z');
    const side = await readSide(server, { kind, code: '990101-2026-001' });
    assert.deepEqual(asked, [`990101000000 ${first} 5`, `990102000000 ${first + 1} 6`]);
    assert.deepEqual([...side.deviations.keys()], ['base 990101001001001', 'base 990102001001001']);
    const at = kind === 'before' ? '2026-11-23T07%3A59%3A59.999Z' : '2026-11-23T08%3A00%3A00Z';
    assert.deepEqual(side.tiles, [`/tiles/grids/{z}/{x}/{y}.mvt?as_of=${at}`]);
  });
}

test('there is nothing before a plan that has not taken effect', async () => {
  const { server } = serverOf(null);
  await assert.rejects(readSide(server, { kind: 'before', code: '990101-2026-001' }), StaleSide);
});

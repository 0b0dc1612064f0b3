import assert from 'node:assert/strict';
import test from 'node:test';
import type { Bbox } from '../api';
import type { Plan } from '../plans/plan';
import { attempts, drawing, ofOneVersion } from './draft';
import type { WorkingSet } from './server';

const county = (base_edition: number) => ({
  county_code: '990101000000',
  base_edition,
  current_edition: base_edition,
  published_edition: null,
});

test('a drawing is known by its last operation, not by its number', () => {
  const one = { position: 5, drawn_at: '2026-11-22T08:00:00Z', counties: [county(1)] };
  assert.equal(drawing({ ...one }), drawing(one));
  assert.notEqual(drawing({ ...one, drawn_at: '2026-11-22T08:01:00Z' }), drawing(one));
  assert.notEqual(drawing({ ...one, position: 4 }), drawing(one));
  assert.notEqual(drawing({ ...one, counties: [county(2)] }), drawing(one));
});

test('a plan is read until it and its parts are of one version, but not for ever', async () => {
  const plan = (version: number) => ({ code: 'P1', version }) as Plan;
  /** A plan that is changed before each of the first answers. */
  const changing = (changes: number) => {
    let version = 1;
    return {
      open: () => Promise.resolve({ version: (version += changes-- > 0 ? 1 : 0) } as WorkingSet),
      plan: () => Promise.resolve(plan(version)),
    };
  };
  const box: Bbox = [0, 0, 1, 1];
  const [read, set] = await ofOneVersion(changing(attempts - 1), plan(1), box);
  assert.deepEqual([read.version, set.version], [attempts, attempts]);
  await assert.rejects(ofOneVersion(changing(Infinity), plan(1), box), { code: 'busy' });
});

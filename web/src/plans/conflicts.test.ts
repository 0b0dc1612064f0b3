import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Problem, type Geometry } from '../api';
import { conflictsOf, operationsIn } from './conflicts';

const shape = (x: number): Geometry => ({ type: 'Point', coordinates: [x, 0] });
const part = (code: string, state: string, x: number, seq: number) => ({
  geometry: shape(x),
  properties: { kind: 'base', code, name: `${code}网格`, state, seq, plan: 'Q' },
});

test('the features of a part make one conflict', () => {
  const features = [part('a', 'base', 1, 2), part('a', 'current', 2, 2), part('b', 'current', 3, 1)];
  const conflicts = conflictsOf(new Problem(409, { conflicts: { type: 'FeatureCollection', features } }));
  const common = { kind: 'base', plan: 'Q', draft: null };
  assert.deepEqual(conflicts, [
    { ...common, code: 'a', name: 'a网格', seq: 2, base: shape(1), current: shape(2) },
    { ...common, code: 'b', name: 'b网格', seq: 1, base: null, current: shape(3) },
  ]);
  assert.deepEqual(operationsIn(conflicts), [1, 2]);
});

test('an operation that cannot be done again has no shape', () => {
  const features = [{ geometry: null, properties: { kind: '', code: 'g', seq: 3 } }];
  const [conflict] = conflictsOf(new Problem(409, { conflicts: { features } }));
  assert.deepEqual([conflict?.seq, conflict?.plan, conflict?.current], [3, null, null]);
});

test('another refusal names none', () =>
  assert.deepEqual(conflictsOf(new Problem(409, { conflicts: 'x' })), []));

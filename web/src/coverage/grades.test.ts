import assert from 'node:assert/strict';
import { test } from 'node:test';
import { graded, stepOf, widerLevels } from './grades';
import { report } from './report.fixture';
import { figuresOf } from './units';

test('each level is classed by its own values: a community has more households than any of its grids', () => {
  const [households] = figuresOf(report, 'base');
  assert.ok(households);
  const as = { classing: 'equal', classes: 3 } as const;
  const grids = graded(report, 'base', households, as);
  const communities = graded(report, 'community', households, as);
  assert.deepEqual([grids.edges[0], grids.edges.at(-1)], [50, 300]);
  assert.deepEqual([communities.edges[0], communities.edges.at(-1)], [50, 400]);
  assert.deepEqual(
    communities.values.map(({ value }) => stepOf(communities, value)),
    [6, 0],
  );
  assert.equal(stepOf(communities, null), null);
});

test('communities stand for grids, and nothing for what has no wider level in the report', () => {
  assert.deepEqual(widerLevels(report, 'base'), ['community']);
  assert.deepEqual(widerLevels(report, 'community'), []);
});

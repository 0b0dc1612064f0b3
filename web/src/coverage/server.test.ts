import assert from 'node:assert/strict';
import { test } from 'node:test';
import { report } from './report.fixture';
import { within } from './server';

test('what lies in no grid is asked for within the division', () => {
  assert.deepEqual(within(report), ["community_code IN ('A', 'B')"]);
  const county = { ...report, division: { level: 'county', code: "C'1", name: '' } };
  assert.deepEqual(within(county), ["county_code = 'C''1'"]);
  assert.deepEqual(within({ ...report, division: { level: 'city', code: 'X', name: '' } }), []);
});

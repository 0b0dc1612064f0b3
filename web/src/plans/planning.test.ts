import assert from 'node:assert/strict';
import { test } from 'node:test';
import { before, formatPlanning, parsePlanning, usualPlanning, type Planning } from './planning';
import { plansFor, type Plan } from './plan';

const compared = [
  { kind: 'edition', county: '990101000000', number: 1 },
  { kind: 'plan', code: '990101-2026-001' },
] as const;

for (const [query, want] of [
  ['', {}],
  ['plans=overdue&county=990101000000', { list: 'overdue', county: '990101000000' }],
  ['plan=P&compare=990101000000.1_990101-2026-001', { compared }],
  ['compare=now_now&line=0', { compared: [{ kind: 'now' }, { kind: 'now' }], line: 0 }],
  ['compare=now_now', { compared: [{ kind: 'now' }, { kind: 'now' }] }],
  [
    'compare=before.990101-2026-001_990101-2026-001',
    { compared: [{ kind: 'before', code: '990101-2026-001' }, compared[1]] },
  ],
  ['plan=P&report=true', { report: true }],
] as [string, Partial<Planning>][]) {
  test(`planning goes round/${query}`, () => {
    const planning = parsePlanning(new URLSearchParams(query));
    assert.deepEqual(planning, { ...usualPlanning, ...want });
    const again = new URLSearchParams({
      ...(query.startsWith('plan=') && { plan: 'P' }),
      ...formatPlanning(planning),
    });
    assert.equal(again.toString(), query);
  });
}

for (const query of [
  'plans=toString',
  'compare=now',
  'compare=now_now_now',
  'compare=a.b_now',
  'compare=_',
  'line=101',
  'line=-1',
  'report=true',
]) {
  test(`nonsense is as usual/${query}`, () =>
    assert.deepEqual(parsePlanning(new URLSearchParams(query)), usualPlanning));
}

test('only plans of its county are offered for a grid', () => {
  const of = (code: string, ...counties: string[]): Plan =>
    ({ code, counties: counties.map((county_code) => ({ county_code })) }) as Plan;
  const plans = [of('a', 'c1'), of('b', 'c2'), of('c', 'c1', 'c2')];
  const codes = (county: string): string[] => plansFor(plans, county).map(({ code }) => code);
  assert.deepEqual(codes('c1'), ['a', 'c']);
  assert.deepEqual(codes('c3'), []);
});

test('a plan is compared with what it changes, and one in effect with what was before', () => {
  const code = '990101-2026-001';
  assert.deepEqual(before({ published_at: null, code }), { kind: 'now' });
  assert.deepEqual(before({ published_at: '2026-11-23T08:00:00Z', code }), { kind: 'before', code });
});

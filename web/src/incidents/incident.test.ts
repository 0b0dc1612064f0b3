import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choose, everything, isOverdue, spotOf, unitOf, type Filter, type Incident } from './incident';

const now = Date.parse('2026-11-22T12:00:00Z');

function incident(code: string, some: Partial<Incident> = {}): Incident {
  return {
    code,
    kind: 'gas',
    severity: 'normal',
    source: 'patrol',
    external_case_no: null,
    title: code,
    description: null,
    address: null,
    reported_at: '2026-11-22T08:00:00Z',
    occurred_at: null,
    first_receiver: null,
    lead_unit: null,
    lead_name: null,
    transfer_to: null,
    proposed_unit: null,
    parent: null,
    responded_at: null,
    handling_units: [],
    state: 'handling',
    phase: 'handling',
    due_at: null,
    response_due_at: null,
    supervised: false,
    handover: false,
    closed_at: null,
    outcome: null,
    geometry: { type: 'Point', coordinates: [120, 31] },
    assignment: {
      county_code: '320211000000',
      community_code: '320211001001',
      base_grid: null,
      dedicated_grid: null,
    },
    version: 1,
    ...some,
  };
}

const late = incident('late', { due_at: '2026-11-22T11:59:59Z', reported_at: '2026-11-20T00:00:00Z' });
const soon = incident('soon', { due_at: '2026-11-22T13:00:00Z', kind: 'fire_risk' });
const fresh = incident('fresh', { reported_at: '2026-11-22T11:00:00Z', state: 'reported' });
const checked = incident('checked', { due_at: '2026-11-21T00:00:00Z', state: 'waiting_check' });
const moved = incident('moved', {
  handover: true,
  reported_at: '2026-11-22T10:00:00Z',
  assignment: { ...late.assignment, community_code: null },
});
const closed = incident('closed', { state: 'closed', due_at: '2026-11-21T00:00:00Z' });
const all = [late, soon, fresh, checked, moved, closed];

for (const [name, filter, within, want] of [
  ['newest first, ended ones left out', {}, null, ['fresh', 'moved', 'checked', 'soon', 'late']],
  [
    'due first, those without a deadline last',
    { order: 'due' },
    null,
    ['checked', 'late', 'soon', 'fresh', 'moved'],
  ],
  ['overdue: not what waits for a check', { overdue: true }, null, ['late']],
  ['to be handed over', { handover: true }, null, ['moved']],
  ['by kind', { kind: 'fire_risk' }, null, ['soon']],
  ['by severity', { severity: 'serious' }, null, []],
  ['by words of the title, of any width', { text: 'ＬＡＴＥ' }, null, ['late']],
  ['by all words', { text: 'late soon' }, null, []],
  ['blanks are no words', { text: ' ', kind: 'fire_risk' }, null, ['soon']],
  ['by state', { state: 'reported' }, null, ['fresh']],
  ['in a community', {}, ['320211001001'], ['fresh', 'checked', 'soon', 'late']],
  [
    'in a county, those in no community too',
    { order: 'due' },
    ['320211000000'],
    ['checked', 'late', 'soon', 'fresh', 'moved'],
  ],
  ['elsewhere', {}, ['320213000000'], []],
] as [string, Partial<Filter>, string[] | null, string[]][]) {
  test(`choose/${name}`, () => {
    const members = within === null ? null : new Set(within);
    const chosen = choose(all, { ...everything, ...filter }, members, now);
    assert.deepEqual(
      chosen.map(({ code }) => code),
      want,
    );
  });
}

test('an incident becomes overdue when its time has come, not before', () => {
  const due = { state: 'accepted', due_at: '2026-11-22T12:00:00Z' };
  assert.equal(isOverdue(due, now), false);
  assert.equal(isOverdue(due, now + 1), true);
  assert.equal(isOverdue({ ...due, state: 'closed' }, now + 1), false);
  assert.equal(isOverdue({ ...due, due_at: null }, now + 1), false);
});

test('lines and areas have a spot, too', () => {
  const coordinates = [
    [
      [120, 31],
      [122, 33],
    ],
  ];
  assert.deepEqual(spotOf({ type: 'MultiLineString', coordinates }), [121, 32]);
  assert.equal(spotOf({ type: 'MultiPolygon', coordinates: [] }), null);
});

test('units are told apart from names imported in other words', () => {
  assert.deepEqual(unitOf('grid:320211001001007'), { kind: 'grid', code: '320211001001007' });
  assert.deepEqual(unitOf('org:A:1'), { kind: 'org', code: 'A:1' });
  assert.deepEqual(unitOf('康屏镇综治中心'), { kind: '', code: '康屏镇综治中心' });
  assert.deepEqual(unitOf('grid:'), { kind: '', code: 'grid:' });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canDo, courseOf, mayAs, type Known, type StepName } from './course';
import type { Consultation, Plan } from './plan';

const nowMs = Date.parse('2026-11-22T08:00:00Z');

const plan = (some: Partial<Plan> = {}): Plan => ({
  ...{
    code: 'P',
    kind: 'adjustment',
    version: 1,
    position: 0,
    last_change: 0,
    drawn_at: null,
    checked_position: null,
    undoes: null,
  },
  ...{
    acts: ['check', 'edit', 'withdraw'],
    deciding_level: 'county',
    title: 'T',
    reason: 'other',
    note: null,
  },
  ...{ state: 'draft', counties: [], base_current: true, effective_at: null, decided_at: null },
  ...{ decision_doc_no: null, ended_reason: null, published_at: null, trouble: null, filing: null },
  ...{ consultations: { asked: 0, answered: 0 }, created_at: '2026-11-01T00:00:00Z' },
  ...some,
});

const body = (some: Partial<Consultation> = {}): Consultation => ({
  ...{
    id: 1,
    body_kind: 'street',
    body_code: 'S',
    body_name: null,
    required: true,
    overdue: false,
    version: 1,
  },
  ...{ asked_at: '2026-11-20T00:00:00Z', due_at: '2026-12-05T00:00:00Z', answered_at: null },
  ...{ opinion: null, text: null, reply: null, reply_text: null },
  ...some,
});

const known = (some: Partial<Known> = {}): Known => ({
  ...{ plan: plan(), findings: [], consultations: [], filing: null, announcements: [] },
  ...{ moves: true, role: 'administrator', nowMs },
  ...some,
});

const checked = { state: 'checked', position: 1, acts: ['check', 'consult', 'edit', 'submit', 'withdraw'] };
const submitted = { state: 'submitted', position: 1, acts: ['approve', 'reject', 'return', 'withdraw'] };
const decided = {
  ...submitted,
  state: 'decided',
  acts: ['publish', 'withdraw'],
  decided_at: '2026-11-21T00:00:00Z',
};
const effective = { ...decided, state: 'effective', acts: [], published_at: '2026-11-22T00:00:00Z' };
const due = { due_at: '2026-11-20T00:00:00Z', overdue: true, receiver_org_code: null, returned_reason: null };

for (const [name, some, next] of [
  ['nothing drawn', {}, 'draw'],
  ['drawn', { plan: plan({ position: 1 }) }, 'check'],
  ['checked', { plan: plan(checked) }, 'consult'],
  ['only names change', { plan: plan(checked), moves: false }, 'submit'],
  ['asked', { plan: plan({ ...checked, state: 'consulting' }), consultations: [body()] }, 'answers'],
  [
    'nobody answered in time',
    {
      plan: plan({ ...checked, state: 'consulting' }),
      consultations: [body({ due_at: '2026-11-21T00:00:00Z' })],
    },
    'submit',
  ],
  [
    'an objection',
    { plan: plan({ ...checked, state: 'consulting' }), consultations: [body({ opinion: 'object' })] },
    'answers',
  ],
  ['submitted, an answer is missing', { plan: plan(submitted), consultations: [body()] }, 'answers'],
  ['submitted, heard', { plan: plan(submitted), consultations: [body({ opinion: 'agree' })] }, 'decide'],
  ['decided', { plan: plan(decided), moves: false }, 'publish'],
  [
    'decided for a day to come',
    { plan: plan({ ...decided, effective_at: '2026-12-01T00:00:00Z' }), moves: false },
    'file',
  ],
  ['effective', { plan: plan(effective), moves: false }, 'file'],
  ['the county moved on', { plan: plan({ ...checked, base_current: false }) }, null],
  ['withdrawn', { plan: plan({ state: 'withdrawn', acts: [], position: 1 }) }, null],
] as [string, Partial<Known>, StepName | null][]) {
  test(`the next step/${name}`, () => assert.equal(courseOf(known(some)).next, next));
}

test('a step that only others may do is next all the same, and says who', () => {
  const { steps, next } = courseOf(known({ plan: plan(submitted), moves: false, role: 'planner' }));
  const decide = steps.find(({ name }) => name === 'decide');
  assert.equal(next, 'decide');
  assert.deepEqual(decide?.reasons, ['role']);
  assert.equal(decide && canDo(decide), false);
});

test('a check can be done again while errors are open, and says what to do', () => {
  const finding = {
    id: 1,
    rule: 'QC-13',
    class: 'error',
    open: true,
    waivable: true,
    grid_codes: [],
    detail: '',
  };
  const sizes = { area_m2: null, width_m: null, measured: null, threshold: null };
  const findings = [{ ...finding, ...sizes, polygon: null, at: null, waiver_reason: null }];
  const { steps } = courseOf(known({ plan: plan({ position: 1 }), findings }));
  const check = steps.find(({ name }) => name === 'check');
  assert.deepEqual(check?.reasons, ['errors_open']);
  assert.equal(check && canDo(check), true);
});

test('filing is overdue until its receipt is there', () => {
  const filing = { ...due, filed_at: '2026-11-21T00:00:00Z', receipt_no: null, receipt_at: null };
  const file = (some: object) =>
    courseOf(known({ plan: plan(effective), filing: { ...filing, ...some } })).steps.find(
      ({ name }) => name === 'file',
    );
  assert.deepEqual([file({})?.state, file({})?.overdue], ['open', true]);
  const done = file({ receipt_no: '31', receipt_at: '2026-11-22T00:00:00Z' });
  assert.deepEqual([done?.state, done?.overdue, done?.doneAt], ['done', false, '2026-11-22T00:00:00Z']);
});

test('roles', () => {
  assert.deepEqual(
    [
      mayAs(null, 'dispatcher'),
      mayAs('reader', 'dispatcher'),
      mayAs('planner', 'dispatcher'),
      mayAs('planner', 'administrator'),
    ],
    [false, false, true, false],
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DivisionRef } from '../api';
import type { DraftPart } from './draft';
import type { Change, Consultation } from './plan';
import { communitiesOf, sheetsOf } from './sheets';

const part = (code: string, change: Change, ...communities: string[]): DraftPart => ({
  ...{ kind: 'base', code, name: code, change, communities, before: null, after: null },
  ...{ areaM2: { before: 0, after: 0 }, households: { before: null, after: null } },
});

const chain = (...codes: [city: string, county: string, street: string, community: string]): DivisionRef[] =>
  codes.map((code, i) => ({
    level: ['city', 'county', 'street', 'community'][i] ?? '',
    code,
    name: `name ${code}`,
  }));

const asked = (some: Partial<Consultation>): Consultation => ({
  ...{
    id: 1,
    body_kind: 'committee',
    body_code: 's2c1',
    body_name: 'S2C1',
    required: true,
    overdue: false,
    version: 1,
  },
  ...{
    asked_at: '',
    due_at: '',
    answered_at: null,
    opinion: null,
    text: null,
    reply: null,
    reply_text: null,
  },
  ...some,
});

const parts = [
  part('a', 'created', 's1c1'),
  part('b', 'boundary', 's1c2', 's1c1'),
  part('n', 'attributes', 's3c1'),
  part('v', 'bent', 's4c1'),
];
const chains = [chain('c', 'k', 's1', 's1c1'), chain('c', 'k', 's1', 's1c2')];

test('names alone, and a vertex more, concern nobody', () =>
  assert.deepEqual(communitiesOf(parts), ['s1c1', 's1c2']));

test('a community that only lies under a dedicated grid has a sheet before it is asked', () => {
  const under = { body_kind: 'committee', body_code: 's2c9', body_name: null } as const;
  const street = { body_kind: 'street', body_code: 's2', body_name: null } as const;
  assert.deepEqual(communitiesOf(parts, [street, under]), ['s1c1', 's1c2', 's2c9']);
  const sheets = sheetsOf(parts, [], [...chains, chain('c', 'k', 's2', 's2c9')]);
  assert.deepEqual(
    sheets.map(({ code }) => code),
    ['s1', 's1c1', 's1c2', 's2', 's2c9'],
  );
});

test('one sheet for each street and community, with what changes there', () => {
  const sheets = sheetsOf(parts, [], chains);
  assert.deepEqual(
    sheets.map(({ level, code, name, parts: of }) => [level, code, name, of.map((one) => one.code).join()]),
    [
      ['street', 's1', 'name s1', 'a,b'],
      ['community', 's1c1', 'name s1c1', 'a,b'],
      ['community', 's1c2', 'name s1c2', 'b'],
    ],
  );
});

test('whoever must be asked has a sheet, departments and the public have none', () => {
  const consultations = [
    asked({}),
    asked({ body_kind: 'street', body_code: 's1', opinion: 'agree' }),
    asked({ body_kind: 'department', body_code: 'd' }),
    asked({ body_kind: 'public', body_code: null }),
    asked({ body_code: 's9', required: false }),
  ];
  const sheets = sheetsOf(parts, consultations, chains);
  assert.deepEqual(
    sheets.map(({ code }) => code),
    ['s1', 's1c1', 's1c2', 's2c1'],
  );
  assert.equal(sheets[0]?.asked?.opinion, 'agree');
  assert.equal(sheets[3]?.name, 'S2C1');
});

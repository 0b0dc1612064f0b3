import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatChoice, parseChoice, usualChoice, type Choice } from './choice';

test('a choice comes back from its link', () => {
  const choice: Choice = {
    ...{ division: '990101000000', figure: 'place_hazard', level: 'street', classing: 'equal', classes: 7 },
    asOf: '2026-11-22T10:00:00.000Z',
  };
  assert.deepEqual(parseChoice(new URLSearchParams(formatChoice(choice))), choice);
  assert.deepEqual(formatChoice(usualChoice), {});
  assert.deepEqual(parseChoice(new URLSearchParams()), usualChoice);
});

test('nonsense in a link is as usual', () => {
  const query = new URLSearchParams('figure=%3Cb%3E&by=planet&classing=x&classes=99&as_of=soon&division=');
  assert.deepEqual(parseChoice(query), usualChoice);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metresBetween } from './distance';
import { stateOf, type Token } from './tokens';

const token = (some: Partial<Token>): Token => ({ expires_at: null, revoked_at: null, ...some }) as Token;
const now = Date.parse('2026-11-22T12:00:00Z');

test('a token is valid until it ends or somebody ends it', () => {
  assert.equal(stateOf(token({}), now), 'valid');
  assert.equal(stateOf(token({ expires_at: '2026-11-22T12:00:01Z' }), now), 'valid');
  assert.equal(stateOf(token({ expires_at: '2026-11-22T12:00:00Z' }), now), 'expired');
  const revoked_at = '2026-11-21T00:00:00Z';
  assert.equal(stateOf(token({ revoked_at, expires_at: '2026-11-21T01:00:00Z' }), now), 'revoked');
});

test('metres between near positions', () => {
  assert.ok(Math.abs(metresBetween([120, 31], [120, 31.001]) - 111.2) < 0.5);
  assert.ok(Math.abs(metresBetween([120, 60], [120.001, 60]) - 55.6) < 0.5);
  assert.equal(metresBetween([120, 31], [120, 31]), 0);
});

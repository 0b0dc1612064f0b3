import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storageOf } from './remember';

test('where a browser forbids storage, what is kept lasts as long as the page', () => {
  Object.defineProperty(globalThis, 'sessionStorage', {
    configurable: true,
    get: () => {
      throw new Error('SecurityError');
    },
  });
  const store = storageOf('sessionStorage');
  assert.equal(store.getItem('wangge.token'), null);
  store.setItem('wangge.token', 'abc');
  assert.equal(store.getItem('wangge.token'), 'abc');
  store.removeItem('wangge.token');
  assert.equal(store.getItem('wangge.token'), null);
});

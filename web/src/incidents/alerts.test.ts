import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Alerts, noNews, type News } from './alerts';

let rings = 0;
let news: News = noNews;
let inSight = false;
beforeEach(() => {
  [rings, news, inSight] = [0, noNews, false];
});

const alerts = (): Alerts =>
  new Alerts({
    ring: () => rings++,
    inSight: () => inSight,
    onChange: (next) => (news = next),
    gatherMs: 0,
  });
const come = (code: string, action = 'create', topic = 'incident') => ({ topic, action, code });
const gathered = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

test('what comes together rings once and counts each', async () => {
  const desk = alerts();
  desk.heard(come('a'));
  desk.heard(come('b'));
  await gathered();
  assert.deepEqual(news, { count: 2, codes: new Set(['a', 'b']) });
  assert.equal(rings, 1);
  desk.looked();
  assert.deepEqual(news, { count: 0, codes: new Set(['a', 'b']) }, 'seen in the list, and not opened');
  desk.opened('a');
  assert.deepEqual([...news.codes], ['b']);
});

test('changes, other topics and what was taken down here are no news', async () => {
  const desk = alerts();
  desk.heard(come('a', 'update'));
  desk.heard(come('b', 'create', 'place'));
  desk.heard(null);
  desk.heard(come('mine'));
  desk.made('mine');
  await gathered();
  assert.deepEqual(news, noNews);
  assert.equal(rings, 0);
});

test('who has the list before them gets a sound and no badge', async () => {
  inSight = true;
  alerts().heard(come('a'));
  await gathered();
  assert.deepEqual(news, { count: 0, codes: new Set(['a']) });
  assert.equal(rings, 1);
});

test('another reader begins without news', async () => {
  const desk = alerts();
  desk.heard(come('a'));
  desk.forget();
  await gathered();
  assert.equal(rings, 0);
  assert.deepEqual(news, noNews);
});

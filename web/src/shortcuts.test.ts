import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tasks } from './link';
import { shortcutOf, type Press, type Shortcut } from './shortcuts';

const press = (key: string, more: Partial<Press> = {}): Press => ({
  key,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  isComposing: false,
  defaultPrevented: false,
  typing: false,
  ...more,
});

for (const [name, pressed, want] of [
  ['help', press('?'), { does: 'help' }],
  ['search', press('/'), { does: 'search' }],
  ['the map, with Caps Lock', press('M'), { does: 'map' }],
  ['the first task', press('1'), { does: 'task', task: tasks[0] }],
  ['the last task', press(String(tasks.length)), { does: 'task', task: tasks.at(-1) }],
  ['a task too many', press('9'), null],
  ['no task', press('0'), null],
  ['a letter of no meaning', press('x'), null],
  ['with Ctrl it is the browser’s', press('1', { ctrlKey: true }), null],
  ['in a text', press('/', { typing: true }), null],
  ['of an input method', press('m', { isComposing: true }), null],
  ['taken already', press('m', { defaultPrevented: true }), null],
] as [string, Press, Shortcut | null][]) {
  test(`shortcutOf/${name}`, () => assert.deepEqual(shortcutOf(pressed), want));
}

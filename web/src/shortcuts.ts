/** Single keys that do something wherever the focus is, as long as nothing is being typed. */
import { tasks, type Task } from './link';

export type Shortcut =
  { does: 'help' } | { does: 'search' } | { does: 'map' } | { does: 'panel' } | { does: 'task'; task: Task };

/** The keys as the list of them shows them. */
export const shortcutKeys = { help: '?', search: '/', map: 'm', panel: 'p' } as const;

/** A pressed key and where. */
export type Press = Pick<
  KeyboardEvent,
  'key' | 'ctrlKey' | 'altKey' | 'metaKey' | 'isComposing' | 'defaultPrevented'
> & { typing: boolean };

/** What a key stands for; null for nothing, and while something is typed. */
export function shortcutOf(press: Press): Shortcut | null {
  if (press.ctrlKey || press.altKey || press.metaKey || press.isComposing || press.defaultPrevented)
    return null;
  if (press.typing) return null;
  const task = /^[1-9]$/.test(press.key) ? tasks[Number(press.key) - 1] : undefined;
  if (task !== undefined) return { does: 'task', task };
  const [does] = Object.entries(shortcutKeys).find(([, key]) => key === press.key.toLowerCase()) ?? [];
  return does === undefined ? null : { does: does as keyof typeof shortcutKeys };
}

/** Whether keys that are pressed there write a text, choose in a list, or answer a dialog. */
export function takesKeys(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest(
      'input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog',
    ) !== null
  );
}

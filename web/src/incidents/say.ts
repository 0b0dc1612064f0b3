/** The texts of the desk in the language in use. */
import { textsOf } from '../language.svelte';
import { deskMessages, type DeskKey } from './desk-messages';

export const say = textsOf(deskMessages);

/** The desk's text for prefix + code, e.g. `do_` + `accept`; a code that it has no text for is shown as it is. */
export function sayOwn(prefix: string, code: string): string {
  const key = prefix + code;
  return Object.hasOwn(deskMessages, key) ? say(key as DeskKey) : code;
}

/** The texts of importing and of tokens in the language in use. */
import { textsOf } from '../language.svelte';
import { importMessages, type ImportKey } from './import-messages';

export const say = textsOf(importMessages);

/** The text for prefix + code, e.g. `layer_` + `hazards`; a code without one is shown as it is. */
export function sayOwn(prefix: string, code: string): string {
  const key = prefix + code;
  return Object.hasOwn(importMessages, key) ? say(key as ImportKey) : code;
}

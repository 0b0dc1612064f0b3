/** The texts of the plan screens in the language in use. */
import { textsOf } from '../language.svelte';
import { planTexts } from './plan-texts';

export type PlanText = keyof typeof planTexts;

export const say = textsOf(planTexts);

/** The text of prefix + code; a code without one is shown as it is. */
export function sayOf(prefix: string, code: string): string {
  const key = prefix + code;
  return Object.hasOwn(planTexts, key) ? say(key as PlanText) : code;
}

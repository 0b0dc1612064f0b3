import type { DivisionRef } from '../api';

const levels = ['city', 'county', 'street', 'community'];

/** The divisions from the city down, however the server ordered them; unknown levels come last. */
export function fromTop(divisions: readonly DivisionRef[]): DivisionRef[] {
  const rank = (division: DivisionRef): number => {
    const i = levels.indexOf(division.level);
    return i < 0 ? levels.length : i;
  };
  return [...divisions].sort((a, b) => rank(a) - rank(b));
}

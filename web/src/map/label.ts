/** Which names the map writes at which zoom, and how large. */

export interface Label {
  text: string;
  /** What is written where there is no room for the text; null for nothing. */
  short: string | null;
  sizePx: number;
  weight: 400 | 600;
}

interface Rule {
  sizePx: number;
  weight: 400 | 600;
  /** Written between these resolutions, in metres a pixel on the equator; further in, a wide area's name only stands in the way. */
  from: number;
  to: number;
}

const rules: Readonly<Record<string, Rule>> = {
  city: { sizePx: 18, weight: 600, from: 80, to: Infinity },
  county: { sizePx: 17, weight: 600, from: 12, to: Infinity },
  street: { sizePx: 15, weight: 600, from: 3, to: Infinity },
  community: { sizePx: 13, weight: 600, from: 0, to: Infinity },
  dedicated: { sizePx: 12, weight: 400, from: 0, to: Infinity },
  base: { sizePx: 11, weight: 400, from: 0, to: 7 },
};

const otherRule: Rule = { sizePx: 11, weight: 400, from: 0, to: Infinity };

/** Up to this resolution a grid is wide enough for its whole name. */
const wholeNames = 3.5;

/** The label of an area of a rank (level or kind of grid), or null where it is not written. */
export function labelOf(rank: string, name: string, code: string, resolution: number): Label | null {
  const { sizePx, weight, from, to } = rules[rank] ?? otherRule;
  if (resolution < from || resolution > to) return null;
  const number = rank === 'base' ? gridNumber(code) : null;
  const whole = name || code;
  const text = resolution > wholeNames ? (number ?? whole) : whole;
  return text === '' ? null : { text, short: number === text ? null : number, sizePx, weight };
}

/** What names a grid in the least room: its number, else its name, else its code. */
export function shortName(name: string, code: string): string {
  return gridNumber(code) ?? (name || code);
}

/** The number of a grid in its community: the last three of fifteen digits. Codes of another scheme have none. */
function gridNumber(code: string): string | null {
  return /^\d{15}$/.test(code) ? code.slice(12) : null;
}

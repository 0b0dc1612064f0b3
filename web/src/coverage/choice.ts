/** What the reader has chosen to see of coverage, as links carry it. */

/** Whose figures are shown: each base grid's, or those of all base grids of a division. */
export const levels = ['base', 'community', 'street', 'county'] as const;
export type Level = (typeof levels)[number];

/** Classes of about as many units each, or of the same width. */
export const classings = ['quantile', 'equal'] as const;
export type Classing = (typeof classings)[number];

/** How many classes can be asked for; more can no longer be told apart by their colours. */
export const classCounts = [3, 4, 5, 6, 7] as const;

export interface Choice {
  /** The division reported on, null for all that the reader may see. */
  division: string | null;
  /** The key of the figure on the map. */
  figure: string;
  level: Level;
  classing: Classing;
  classes: number;
  /** The instant that the figures are of, RFC 3339; null for now. */
  asOf: string | null;
}

export const usualChoice: Choice = {
  ...{ division: null, figure: 'households', level: 'base', classing: 'quantile', classes: 5, asOf: null },
};

/** Reads the query of a link; whatever is missing or nonsense is as usual. */
export function parseChoice(query: URLSearchParams): Choice {
  const figure = query.get('figure') ?? '';
  const asOf = new Date(query.get('as_of') ?? '');
  return {
    division: query.get('division') || null,
    figure: /^[a-z_0-9]{1,40}$/.test(figure) ? figure : usualChoice.figure,
    level: levels.find((level) => level === query.get('by')) ?? usualChoice.level,
    classing: classings.find((classing) => classing === query.get('classing')) ?? usualChoice.classing,
    classes: classCounts.find((n) => String(n) === query.get('classes')) ?? usualChoice.classes,
    asOf: Number.isNaN(asOf.getTime()) ? null : asOf.toISOString(),
  };
}

/** What a link says of a choice: only what is not as usual. */
export function formatChoice({
  division,
  figure,
  level,
  classing,
  classes,
  asOf,
}: Choice): Record<string, string> {
  return {
    ...(division !== null && { division }),
    ...(figure !== usualChoice.figure && { figure }),
    ...(level !== usualChoice.level && { by: level }),
    ...(classing !== usualChoice.classing && { classing }),
    ...(classes !== usualChoice.classes && { classes: String(classes) }),
    ...(asOf !== null && { as_of: asOf }),
  };
}

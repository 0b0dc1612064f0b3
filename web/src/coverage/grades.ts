/** The units of a level in the classes of a figure. */
import type { Coverage } from '../api';
import { levels, type Choice, type Level } from './choice';
import { classOf, countsOf, edgesOf, rampStep } from './classes';
import { levelsOf, unitsOf, valueOf, type Figure, type Unit } from './units';

export interface Graded {
  level: Level;
  values: { unit: Unit; value: number | null }[];
  /** The values that there are. */
  known: number[];
  edges: number[];
  /** How many units are in each class. */
  counts: number[];
}

/** How many colours the ramp has. */
const ramp = 7;

export function graded(
  report: Coverage,
  level: Level,
  figure: Figure,
  { classing, classes }: Pick<Choice, 'classing' | 'classes'>,
): Graded {
  const values = unitsOf(report, level).map((unit) => ({ unit, value: valueOf(figure, unit) }));
  const known = values.flatMap(({ value }) => value ?? []);
  const edges = edgesOf(known, classing, classes);
  return { level, values, known, edges, counts: countsOf(known, edges) };
}

/** The step of the ramp for a class. */
export const stepOfClass = ({ counts }: Graded, at: number): number => rampStep(at, counts.length, ramp);

/** The step of the ramp for a value, null for none. */
export function stepOf(of: Graded, value: number | null): number | null {
  const at = value === null ? null : classOf(value, of.edges);
  return at === null ? null : stepOfClass(of, at);
}

/** The levels of a report that are wider than one, the narrowest first: they stand for it where the map is too far out to have it. */
export function widerLevels(report: Coverage, level: Level): Level[] {
  const offered = levelsOf(report);
  return levels.slice(levels.indexOf(level) + 1).filter((of) => offered.includes(of));
}

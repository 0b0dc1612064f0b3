/** Sums over a coverage report, for the small tables. */
import type { Coverage } from '../api';

export interface KindCount {
  kind: string;
  assigned: number;
  unassigned: number;
}

/** Places by kind, in grids and in none; kinds by name. */
export function countPlaces(coverage: Coverage): KindCount[] {
  const counts = new Map<string, KindCount>();
  const of = (kind: string): KindCount => {
    const found = counts.get(kind) ?? { kind, assigned: 0, unassigned: 0 };
    counts.set(kind, found);
    return found;
  };
  for (const { kind: layer, places } of coverage.grids) {
    if (layer !== 'base') continue; // it lies over base grids, which have counted the same
    for (const [kind, n] of Object.entries(places)) of(kind).assigned += n;
  }
  for (const [kind, n] of Object.entries(coverage.unassigned.places)) of(kind).unassigned += n;
  return [...counts.values()].sort((a, b) => (a.kind < b.kind ? -1 : 1));
}

/** Incidents in base grids: all and those still open. */
export function countIncidents(coverage: Coverage): { open: number; total: number } {
  const sum = { open: 0, total: 0 };
  for (const { kind, incidents } of coverage.grids) {
    if (kind !== 'base') continue;
    sum.open += incidents.open;
    sum.total += incidents.total;
  }
  return sum;
}

/** How many grids of a kind the division has. */
export function countGrids(coverage: Coverage, kind: string): number {
  return coverage.grids.filter((grid) => grid.kind === kind).length;
}

/** The base grids with more households than the norm, those with most first; none where no norm is set. */
export function overloadedGrids({ grids, households_norm: { max } }: Coverage): Coverage['grids'] {
  if (max === null) return [];
  const over = grids.filter(({ kind, households }) => kind === 'base' && (households ?? 0) > max);
  return over.sort((a, b) => (b.households ?? 0) - (a.households ?? 0));
}

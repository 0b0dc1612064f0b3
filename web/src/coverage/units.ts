/** What a map of coverage paints: the grids of a division, or the divisions below it, and the figures of each. */
import type { Coverage } from '../api';
import { levels, type Level } from './choice';

export interface Unit {
  level: Level;
  code: string;
  name: string;
  /** How many base grids it has: 1 for a grid. */
  grids: number;
  areaM2: number;
  households: number;
  workers: number;
  /** Sums over the grids. */
  load: number;
  compactness: number;
  places: Record<string, number>;
  open: number;
  incidents: number;
  /** Of divisions only. */
  cover: { areaM2: number; coveredM2: number; voidM2: number; gaps: number; overlaps: number } | null;
}

/** The levels that a report can be shown by. */
export function levelsOf(report: Coverage): Level[] {
  const below = new Set(report.divisions.map(({ level }) => level));
  const own = report.division.level;
  return levels.filter((level) => level === 'base' || (level !== own && below.has(level)));
}

/** The units of a level, in the order of their codes. Dedicated grids lie over base grids, which have counted the same. */
export function unitsOf(report: Coverage, level: Level): Unit[] {
  const base = report.grids.filter(({ kind }) => kind === 'base');
  if (level === 'base') return base.map(unitOfGrid);
  const parents = new Map(report.divisions.map(({ code, parent_code }) => [code, parent_code]));
  const units = new Map<string, Unit>();
  for (const { level: of, code, name, ...cover } of report.divisions) {
    if (of !== level) continue;
    const { area_m2: areaM2, covered_m2: coveredM2, void_m2: voidM2, gaps, overlaps } = cover;
    units.set(code, { ...empty(level, code, name), cover: { areaM2, coveredM2, voidM2, gaps, overlaps } });
  }
  for (const grid of base) {
    let at: string | null | undefined = grid.community_code;
    while (at != null && !units.has(at)) at = parents.get(at);
    const unit = units.get(at ?? '');
    if (unit !== undefined) add(unit, unitOfGrid(grid));
  }
  return [...units.values()];
}

function empty(level: Level, code: string, name: string): Unit {
  return {
    ...{ level, code, name, grids: 0, areaM2: 0, households: 0, workers: 0, load: 0, compactness: 0 },
    ...{ places: {}, open: 0, incidents: 0, cover: null },
  };
}

function unitOfGrid(grid: Coverage['grids'][number]): Unit {
  return {
    ...empty('base', grid.code, grid.name || grid.code),
    grids: 1,
    areaM2: grid.area_m2,
    households: grid.households ?? 0,
    workers: grid.workers,
    load: grid.load,
    compactness: grid.compactness,
    places: grid.places,
    open: grid.incidents.open,
    incidents: grid.incidents.total,
  };
}

function add(to: Unit, grid: Unit): void {
  to.grids += grid.grids;
  to.areaM2 += grid.areaM2;
  to.households += grid.households;
  to.workers += grid.workers;
  to.load += grid.load;
  to.compactness += grid.compactness;
  to.open += grid.open;
  to.incidents += grid.incidents;
  for (const [kind, n] of Object.entries(grid.places)) to.places[kind] = (to.places[kind] ?? 0) + n;
}

/** A figure that a map can paint. */
export interface Figure {
  /** Its name in links; of places `place_KIND`. */
  key: string;
  /** Its value for a unit; null where it means nothing there, such as households per worker without a worker. */
  of: (unit: Unit) => number | null;
  /** Decimals to show, and to class by: what reads the same is of the same class. */
  digits: number;
  /** How it is read, where it is no plain number. */
  unit?: 'share';
  /** Divisions alone have it. */
  divisionsOnly?: boolean;
}

const per = (of: number, by: number): number | null => (by > 0 ? of / by : null);

const fixed: Figure[] = [
  { key: 'households', of: (u) => u.households, digits: 0 },
  { key: 'density', of: (u) => per(u.households, u.areaM2 / 1e6), digits: 0 },
  { key: 'load', of: (u) => per(u.load, u.grids), digits: 1 },
  { key: 'area', of: (u) => u.areaM2 / 1e6, digits: 3 },
  { key: 'compactness', of: (u) => per(u.compactness, u.grids), digits: 2 },
  { key: 'grids', of: (u) => u.grids, digits: 0, divisionsOnly: true },
  { key: 'covered', of: (u) => coveredShare(u), digits: 4, unit: 'share', divisionsOnly: true },
  { key: 'gaps', of: (u) => u.cover?.gaps ?? null, digits: 0, divisionsOnly: true },
  { key: 'overlaps', of: (u) => u.cover?.overlaps ?? null, digits: 0, divisionsOnly: true },
  { key: 'workers', of: (u) => u.workers, digits: 0 },
  { key: 'households_per_worker', of: (u) => per(u.households, u.workers), digits: 0 },
  { key: 'incidents_open', of: (u) => u.open, digits: 0 },
  { key: 'incidents_all', of: (u) => u.incidents, digits: 0 },
  { key: 'incidents_per_1000', of: (u) => per(1000 * u.incidents, u.households), digits: 1 },
  { key: 'places', of: (u) => Object.values(u.places).reduce((sum, n) => sum + n, 0), digits: 0 },
];

function coveredShare({ cover }: Unit): number | null {
  return cover === null ? null : per(cover.coveredM2, cover.areaM2 - cover.voidM2);
}

/** The figures that a report has at a level: those of all reports, and the number of places of each kind that it knows. */
export function figuresOf(report: Coverage, level: Level): Figure[] {
  const kinds = new Set(report.grids.flatMap(({ places }) => Object.keys(places)));
  for (const kind of Object.keys(report.unassigned.places)) kinds.add(kind);
  return [
    ...fixed.filter(({ divisionsOnly }) => level !== 'base' || !divisionsOnly),
    ...[...kinds].sort().map((kind): Figure => {
      return { key: `place_${kind}`, of: (unit) => unit.places[kind] ?? 0, digits: 0 };
    }),
  ];
}

/** A unit's value as it is read. */
export function valueOf({ of, digits }: Figure, unit: Unit): number | null {
  const value = of(unit);
  return value === null ? null : Number(value.toFixed(digits));
}

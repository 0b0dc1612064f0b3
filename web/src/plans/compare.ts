/** What differs between two sides, each a plan or an edition, told by how each deviates from what is in force. */
import { changedBorders } from './draft';
import type { DraftFeatures } from './plan';

type Feature = DraftFeatures['features'][number];

/** A part as it is in force and as it is on a side; null where it is not there. */
interface Deviation {
  now: Feature | null;
  side: Feature | null;
}

/** How a side deviates from what is in force, by kind and code. */
export type Deviations = ReadonlyMap<string, Deviation>;

/** Reads a difference from what is in force to a side; backwards, one from a side to what is in force. */
export function deviationsOf({ features }: DraftFeatures, backwards = false): Deviations {
  const all = new Map<string, Deviation>();
  for (const feature of features) {
    const { kind, code, state } = feature.properties;
    const key = `${kind} ${code}`;
    const deviation = all.get(key) ?? { now: null, side: null };
    deviation[(state === 'before') === backwards ? 'side' : 'now'] = feature;
    all.set(key, deviation);
  }
  return all;
}

/** What differs between two sides, as a difference from the left one to the right one, in the order of kinds and codes. */
export function differenceOf(left: Deviations, right: Deviations): DraftFeatures {
  const features: Feature[] = [];
  for (const key of [...new Set([...left.keys(), ...right.keys()])].sort()) {
    const [a, b] = [left.get(key), right.get(key)];
    const before = a ? a.side : (b?.now ?? null);
    const after = b ? b.side : (a?.now ?? null);
    const change = changeOf(before, after);
    if (change === null) continue;
    if (before) features.push(withChange(before, change, 'before'));
    if (after) features.push(withChange(after, change, 'after'));
  }
  return { features };
}

type Change = Feature['properties']['change'];

function changeOf(before: Feature | null, after: Feature | null): Change | null {
  if (before === null) return after === null ? null : 'created';
  if (after === null) return 'retired';
  const same =
    before.properties.name === after.properties.name &&
    before.properties.community_code === after.properties.community_code;
  if (JSON.stringify(before.geometry) === JSON.stringify(after.geometry)) return same ? null : 'attributes';
  if (!sameBorder(before, after)) return 'boundary';
  return same ? 'bent' : 'attributes';
}

/** Whether a border has only got or lost vertices, as where a neighbour was split. */
function sameBorder(
  { geometry: before, properties: { kind } }: Feature,
  { geometry: after }: Feature,
): boolean {
  const { old, new: come } = changedBorders([{ kind, before, after }]);
  return old.length === 0 && come.length === 0;
}

function withChange(of: Feature, change: Change, state: 'before' | 'after'): Feature {
  return { geometry: of.geometry, properties: { ...of.properties, change, state } };
}

/** The figures of the parts that differ on one side. Households are those of base grids; null where none is known. */
export interface SideFigures {
  parts: number;
  grids: number;
  mostHouseholds: number | null;
  leastHouseholds: number | null;
  largestM2: number | null;
}

export function figuresOf({ features }: DraftFeatures, state: 'before' | 'after'): SideFigures {
  const there = features
    .map(({ properties }) => properties)
    .filter((p) => p.state === state && p.change !== 'bent'); // a neighbour that only has a vertex more is the same
  const base = there.filter(({ kind }) => kind === 'base');
  const households = base.flatMap((p) => p.households ?? []);
  const areas = base.flatMap((p) => p.area_m2 ?? []);
  const of = (pick: (...all: number[]) => number, all: number[]): number | null =>
    all.length === 0 ? null : pick(...all);
  return {
    parts: there.length,
    grids: base.length,
    mostHouseholds: of(Math.max, households),
    leastHouseholds: of(Math.min, households),
    largestM2: of(Math.max, areas),
  };
}

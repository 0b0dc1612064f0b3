/** A street of two communities and three base grids, one of them under a dedicated grid. For tests. */
import type { Coverage } from '../api';

const grid = (
  [kind, code, community_code]: [string, string, string],
  households: number,
  workers: number,
  [open, total]: [number, number],
  places: Record<string, number>,
): Coverage['grids'][number] => ({
  ...{ kind, code, name: '', community_code, area_m2: 1e6, compactness: 0.5, households, load: households },
  ...{ workers, places, incidents: { open, total } },
});

const division = (level: string, code: string, covered_m2: number): Coverage['divisions'][number] => ({
  ...{ level, code, name: code, parent_code: level === 'community' ? 'S' : 'C', area_m2: 2e6 },
  ...{ covered_m2, void_m2: 0, gaps: covered_m2 < 2e6 ? 1 : 0, overlaps: 0, other_faults: 0 },
});

export const report: Coverage = {
  division: { level: 'street', code: 'S', name: 'S' },
  editions: [],
  area_m2: 4e6,
  covered_m2: 3.5e6,
  void_m2: 0,
  gaps: [],
  overlaps: [],
  other_faults: [],
  grids: [
    grid(['base', '1', 'A'], 100, 1, [1, 4], { hazard: 3, shelter: 1 }),
    grid(['base', '2', 'A'], 300, 2, [0, 2], { hazard: 2 }),
    grid(['base', '3', 'B'], 50, 0, [0, 0], {}),
    grid(['dedicated', '801', 'A'], 70, 1, [0, 1], { hazard: 1 }),
  ],
  divisions: [
    division('street', 'S', 3.5e6),
    division('community', 'A', 2e6),
    division('community', 'B', 1.5e6),
  ],
  unassigned: { places: { hazard: 5, key_site: 1 }, incidents: 7 },
  households: 450,
  households_norm: { min: 100, max: 250 },
  load: { min: 50, mean: 150, max: 300, cv: 0.72 },
  proven: true,
};

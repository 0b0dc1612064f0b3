/** Plans as the server tells of them: proposed changes from one edition of some counties to the next. */
import type { Bbox, Geometry, Position } from '../api';

/** The plans on which a grid of that county can be drawn. */
export function plansFor(plans: readonly Plan[], county: string): Plan[] {
  return plans.filter(({ counties }) => counties.some((of) => of.county_code === county));
}

export interface Plan {
  code: string;
  kind: string;
  /** Every act raises it. */
  version: number;
  /** The number of the last operation that counts; 0 where nothing is drawn. */
  position: number;
  /** The number of the last operation there is, undone ones included. */
  last_change: number;
  /** When the operation at `position` was stored: numbers of undone operations are given anew. */
  drawn_at: string | null;
  /** The position at which it was last checked. */
  checked_position: number | null;
  /** What its state allows. */
  acts: string[];
  deciding_level: string;
  /** The plan that it undoes. */
  undoes: string | null;
  title: string;
  reason: string;
  note: string | null;
  state: string;
  counties: {
    county_code: string;
    base_edition: number;
    current_edition: number | null;
    published_edition: number | null;
  }[];
  /** Whether it is drawn over the editions in force. */
  base_current: boolean;
  effective_at: string | null;
  decided_at: string | null;
  decision_doc_no: string | null;
  ended_reason: string | null;
  published_at: string | null;
  trouble: string | null;
  filing: { due_at: string; filed_at: string | null; overdue: boolean } | null;
  consultations: { asked: number; answered: number };
  created_at: string;
}

/** A plan to begin. */
export interface NewPlan {
  counties: string[];
  title: string;
  reason: string;
  note?: string;
}

/** An operation of a draft. */
export interface PlanChange {
  seq: number;
  op: string;
  undone: boolean;
  request: { grid?: string; grids?: string[]; into?: string; name?: string; [member: string]: unknown };
  actor: string;
  at: string;
}

export interface Announcement {
  id: number;
  channel: string;
  text: string;
  published_at: string;
  withdrawn_at: string | null;
}

export interface EditionRecord {
  county_code: string;
  number: number;
  in_force_from: string;
  plan: string | null;
  created: number;
  changed: number;
  retired: number;
}

/** What became of a grid or void area; `bent`: only by a vertex that rounding or a neighbour put into its border. */
export type Change = 'created' | 'retired' | 'boundary' | 'bent' | 'attributes';

/** The grids and void areas that a plan changes, each as it was and as it becomes. */
export interface DraftFeatures {
  features: {
    geometry: Geometry | null;
    properties: {
      kind: string;
      code: string;
      name: string;
      community_code: string;
      change: Change;
      state: 'before' | 'after';
      area_m2?: number;
      households?: number | null;
    };
  }[];
}

/** How the load spreads over some base grids. */
export interface LoadSpread {
  grids: number;
  min: number;
  mean: number;
  max: number;
  cv: number;
}

export interface Handover {
  code: string;
  kind: string;
  name: string;
  from_base: string | null;
  to_base: string | null;
  from_dedicated: string | null;
  to_dedicated: string | null;
}

/** All are counted, the first thousand listed. */
export interface Handovers {
  total: number;
  by_kind: Record<string, number>;
  items: Handover[];
}

export interface PartImpact {
  kind: string;
  code: string;
  name: string;
  community_code: string;
  change: Change;
  area_m2_before: number;
  area_m2_after: number;
  households_before: number;
  households_after: number;
  load_before: number;
  load_after: number;
}

export interface Impact {
  parts: PartImpact[];
  area_moved_m2: number;
  households_moved: number;
  households_estimated: boolean;
  border_redrawn_m: number;
  places: Handovers;
  incidents: Handovers;
  lost_places: number;
  posts: { worker_code: string; post_kind: string; grid_code: string; to_grid: string | null }[];
  load: { before: LoadSpread; after: LoadSpread };
  units_cut: { network: string; code: string; name: string; grid_codes: string[] }[];
}

export interface Finding {
  /** Null where only drawing found it; a check keeps it. */
  id: number | null;
  rule: string;
  class: string;
  open: boolean;
  waivable: boolean;
  grid_codes: string[];
  /** The server's own words, in English. */
  detail: string;
  polygon: Geometry | null;
  at: Position | null;
  area_m2: number | null;
  width_m: number | null;
  /** What the rule measures, and its limit, in the rule's own unit. */
  measured: number | null;
  threshold: number | null;
  waiver_reason: string | null;
}

/** A street or committee whose area or line a plan changes, asked or not. */
export interface Concerned {
  body_kind: 'street' | 'committee';
  body_code: string;
  body_name: string | null;
}

export interface Consultation {
  id: number;
  body_kind: string;
  body_code: string | null;
  body_name: string | null;
  required: boolean;
  asked_at: string;
  due_at: string;
  overdue: boolean;
  answered_at: string | null;
  opinion: string | null;
  text: string | null;
  reply: string | null;
  reply_text: string | null;
  version: number;
}

export interface Filing {
  receiver_org_code: string | null;
  due_at: string;
  overdue: boolean;
  filed_at: string | null;
  receipt_no: string | null;
  receipt_at: string | null;
  returned_reason: string | null;
}

/** A spot or an area to zoom to. */
export type Spot = { at: Position } | { geometry: Geometry };

/** The signs of what becomes of a grid, the same on the map and in the lists, so that colour is not all that tells them apart. */
export const changeSigns: Readonly<Record<Change, string>> = {
  created: '+',
  retired: '×',
  boundary: '≠',
  bent: '≈',
  attributes: '=',
};

/** The box about geometries, null about none. */
export function boxAround(geometries: readonly Geometry[]): Bbox | null {
  const box: Bbox = [Infinity, Infinity, -Infinity, -Infinity];
  const widen = (coordinates: unknown): void => {
    if (!Array.isArray(coordinates)) return;
    const [x, y] = coordinates as unknown[];
    if (typeof x !== 'number' || typeof y !== 'number') return coordinates.forEach(widen);
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  };
  for (const { coordinates } of geometries) widen(coordinates);
  return box[0] === Infinity ? null : box;
}

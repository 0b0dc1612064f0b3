/** What drawing asks of the server. Every change names the version of the plan that it was drawn on, and comes back proven. */
import type { Api, Bbox, Geometry, Page } from '../api';
import type { DraftFeatures, Finding, Impact, Plan } from '../plans/plan';
import { degrees, type Vertex } from './lattice';
import type { PartFeature } from './partition';

/** A part of a draft at full precision, with what lies below it. */
export interface WorkingSet {
  version: number;
  features: PartFeature[];
  references?: { kind: string; name: string; class: string; geometry: Geometry }[];
  references_complete?: boolean;
}

/** An operation, one of the forms of the interface; geometry is in WGS 84. */
export type Change = { op: string; crs?: 'wgs84' } & Record<string, unknown>;

/** What an operation has led to: the parts as they are now, those that are gone without a geometry. */
export interface Stroke {
  plan: Plan;
  changed: { features: PartFeature[] };
  findings: Finding[];
  impact: Impact;
}

/** Somebody who is posted to a grid. */
export interface PostedWorker {
  worker_code: string;
  name: string;
}

export class DivideServer {
  constructor(private readonly api: Api) {}

  open(plan: string, bbox: Bbox): Promise<WorkingSet> {
    const box = bbox.map((v) => v.toFixed(7)).join();
    return this.api.get(at(plan, 'workingset'), { bbox: box, references: 'true' });
  }

  plan(code: string): Promise<Plan> {
    return this.api.get(at(code));
  }

  async findings(code: string): Promise<Finding[]> {
    return (await this.api.get<Page<Finding>>(at(code, 'findings'))).items;
  }

  impact(code: string): Promise<Impact> {
    return this.api.get(at(code, 'impact'));
  }

  /** What the draft has changed, as it was and as it becomes. */
  draft(code: string): Promise<DraftFeatures> {
    return this.api.get(at(code, 'draft'));
  }

  change({ code, version }: Plan, change: Change): Promise<Stroke> {
    return this.#send(code, 'changes', version, change);
  }

  undo({ code, version }: Plan): Promise<Stroke> {
    return this.#send(code, 'undo', version);
  }

  redo({ code, version }: Plan): Promise<Stroke> {
    return this.#send(code, 'redo', version);
  }

  /** The block of streets about a spot in a base grid; null where no street divides the grid. */
  async block(plan: string, grid: string, spot: Vertex): Promise<Geometry | null> {
    const [lon, lat] = degrees(spot);
    const query = { grid, lon, lat };
    return (await this.api.get<{ geometry: Geometry | null }>(at(plan, 'block'), query)).geometry;
  }

  /** Who is posted to grids of a division and may be posted to another, each once. */
  async workers(division: string): Promise<PostedWorker[]> {
    const { items } = await this.api.get<Page<PostedWorker>>('/v1/workers', { division, limit: 500 });
    return [...new Map(items.map((worker) => [worker.worker_code, worker])).values()];
  }

  async #send(code: string, act: string, version: number, body?: Change): Promise<Stroke> {
    return (await this.api.send<Stroke>('POST', at(code, act), body, { tag: `"${version}"` })).value;
  }
}

function at(code: string, ...more: string[]): string {
  return ['/v1/plans', encodeURIComponent(code), ...more].join('/');
}

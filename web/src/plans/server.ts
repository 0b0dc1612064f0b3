/** What the page asks of the server about plans. Writes name the version of the plan that the reader has seen. */
import type { Api, Page } from '../api';
import type {
  Announcement,
  Concerned,
  Consultation,
  DraftFeatures,
  EditionRecord,
  Filing,
  Finding,
  Impact,
  NewPlan,
  Plan,
  PlanChange,
} from './plan';
import { everyPage } from './pages';

/** Which plans a list has: of a state (`open`: not at an end), of a county, or with a filing that is overdue. */
export interface PlanQuery {
  state?: string | null;
  county?: string | null;
  overdue?: boolean;
}

/** A planner's act on a plan, as the path that follows its code. */
export type PlanAct =
  'check' | 'consultations' | 'submit' | 'decide' | 'withdraw' | 'publish' | 'file' | 'announce';

export class PlanServer {
  constructor(private readonly api: Api) {}

  /** A page of plans, the oldest first. */
  plans({ state, county, overdue }: PlanQuery, cursor?: string | null): Promise<Page<Plan>> {
    return this.api.get('/v1/plans', { state, county, overdue: overdue ? 'true' : null, limit: 50, cursor });
  }

  /** All plans of a list, the oldest first, for choosing one. */
  everyPlan(query: PlanQuery): Promise<Plan[]> {
    return everyPage((cursor) => this.plans(query, cursor));
  }

  plan(code: string): Promise<Plan> {
    return this.api.get(at(code));
  }

  draft(code: string): Promise<DraftFeatures> {
    return this.api.get(at(code, 'draft'));
  }

  impact(code: string): Promise<Impact> {
    return this.api.get(at(code, 'impact'));
  }

  /** The operations of a draft, in the order in which they were drawn. */
  async changes(code: string): Promise<PlanChange[]> {
    return (await this.api.get<Page<PlanChange>>(at(code, 'changes'))).items;
  }

  /** What the last check of a plan found. */
  async findings(code: string): Promise<Finding[]> {
    return (await this.api.get<Page<Finding>>(at(code, 'findings'))).items;
  }

  /** Whose word was asked for, and who has to be asked; that is null where the plan is not drawn over what is in force. */
  consultations(code: string): Promise<Page<Consultation> & { concerned: Concerned[] | null }> {
    return this.api.get(at(code, 'consultations'));
  }

  filing(code: string): Promise<Filing> {
    return this.api.get(at(code, 'filing'));
  }

  async announcements(code: string): Promise<Announcement[]> {
    return (await this.api.get<Page<Announcement>>(at(code, 'announcements'))).items;
  }

  /** The editions of a county, the oldest first. */
  async editions(county: string): Promise<EditionRecord[]> {
    return (await this.api.get<Page<EditionRecord>>('/v1/editions', { county, limit: 1000 })).items;
  }

  /** What differs between two editions of a county. */
  editionDiff(county: string, from: number, to: number): Promise<DraftFeatures> {
    const path = `/v1/editions/${encodeURIComponent(county)}/diff`;
    return this.api.get(path, { from, to, format: 'geojson' });
  }

  create(plan: NewPlan): Promise<Plan> {
    return this.#send('POST', '/v1/plans', plan);
  }

  /** Does an act, and returns the plan as it is then. */
  async act({ code, version }: Plan, act: PlanAct, body?: Record<string, unknown>): Promise<Plan> {
    const answer = await this.#send<Plan | { plan: Plan }>('POST', at(code, act), body, version);
    return 'plan' in answer ? answer.plan : answer;
  }

  waive({ code, version }: Plan, finding: number, reason: string): Promise<Plan> {
    return this.#send('POST', at(code, 'findings', String(finding), 'waiver'), { reason }, version);
  }

  /** Notes what a body said, or what is replied to it. */
  hear(code: string, { id, version }: Consultation, word: Record<string, unknown>): Promise<Consultation> {
    return this.#send('PATCH', at(code, 'consultations', String(id)), word, version);
  }

  /** Draws the plan again over the editions in force, without the operations of these numbers. */
  rebase({ code, version }: Plan, drop: readonly number[]): Promise<Plan> {
    return this.#send('POST', at(code, 'rebase'), { drop }, version);
  }

  /** Begins a plan that restores what this one has changed. */
  revert(code: string): Promise<Plan> {
    return this.#send('POST', at(code, 'revert'));
  }

  async #send<T>(method: 'POST' | 'PATCH', path: string, body?: unknown, version?: number): Promise<T> {
    const sending = version === undefined ? {} : { tag: `"${version}"` };
    return (await this.api.send<T>(method, path, body, sending)).value;
  }
}

function at(code: string, ...more: string[]): string {
  return ['/v1/plans', code, ...more].map((part, i) => (i === 0 ? part : encodeURIComponent(part))).join('/');
}

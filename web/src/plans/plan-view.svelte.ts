/** All that the page knows of one plan. What was read before stays in sight until what is new has come. */
import { asProblem, type Problem } from '../api';
import { courseOf, type Course } from './course';
import { draftOf, type Draft } from './draft';
import type { Announcement, Concerned, Consultation, Filing, Finding, Impact, Plan } from './plan';
import type { PlanServer } from './server';

export class PlanView {
  readonly code: string;
  plan: Plan | null = $state.raw(null);
  /** What it changes, or has changed; null where its base is of the past and it never took effect. */
  draft: Draft | null = $state.raw(null);
  impact: Impact | null = $state.raw(null);
  findings: Finding[] = $state.raw([]);
  consultations: Consultation[] = $state.raw([]);
  /** Who has to be asked; none where that cannot be said any more. */
  concerned: Concerned[] = $state.raw([]);
  filing: Filing | null = $state.raw(null);
  announcements: Announcement[] = $state.raw([]);
  /** Why it could not be read. */
  problem: Problem | null = $state.raw(null);
  /** Whether everything has been read once. */
  loaded = $state(false);
  /** What is being done to it now, null for nothing. */
  doing: string | null = $state(null);
  /** Why the last act was refused. */
  fault: Problem | null = $state.raw(null);
  /** The last act that was done. */
  done: string | null = $state(null);
  role: string | null = $state(null);
  readonly course: Course | null = $derived.by(() => this.#course());
  readonly #server: PlanServer;
  #turn = 0;

  constructor(server: PlanServer, code: string) {
    this.#server = server;
    this.code = code;
  }

  /** Reads everything anew. */
  async load(): Promise<void> {
    const turn = ++this.#turn;
    const { code } = this;
    try {
      const plan = await this.#server.plan(code);
      const [draft, impact, findings, heard, filing, announcements] = await Promise.all([
        this.#draftOf(plan),
        current(plan) ? this.#server.impact(code) : null,
        this.#server.findings(code),
        this.#server.consultations(code),
        plan.filing === null ? null : this.#server.filing(code),
        this.#server.announcements(code),
      ]);
      if (turn !== this.#turn) return;
      Object.assign(this, { plan, draft, impact, findings, filing, announcements });
      this.consultations = heard.items;
      this.concerned = heard.concerned ?? [];
      this.problem = null;
      this.loaded = true;
    } catch (cause) {
      if (turn === this.#turn) this.problem = asProblem(cause);
    }
  }

  /** Does something to the plan and reads what came of it; false when it was refused, which `fault` explains. */
  async act(name: string, does: (plan: Plan, server: PlanServer) => Promise<unknown>): Promise<boolean> {
    const { plan } = this;
    if (plan === null || this.doing !== null) return false;
    [this.doing, this.fault, this.done] = [name, null, null];
    try {
      await does(plan, this.#server);
      await this.load();
      this.done = name;
      return true;
    } catch (cause) {
      this.fault = asProblem(cause);
      if (this.fault.code === 'stale_version') await this.load();
      return false;
    } finally {
      this.doing = null;
    }
  }

  /** What the plan changes, or has changed. */
  async #draftOf(plan: Plan): Promise<Draft | null> {
    if (current(plan)) return draftOf(await this.#server.draft(plan.code));
    if (plan.published_at === null) return null;
    const changed = await Promise.all(
      plan.counties.map(({ county_code: county, base_edition: from, published_edition: to }) =>
        to === null ? { features: [] } : this.#server.editionDiff(county, from, to),
      ),
    );
    return draftOf({ features: changed.flatMap(({ features }) => features) });
  }

  #course(): Course | null {
    const { plan, findings, consultations, filing, announcements, role } = this;
    if (plan === null) return null;
    const moves = this.draft === null ? null : this.draft.parts.some(({ change }) => change !== 'attributes');
    return courseOf({ plan, findings, consultations, filing, announcements, role, moves, nowMs: Date.now() });
  }
}

/** Whether it can be said what the plan would do: it is drawn over what is in force. */
function current(plan: Plan): boolean {
  return plan.base_current && plan.published_at === null;
}

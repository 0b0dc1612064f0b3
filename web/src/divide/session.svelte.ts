/** A sitting over one draft: the working set, what is chosen and drawn, and what the server says to each stroke. */
import { aborted, asProblem, type Bbox } from '../api';
import type { CityMap } from '../map/city-map';
import { Surface, type DrawnPart } from '../map/edit/surface';
import type { Finding, Impact, Plan } from '../plans/plan';
import { Corners } from './corners';
import { attempts, drawing, ofOneVersion } from './draft';
import { drawnLine, drawnPart, handlesOf, wrongOf } from './drawing';
import { boxOf, degrees, linesOf, same, type Vertex } from './lattice';
import { Origin } from './origin';
import type { Hint, Outcome } from './outcome';
import { Partition, type Part, type PartFeature } from './partition';
import { PointerHands } from './pointer';
import type { Change, DivideServer, Stroke } from './server';
import { Sketch } from './sketch';
import { Catcher, type Caught, type Line } from './snap';
import * as tool from './tools';

export class Session {
  plan: Plan = $state.raw(undefined as unknown as Plan);
  parts: Part[] = $state.raw([]);
  /** Whether the working set has come, and all that lies below it. */
  opened = $state(false);
  complete = $state(true);
  tool: tool.Tool = $state('border');
  /** Ids of the chosen parts, the first one chosen first. */
  chosen: string[] = $state.raw([]);
  /** The corner of the chosen part that the panel is about. */
  corner: Vertex | null = $state.raw(null);
  sketch: Sketch = $state.raw(new Sketch(false));
  catching = $state(true);
  following = $state(true);
  /** Whether a click gives a block of streets, and not a ring that is drawn. */
  byBlock = $state(true);
  busy = $state(false);
  outcome: Outcome | null = $state.raw(null);
  findings: Finding[] = $state.raw([]);
  impact: Impact | null = $state.raw(null);
  /** What a new grid is told. */
  host: tool.Host = $state({ name: '', kind: 'other', organization: '', worker: '' });

  /** Why there is to be no grid. */
  voidReason = $state('other');

  partition = new Partition([]);
  /** What the draft was drawn over. */
  #origin = new Origin();
  readonly corners = new Corners(this);
  /** What was opened. */
  #box: Bbox | null = null;
  /** Whether a refresh waits for what is under way. */
  #due = false;
  #catcher = new Catcher([]);
  /** The borders of parts that tile, which catch too. */
  #borders: ReadonlySet<Line> = new Set();
  /** What catches of the lines below, which strokes do not change. */
  #below = new Catcher([]);
  readonly surface: Surface;
  readonly #hands: PointerHands;

  constructor(
    readonly server: DivideServer,
    map: CityMap,
    plan: Plan,
  ) {
    this.plan = plan;
    this.#hands = new PointerHands(this);
    this.surface = new Surface(map.lend(), this.#hands);
  }

  get editable(): boolean {
    return this.plan.base_current && this.plan.acts.includes('edit');
  }

  get chosenParts(): Part[] {
    return this.chosen.flatMap((id) => this.partition.get(id) ?? []);
  }

  /** Loads what is in sight. */
  async open(): Promise<void> {
    await this.#work(() => this.#load(this.plan, this.surface.bbox()));
  }

  /** Loads a box of the plan as it is now. Until all has come, what is drawn and the version that strokes name stay what they are. */
  async #load(known: Plan, box: Bbox): Promise<void> {
    const [plan, set] = await ofOneVersion(this.server, known, box);
    const { code, base_current: current, acts } = plan;
    const { server } = this;
    const [impact, findings, draft] =
      current && acts.includes('edit')
        ? await Promise.all([server.impact(code), server.findings(code), server.draft(code)])
        : [null, [], { features: [] }];
    [this.plan, this.impact, this.findings, this.#box] = [plan, impact, findings, box];
    this.partition = new Partition(set.features);
    this.#origin = new Origin(draft);
    const below = (set.references ?? []).map(({ kind, geometry }) => ({ kind, lines: linesOf(geometry) }));
    this.#below = new Catcher(below.flatMap(({ lines }) => lines));
    this.complete = set.references_complete ?? true;
    this.#renew();
    this.#prune();
    this.opened = true;
    this.surface.show(
      this.parts.map((part) => this.#drawn(part)),
      below.flatMap(({ kind, lines }) => lines.map((line) => drawnLine(kind, line))),
    );
    this.surface.mark(this.#origin.borders());
    this.paint();
  }

  /** Takes over what the plan has become elsewhere, such as after another's change: at once, or after the stroke that is under way. */
  async refresh(): Promise<void> {
    this.#due = this.busy;
    if (this.busy) return;
    const { outcome } = this;
    await this.#work(async () => {
      await this.#load(await this.server.plan(this.plan.code), this.#box ?? this.surface.bbox());
      this.outcome = outcome;
    });
  }

  /** Takes the grid that is to be divided, and what divides it, in hand. */
  begin(grid: string | null): void {
    const part = this.parts.find(({ code, fixed }) => code === grid && !fixed);
    if (part === undefined || !this.editable) return;
    this.choose('split');
    this.pick(part.id);
  }

  choose(next: tool.Tool): void {
    this.tool = next;
    this.#hands.forget();
    this.cancel();
    this.chosen = next === 'merge' ? [] : this.chosen.slice(0, 1);
    this.outcome = null;
    this.paint();
  }

  /** Chooses a part, or gives it up; to merge, several. */
  pick(id: string): void {
    const has = this.chosen.includes(id);
    if (this.tool === 'merge')
      this.chosen = has ? this.chosen.filter((one) => one !== id) : [...this.chosen, id];
    else this.chosen = has && this.corner === null ? [] : [id];
    this.corner = null;
    this.paint();
  }

  /** Puts away what is being drawn. */
  cancel(): void {
    this.sketch = new Sketch(tool.draws[this.tool] === 'ring');
    this.corner = null;
    this.paint();
  }

  /** Where a point goes: onto what is near, if that is wanted. */
  caught(at: Vertex, reachM: number, without?: (a: Vertex, b: Vertex) => boolean): Caught {
    return (this.catching && this.#catcher.catch(at, reachM, without)) || { at, on: [] };
  }

  addPoint({ at, on }: Caught): void {
    // A line divides a grid or draws its border anew: along the border that there is it would do neither.
    const along = tool.draws[this.tool] === 'line' ? on.filter(({ line }) => !this.#borders.has(line)) : on;
    this.sketch = this.sketch.add({ at, on: along }, this.following);
    this.outcome = null;
    this.paint();
  }

  takeBack(): void {
    this.sketch = this.sketch.back();
    this.paint();
  }

  say(hint: Hint, code?: string): void {
    this.outcome = code === undefined ? { kind: 'hint', hint } : { kind: 'hint', hint, code };
    this.paint();
  }

  /** Sends what was drawn, as the tool that is chosen means it. */
  async finish(): Promise<boolean> {
    if (!this.sketch.ready) return (this.say('not_enough'), false);
    const { tool: of, host, voidReason, partition } = this;
    const wanting = tool.wanting(of, host);
    if (wanting !== null) return (this.say(`no_${wanting}`), false);
    const change = tool.changeOf(of, this.sketch.path(), {
      part: this.chosenParts[0],
      host,
      voidReason,
      partition,
    });
    if (change === null) return (this.say('choose_grid'), false);
    const { sketch } = this;
    const { name } = host;
    const kept = await this.send(change);
    if (kept && this.sketch === sketch) this.sketch = new Sketch(sketch.closed);
    if (kept && tool.named.has(of) && host.name === name) host.name = '';
    this.paint();
    return kept;
  }

  async merge(): Promise<boolean> {
    if (this.chosen.length < 2) return (this.say('choose_grid'), false);
    const merged = await this.send(tool.merge(this.chosenParts));
    const refused = this.outcome?.kind === 'refused' && this.outcome.problem.status >= 400;
    if (refused) this.chosen = []; // others are to be clicked; a connection that broke changes nothing
    return merged;
  }

  /** Gives the block of streets about a spot to the chosen grid. */
  async giveBlock(at: Vertex): Promise<boolean> {
    const [into] = this.chosenParts;
    const from = this.partition.about(at, ['base']);
    if (into === undefined) return (this.say('choose_grid'), false);
    if (from === undefined || from.id === into.id) return (this.say('nothing_there'), false);
    let area: unknown = null;
    let told = false;
    await this.#work(async () => {
      area = await this.server.block(this.plan.code, from.code, at);
      told = true;
    });
    if (!told) return false;
    return area === null
      ? (this.say('no_block', from.code), false)
      : this.send(tool.give(into, area, [from]));
  }

  /** Gives the whole part to another community, in which it has another code. */
  async transfer(part: Part, community: string): Promise<boolean> {
    const before = new Set(this.parts.map(({ id }) => id));
    const given = await this.send(tool.transfer(part, community));
    if (given) this.#follow(this.parts.find(({ id }) => !before.has(id)));
    return given;
  }

  /** Gives a void area to a base grid. */
  async fillVoid(part: Part, into: Part): Promise<boolean> {
    const filled = await this.send(tool.fillVoid(part, into));
    if (filled) this.#follow(into);
    return filled;
  }

  undo(): Promise<boolean> {
    return this.#stroke('undo', () => this.server.undo(this.plan));
  }

  redo(): Promise<boolean> {
    return this.#stroke('redo', () => this.server.redo(this.plan));
  }

  /** Sends an operation; true when the server has proven and kept it. */
  send(change: Change): Promise<boolean> {
    return this.#stroke(change.op, () => this.server.change(this.plan, change));
  }

  /** Draws what is for the moment. */
  paint(): void {
    if (!this.opened) return;
    const line = this.sketch.path();
    const [part] = this.chosenParts;
    const corners =
      part !== undefined && this.tool === 'border' ? handlesOf(this.partition, part, this.corner) : [];
    this.surface.draw({
      chosen: this.chosenParts.map((one) => drawnPart(one)),
      handles: corners,
      sketch: line.length === 0 ? null : { line: line.map(degrees), closed: this.sketch.closed },
      wrong: wrongOf(this.outcome, this.findings),
      ...this.#hands.live(),
    });
  }

  /** Brings a part into sight, and chooses it if it is not. */
  show(part: Part): void {
    const box = boxOf(part.area.flat(2));
    if (box !== null) this.surface.goTo([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]);
  }

  dispose(): void {
    this.surface.dispose();
  }

  async #stroke(op: string, ask: () => Promise<Stroke>): Promise<boolean> {
    let kept = false;
    await this.#work(async () => {
      const from = performance.now();
      const { plan, changed, findings, impact } = await this.#again(op, ask);
      const ms = Math.round(performance.now() - from);
      this.plan = plan;
      [this.findings, this.impact] = [findings, impact];
      this.#apply(changed.features);
      this.#prune();
      const codes = changed.features.map(({ properties: p }) => p.code);
      this.outcome = { kind: 'done', op, codes, ms };
      kept = true;
    });
    this.paint();
    return kept;
  }

  /**
   * Asks again where the plan was only checked or the like meanwhile, but for what was undone, which may be another's by now. Where it
   * was drawn on, that is shown first; if it does not come, the next stroke is refused again, for it names the version that is in sight.
   */
  async #again(op: string, ask: () => Promise<Stroke>, tries = attempts): Promise<Stroke> {
    try {
      return await ask();
    } catch (cause) {
      if (asProblem(cause).status !== 412) throw cause;
      const plan = await this.server.plan(this.plan.code);
      if (op !== 'redo' && drawing(plan) === drawing(this.plan) && tries > 1) {
        this.plan = plan;
        return this.#again(op, ask, tries - 1);
      }
      await this.#load(plan, this.#box ?? this.surface.bbox());
      throw cause;
    }
  }

  /** Does one thing at a time; what fails is said. */
  async #work(work: () => Promise<void>): Promise<void> {
    if (this.busy) return this.say('busy');
    this.busy = true;
    this.outcome = null;
    try {
      await work();
    } catch (cause) {
      if (!aborted(cause)) this.outcome = { kind: 'refused', problem: asProblem(cause) };
    } finally {
      this.busy = false;
      if (this.#due) void this.refresh();
    }
  }

  /** Takes over what has become of parts, and draws it. */
  #apply(features: readonly PartFeature[]): void {
    const ids = features.map(({ properties: p }) => `${p.kind} ${p.code}`);
    this.#origin.take(features, this.partition, this.impact?.parts ?? []);
    this.partition.apply(features);
    const parts = ids.flatMap((id) => this.partition.get(id) ?? []);
    this.surface.update(
      parts.map((part) => this.#drawn(part)),
      ids.filter((id) => this.partition.get(id) === undefined),
    );
    this.surface.mark(this.#origin.borders());
    this.#renew();
  }

  /** A part as the sheet shows it, with what the draft has made of it. */
  #drawn(part: Part): DrawnPart {
    const { kind, code } = part;
    const of = this.impact?.parts.find((one) => one.kind === kind && one.code === code);
    return drawnPart(part, of?.change);
  }

  /** What a part has become is the chosen one. */
  #follow(part: Part | undefined): void {
    if (part !== undefined) this.chosen = [part.id];
    this.paint();
  }

  /** Gives up what is chosen and is no more. */
  #prune(): void {
    this.chosen = this.chosen.filter((id) => this.partition.get(id) !== undefined);
    const [part] = this.chosenParts;
    const { corner } = this;
    if (corner !== null && !part?.area.flat(2).some((v) => same(v, corner))) this.corner = null;
  }

  #renew(): void {
    this.parts = this.partition.all();
    const bordersOf = (parts: readonly Part[]): Line[] =>
      parts.flatMap(({ area }) => area.flat().map((ring) => [...ring, ...ring.slice(0, 1)]));
    // Along the border of a dedicated grid the grid beneath it may well be divided.
    const laid = bordersOf(this.parts.filter(({ kind }) => kind === 'dedicated'));
    const tiled = bordersOf(this.parts.filter(({ kind }) => kind !== 'dedicated'));
    this.#borders = new Set(tiled);
    this.#catcher = new Catcher([...tiled, ...laid], this.#below);
  }
}

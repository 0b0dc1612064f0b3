/** The mouse, the finger and the keys on the map, made into what a session does. */
import type { Hands, Live, Touch } from '../map/edit/surface';
import { drawnPart } from './drawing';
import { degrees, nearestOn, same, snapped, type Vertex } from './lattice';
import { isEdge, type Edge, type Layer, type Part } from './partition';
import type { Session } from './session.svelte';
import { draws } from './tools';

/** What is being dragged, and where it is. */
type Drag = { layer: Layer; to: Vertex; moved: Part[]; fold: boolean } & (
  { corner: Vertex; edge?: never } | { edge: Edge; corner?: never }
);

/** What was pointed at. */
type Hit = { layer: Layer; corner: Vertex } | { layer: Layer; edge: Edge };

export class PointerHands implements Hands {
  #drag: Drag | null = null;
  #caught: Vertex | null = null;
  /** Where the next point of the line would be. */
  #ahead: Vertex | null = null;

  constructor(private readonly session: Session) {}

  press({ at, reachM, alt }: Touch): boolean {
    const { session } = this;
    if (session.tool !== 'border' || !session.editable || session.busy || alt) return false;
    const hit = this.#hit(snapped(at), reachM);
    if (hit === null || this.#lockOf(hit) !== null) return false;
    const start = 'corner' in hit ? hit.corner : nearestOn(snapped(at), hit.edge.a, hit.edge.b).at;
    this.#drag = { ...hit, to: start, moved: [], fold: false };
    return true;
  }

  drag({ at, reachM }: Touch): void {
    const drag = this.#drag;
    if (drag === null) return;
    const { partition } = this.session;
    const moves = drag.corner
      ? (a: Vertex, b: Vertex): boolean => same(a, drag.corner) || same(b, drag.corner)
      : (a: Vertex, b: Vertex): boolean => isEdge(drag.edge, a, b);
    const { at: to, on } = this.session.caught(snapped(at), reachM, moves);
    drag.to = to;
    this.#caught = on.length > 0 ? to : null;
    if (drag.corner) {
      drag.moved = partition.moved(drag.layer, drag.corner, to);
      drag.fold = partition.foldOfMove(drag.layer, drag.corner, to) !== null;
    } else {
      drag.moved = partition.bent(drag.layer, drag.edge, to);
      drag.fold = partition.foldOfBend(drag.layer, drag.edge, to) !== null;
    }
    this.session.paint();
  }

  release(): void {
    const drag = this.#drag;
    if (drag === null || drag.moved.length === 0) {
      this.#drag = null;
      return;
    }
    void this.#drop(drag);
  }

  /** What was dragged stays where it was dropped until the server has answered. */
  async #drop(drag: Drag): Promise<void> {
    const { session } = this;
    if (drag.corner) await session.corners.move(drag.layer, drag.corner, drag.to);
    else await session.corners.bend(drag.layer, drag.edge, drag.to);
    this.#drag = null;
    this.#caught = null;
    session.paint();
  }

  click({ at, reachM, alt }: Touch): void {
    const { session } = this;
    if (session.busy) return;
    const spot = snapped(at);
    const drawing = draws[session.tool];
    if (session.tool === 'border') return this.#clickBorder(spot, reachM, alt);
    if (session.tool === 'merge') return this.#clickMerge(spot);
    if (session.tool === 'give' && (session.chosen.length === 0 || session.byBlock)) {
      if (session.chosen.length === 0) return this.#choose(spot);
      return void session.giveBlock(spot);
    }
    if (session.tool === 'redraw' && session.chosen.length === 0) return this.#choose(spot);
    if (drawing !== null && session.editable) session.addPoint(session.caught(spot, reachM));
  }

  /** Ends the line or ring that is drawn. */
  doubleClick(): boolean {
    const { session } = this;
    if (draws[session.tool] === null || session.sketch.points === 0) return false;
    if (!session.busy) void session.finish();
    return true;
  }

  hover({ at, reachM }: Touch): void {
    const { session } = this;
    const spot = snapped(at);
    if (draws[session.tool] === null) {
      const hit = session.tool === 'border' ? this.#hit(spot, reachM) : null;
      session.surface.setCursor(hit === null ? '' : this.#lockOf(hit) === null ? 'grab' : 'not-allowed');
      return;
    }
    session.surface.setCursor('crosshair');
    const { at: to, on } = session.caught(spot, reachM);
    this.#caught = on.length > 0 ? to : null;
    this.#ahead = session.sketch.points > 0 ? to : null;
    session.paint();
  }

  key(event: KeyboardEvent): boolean {
    const { session } = this;
    switch (event.key) {
      case 'Enter':
        if (event.shiftKey) void session.finish();
        else this.#pressMiddle();
        return true;
      case 'Escape':
        session.cancel();
        return true;
      case 'Backspace':
        session.takeBack();
        return true;
      case 'Delete':
        if (session.corner !== null && session.editable)
          void session.corners.remove(session.corners.layer, session.corner);
        return true;
      default:
        return false;
    }
  }

  /** Enter does at the cross what a click does; a corner that is chosen is put down there. */
  #pressMiddle(): void {
    const { session } = this;
    if (session.tool !== 'border' || session.corner === null) return this.click(session.surface.middle());
    if (session.corners.inMiddle) session.cancel();
    else if (session.editable) void session.corners.toMiddle();
  }

  /** What is drawn of the pointer. */
  live(): Partial<Live> {
    const drag = this.#drag;
    const line = this.session.sketch.path();
    return {
      caught: this.#caught && degrees(this.#caught),
      ...(drag !== null && { moving: drag.moved.map((part) => drawnPart(part)), refused: drag.fold }),
      ...(this.#ahead !== null &&
        line.length > 0 && {
          sketch: { line: [...line, this.#ahead].map(degrees), closed: this.session.sketch.closed },
        }),
    };
  }

  /** Whatever was pointed at is forgotten, as after another tool was taken. */
  forget(): void {
    [this.#drag, this.#caught, this.#ahead] = [null, null, null];
  }

  #clickBorder(spot: Vertex, reachM: number, alt: boolean): void {
    const { session } = this;
    const hit = this.#hit(spot, reachM);
    if (hit === null) return this.#choose(spot);
    if (alt && session.editable) {
      if ('corner' in hit) return void session.corners.remove(hit.layer, hit.corner);
      return void session.corners.insert(hit.layer, nearestOn(spot, hit.edge.a, hit.edge.b).at);
    }
    if (!('corner' in hit)) return this.#choose(spot);
    const lock = this.#lockOf(hit);
    session.corners.take(hit.layer, hit.corner);
    if (lock !== null) session.say(lock);
  }

  #clickMerge(spot: Vertex): void {
    const { session } = this;
    const part = session.partition.about(spot, ['base']);
    if (part === undefined || part.fixed) return session.say('nothing_there');
    session.pick(part.id);
    if (session.chosen.length === 2 && session.editable) void session.merge();
  }

  #choose(spot: Vertex): void {
    const part = this.session.partition.about(spot);
    if (part === undefined || part.fixed) return this.session.say('nothing_there');
    this.session.pick(part.id);
  }

  /** A corner within reach, else an edge; of dedicated grids before those of what lies below. */
  #hit(spot: Vertex, reachM: number): Hit | null {
    const { partition } = this.session;
    const layers = ['dedicated', 'tiling'] as const;
    for (const layer of layers) {
      const corner = partition.vertexNear(layer, spot, reachM);
      if (corner !== null) return { layer, corner };
    }
    for (const layer of layers) {
      const edge = partition.edgeNear(layer, spot, reachM);
      if (edge !== null) return { layer, edge };
    }
    return null;
  }

  #lockOf(hit: Hit) {
    const { partition } = this.session;
    return 'corner' in hit
      ? partition.lock(hit.layer, hit.corner)
      : partition.lockOfEdge(hit.layer, hit.edge);
  }
}

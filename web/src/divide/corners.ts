/** What becomes of the corners of borders: moved, put in, taken out, by whoever points at them or names them. */
import { distanceM, same, snapped, type Vertex } from './lattice';
import { type Edge, type Layer } from './partition';
import type { Session } from './session.svelte';
import * as tool from './tools';

/** Each answers whether the server has proven and kept it; what cannot be is said without asking. */
export class Corners {
  constructor(private readonly session: Session) {}

  /** Where the chosen corner is one: among dedicated grids or among what they lie over. */
  get layer(): Layer {
    return this.session.chosenParts[0]?.kind === 'dedicated' ? 'dedicated' : 'tiling';
  }

  /** Chooses the corner at a place, of the part that was chosen or another that has it. */
  take(layer: Layer, at: Vertex): void {
    const { session } = this;
    const near = session.partition.vertexNear(layer, at, 0.05);
    if (near === null) return;
    const parts = session.partition.having(layer, near);
    const part = parts.find(({ id }) => session.chosen.includes(id)) ?? parts.find(({ fixed }) => !fixed);
    if (part !== undefined) session.chosen = [part.id];
    session.corner = near;
    session.outcome = null;
    session.paint();
  }

  /** Moves a corner, all borders that meet there with it. */
  async move(layer: Layer, from: Vertex, to: Vertex): Promise<boolean> {
    const { session } = this;
    const { partition } = session;
    const lock = partition.lock(layer, from);
    if (lock !== null) return (session.say(lock), false);
    if (same(from, to)) return false;
    if (partition.foldOfMove(layer, from, to) !== null) return (session.say('fold'), false);
    const moved = await session.send(tool.moveVertex(layer, partition.having(layer, from)[0], from, to));
    if (moved) this.#follow(layer, to);
    return moved;
  }

  /** Puts the chosen corner down at the cross of the map, caught on what is near but not on the borders that move with it. */
  async toMiddle(): Promise<boolean> {
    const { session, layer } = this;
    const { corner } = session;
    if (corner === null) return false;
    const { at, reachM } = session.surface.middle();
    const moves = (a: Vertex, b: Vertex): boolean => same(a, corner) || same(b, corner);
    return this.move(layer, corner, session.caught(snapped(at), reachM, moves).at);
  }

  /** Whether the chosen corner is at the cross of the map already, as near as a click has to be. */
  get inMiddle(): boolean {
    const { corner, surface, catching } = this.session;
    const { at, reachM } = surface.middle();
    return corner !== null && distanceM(corner, snapped(at)) <= (catching ? reachM : 0);
  }

  /** Bends a border to pass through a point. */
  async bend(layer: Layer, edge: Edge, via: Vertex): Promise<boolean> {
    const { session } = this;
    const { partition } = session;
    const lock = partition.lockOfEdge(layer, edge);
    if (lock !== null) return (session.say(lock), false);
    if (partition.foldOfBend(layer, edge, via) !== null) return (session.say('fold'), false);
    const part = partition.beside(layer, edge).find(({ fixed, kind }) => !fixed && kind !== 'void');
    return part ? session.send(tool.bend(part, edge, via)) : (session.say('fixed'), false);
  }

  /** Puts a corner into a border. */
  async insert(layer: Layer, at: Vertex): Promise<boolean> {
    const { session } = this;
    const { partition } = session;
    const edge = partition.edgeNear(layer, at, 1);
    if (edge === null) return (session.say('nothing_there'), false);
    const lock = partition.lockOfEdge(layer, edge);
    if (lock !== null) return (session.say(lock), false);
    const added = await session.send(tool.insertVertex(layer, partition.beside(layer, edge)[0], at));
    if (added) this.#follow(layer, at);
    return added;
  }

  /** Takes a corner out of the border that runs through it. */
  async remove(layer: Layer, at: Vertex): Promise<boolean> {
    const { session } = this;
    const { partition } = session;
    const lock = partition.lock(layer, at);
    if (lock !== null) return (session.say(lock), false);
    if (!partition.removable(layer, at)) return (session.say('junction'), false);
    const removed = await session.send(tool.removeVertex(layer, partition.having(layer, at)[0], at));
    if (removed) session.corner = null;
    return removed;
  }

  /** The corner that was moved stays the chosen one, and what was said of it stays. */
  #follow(layer: Layer, at: Vertex): void {
    const { outcome } = this.session;
    this.take(layer, at);
    this.session.outcome = outcome;
  }
}

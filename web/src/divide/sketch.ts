/** A line or ring while it is drawn. It is a value: adding makes another one. */
import { same, type Vertex } from './lattice';
import { wayBetween, type Caught } from './snap';

/** A point that was put down, with the way that led to it along what both ends were caught on. */
interface Step {
  at: Caught;
  way: readonly Vertex[];
}

export class Sketch {
  constructor(
    readonly closed: boolean,
    private readonly steps: readonly Step[] = [],
  ) {}

  /** How many points were put down. */
  get points(): number {
    return this.steps.length;
  }

  /** Whether it can be sent: a line of two points, a ring of three corners. */
  get ready(): boolean {
    return this.path().length >= (this.closed ? 3 : 2);
  }

  /** All vertices, without the first one again at the end of a ring. */
  path(): Vertex[] {
    const path = this.steps.flatMap(({ at, way }) => [...way, at.at]);
    const home = this.closed ? this.#home() : [];
    return [...path, ...home].filter((v, i, all) => i === 0 || !same(v, all[i - 1] ?? v));
  }

  /** Puts a point down; the same one again is left out. With follow the line runs along what both ends lie on. */
  add(at: Caught, follow: boolean): Sketch {
    const last = this.steps.at(-1)?.at;
    if (last !== undefined && same(last.at, at.at)) return this;
    const way = follow && last !== undefined ? wayBetween(last, at) : [];
    return new Sketch(this.closed, [...this.steps, { at, way }]);
  }

  /** Takes the last point back. */
  back(): Sketch {
    return new Sketch(this.closed, this.steps.slice(0, -1));
  }

  /** The way from the last point to the first, where the ring was drawn along lines. */
  #home(): readonly Vertex[] {
    const [first, last] = [this.steps[0]?.at, this.steps.at(-1)?.at];
    const followed = this.steps.some(({ way }) => way.length > 0);
    return followed && this.steps.length > 2 && first && last ? wayBetween(last, first) : [];
  }
}

/** A point that is caught on nothing. */
export const free = (at: Vertex): Caught => ({ at, on: [] });

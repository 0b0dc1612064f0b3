/** The spot asked for last and what is known about it. */
import { aborted, asProblem, type Answer, type Api, type Geometry, type Problem } from '../api';
import type { Crs } from '../coordinates';
import type { Found } from '../map/city-map';

export type Result =
  | { state: 'nothing' }
  | { state: 'asking' }
  | { state: 'answer'; answer: Answer; asOf: string | null }
  | { state: 'problem'; problem: Problem };

/** What is drawn of an answer. */
interface Marker {
  mark: (spot: { lon: number; lat: number } | null, found: Found[]) => void;
  show: (lon: number, lat: number, minZoom: number) => void;
}

/** How many neighbours' borders are drawn; where more meet, the list still names them. */
const maxNeighbours = 4;

export class Lookup {
  result: Result = $state.raw({ state: 'nothing' });
  /** The spot, on WGS 84; null before one was asked for, or known. */
  at: { lon: number; lat: number } | null = $state.raw(null);
  /** The instant that is asked about, RFC 3339; null for now. An answer on display may still be of another. */
  asOf: string | null = $state.raw(null);
  #asked = new AbortController();
  /** How the spot was given that is being asked for. */
  #given: [lon: number, lat: number, crs: Crs, fly: boolean] | null = null;
  #drawn: [spot: { lon: number; lat: number }, found: Found[]] | null = null;
  readonly #api: Api;
  readonly #map: () => Marker | undefined;

  constructor(api: Api, map: () => Marker | undefined) {
    this.#api = api;
    this.#map = map;
  }

  /** Asks who is responsible at a spot. With `fly` the map goes there, too. */
  async ask(lon: number, lat: number, crs: Crs, fly: boolean): Promise<void> {
    this.result = { state: 'asking' };
    // On WGS 84 the spot is known at once; a converted one only with the answer.
    const known = crs === 'wgs84' || crs === 'cgcs2000';
    this.at = known ? { lon, lat } : null;
    if (known) this.#mark({ lon, lat }, []);
    if (known && fly) this.#map()?.show(lon, lat, 15);
    await this.#locate(lon, lat, crs, !known && fly);
  }

  /**
   * Asks again without taking away what is shown: borders, posts or who is on duty may be others now. With a county only where the
   * answer is of that one.
   */
  async refresh(county?: string): Promise<void> {
    if (this.at === null || this.result.state === 'asking') return;
    const of = this.result.state === 'answer' ? this.result.answer.edition?.county_code : undefined;
    if (county !== undefined && of !== undefined && of !== county) return;
    await this.#locate(this.at.lon, this.at.lat, 'wgs84', false);
  }

  /** Asks about another instant, where a spot is known. */
  async choose(asOf: string | null): Promise<void> {
    if (asOf === this.asOf) return;
    this.asOf = asOf;
    if (this.result.state === 'asking' && this.#given !== null) await this.#locate(...this.#given);
    else await this.refresh();
  }

  /** Marks on the map what is known, after another task has had it. */
  draw(): void {
    if (this.#drawn !== null) this.#map()?.mark(...this.#drawn);
  }

  #mark(spot: { lon: number; lat: number }, found: Found[]): void {
    this.#drawn = [spot, found];
    this.draw();
  }

  /** Says why nothing could be found out. */
  fail(cause: unknown): void {
    this.#asked.abort();
    this.result = { state: 'problem', problem: asProblem(cause) };
  }

  async #locate(lon: number, lat: number, crs: Crs, fly: boolean): Promise<void> {
    this.#asked.abort();
    const { signal } = (this.#asked = new AbortController());
    this.#given = [lon, lat, crs, fly];
    const [again, asOf] = [this.result.state === 'answer', this.asOf];
    try {
      const answer = await this.#api.locate(lon, lat, crs, signal, asOf);
      if (signal.aborted) return;
      this.result = { state: 'answer', answer, asOf };
      this.at = answer.location;
      const own = boundaries(answer);
      this.#mark(answer.location, own);
      if (fly) this.#map()?.show(answer.location.lon, answer.location.lat, 15);
      const near = await this.#neighbours(answer);
      if (near.length > 0 && !signal.aborted) this.#mark(answer.location, [...own, ...near]);
    } catch (cause) {
      const problem = asProblem(cause);
      // An answer that stands is better than none while the server is away for a moment.
      const away = problem.status === 0 || problem.status >= 500;
      if (!aborted(cause) && !signal.aborted && !(again && away)) this.result = { state: 'problem', problem };
    }
  }

  /** The borders of the grids that are so close that the spot may belong to them. */
  async #neighbours({ boundary_with: on, near }: Answer): Promise<Found[]> {
    const codes = [...new Set([...on, ...near].map(({ code }) => code))].slice(0, maxNeighbours);
    const grids = await Promise.all(codes.map((code) => this.#api.grid(code, this.asOf).catch(() => null)));
    return grids.flatMap((grid): Found[] => {
      const geometry = grid === null ? null : geometryOf(grid.boundary);
      return geometry === null ? [] : [{ role: 'neighbour', geometry }];
    });
  }
}

function boundaries({ base, dedicated, responsible }: Answer): Found[] {
  return [base, dedicated].flatMap((grid): Found[] => {
    const geometry = geometryOf(grid?.boundary);
    if (geometry === null) return [];
    return [{ role: grid?.code === responsible?.code ? 'responsible' : 'other', geometry }];
  });
}

function geometryOf(boundary: Geometry | string | null | undefined): Geometry | null {
  return boundary && typeof boundary !== 'string' ? boundary : null;
}

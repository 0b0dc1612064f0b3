/** The only file that fetches. Every failure is thrown as a Problem. Coordinates are lon, lat in degrees, WGS 84. */
import type { Crs } from './coordinates';
import { Editions } from './editions';
import type { Incident, IncidentEvent } from './incidents/incident';
import type { SearchHit } from './lookup/search';

export type Position = [lon: number, lat: number];
export type Bbox = [west: number, south: number, east: number, north: number];

export interface Geometry {
  type: 'Point' | 'LineString' | 'Polygon' | 'MultiPolygon' | 'MultiLineString' | 'MultiPoint';
  coordinates: unknown;
}

export interface Session {
  actor: string | null;
  role: string | null;
  /** The division whose subtree may be read, "" for the whole city. */
  scope?: string;
  demo: boolean;
  city: { code: string; name: string; bbox: Bbox } | null;
  /** The map under ours; null for none. */
  basemap: Basemap | null;
}

/** The map under ours: whose tiles `basemapTile` loads. */
export interface Basemap {
  format: 'raster' | 'vector';
  /** How tiles are numbered: as web mercator's, or in degrees. */
  grid: '3857' | '4490';
  crs: 'wgs84' | 'gcj02';
  minzoom: number;
  maxzoom: number;
  bounds: Bbox;
  attribution: string;
}

export interface Grid {
  code: string;
  name: string;
  kind: 'base' | 'dedicated' | 'micro';
  community_code: string;
  area_m2: number;
  households: number | null;
  dedicated_kind?: string | null;
  label?: Position;
  boundary?: Geometry | string | null;
}

export interface Worker {
  name: string;
  work_phone: string | null;
  post_kind: string;
  role_type: string;
  grid_code: string;
}

/** A step of the chain to contact, in the order in which they are tried (BR-29). */
export interface ContactStep {
  step: string;
  grid_code?: string | null;
  division_code?: string | null;
  name: string | null;
  work_phone: string | null;
  post_kind?: string | null;
  role_type?: string | null;
  organization?: string | null;
  /** Whether this is the one to contact first. */
  used: boolean;
}

export interface DivisionRef {
  level: string;
  code: string;
  name: string;
}

export interface Edition {
  county_code: string;
  number: number;
  in_force_from: string;
  proven: boolean;
}

export interface Answer {
  location: { lon: number; lat: number };
  /** `no_grid`: inside the city, where no grid is. */
  outcome: 'served' | 'no_grid';
  edition: Edition | null;
  base: Grid | null;
  dedicated: Grid | null;
  responsible: { kind: string; code: string; name: string } | null;
  workers: Worker[];
  chain?: ContactStep[];
  contact?: ContactStep | null;
  divisions: DivisionRef[];
  on_boundary: boolean;
  boundary_with: { code: string; name: string; kind: string }[];
  near: { code: string; name: string; distance_m: number }[];
  warnings: { code: string; detail: string }[];
}

export interface Division extends DivisionRef {
  /** Absent at the top. */
  parent_code?: string;
  derived: boolean;
  area_m2: number;
  households: number | null;
  bbox: Bbox;
  label: Position;
}

export interface Page<T> {
  items: T[];
  next?: string | null;
}

export interface Place {
  code: string;
  kind: string;
  name: string;
  address?: string | null;
}

export interface Fault {
  /** Absent where the fault is a line, such as an unmatched border. */
  polygon: Geometry | null;
  at: Position;
  area_m2: number;
  width_m: number;
}

/** A base or dedicated grid in a coverage report. */
export interface CoveredGrid {
  kind: string;
  code: string;
  name: string;
  community_code: string;
  area_m2: number;
  /** 1 for a disc, less for every other shape. */
  compactness: number;
  households: number | null;
  load: number;
  /** How many serve there. */
  workers: number;
  places: Record<string, number>;
  incidents: { open: number; total: number };
}

/** How much of a division its grids cover. */
export interface CoveredDivision extends DivisionRef {
  parent_code: string | null;
  area_m2: number;
  covered_m2: number;
  void_m2: number;
  gaps: number;
  overlaps: number;
  other_faults: number;
}

export interface Coverage {
  division: DivisionRef;
  editions: Edition[];
  /** The instant that it is of, where one was asked for. */
  as_of?: string;
  area_m2: number;
  covered_m2: number;
  /** Declared areas without grids, such as water. */
  void_m2: number;
  gaps: Fault[];
  overlaps: Fault[];
  other_faults: Fault[];
  grids: CoveredGrid[];
  /** The division itself and all below it. */
  divisions: CoveredDivision[];
  unassigned: { places: Record<string, number>; incidents: number };
  households: number;
  load: { min: number; mean: number; max: number; cv: number };
  proven: boolean;
}

/** Enumerations with labels: enumeration → codes. */
export type Codes = Record<string, { code: string; zh: string; en: string }[]>;

export interface TileJson {
  bounds?: Bbox;
  minzoom?: number;
  maxzoom?: number;
  vector_layers?: { id: string; minzoom?: number; maxzoom?: number }[];
}

/** An RFC 9457 problem document, or a failure before one could arrive (code `network` or `http`). */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly reason: string | undefined;
  readonly param: string | undefined;
  readonly divisions: DivisionRef[];
  /** The rule that it breaks, as BR-60, and the field that it is about. */
  readonly rule: string | undefined;
  readonly field: string | undefined;
  /** The spot that it is about. */
  readonly at: Position | null;
  /** The whole document, for members that only one screen knows. */
  readonly document: Readonly<Record<string, unknown>>;

  constructor(status: number, body: Record<string, unknown>) {
    const text = (key: string): string | undefined =>
      typeof body[key] === 'string' ? (body[key] as string) : undefined;
    super(text('detail') ?? text('title') ?? `HTTP ${status}`);
    this.name = 'Problem';
    this.status = status;
    this.code = text('code') ?? 'http';
    this.detail = this.message;
    this.reason = text('reason');
    this.param = text('param');
    this.divisions = Array.isArray(body['divisions']) ? (body['divisions'] as DivisionRef[]) : [];
    this.rule = text('rule');
    this.field = text('field');
    const at = body['at'];
    this.at = Array.isArray(at) && at.length === 2 && at.every(Number.isFinite) ? (at as Position) : null;
    this.document = body;
  }
}

export type Query = Record<string, string | number | undefined | null>;

/** How a change is sent besides its body. */
export interface Sending {
  query?: Query;
  /** The version that the change is based on, as `"7"`. */
  tag?: string;
  /** A name of the request's own, so that sending it again does not do it again. */
  key?: string;
  signal?: AbortSignal;
}

/** The answer to a change: undefined where there is none; the tag is for If-Match of the next one. */
export interface Sent<T> {
  value: T;
  tag: string;
}

const tokenKey = 'wangge.token';

export class Api {
  #token: string | null;
  readonly #editions = new Editions();
  /** Called when an answer is of a newer edition than the answers before it: what was drawn is then of the past. */
  onNewEdition: () => void = () => undefined;
  /** Called when the server says that it has lost its database (since when, RFC 3339), or has it again (null). */
  onDatabaseLost: (since: string | null) => void = () => undefined;
  #databaseLost: string | null = null;

  constructor(private readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>) {
    this.#token = storage.getItem(tokenKey);
  }

  get hasToken(): boolean {
    return this.#token !== null;
  }

  /** Keeps the token for this browser tab only; an empty one forgets it. */
  setToken(token: string): void {
    this.#token = token === '' ? null : token;
    if (this.#token === null) this.storage.removeItem(tokenKey);
    else this.storage.setItem(tokenKey, this.#token);
  }

  session(): Promise<Session> {
    return this.#json('/v1/session');
  }

  codes(): Promise<Codes> {
    return this.#json('/v1/codes');
  }

  tileJson(tileset: string): Promise<TileJson> {
    return this.#json(`/tiles/${tileset}.json`);
  }

  /** Who is responsible at a spot, now or at an instant (RFC 3339). */
  locate(
    lon: number,
    lat: number,
    crs: Crs,
    signal: AbortSignal,
    asOf: string | null = null,
  ): Promise<Answer> {
    return this.#json('/v1/locate', { lon, lat, crs, as_of: asOf, boundary: 'geojson' }, signal);
  }

  division(code: string): Promise<Division> {
    return this.#json(`/v1/divisions/${encodeURIComponent(code)}`);
  }

  /** The divisions from the top down to one; with `top`, only those below that one. */
  async divisionChain(code: string, top?: string): Promise<Division[]> {
    const chain: Division[] = [];
    for (let at: string | undefined = code; at !== undefined && at !== top;) {
      const division: Division = await this.division(at);
      chain.unshift(division);
      at = division.parent_code;
    }
    return chain;
  }

  divisions(parent: string, cursor?: string | null): Promise<Page<Division>> {
    return this.#json('/v1/divisions', { parent, limit: 200, cursor });
  }

  grids(division: string, cursor?: string | null): Promise<Page<Grid>> {
    return this.#json('/v1/grids', { division, limit: 200, cursor });
  }

  places(grid: string): Promise<Page<Place>> {
    return this.#json('/v1/places', { grid, limit: 20 });
  }

  /** The incidents of a grid that somebody still has to handle. */
  incidents(grid: string): Promise<Page<Incident>> {
    return this.#json('/v1/incidents', { grid, state: 'open', limit: 20 });
  }

  /** A page of the incidents that somebody still has to handle, as they were stored. */
  openIncidents(cursor: string | null): Promise<Page<Incident>> {
    return this.#json('/v1/incidents', { state: 'open', limit: 1000, cursor });
  }

  incident(code: string): Promise<Incident> {
    return this.#json(`/v1/incidents/${encodeURIComponent(code)}`);
  }

  /** What was done with an incident, the oldest first. */
  incidentEvents(code: string): Promise<Page<IncidentEvent>> {
    return this.#json(`/v1/incidents/${encodeURIComponent(code)}/events`);
  }

  /** Grids, divisions, places and addresses that a text may mean, the best first. */
  search(text: string, signal: AbortSignal): Promise<{ items: SearchHit[]; more: boolean }> {
    return this.#json('/v1/search', { q: text, limit: 10 }, signal);
  }

  /** The stream of what happens, after the event of that id; null: from now on. */
  async events(
    topics: readonly string[],
    lastId: string | null,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array>> {
    const more = lastId === null ? {} : { 'Last-Event-ID': lastId };
    const response = await this.#fetch(
      `/v1/events?topics=${topics.join()}`,
      'text/event-stream',
      signal,
      more,
    );
    if (response.body === null) throw new Problem(response.status, { code: 'http' });
    return response.body;
  }

  /** Takes note of a county's edition that was told of otherwise than by an answer. */
  noteEdition(county: string, number: number): void {
    if (this.#editions.note(`${county}=${number}`)) this.onNewEdition();
  }

  /** How a division is covered, now or at an instant. */
  coverage(division: string, asOf: string | null): Promise<Coverage> {
    return this.#json(`/v1/coverage/${encodeURIComponent(division)}`, { as_of: asOf });
  }

  /** A grid with its boundary, now or at an instant (RFC 3339). */
  grid(code: string, asOf: string | null = null): Promise<Grid> {
    return this.#json(`/v1/grids/${encodeURIComponent(code)}`, { geometry: 'true', as_of: asOf });
  }

  /** The bytes of a vector tile, no older than what answers have shown to be in force; empty for a tile without features. */
  async tile(url: string): Promise<ArrayBuffer> {
    const minimum = this.#editions.minimum();
    const more = minimum === null ? {} : { 'Wangge-Min-Edition': minimum };
    const response = await this.#fetch(url, 'application/vnd.mapbox-vector-tile', undefined, more);
    return response.status === 204 ? new ArrayBuffer(0) : response.arrayBuffer();
  }

  /** A tile of the basemap; null where it has none. */
  async basemapTile(z: number, x: number, y: number): Promise<Blob | null> {
    const response = await this.#fetch(`/basemap/${z}/${x}/${y}`, '*/*');
    return response.status === 204 ? null : response.blob();
  }

  /** Asks for a document of the interface; screens wrap it in functions of their own. */
  get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
    return this.#json(path, query, signal);
  }

  /** Sends a change: a file as it is, anything else as JSON. */
  async send<T>(
    method: 'POST' | 'PATCH' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
    { query = {}, tag, key, signal }: Sending = {},
  ): Promise<Sent<T>> {
    const headers: Record<string, string> = {};
    if (tag !== undefined) headers['If-Match'] = tag;
    if (key !== undefined) headers['Idempotency-Key'] = key;
    const init: RequestInit = { method };
    if (body instanceof Blob) init.body = body;
    else if (body !== undefined) {
      headers['Content-Type'] = 'application/json';
      init.body = JSON.stringify(body);
    }
    const response = await this.#fetch(addressOf(path, query), 'application/json', signal, headers, init);
    const value = response.status === 204 ? (undefined as T) : await this.#read<T>(response);
    return { value, tag: response.headers.get('ETag') ?? '' };
  }

  /** A file that needs the token, which a plain link cannot send. */
  async download(path: string, signal?: AbortSignal): Promise<Blob> {
    const response = await this.#fetch(path, '*/*', signal);
    return response.blob();
  }

  async #json<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
    return this.#read(await this.#fetch(addressOf(path, query), 'application/json', signal));
  }

  async #read<T>(response: Response): Promise<T> {
    try {
      return (await response.json()) as T;
    } catch (cause) {
      throw aborted(cause) ? cause : new Problem(response.status, { code: 'http', detail: String(cause) });
    }
  }

  async #fetch(
    url: string,
    accept: string,
    signal?: AbortSignal,
    more: Record<string, string> = {},
    init: RequestInit = {},
  ): Promise<Response> {
    const headers: Record<string, string> = { Accept: accept, ...more };
    if (this.#token !== null) headers['Authorization'] = `Bearer ${this.#token}`;
    let response: Response;
    try {
      response = await fetch(url, { ...init, headers, credentials: 'omit', signal: signal ?? null });
    } catch (cause) {
      throw aborted(cause) ? cause : new Problem(0, { code: 'network', detail: String(cause) });
    }
    if (this.#editions.note(response.headers.get('Wangge-Edition'))) this.onNewEdition();
    if (url.startsWith('/v1/')) this.#noteDatabase(response.headers.get('Wangge-Database-Lost'));
    if (response.ok) return response;
    const body: unknown = await response.json().catch(() => ({}));
    throw new Problem(response.status, typeof body === 'object' && body !== null ? { ...body } : {});
  }

  #noteDatabase(since: string | null): void {
    if (since === this.#databaseLost) return;
    this.#databaseLost = since;
    this.onDatabaseLost(since);
  }
}

function addressOf(path: string, query: Query): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) search.set(key, String(value));
  }
  return search.size === 0 ? path : `${path}?${search}`;
}

/** Whether an error only says that we cancelled the request ourselves. */
export function aborted(cause: unknown): boolean {
  return cause instanceof DOMException && cause.name === 'AbortError';
}

/** Whatever was thrown, as a Problem. */
export function asProblem(cause: unknown): Problem {
  return cause instanceof Problem ? cause : new Problem(0, { code: 'page', detail: String(cause) });
}

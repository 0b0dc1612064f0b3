/** What the page asks the server for. Every failure is thrown as a Problem. Coordinates are lon, lat in degrees, WGS 84. */
import type { Crs } from '../coordinates';
import type { Incident, IncidentEvent } from '../incidents/incident';
import type { SearchHit } from '../lookup/search';
import type {
  Answer,
  Codes,
  Coverage,
  Division,
  Grid,
  Organization,
  Page,
  Place,
  Session,
  TileJson,
} from './documents';
import { Transport } from './transport';

export type * from './documents';
export { aborted, asProblem, Problem } from './problem';

/** What several screens ask for; what one screen alone needs is in that screen's folder, by `get` and `send`. */
export class Api extends Transport {
  /** What the server says of whoever has that token, which is not kept by asking. */
  sessionOf(token: string): Promise<Session> {
    return this.getAs(token, '/v1/session');
  }

  session(): Promise<Session> {
    return this.get('/v1/session');
  }

  codes(): Promise<Codes> {
    return this.get('/v1/codes');
  }

  tileJson(tileset: string): Promise<TileJson> {
    return this.get(`/tiles/${tileset}.json`);
  }

  /** Who is responsible at a spot, now or at an instant (RFC 3339). */
  locate(
    lon: number,
    lat: number,
    crs: Crs,
    signal: AbortSignal,
    asOf: string | null = null,
  ): Promise<Answer> {
    return this.get('/v1/locate', { lon, lat, crs, as_of: asOf, boundary: 'geojson' }, signal);
  }

  division(code: string): Promise<Division> {
    return this.get(`/v1/divisions/${encodeURIComponent(code)}`);
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
    return this.get('/v1/divisions', { parent, limit: 200, cursor });
  }

  /** The organisations of a division and of those below it, or of the city; the first five hundred. */
  organizations(division: string | null = null): Promise<Page<Organization>> {
    return this.get('/v1/organizations', { division, limit: 500 });
  }

  grids(division: string, cursor?: string | null): Promise<Page<Grid>> {
    return this.get('/v1/grids', { division, limit: 200, cursor });
  }

  places(grid: string): Promise<Page<Place>> {
    return this.get('/v1/places', { grid, limit: 20 });
  }

  /** The incidents of a grid that somebody still has to handle. */
  incidents(grid: string): Promise<Page<Incident>> {
    return this.get('/v1/incidents', { grid, state: 'open', limit: 20 });
  }

  /** A page of the incidents that somebody still has to handle, as they were stored. */
  openIncidents(cursor: string | null): Promise<Page<Incident>> {
    return this.get('/v1/incidents', { state: 'open', limit: 1000, cursor });
  }

  incident(code: string): Promise<Incident> {
    return this.get(`/v1/incidents/${encodeURIComponent(code)}`);
  }

  /** What was done with an incident, the oldest first. */
  incidentEvents(code: string): Promise<Page<IncidentEvent>> {
    return this.get(`/v1/incidents/${encodeURIComponent(code)}/events`);
  }

  /** Grids, divisions, places and addresses that a text may mean, the best first. */
  search(text: string, signal: AbortSignal): Promise<{ items: SearchHit[]; more: boolean }> {
    return this.get('/v1/search', { q: text, limit: 10 }, signal);
  }

  /** How a division is covered, now or at an instant. */
  coverage(division: string, asOf: string | null): Promise<Coverage> {
    return this.get(`/v1/coverage/${encodeURIComponent(division)}`, { as_of: asOf });
  }

  /** A grid with its boundary, now or at an instant (RFC 3339). */
  grid(code: string, asOf: string | null = null): Promise<Grid> {
    return this.get(`/v1/grids/${encodeURIComponent(code)}`, { geometry: 'true', as_of: asOf });
  }
}

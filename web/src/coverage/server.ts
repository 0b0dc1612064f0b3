/** What the screen asks of the server besides the report. */
import type { Api, Coverage, Geometry } from '../api';

interface GridRef {
  kind: string;
  code: string;
  name: string;
}

interface Listed<T> {
  count: number;
  items: T[];
}

/** Which grids want people. */
export interface Staffing {
  without_anyone: Listed<GridRef>;
  base_without_full_time: Listed<GridRef>;
  dedicated_without_post: Listed<GridRef>;
  nobody_on_now: Listed<GridRef>;
}

/** A thing on the map, as a collection of features has it. */
export interface Thing {
  code: string;
  name: string;
  geometry: Geometry;
}

/** How many things of one kind are listed. */
export const maxThings = 50;

/** The collection of each kind of place, and of incidents. */
export const collections: Readonly<Record<string, string>> = {
  ...{ hazard: 'hazards', hazard_source: 'hazard_sources', danger_zone: 'danger_zones', shelter: 'shelters' },
  ...{ rental_premises: 'rental_premises', key_site: 'key_sites', response_point: 'response_points' },
  incidents: 'incidents',
};

export function staffing(api: Api, division: string): Promise<Staffing> {
  return api.get(`/v1/staffing/${encodeURIComponent(division)}`);
}

/** The first things of a collection that lie in the report's division and in no base grid. */
export async function unassigned(api: Api, report: Coverage, collection: string): Promise<Thing[]> {
  const path = `/ogc/collections/${collection}/items`;
  const filter = ['base_grid IS NULL', ...within(report)].join(' AND ');
  const { features } = await api.get<{ features: Feature[] }>(path, { filter, limit: maxThings });
  return features.map(({ geometry, properties: { code, name, title } }) => {
    return { code, name: name || title || code, geometry };
  });
}

interface Feature {
  geometry: Geometry;
  properties: { code: string; name?: string; title?: string };
}

/** What says, in CQL2, that a thing is of the report's division. Those in no community are of their county. */
export function within({ division, divisions }: Pick<Coverage, 'division' | 'divisions'>): string[] {
  if (division.level === 'city') return [];
  if (division.level === 'county') return [`county_code = ${quoted(division.code)}`];
  const codes = divisions.filter(({ level }) => level === 'community').map(({ code }) => quoted(code));
  return [`community_code IN (${(codes.length > 0 ? codes : ["''"]).join(', ')})`];
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Files that are sent, looked at and imported; the server does all the reading. */
import type { Api, Bbox, Page, Position } from '../api';
import type { Crs } from '../coordinates';
import type { Previewed } from '../map/preview';

export interface Column {
  name: string;
  /** Some of its values, shortened. */
  samples: string[];
}

/** A sheet, a table, or the file itself. */
export interface FileLayer {
  name: string;
  /** null where there are too many to count them at once. */
  rows: number | null;
  columns: Column[];
  geometry: 'none' | 'point' | 'line' | 'polygon' | 'mixed';
  /** What the file says of its coordinates, null where it says nothing. */
  crs: 'wgs84' | 'cgcs2000' | 'web_mercator' | null;
  suggested: { layer: string | null; map: Record<string, string> };
}

export interface Upload {
  id: string;
  name: string;
  bytes: number;
  format: string;
  /** null where it cannot be chosen. */
  encoding: string | null;
  expires_at: string;
  layers: FileLayer[];
  warnings: string[];
}

/** A layer of the city, with what its columns may become. */
export interface Layer {
  name: string;
  /** Whether only administrators of the whole city import it. */
  city_only: boolean;
  shape: 'none' | 'point' | 'line' | 'polygon' | 'any';
  fields: Field[];
}

export interface Field {
  name: string;
  type: string;
  required: boolean;
  values: string[] | null;
  /** What values are called that no enumeration has; null for other fields. */
  labels: { code: string; zh: string; en: string }[] | null;
  default: string | null;
  /** Whose codes the values are, with labels; null for others. */
  enumeration: string | null;
}

export interface Preview extends Previewed {
  rows: number;
  /** How many of them have no coordinates on the globe. */
  skipped: number;
  bbox?: Bbox;
}

export interface Fault {
  file: string;
  row: number;
  line: number;
  field?: string;
  rule: string;
  detail: string;
  at?: Position;
}

export interface Import {
  id: string;
  state: 'waiting' | 'reading' | 'storing' | 'done' | 'failed' | 'cancelled';
  dry_run: boolean;
  rows_read: number;
  rows_accepted: number;
  rows_rejected: number;
  bytes_read: number;
  bytes_total: number;
  faults: Fault[];
  files: {
    file: string;
    layer: string;
    read: number;
    stored: number;
    rejected: number;
    unassigned: number;
    warnings: string[];
  }[];
  editions: { county: string; base: number; dedicated: number; voids: number; proven: boolean }[];
  clean: Cleaned[] | null;
  /** A problem document. */
  problem: Record<string, unknown> | null;
}

export interface Cleaned {
  county: string;
  proven: boolean;
  changes: Record<string, number>;
  left: Record<string, number>;
  gained_m2: number;
  lost_m2: number;
  max_move_m: number;
}

/** A file's layer on its way into one of the city's. */
export interface Source {
  upload: string;
  layer_in_file: string;
  layer: string;
  /** The system of its coordinates, null for that of the import. */
  crs: Crs | null;
  map: Record<string, string>;
  /** Fields with one value for every row. */
  set: Record<string, string>;
  /** What the values of a field become. */
  values: Record<string, Record<string, string>>;
  /** Columns that are kept as they are, in external_refs. */
  keep: string[];
  /** Of divisions, where neither code nor field says it; "" for not said. */
  level: string;
  /** How dates are written, "" for as 2026-01-31. */
  date_format: string;
}

/** Encodings that a file may be read in. */
export const encodings = ['utf-8', 'gbk', 'gb18030', 'big5', 'utf-16le', 'utf-16be', 'iso-8859-1'] as const;

/** Sends a file. It goes on when nobody looks any more. */
export const send = async (api: Api, file: File, encoding?: string | null): Promise<Upload> => {
  const raw = file.slice(0, file.size, 'application/octet-stream');
  const { value } = await api.send<Upload>('POST', '/v1/uploads', raw, {
    query: { name: file.name, encoding },
  });
  return value;
};

export async function readAs(api: Api, id: string, encoding: string): Promise<Upload> {
  return (await api.send<Upload>('PATCH', `/v1/uploads/${id}`, { encoding })).value;
}

export async function forget(api: Api, id: string): Promise<void> {
  await api.send('DELETE', `/v1/uploads/${id}`);
}

export const layers = (api: Api): Promise<Page<Layer>> => api.get('/v1/layers');

/** The first rows as they would lie under that system. `map` says which columns of a table are coordinates. */
export function preview(
  api: Api,
  { upload, layer_in_file: layer, map }: Pick<Source, 'upload' | 'layer_in_file' | 'map'>,
  crs: Crs,
  signal: AbortSignal,
): Promise<Preview> {
  const columnOf = (field: string): string | undefined =>
    Object.keys(map).find((column) => map[column] === field);
  const columns = { lon: columnOf('lon'), lat: columnOf('lat'), wkt: columnOf('wkt') };
  return api.get(`/v1/uploads/${upload}/preview`, { layer, crs, limit: 1000, ...columns }, signal);
}

export interface Order {
  sources: Source[];
  crs: Crs | null;
  dry_run: boolean;
  clean: boolean;
}

export async function begin(api: Api, order: Order): Promise<Import> {
  const sources = order.sources.map(({ level, date_format, ...source }) => ({
    ...source,
    ...(level !== '' && { level }),
    ...(date_format !== '' && { date_format }),
  }));
  return (await api.send<Import>('POST', '/v1/imports', { ...order, sources })).value;
}

export const stateOf = (api: Api, id: string): Promise<Import> => api.get(`/v1/imports/${id}`);

/** The imports of this token, the newest first: those that wait or run, and those that ended within an hour. */
export async function own(api: Api, signal: AbortSignal): Promise<Import[]> {
  return (await api.get<{ imports: Import[] }>('/v1/imports', {}, signal)).imports;
}

/** The one of them to show: the one under way, or the newest unless the reader has put it aside. */
export function toResume(all: readonly Import[], aside: string | null): Import | null {
  const [newest = null] = all;
  return all.find((of) => !hasEnded(of)) ?? (newest?.id === aside ? null : newest);
}

export async function cancel(api: Api, id: string): Promise<Import> {
  return (await api.send<Import>('DELETE', `/v1/imports/${id}`)).value;
}

export const cleaning = (api: Api, id: string): Promise<Previewed> =>
  api.get(`/v1/imports/${id}/clean.geojson`);

export const rejectsOf = (api: Api, id: string): Promise<Blob> => api.download(`/v1/imports/${id}/rejects`);

/** A row that was rejected, as the file of rejects has it. */
export interface Rejected {
  file?: string;
  line: number;
  /** Of the row among the rows of the file, from 1: many a GeoJSON is one line. */
  number: number;
  field?: string;
  rule: string;
  /** Why, in the server's words. */
  reason: string;
  at?: Position;
  /** As the file that was imported has it. */
  row: string;
}

/** The rows of a file of rejects, a document a line. */
export const rejectedRows = (lines: string): Rejected[] =>
  lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Rejected);

export const hasEnded = ({ state }: Import): boolean => ['done', 'failed', 'cancelled'].includes(state);

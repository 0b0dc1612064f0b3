/** What the server answers with. Positions are lon, lat in degrees, WGS 84; areas are square metres. */
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
  /** How many households a base grid is to have; null where nothing is set. */
  households_norm: { min: number | null; max: number | null };
  load: { min: number; mean: number; max: number; cv: number };
  proven: boolean;
}

/** Enumerations with labels: enumeration → codes. */
export type Codes = Record<string, { code: string; zh: string; en: string }[]>;

export interface TileJson {
  bounds?: Bbox;
  minzoom?: number;
  maxzoom?: number;
  /** `levels`: the least zoom of each level of divisions. */
  vector_layers?: { id: string; minzoom?: number; maxzoom?: number; levels?: Record<string, number> }[];
}

/** An organisation that hosts grids or handles incidents. */
export interface Organization {
  code: string;
  name: string;
  kind: string;
  level: string;
  division_code: string;
}

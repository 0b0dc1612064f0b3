/** The addresses that other programs read the city by. They are made here and nowhere asked for. */

export const tilesets = ['grids', 'reference', 'places', 'incidents'] as const;
export type Tileset = (typeof tilesets)[number];

export const styles = ['light', 'dark', 'colorblind'] as const;
export type Style = (typeof styles)[number];

/** The collections, by the ids that the interface has. */
export const collections = [
  ...['base', 'dedicated', 'divisions'],
  ...['hazards', 'hazard_sources', 'danger_zones', 'rental_premises', 'key_sites', 'shelters'],
  ...['response_points', 'incidents'],
] as const;

export const formats = ['gpkg', 'geojson', 'ndjson', 'csv'] as const;

/** What anybody may read as a whole; of shelters and danger zones only what is published. */
const open: readonly string[] = [
  'grids',
  'reference',
  'base',
  'dedicated',
  'divisions',
  'shelters',
  'danger_zones',
];

export const isOpen = (name: string): boolean => open.includes(name);

/** Whether it may be a token: the server knows the rest. */
export const looksLikeToken = (text: string): boolean => /^[A-Z2-7]{26}$/.test(text);

/** What addresses begin with: the server, and the token for the path where there is one. */
export const rootOf = (origin: string, token: string): string =>
  token === '' ? origin : `${origin}/t/${token}`;

export interface TileAddresses {
  /** For QGIS, which takes no TileJSON. The braces are its own. */
  tiles: string;
  style: string;
  tileJson: string;
  archive: string;
}

export function tileAddresses(root: string, tileset: Tileset, style: Style): TileAddresses {
  const shown = tileset === 'grids' ? '' : `?tileset=${tileset}`;
  return {
    tiles: `${root}/tiles/${tileset}/{z}/{x}/{y}.mvt`,
    style: `${root}/styles/${style}.json${shown}`,
    tileJson: `${root}/tiles/${tileset}.json`,
    archive: `${root}/v1/export/tiles/${tileset}.pmtiles`,
  };
}

export const featuresAddress = (root: string): string => `${root}/ogc`;

/** The purpose is kept with each download of what is not public (BR-62). */
export const withPurpose = (address: string, purpose: string): string =>
  purpose === '' ? address : `${address}?purpose=${encodeURIComponent(purpose)}`;

export const fileAddress = (root: string, collection: string, format: string): string =>
  `${root}/v1/export/${collection}.${format}`;

/** Which columns of a file become which fields of a layer. */
import type { Column, Field, FileLayer, Layer } from './imports';

/** Fields that are the coordinates of a table, besides those of the layer. */
export const coordinateFields = ['lon', 'lat', 'wkt'] as const;

/** What a column may become; "" leaves it out. */
export function choices(layer: Layer, table: boolean): Pick<Field, 'name' | 'required'>[] {
  const coordinates = table && layer.shape !== 'none' ? coordinateFields.map(coordinate) : [];
  return [...coordinates, ...layer.fields];
}

const coordinate = (name: string): Pick<Field, 'name' | 'required'> => ({ name, required: false });

/** Whether the coordinates stand in columns, as in CSV and XLSX. */
export const isTable = (format: string): boolean => format === 'csv' || format === 'xlsx';

/** The mapping to begin with: what the server suggests, of columns and fields that are there, each field once. */
export function firstMap(file: FileLayer, layer: Layer | null, table: boolean): Record<string, string> {
  if (layer === null) return {};
  const known = new Set(choices(layer, table).map(({ name }) => name));
  const taken = new Set<string>();
  const map: Record<string, string> = {};
  for (const { name } of file.columns) {
    const field = wordFor(name, file.suggested.map, known);
    if (field === null || taken.has(field)) continue;
    taken.add(field);
    map[name] = field;
  }
  return map;
}

/** What a column is by the server's suggestion, which may be for another layer, or by its own name. */
function wordFor(
  column: string,
  suggested: Record<string, string>,
  known: ReadonlySet<string>,
): string | null {
  const plain = column.trim().toLowerCase();
  const words = [suggested[column], plain, coordinateWords[plain]];
  return words.find((word) => word !== undefined && known.has(word)) ?? null;
}

const coordinateWords: Record<string, string> = {
  ...{ lng: 'lon', longitude: 'lon', x: 'lon', 经度: 'lon' },
  ...{ latitude: 'lat', y: 'lat', 纬度: 'lat' },
  ...{ geom: 'wkt', geometry: 'wkt' },
};

/** The mapping with a column for another field ("" for none); whatever had that field before is left out. */
export function mapped(map: Record<string, string>, column: string, field: string): Record<string, string> {
  const rest = Object.entries(map).filter(([of, to]) => of !== column && to !== field);
  return Object.fromEntries(field === '' ? rest : [...rest, [column, field]]);
}

/** The fields that an import cannot do without and that no column is. Coordinates count as "lon" where a table has none. */
export function wanting(layer: Layer, map: Record<string, string>, table: boolean): string[] {
  const given = new Set(Object.values(map));
  const missing = layer.fields.filter(({ name, required, default: usual }) => {
    return required && usual === null && !given.has(name);
  });
  const placed = given.has('wkt') || (given.has('lon') && given.has('lat'));
  const lost = table && layer.shape !== 'none' && !placed ? ['lon'] : [];
  return [...missing.map(({ name }) => name), ...lost];
}

/** The layers that things of such a shape may go into. */
export function fitting(layers: readonly Layer[], { geometry }: FileLayer): Layer[] {
  return layers.filter(({ shape }) => {
    if (geometry === 'none' || geometry === 'mixed' || shape === 'any') return true;
    return shape === geometry || (shape === 'none' && geometry === 'point');
  });
}

/** A column in a line: what it is called and some of what is in it. */
export const sampled = ({ samples }: Column): string => samples.slice(0, 3).join(' | ');

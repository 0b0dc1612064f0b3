/** Which columns of a file become which fields of a layer. */
import type { Column, Field, FileLayer, Layer, Source, Upload } from './imports';

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

/** What becomes of a file's layer to begin with, when it is to be one of the city's. */
export function sourceOf(upload: Upload, file: FileLayer | undefined, layer: Layer | null): Source {
  return {
    upload: upload.id,
    layer_in_file: file?.name ?? '',
    layer: layer?.name ?? '',
    crs: null,
    map: file === undefined ? {} : firstMap(file, layer, isTable(upload.format)),
    ...{ set: {}, values: {}, keep: [], level: '', date_format: '' },
  };
}

/** In place of a field: the column is kept as it is. No field has such a name. */
export const kept = '+keep';

/** Whether columns can be kept as they are in things of the layer. */
export const mayKeep = ({ fields }: Layer): boolean => fields.some(({ name }) => name === 'external_refs');

/** The source with a column for another field, kept as it is, or ("") left out. */
export function assigned(source: Source, column: string, to: string): Source {
  const keep = source.keep.filter((of) => of !== column);
  return {
    ...source,
    map: mapped(source.map, column, to === kept ? '' : to),
    keep: to === kept ? [...keep, column] : keep,
  };
}

/** Whether any column is a date or a time, which may be written in many ways. */
export function hasDates(layer: Layer, map: Record<string, string>): boolean {
  const given = new Set(Object.values(map));
  return layer.fields.some(({ name, type }) => (type === 'date' || type === 'time') && given.has(name));
}

/** The mapping with a column for another field ("" for none); whatever had that field before is left out. */
export function mapped(map: Record<string, string>, column: string, field: string): Record<string, string> {
  const rest = Object.entries(map).filter(([of, to]) => of !== column && to !== field);
  return Object.fromEntries(field === '' ? rest : [...rest, [column, field]]);
}

/** The fields that an import cannot do without and that no column is, and no value is set for. Coordinates count as "lon" where a table has none. */
export function wanting(
  layer: Layer,
  map: Record<string, string>,
  table: boolean,
  set: Record<string, string> = {},
): string[] {
  const given = new Set([...Object.values(map), ...Object.keys(set)]);
  const missing = layer.fields.filter(({ name, required, default: usual }) => {
    return required && usual === null && !given.has(name);
  });
  const placed = given.has('wkt') || (given.has('lon') && given.has('lat'));
  const lost = table && layer.shape !== 'none' && !placed ? ['lon'] : [];
  return [...missing.map(({ name }) => name), ...lost];
}

/** The fields that no column is, those that are needed first: each may have one value for every row. */
export function settable(layer: Layer, map: Record<string, string>): Field[] {
  const given = new Set(Object.values(map));
  const rest = layer.fields.filter(({ name, type }) => !given.has(name) && type !== 'object');
  return [...rest.filter(({ required }) => required), ...rest.filter(({ required }) => !required)];
}

/** Values of a column, among its samples, that its field does not have by code or by label: somebody has to say what they mean. */
export function strange(column: Column, field: Field, byLabel: Record<string, string>): string[] {
  const { values } = field;
  if (values === null) return [];
  return [...new Set(column.samples)].filter(
    (of) => of !== '' && !values.includes(of) && !Object.hasOwn(byLabel, of),
  );
}

/** What is sent: labels of codes are translated by themselves, unless the reader has said otherwise; what is set no column is. */
export function translated(
  source: Source,
  layer: Layer | null,
  byLabel: (enumeration: string) => Record<string, string>,
): Source {
  const given = new Set(Object.values(source.map));
  const set = Object.fromEntries(
    Object.entries(source.set).filter(([name, to]) => to !== '' && !given.has(name)),
  );
  const values: Source['values'] = {};
  for (const { name, enumeration } of layer?.fields ?? []) {
    if (!given.has(name)) continue;
    const own = Object.entries(source.values[name] ?? {}).filter(([, to]) => to !== '');
    const all = { ...(enumeration === null ? {} : byLabel(enumeration)), ...Object.fromEntries(own) };
    if (Object.keys(all).length > 0) values[name] = all;
  }
  const date_format = layer !== null && hasDates(layer, source.map) ? source.date_format.trim() : '';
  return { ...source, set, values, date_format };
}

/** The layers that things of such a shape may go into. */
export function fitting(layers: readonly Layer[], { geometry }: FileLayer): Layer[] {
  return layers.filter(({ shape }) => {
    if (geometry === 'none' || geometry === 'mixed' || shape === 'any') return true;
    return shape === geometry || (shape === 'none' && geometry === 'point');
  });
}

/** Some of what is in a column, a value a line. */
export const sampled = ({ samples }: Column): string => samples.slice(0, 2).join('\n');

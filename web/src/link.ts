/**
 * The deep link in the hash: #lon/lat/zoom/lang, and after a question mark what is shown: plan=CODE, incident=CODE with the list's
 * filter, new= or new=lon,lat for one that is being taken down, part= of Data, grid= to be divided, what the plan screens show
 * (plans/planning.ts), division= for the one that is open, at=lon,lat for the spot that was looked up with as_of= for an instant of the
 * past, task= where none of these says which, and layers= where others are on the map than usual.
 */
import { formatChoice, parseChoice, usualChoice, type Choice } from './coverage/choice';
import { dataParts, type DataPart } from './data/parts';
import { everything, formatFilter, parseFilter, type Filter } from './incidents/incident';
import { instantOf } from './lookup/when';
import type { Visible } from './map/style';
import { isLanguage, type Language } from './messages';
import { formatPlanning, parsePlanning, usualPlanning, type Planning } from './plans/planning';

export interface View {
  lon: number;
  lat: number;
  zoom: number;
}

export const tasks = ['lookup', 'incidents', 'divide', 'plans', 'coverage', 'divisions', 'data'] as const;
export type Task = (typeof tasks)[number];

/** What the page shows besides the map's view. */
export interface Shown {
  task: Task;
  /** The code of the plan that is shown. */
  plan: string | null;
  /** The code of the incident that is shown. */
  incident: string | null;
  filter: Filter;
  planning: Planning;
  /** Which part of Data. */
  part: DataPart;
  /** An incident that is being taken down, and where, once that is known. */
  intake: Intake | null;
  /** The code of the division that is open in Divisions; null for the city. */
  division: string | null;
  /** The spot that was looked up. */
  at: { lon: number; lat: number } | null;
  /** The instant that is asked about, RFC 3339; null for now. */
  asOf: string | null;
  /** What is shown of coverage. */
  coverage: Choice;
  /** The code of the grid that is to be divided, of Divide alone. */
  grid: string | null;
  /** Which layers are on the map. */
  layers: Visible;
}

export interface Intake {
  at: { lon: number; lat: number } | null;
}

export interface Link extends Shown {
  view: View | null;
  language: Language | null;
}

const usualLayers: Visible = {
  ...{ dedicated: true, divisions: true, labels: true },
  ...{ places: false, incidents: false },
};
const layerNames = Object.keys(usualLayers) as (keyof Visible)[];

/** What a page shows that nobody has asked for anything. */
export const nothingShown: Shown = {
  task: 'lookup',
  plan: null,
  incident: null,
  filter: everything,
  planning: usualPlanning,
  part: dataParts[0],
  intake: null,
  division: null,
  at: null,
  asOf: null,
  coverage: usualChoice,
  grid: null,
  layers: usualLayers,
};

/** Reads a hash; whatever is missing or nonsense comes back as null, or as usual. */
export function parseLink(hash: string): Link {
  const [path = '', query = ''] = hash.replace(/^#/, '').split(/\?(.*)/s);
  const parts = path.split('/');
  const [lon, lat, zoom] = parts.slice(0, 3).map(numberOf);
  const language = parts[3] ?? '';
  const shown = new URLSearchParams(query);
  const taken = shown.get('new');
  const named = {
    plan: shown.get('plan') || null,
    incident: shown.get('incident') || null,
    intake: taken === null ? null : { at: placeOf(taken) },
  };
  const task = tasks.find((task) => task === shown.get('task')) ?? impliedTask(named);
  return {
    view: viewOf(lon, lat, zoom),
    language: isLanguage(language) ? language : null,
    ...named,
    task,
    filter: task === 'incidents' ? parseFilter(shown) : everything,
    part: dataParts.find((part) => part === shown.get('part')) ?? dataParts[0],
    planning: parsePlanning(shown),
    division: task === 'divisions' ? shown.get('division') || null : null,
    at: placeOf(shown.get('at') ?? ''),
    asOf: task === 'coverage' ? null : instantOf(shown.get('as_of') ?? ''),
    coverage: task === 'coverage' ? parseChoice(shown) : usualChoice,
    grid: task === 'divide' ? shown.get('grid') || null : null,
    layers: parseLayers(shown.get('layers')),
  };
}

/** Five decimals of a view are about a metre, more than a link needs; a spot keeps all seven. */
export function formatLink(view: View, language: Language, shown: Shown): string {
  const place = `#${view.lon.toFixed(5)}/${view.lat.toFixed(5)}/${Number(view.zoom.toFixed(2))}/${language}`;
  const { task, plan, at, division } = shown;
  const incident = task === 'incidents' ? shown.incident : null;
  const intake = task === 'incidents' ? shown.intake : null;
  const query = new URLSearchParams({
    ...(plan !== null && { plan }),
    ...(incident !== null && { incident }),
    ...(intake !== null && { new: formatPlace(intake.at) }),
    ...(task !== impliedTask({ plan, incident, intake }) && { task }),
    ...(task === 'incidents' && formatFilter(shown.filter)),
    ...(task === 'data' && shown.part !== dataParts[0] && { part: shown.part }),
    ...(task === 'plans' && formatPlanning(shown.planning)),
    ...(task === 'coverage' && formatChoice(shown.coverage)),
    ...(task === 'divide' && shown.grid !== null && { grid: shown.grid }),
    ...(task === 'divisions' && division !== null && { division }),
    ...(task === 'lookup' && at !== null && { at: formatPlace(at) }),
    ...(task === 'lookup' && shown.asOf !== null && { as_of: shown.asOf }),
    ...formatLayers(shown.layers),
  });
  return query.size === 0
    ? place
    : `${place}?${query.toString().replaceAll('%2C', ',').replaceAll('%3A', ':')}`;
}

function impliedTask({ plan, incident, intake }: Pick<Shown, 'plan' | 'incident' | 'intake'>): Task {
  if (incident !== null || intake !== null) return 'incidents';
  return plan === null ? 'lookup' : 'plans';
}

function parseLayers(names: string | null): Visible {
  if (names === null) return usualLayers;
  const on = names.split(',');
  return Object.fromEntries(layerNames.map((name) => [name, on.includes(name)])) as Record<
    keyof Visible,
    boolean
  >;
}

function formatLayers(layers: Visible): { layers?: string } {
  if (layerNames.every((name) => layers[name] === usualLayers[name])) return {};
  return { layers: layerNames.filter((name) => layers[name]).join() };
}

function numberOf(text: string): number {
  return text.trim() === '' ? NaN : Number(text);
}

function formatPlace(at: { lon: number; lat: number } | null): string {
  return at === null ? '' : `${Number(at.lon.toFixed(7))},${Number(at.lat.toFixed(7))}`;
}

function placeOf(text: string): { lon: number; lat: number } | null {
  const [lon = NaN, lat = NaN, ...more] = text.split(',').map(numberOf);
  const good = Math.abs(lon) <= 180 && Math.abs(lat) <= 90 && more.length === 0;
  return good ? { lon, lat } : null;
}

function viewOf(lon = NaN, lat = NaN, zoom = NaN): View | null {
  // Written so that NaN fails too; 85.05 is where the Web Mercator square ends.
  const good = Math.abs(lon) <= 180 && Math.abs(lat) <= 85.05 && zoom >= 0 && zoom <= 24;
  return good ? { lon, lat, zoom } : null;
}

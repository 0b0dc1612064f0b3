/** What pointing at the map means: an incident that is drawn there, or the spot. Positions are lon, lat in degrees. */
import type { FeatureLike } from 'ol/Feature';
import type OlMap from 'ol/Map';
import { lookedAt } from './camera';
import { toLonLat } from './frame';
import { nearestCode } from './nearest';

/** Who is told, and what can be pointed at. */
export interface Pointing {
  target: HTMLElement;
  /** Whether somebody draws on the map, who then hears of everything himself. */
  lent: () => boolean;
  /** Who gets the spots instead of onPick, whatever is drawn there; null for nobody. */
  taker: () => ((lon: number, lat: number) => void) | null;
  /** What of the list, and of the tiles, is drawn in an extent. */
  listed: (extent: number[]) => FeatureLike[];
  drawn: (extent: number[]) => FeatureLike[];
  onPick: (lon: number, lat: number) => void;
  /** An incident was clicked. */
  onIncident: (code: string) => void;
  /** The pointer came over an incident of the list, or left it (null). */
  onPoint: (code: string | null) => void;
}

/** Tells of clicks, of Enter at the middle of the map, and of what the pointer is over. */
export function listenToPointing(map: OlMap, pointing: Pointing): void {
  const { target, lent, taker, listed, drawn } = pointing;
  const pick = (lon: number, lat: number): void => (taker() ?? pointing.onPick)(lon, lat);
  map.on('singleclick', ({ coordinate }) => {
    if (lent()) return;
    const [lon = 0, lat = 0] = toLonLat(coordinate);
    if (taker() !== null) return pick(lon, lat);
    const reach = reachOf(map, coordinate);
    const incident = nearestCode(listed(reach), coordinate) ?? nearestCode(drawn(reach), coordinate);
    if (incident !== null) return pointing.onIncident(incident);
    pick(lon, lat);
  });
  map.on('pointermove', ({ coordinate, dragging }) => {
    if (lent()) return;
    const incident = dragging ? null : nearestCode(listed(reachOf(map, coordinate)), coordinate);
    if (taker() === null) target.style.cursor = incident === null ? '' : 'pointer';
    pointing.onPoint(incident);
  });
  target.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.target !== target || lent()) return;
    const { lon, lat } = lookedAt(map);
    pick(lon, lat);
  });
}

/** What is meant by pointing at a coordinate: a box of some pixels about it. */
function reachOf(map: OlMap, [x = 0, y = 0]: number[]): number[] {
  const by = 8 * (map.getView().getResolution() ?? 1);
  return [x - by, y - by, x + by, y + by];
}

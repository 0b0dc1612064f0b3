/** Where the map looks: positions and boxes in lon, lat, degrees. */
import type OlMap from 'ol/Map';
import { transformExtent } from 'ol/proj';
import OlView from 'ol/View';
import type { Bbox } from '../api';
import type { View } from '../link';
import { frame, fromLonLat, toLonLat } from './frame';

/** A view that can leave the city a little but not get lost. */
export function cityView(bbox: Bbox): OlView {
  const extent = transformExtent(bbox, 'EPSG:4326', frame());
  const [west = 0, south = 0, east = 0, north = 0] = extent;
  const margin = Math.max(east - west, north - south);
  return new OlView({
    projection: frame(),
    extent: [west - margin, south - margin, east + margin, north + margin],
    constrainOnlyCenter: true,
    constrainResolution: true, // painted tiles are sharp at whole zooms only
    enableRotation: false,
    minZoom: 6,
    maxZoom: 20,
  });
}

/** Where the reader looks. */
export function lookedAt(map: OlMap): View {
  const view = map.getView();
  const [lon = 0, lat = 0] = toLonLat(view.getCenter() ?? [0, 0]);
  return { lon, lat, zoom: view.getZoom() ?? 0 };
}

export function lookAt(map: OlMap, { lon, lat, zoom }: View): void {
  const view = map.getView();
  view.setCenter(fromLonLat([lon, lat]));
  view.setZoom(zoom);
}

/** Moves so that the box fills the map, but no closer than single buildings. */
export function fitBox(map: OlMap, bbox: Bbox): void {
  const [width = 0] = map.getSize() ?? [];
  // At whole zooms the next one out is half the size: rather lose a little of the box's edge, and let the legend, which
  // stands open on a wide map, cover its corner.
  const extent = scaled(transformExtent(bbox, 'EPSG:4326', frame()), 0.92);
  map.getView().fit(extent, { padding: [0, width > 800 ? 100 : 0, 0, 0], maxZoom: 17 });
}

/** The extent shrunk or grown about its middle. */
function scaled([west = 0, south = 0, east = 0, north = 0]: number[], by: number): number[] {
  const [dx, dy] = [((1 - by) / 2) * (east - west), ((1 - by) / 2) * (north - south)];
  return [west + dx, south + dy, east - dx, north - dy];
}

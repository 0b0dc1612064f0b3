/**
 * In which system the map is drawn: web mercator of WGS 84, or of GCJ-02 over a basemap in it. Everything of ours is then transformed vertex
 * by vertex, and clicks go back. The frame is set before the map is made and stays. Positions are lon, lat in WGS 84.
 */
import { fromLonLat as fromDegrees, toLonLat as toDegrees } from 'ol/proj';
import { addCoordinateTransforms, addProjection, get } from 'ol/proj';
import Projection from 'ol/proj/Projection';
import { fromGcj02, toGcj02, type LonLat } from './gcj02';

export type FrameCrs = 'wgs84' | 'gcj02';

export const mercator = 'EPSG:3857';
const shifted = 'WANGGE:GCJ02';

let current = mercator;

/** Sets the system that the map is drawn in. */
export function setFrame(crs: FrameCrs): void {
  if (crs === 'gcj02' && get(shifted) === null) register();
  current = crs === 'gcj02' ? shifted : mercator;
}

/** The code of the projection that the map is drawn in. */
export function frame(): string {
  return current;
}

export const fromLonLat = (at: number[]): number[] => fromDegrees(at, current);

export const toLonLat = (coordinate: number[]): number[] => toDegrees(coordinate, current);

/** A coordinate of web mercator as the map draws it. */
export function shift(coordinate: number[]): number[] {
  return current === mercator ? coordinate : fromDegrees(toGcj02(toDegrees(coordinate) as LonLat));
}

/** What `shift` has shifted, as it was. */
export function unshift(coordinate: number[]): number[] {
  return current === mercator ? coordinate : fromDegrees(fromGcj02(toDegrees(coordinate) as LonLat));
}

function register(): void {
  const plain = get(mercator);
  if (plain === null) return;
  const extent = plain.getExtent();
  const projection = new Projection({
    ...{ code: shifted, units: 'm', extent, worldExtent: [-180, -85, 180, 85], global: true },
    getPointResolution: (resolution, [, y = 0]) => resolution / Math.cosh(y / 6378137),
  });
  addProjection(projection);
  const there = (at: number[]): number[] => fromDegrees(toGcj02(at as LonLat));
  const back = (at: number[]): number[] => fromGcj02(toDegrees(at) as LonLat);
  addCoordinateTransforms('EPSG:4326', projection, there, back);
  addCoordinateTransforms(
    mercator,
    projection,
    (at) => there(toDegrees(at)),
    (at) => fromDegrees(back(at)),
  );
}

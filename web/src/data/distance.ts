/** How far two near positions (lon, lat in degrees) lie apart, in metres; good to a percent within some kilometres, which is for saying it. */
import type { Position } from '../api';

const metresPerDegree = 111_195;

export function metresBetween([lonA, latA]: Position, [lonB, latB]: Position): number {
  const shrink = Math.cos((((latA + latB) / 2) * Math.PI) / 180);
  return Math.hypot((lonA - lonB) * shrink, latA - latB) * metresPerDegree;
}

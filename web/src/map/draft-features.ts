/** A draft as features for the map; `role` says what each is (style.ts), `text` is the sign of a part. */
import Feature from 'ol/Feature';
import type GeoJSON from 'ol/format/GeoJSON';
import type MultiLineString from 'ol/geom/MultiLineString';
import MultiPolygon from 'ol/geom/MultiPolygon';
import Point from 'ol/geom/Point';
import Polygon from 'ol/geom/Polygon';
import type { Position } from '../api';
import { shapeOf, type Draft, type DraftPart } from '../plans/draft';
import { changeSigns } from '../plans/plan';
import { shortName } from './label';

export function draftFeatures(draft: Draft, format: GeoJSON): Feature[] {
  const lines = (role: 'old' | 'new', coordinates: Position[][]): Feature => {
    const geometry = format.readGeometry({ type: 'MultiLineString', coordinates });
    return new Feature({ geometry: geometry as MultiLineString, role });
  };
  return [
    ...draft.parts.flatMap((part) => ofPart(part, format)),
    lines('old', draft.old),
    lines('new', draft.new),
  ];
}

/** The part's fill, where it becomes another, and its sign. */
function ofPart(part: DraftPart, format: GeoJSON): Feature[] {
  const shape = shapeOf(part);
  const area = shape === null ? null : format.readGeometry(shape);
  const at = area instanceof Polygon || area instanceof MultiPolygon ? inside(area) : null;
  if (at === null || !(area instanceof Polygon || area instanceof MultiPolygon)) return [];
  const text = `${changeSigns[part.change] ?? ''} ${shortName(part.name, part.code)}`.trim();
  const sign = new Feature({ geometry: at, role: `sign-${part.change}`, text });
  if (part.change === 'retired' || part.change === 'bent') return [sign];
  return [new Feature({ geometry: area, role: part.change === 'created' ? 'created' : 'changed' }), sign];
}

/** A point inside of an area, in the piece where there is most room. */
function inside(area: Polygon | MultiPolygon): Point | null {
  const points = area instanceof Polygon ? [area.getInteriorPoint()] : area.getInteriorPoints().getPoints();
  // The third coordinate is the width of the piece at the point.
  const width = (point: Point): number => point.getCoordinates()[2] ?? 0;
  const widest = points.reduce<Point | null>((best, p) => (best && width(best) >= width(p) ? best : p), null);
  return widest === null ? null : new Point(widest.getCoordinates().slice(0, 2));
}

/**
 * The sheet that is drawn on, over the map: a working set in vectors, what is being drawn, and the pointer. It knows nothing of grids
 * but their outlines. Positions in and out are lon, lat in degrees.
 */
import Feature from 'ol/Feature';
import type OlMap from 'ol/Map';
import LineString from 'ol/geom/LineString';
import MultiPolygon from 'ol/geom/MultiPolygon';
import Point from 'ol/geom/Point';
import Polygon from 'ol/geom/Polygon';
import VectorLayer from 'ol/layer/Vector';
import VectorImageLayer from 'ol/layer/VectorImage';
import { transformExtent } from 'ol/proj';
import VectorSource from 'ol/source/Vector';
import type { Bbox, Position } from '../../api';
import { frame, fromLonLat } from '../frame';
import type { Lent } from '../host';
import { Grip, type Touch } from './grip';
import { liveStyle, sheetStyle } from './style';

export type { Touch } from './grip';

/** An area to draw: rings closed, polygon by polygon. */
export interface DrawnPart {
  id: string;
  rings: Position[][][];
  /** Chooses the tint, the same for all of a community. */
  group: string;
  label: string;
  role: 'base' | 'dedicated' | 'void' | 'fixed';
  /** What is drawn has made of it: `created` and `boundary` are seen. */
  change: string | null;
}

/** A line of what lies below. */
export interface DrawnLine {
  kind: string;
  line: Position[];
}

/** A corner of a chosen part: round where it may be moved. */
export interface Handle {
  at: Position;
  role: 'free' | 'locked' | 'current';
}

/** A spot or area where something is wrong, and what. */
export interface Wrong {
  at: Position | null;
  rings: Position[][][] | null;
  text: string;
}

/** What is drawn for the moment only. */
export interface Live {
  /** Parts as they would become. */
  moving: readonly DrawnPart[];
  /** Whether they could not be so. */
  refused: boolean;
  /** The line that is drawn, and whether it is a ring. */
  sketch: { line: readonly Position[]; closed: boolean } | null;
  handles: readonly Handle[];
  /** Where the pointer has caught on something. */
  caught: Position | null;
  chosen: readonly DrawnPart[];
  wrong: readonly Wrong[];
}

const nothing: Live = {
  ...{ moving: [], refused: false, sketch: null, handles: [], caught: null, chosen: [], wrong: [] },
};

/** What the pointer and the keys do; `press` says whether it takes the drag that begins there, else the map is moved. */
export interface Hands {
  press: (touch: Touch) => boolean;
  drag: (touch: Touch) => void;
  release: (touch: Touch) => void;
  click: (touch: Touch) => void;
  /** The second click at a spot; true when it ended something, else it is a click like any other. */
  doubleClick: () => boolean;
  hover: (touch: Touch) => void;
  /** A key while the map has the focus; true when it was for the sheet. */
  key: (event: KeyboardEvent) => boolean;
}

export class Surface {
  readonly #lent: Lent;
  readonly #map: OlMap;
  readonly #target: HTMLElement;
  readonly #sheet = new VectorImageLayer({ source: new VectorSource(), imageRatio: 1 });
  readonly #live = new VectorLayer({ source: new VectorSource(), updateWhileInteracting: true });
  readonly #drawn = new Map<string, Feature>();
  /** Borders that are given up, and new ones. */
  #marks: Feature[] = [];
  readonly #grip: Grip;
  readonly #keys: (event: KeyboardEvent) => void;

  constructor(lent: Lent, hands: Hands) {
    this.#lent = lent;
    this.#map = lent.map;
    this.#target = lent.target;
    this.#grip = new Grip(hands);
    this.#map.addLayer(this.#sheet);
    this.#map.addLayer(this.#live);
    this.#map.addInteraction(this.#grip);
    this.#keys = (event) => {
      if (event.target === this.#target && hands.key(event)) {
        event.preventDefault();
        event.stopPropagation();
      }
    };
    this.#target.addEventListener('keydown', this.#keys, { capture: true });
    lent.onPalette((palette) => {
      this.#sheet.setStyle(sheetStyle(palette));
      this.#live.setStyle(liveStyle(palette));
    });
  }

  /** What is in sight. */
  bbox(): Bbox {
    const extent = this.#map.getView().calculateExtent(this.#map.getSize());
    return transformExtent(extent, frame(), 'EPSG:4326') as Bbox;
  }

  /** The middle of the map, where the cross is, and how far it catches. */
  middle(): Touch {
    const [x = 0, y = 0] = this.#map.getView().getCenter() ?? [];
    return this.#grip.touch([x, y], this.#map);
  }

  /** Draws a working set in place of the one before. */
  show(parts: readonly DrawnPart[], below: readonly DrawnLine[]): void {
    const source = this.#sheet.getSource();
    this.#drawn.clear();
    this.#marks = [];
    source?.clear();
    const lines = below.map(({ kind, line }) => {
      const feature = new Feature(new LineString(line.map((at) => fromLonLat(at))));
      feature.set('role', kind, true);
      return feature;
    });
    source?.addFeatures([...parts.map((part) => this.#featureOf(part)), ...lines]);
  }

  /** Draws parts anew, and takes those away that are gone. */
  update(parts: readonly DrawnPart[], gone: readonly string[]): void {
    const source = this.#sheet.getSource();
    for (const id of [...gone, ...parts.map((part) => part.id)]) {
      const feature = this.#drawn.get(id);
      if (feature !== undefined) source?.removeFeature(feature);
      this.#drawn.delete(id);
    }
    source?.addFeatures(parts.map((part) => this.#featureOf(part)));
  }

  /** Draws the borders that are given up and the new ones, in place of those before. */
  mark(borders: Record<'old' | 'new', readonly (readonly Position[])[]>): void {
    const source = this.#sheet.getSource();
    source?.removeFeatures(this.#marks);
    this.#marks = (['old', 'new'] as const).flatMap((role) =>
      borders[role].map((line) =>
        featureWith(new LineString(line.map((at) => fromLonLat(at))), { role: `${role}-border` }),
      ),
    );
    source?.addFeatures(this.#marks);
  }

  /** Draws what is for the moment, in place of what was. */
  draw(live: Partial<Live>): void {
    const { moving, refused, sketch, handles, caught, chosen, wrong } = { ...nothing, ...live };
    const point = (at: Position, role: string, text = ''): Feature =>
      featureWith(new Point(fromLonLat(at)), { role, text });
    const source = this.#live.getSource();
    source?.clear(true);
    source?.addFeatures([
      ...chosen.map(({ rings }) => featureWith(areaOf(rings), { role: 'chosen' })),
      ...moving.map(({ rings }) => featureWith(areaOf(rings), { role: refused ? 'refused' : 'moving' })),
      ...(sketch === null ? [] : [featureWith(sketchOf(sketch), { role: 'sketch' })]),
      ...(sketch?.line ?? []).map((at) => point(at, 'corner')),
      ...handles.map(({ at, role }) => point(at, role)),
      ...(caught === null ? [] : [point(caught, 'caught')]),
      ...wrong.flatMap(({ at, rings, text }) => [
        ...(rings === null ? [] : [featureWith(areaOf(rings), { role: 'wrong' })]),
        ...(at === null ? [] : [point(at, 'wrong', text)]),
      ]),
    ]);
  }

  /** Brings a spot into sight. */
  goTo(at: Position): void {
    this.#map.getView().setCenter(fromLonLat(at));
  }

  setCursor(cursor: string): void {
    this.#target.style.cursor = cursor;
  }

  dispose(): void {
    this.#target.removeEventListener('keydown', this.#keys, { capture: true });
    this.#map.removeInteraction(this.#grip);
    this.#map.removeLayer(this.#sheet);
    this.#map.removeLayer(this.#live);
    this.#sheet.dispose();
    this.#live.dispose();
    this.setCursor('');
    this.#lent.giveBack();
  }

  #featureOf({ id, rings, group, label, role, change }: DrawnPart): Feature {
    const feature = featureWith(areaOf(rings), { role, group, text: label, change });
    this.#drawn.set(id, feature);
    return feature;
  }
}

function featureWith(geometry: Point | Polygon | MultiPolygon | LineString, properties: object): Feature {
  const feature = new Feature(geometry);
  feature.setProperties(properties, true);
  return feature;
}

function areaOf(rings: readonly Position[][][]): MultiPolygon {
  return new MultiPolygon(rings.map((polygon) => polygon.map((ring) => ring.map((at) => fromLonLat(at)))));
}

function sketchOf({ line, closed }: NonNullable<Live['sketch']>): LineString | Polygon {
  const coordinates = line.map((at) => fromLonLat(at));
  const [first] = coordinates;
  return closed && first !== undefined ? new Polygon([[...coordinates, first]]) : new LineString(coordinates);
}

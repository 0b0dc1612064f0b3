/** A map as an image, for paper: drawn once, without anything to press. */
import OlMap from 'ol/Map';
import View from 'ol/View';
import Feature from 'ol/Feature';
import GeoJSON from 'ol/format/GeoJSON';
import type MultiLineString from 'ol/geom/MultiLineString';
import type MultiPolygon from 'ol/geom/MultiPolygon';
import VectorLayer from 'ol/layer/Vector';
import { transformExtent } from 'ol/proj';
import VectorSource from 'ol/source/Vector';
import type { Bbox, TileJson } from '../api';
import type { Draft } from '../plans/draft';
import { frame } from './frame';
import { draftFeatures } from './draft-features';
import { gridLayers } from './grid-layers';
import type { Palette } from './palette';
import { draftStyle } from './style';

export interface Print {
  /** The paths of the tiles of the grids; see GridTiles. */
  paths: readonly string[];
  tiles: TileJson;
  loadTile: (url: string) => Promise<ArrayBuffer>;
  palette: Palette;
  draft: Draft;
  /** Whether the grids are drawn as they were: then the borders that are given up are, and no new ones. */
  before: boolean;
  /** What is to be seen, lon, lat. */
  bbox: Bbox;
  /** In CSS pixels; twice as many are drawn. */
  width: number;
  height: number;
}

/** How long a map may take until it is drawn, in ms. */
const drawnWithin = 60_000;
const pixelRatio = 2;

/** Draws a map; the canvas is as wide as asked for, at twice the pixels. Rejects where it is not drawn in time. */
export async function printMap(print: Print): Promise<HTMLCanvasElement> {
  const target = document.createElement('div');
  target.className = 'print-target';
  target.style.width = `${print.width}px`;
  target.style.height = `${print.height}px`;
  document.body.append(target);
  const map = mapOf(print, target);
  try {
    await drawn(map);
    return composed(target, print);
  } finally {
    map.setTarget(undefined);
    map.dispose();
    target.remove();
  }
}

function mapOf(print: Print, target: HTMLElement): OlMap {
  const { paths, tiles, loadTile, palette, draft, before, bbox } = print;
  const visible = { dedicated: true, divisions: true, labels: true, places: false, incidents: false };
  const zooms = { minZoom: tiles.minzoom ?? 0, maxZoom: tiles.maxzoom ?? 16 };
  const grids = gridLayers({ paths, loadTile, ...zooms }, () => visible, Infinity);
  grids.paint(palette);
  const format = new GeoJSON({ featureProjection: frame() });
  const features = before ? pastFeatures(draft, format) : draftFeatures(draft, format);
  const drawing = new VectorLayer({ source: new VectorSource({ features }), declutter: true });
  drawing.setStyle(draftStyle(palette));
  const view = new View({ maxZoom: 18 });
  const map = new OlMap({
    ...{ target, pixelRatio, view, controls: [], interactions: [] },
    layers: [...grids.layers, drawing],
  });
  view.fit(transformExtent(bbox, 'EPSG:4326', frame()), {
    size: [print.width, print.height],
    padding: [30, 30, 30, 30],
  });
  return map;
}

/** The parts as they were, with the borders that are given up. */
function pastFeatures(draft: Draft, format: GeoJSON): Feature[] {
  const parts = draft.parts.flatMap(({ before }) =>
    before === null
      ? []
      : [new Feature({ geometry: format.readGeometry(before) as MultiPolygon, role: 'changed' })],
  );
  const geometry = format.readGeometry({ type: 'MultiLineString', coordinates: draft.old });
  return [...parts, new Feature({ geometry: geometry as MultiLineString, role: 'old' })];
}

function drawn(map: OlMap): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('the map was not drawn in time')), drawnWithin);
    map.once('rendercomplete', () => {
      clearTimeout(late);
      resolve();
    });
  });
}

/** All layers on one canvas, over the background. */
function composed(target: HTMLElement, { width, height, palette }: Print): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width * pixelRatio, height * pixelRatio];
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser draws nothing');
  context.fillStyle = palette.background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (const layer of target.querySelectorAll<HTMLCanvasElement>('.ol-layer canvas')) {
    if (layer.width > 0) context.drawImage(layer, 0, 0, canvas.width, canvas.height);
  }
  return canvas;
}

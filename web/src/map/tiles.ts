/** Our own vector tiles as sources of the map. */
import MVT from 'ol/format/MVT';
import RenderFeature from 'ol/render/Feature';
import VectorTileSource from 'ol/source/VectorTile';
import { createXYZ } from 'ol/tilegrid';
import type TileGrid from 'ol/tilegrid/TileGrid';
import TileState from 'ol/TileState';
import type VectorTile from 'ol/VectorTile';
import type { TileJson } from '../api';
import { frame, mercator, shift } from './frame';
import { merge } from './merge';
import { ShiftedGrid } from './shifted-grid';

/** Pixels of the map that a tile is wide. */
export const tileSize = 512;

/** The tiles of a tileset, fetched by `loadTile` from addresses of our own. */
export function tileSource(
  name: string,
  zooms: TileJson,
  loadTile: (url: string) => Promise<ArrayBuffer>,
): VectorTileSource {
  return pathSource(`/tiles/${name}/{z}/{x}/{y}.mvt`, zooms, loadTile);
}

/** The tiles of a path with {z}, {x} and {y}, such as those of an instant. */
export function pathSource(
  path: string,
  { minzoom = 0, maxzoom = 16 }: TileJson,
  loadTile: (url: string) => Promise<ArrayBuffer>,
): VectorTileSource {
  const plain = createXYZ({ tileSize, minZoom: minzoom, maxZoom: maxzoom });
  return new VectorTileSource({
    format: new MVT(),
    projection: frame(),
    tileGrid: frame() === mercator ? plain : new ShiftedGrid(plain),
    url: path,
    tileLoadFunction: (tile, url) => load(tile as VectorTile<RenderFeature>, plain, loadTile(url)),
  });
}

function load(tile: VectorTile<RenderFeature>, plain: TileGrid, loading: Promise<ArrayBuffer>): void {
  tile.setLoader(() => {
    loading.then(
      (bytes) => {
        const extent = plain.getTileCoordExtent(tile.getTileCoord());
        const features = tile.getFormat().readFeatures(bytes, { extent, featureProjection: mercator });
        tile.setFeatures(thinned(features, extent).map(shifted));
      },
      () => tile.setState(TileState.ERROR),
    );
  });
}

/** The feature vertex by vertex in the system that the map is drawn in. */
function shifted(feature: RenderFeature): RenderFeature {
  if (frame() === mercator) return feature;
  const flat = feature.getFlatCoordinates();
  for (let i = 0; i + 1 < flat.length; i += 2) {
    [flat[i] = 0, flat[i + 1] = 0] = shift([flat[i] ?? 0, flat[i + 1] ?? 0]);
  }
  return feature;
}

/** The features of a tile with crowds of places or incidents merged into one point with their number; see merge.ts. */
function thinned(features: RenderFeature[], extent: number[]): RenderFeature[] {
  const crowded = features.filter((feature) =>
    ['places', 'incidents'].includes(String(feature.get('layer'))),
  );
  if (crowded.length === 0) return features;
  const points = crowded.map((source) => {
    const [x = 0, y = 0] = source.getFlatCoordinates();
    return { x, y, count: Number(source.get('count') ?? 1), source };
  });
  return merge(points, extent).map(({ x, y, count, source }) => {
    return source ?? new RenderFeature('Point', [x, y], [], 2, { count }, undefined);
  });
}

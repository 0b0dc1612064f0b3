/** Our own vector tiles as sources of the map. */
import MVT from 'ol/format/MVT';
import RenderFeature from 'ol/render/Feature';
import VectorTileSource from 'ol/source/VectorTile';
import { createXYZ } from 'ol/tilegrid';
import TileState from 'ol/TileState';
import type VectorTile from 'ol/VectorTile';
import type { TileJson } from '../api';
import { merge } from './merge';

/** Pixels of the map that a tile is wide. */
export const tileSize = 512;

/** The tiles of a tileset, fetched by `loadTile` from addresses of our own. */
export function tileSource(
  name: string,
  { minzoom = 0, maxzoom = 16 }: TileJson,
  loadTile: (url: string) => Promise<ArrayBuffer>,
): VectorTileSource {
  return new VectorTileSource({
    format: new MVT(),
    tileGrid: createXYZ({ tileSize, minZoom: minzoom, maxZoom: maxzoom }),
    url: `/tiles/${name}/{z}/{x}/{y}.mvt`,
    tileLoadFunction: (tile, url) => load(tile as VectorTile<RenderFeature>, loadTile(url)),
  });
}

function load(tile: VectorTile<RenderFeature>, loading: Promise<ArrayBuffer>): void {
  tile.setLoader((extent, _resolution, projection) => {
    loading.then(
      (bytes) => {
        const features = tile.getFormat().readFeatures(bytes, { extent, featureProjection: projection });
        tile.setFeatures(thinned(features, extent));
      },
      () => tile.setState(TileState.ERROR),
    );
  });
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

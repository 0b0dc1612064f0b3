/** The map under ours as a layer. It comes when there is one. */
import type { FeatureLike } from 'ol/Feature';
import MVT from 'ol/format/MVT';
import type Layer from 'ol/layer/Layer';
import TileLayer from 'ol/layer/Tile';
import VectorTileLayer from 'ol/layer/VectorTile';
import RenderFeature from 'ol/render/Feature';
import ImageTileSource from 'ol/source/ImageTile';
import VectorTileSource from 'ol/source/VectorTile';
import Fill from 'ol/style/Fill';
import Stroke from 'ol/style/Stroke';
import Style from 'ol/style/Style';
import Text from 'ol/style/Text';
import { createXYZ } from 'ol/tilegrid';
import TileGrid from 'ol/tilegrid/TileGrid';
import TileState from 'ol/TileState';
import type VectorTile from 'ol/VectorTile';
import type { Basemap } from '../api';
import { frame, mercator } from './frame';
import type { Palette } from './palette';

/** A tile's bytes; null where the basemap has none. */
export type LoadTile = (z: number, x: number, y: number) => Promise<Blob | null>;

/** The layer of a basemap, under everything else. */
export function basemapLayer(basemap: Basemap, load: LoadTile, palette: () => Palette): Layer {
  return basemap.format === 'vector' ? vectorLayer(basemap, load, palette) : rasterLayer(basemap, load);
}

/** A dropped file, or why it cannot be shown. */
export async function openFile(file: File): Promise<{ basemap: Basemap; load: LoadTile }> {
  const { FileSource, PMTiles } = await import('pmtiles');
  const archive = new PMTiles(new FileSource(file));
  const { tileType, minZoom, maxZoom, minLon, minLat, maxLon, maxLat } = await archive.getHeader();
  if (tileType < 1 || tileType > 4) throw new Error(`tiles of type ${tileType}`);
  const { attribution } = ((await archive.getMetadata()) ?? {}) as { attribution?: unknown };
  return {
    basemap: {
      ...{ format: tileType === 1 ? 'vector' : 'raster', grid: '3857', crs: 'wgs84' },
      ...{ minzoom: minZoom, maxzoom: Math.min(maxZoom, 22), bounds: [minLon, minLat, maxLon, maxLat] },
      // A file's own words are text, whatever tags they hold.
      attribution: typeof attribution === 'string' ? attribution.replace(/<[^>]*>/g, '').slice(0, 300) : '',
    },
    load: async (z, x, y) => {
      const tile = await archive.getZxy(z, x, y);
      return tile === undefined ? null : new Blob([tile.data]);
    },
  };
}

function rasterLayer({ grid, crs, minzoom, maxzoom }: Basemap, load: LoadTile): Layer {
  const degrees = grid === '4490';
  const source = new ImageTileSource({
    // CGCS2000 has the numbers of WGS 84.
    projection: degrees ? 'EPSG:4326' : crs === 'gcj02' ? frame() : mercator,
    tileGrid: degrees ? degreeGrid(minzoom, maxzoom) : createXYZ({ minZoom: minzoom, maxZoom: maxzoom }),
    loader: async (z, x, y) => {
      const tile = await load(z, x, y);
      return tile === null ? document.createElement('canvas') : createImageBitmap(tile);
    },
  });
  return new TileLayer({ source, className: 'basemap' });
}

/** Tiles of 360/2^z degrees from 90° north, as api/basemap numbers them. */
function degreeGrid(minZoom: number, maxZoom: number): TileGrid {
  const resolutions = Array.from({ length: maxZoom + 1 }, (_, z) => 360 / 256 / 2 ** z);
  return new TileGrid({
    origin: [-180, 90],
    extent: [-180, -90, 180, 90],
    resolutions,
    minZoom,
    tileSize: 256,
  });
}

function vectorLayer({ minzoom, maxzoom }: Basemap, load: LoadTile, palette: () => Palette): Layer {
  const grid = createXYZ({ tileSize: 512, minZoom: minzoom, maxZoom: maxzoom });
  const source = new VectorTileSource({
    format: new MVT(),
    projection: frame(),
    tileGrid: grid,
    url: '{z}/{x}/{y}',
    tileLoadFunction: (tile, address) => {
      const [z = 0, x = 0, y = 0] = address.split('/').map(Number);
      const one = tile as VectorTile<RenderFeature>;
      one.setLoader((extent) => {
        load(z, x, y)
          .then((blob) => blob?.arrayBuffer() ?? new ArrayBuffer(0))
          .then(
            (bytes) =>
              one.setFeatures(one.getFormat().readFeatures(bytes, { extent, featureProjection: mercator })),
            () => one.setState(TileState.ERROR),
          );
      });
    },
  });
  return new VectorTileLayer({ source, renderMode: 'hybrid', declutter: true, style: plainStyle(palette) });
}

/** Draws whatever layers a file has: areas by what their layer's name says, lines, and names of points. */
function plainStyle(palette: () => Palette): (feature: FeatureLike) => Style | undefined {
  const fills: [RegExp, string][] = [
    [/water|ocean|lake|river/, 'rgba(84, 148, 196, 0.45)'],
    [/park|green|wood|forest|landcover|grass/, 'rgba(104, 159, 86, 0.3)'],
    [/build/, 'rgba(128, 120, 112, 0.4)'],
  ];
  return (feature) => {
    const { baseLine, text, halo } = palette();
    const layer = String(feature.get('layer'));
    switch (feature.getGeometry()?.getType()) {
      case 'Point': {
        const name = feature.get('name');
        if (typeof name !== 'string') return undefined;
        const paint = { fill: new Fill({ color: text }), stroke: new Stroke({ color: halo, width: 3 }) };
        return new Style({ text: new Text({ text: name, font: '12px sans-serif', ...paint }) });
      }
      case 'LineString':
      case 'MultiLineString':
        return new Style({ stroke: new Stroke({ color: baseLine, width: 1.2 }) });
      default: {
        const color = fills.find(([pattern]) => pattern.test(layer))?.[1] ?? 'rgba(128, 128, 128, 0.12)';
        return new Style({ fill: new Fill({ color }), stroke: new Stroke({ color: baseLine, width: 0.6 }) });
      }
    }
  };
}

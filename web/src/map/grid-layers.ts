/** The grids of one state of the city, in force or not, as layers. */
import MVT from 'ol/format/MVT';
import VectorTileLayer from 'ol/layer/VectorTile';
import type RenderFeature from 'ol/render/Feature';
import VectorTileSource from 'ol/source/VectorTile';
import { createXYZ } from 'ol/tilegrid';
import TileState from 'ol/TileState';
import type VectorTile from 'ol/VectorTile';
import type { Palette } from './palette';
import { areaStyle, labelStyle, type Visible } from './style';

export interface GridTiles {
  /** The paths of a tile, with {z}, {x} and {y}: what lies over all comes last, and has the names. */
  paths: readonly string[];
  minZoom: number;
  maxZoom: number;
  loadTile: (url: string) => Promise<ArrayBuffer>;
}

export interface GridLayers {
  /** In the order in which they lie over one another. */
  layers: VectorTileLayer[];
  paint: (palette: Palette) => void;
}

/** Up to which resolution base grids are in the tiles is `baseResolution`, in metres a pixel. */
export function gridLayers(tiles: GridTiles, visible: () => Visible, baseResolution: number): GridLayers {
  const sources = tiles.paths.map((path) => gridSource(path, tiles));
  const areas = sources.map((source) => new VectorTileLayer({ source, renderMode: 'hybrid' }));
  const labels = sources.slice(-1).map((source) => {
    return new VectorTileLayer({ source, renderMode: 'vector', declutter: true });
  });
  return {
    layers: [...areas, ...labels],
    paint: (palette) => {
      areas[0]?.setBackground(palette.background);
      for (const layer of areas) layer.setStyle(areaStyle(palette, visible, baseResolution, () => null));
      for (const layer of labels) layer.setStyle(labelStyle(palette, visible));
    },
  };
}

function gridSource(path: string, { minZoom, maxZoom, loadTile }: GridTiles): VectorTileSource {
  return new VectorTileSource({
    format: new MVT(),
    tileGrid: createXYZ({ tileSize: 512, minZoom, maxZoom }),
    url: path,
    tileLoadFunction: (given, url) => {
      const tile = given as VectorTile<RenderFeature>;
      tile.setLoader((extent, _resolution, featureProjection) => {
        loadTile(url).then(
          (bytes) => tile.setFeatures(tile.getFormat().readFeatures(bytes, { extent, featureProjection })),
          () => tile.setState(TileState.ERROR),
        );
      });
    },
  });
}

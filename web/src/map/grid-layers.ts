/** The grids of one state of the city, in force or not, as layers. */
import VectorTileLayer from 'ol/layer/VectorTile';
import type { Palette } from './palette';
import type { Painted } from './painted';
import { areaStyle, labelStyle, type Visible } from './style';
import { pathSource } from './tiles';

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

/**
 * Up to which resolution base grids are in the tiles is `baseResolution`, in metres a pixel; `painted` is a figure in place of tints. Names
 * keep clear of what else is drawn on the map; with `names` of its own, a state's keep clear of each other alone.
 */
export function gridLayers(
  tiles: GridTiles,
  visible: () => Visible,
  baseResolution: number,
  painted: () => Painted | null = () => null,
  names: string | true = true,
): GridLayers {
  const zooms = { minzoom: tiles.minZoom, maxzoom: tiles.maxZoom };
  const sources = tiles.paths.map((path) => pathSource(path, zooms, tiles.loadTile));
  const areas = sources.map((source) => new VectorTileLayer({ source, renderMode: 'hybrid' }));
  const labels = sources.slice(-1).map((source) => {
    return new VectorTileLayer({ source, renderMode: 'vector', declutter: names });
  });
  return {
    layers: [...areas, ...labels],
    paint: (palette) => {
      areas[0]?.setBackground(palette.background);
      for (const layer of areas) layer.setStyle(areaStyle(palette, visible, baseResolution, painted));
      for (const layer of labels) layer.setStyle(labelStyle(palette, visible, painted));
    },
  };
}

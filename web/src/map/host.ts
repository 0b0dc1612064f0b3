/** What the map gives to those who draw on it, or show something in place of its grids. */
import type Layer from 'ol/layer/Layer';
import type OlMap from 'ol/Map';
import type { Palette } from './palette';
import type { Painted } from './painted';
import type { Visible } from './style';

/** The map while somebody draws on it. */
export interface Lent {
  map: OlMap;
  target: HTMLElement;
  /** Calls back with the colours, now and whenever they change. */
  onPalette: (repaint: (palette: Palette) => void) => void;
  giveBack: () => void;
}

/** What whoever shows something in place of the grids in force needs of the map. */
export interface Host {
  target: HTMLElement;
  tiles: { minZoom: number; maxZoom: number; loadTile: (url: string) => Promise<ArrayBuffer> };
  /** The resolution, in metres a pixel, from which base grids are in the tiles. */
  baseResolution: number;
  palette: Palette;
  visible: () => Visible;
  /** The figure that is painted, null for none. */
  painted: () => Painted | null;
  /** Puts a layer where the grids are: under what was found, drawn or listed. */
  add: (layer: Layer) => void;
  remove: (layer: Layer) => void;
  render: () => void;
}

/** What is shown in place of the grids in force. */
export interface Shown {
  repaint: (palette: Palette) => void;
  /** Another figure is painted, or none. */
  refresh?: () => void;
  end: () => void;
}

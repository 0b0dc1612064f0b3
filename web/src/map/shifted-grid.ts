/** Where our tiles lie on a map that is not drawn in the system that they were cut in. */
import { createOrUpdate, type Extent } from 'ol/extent';
import TileGrid from 'ol/tilegrid/TileGrid';
import type TileRange from 'ol/TileRange';
import { shift, unshift } from './frame';

/**
 * A grid whose tiles are boxes about where their corners are shifted to. The shift changes by a thousandth of the distance, so that what is
 * left out between boxes is less than a pixel, which the tiles' margins cover.
 */
export class ShiftedGrid extends TileGrid {
  declare private made: boolean | undefined;

  /** The grid that the tiles were cut in. */
  constructor(readonly plain: TileGrid) {
    super({
      extent: plain.getExtent() ?? [],
      origin: plain.getOrigin(0),
      resolutions: plain.getResolutions(),
      minZoom: plain.getMinZoom(),
      tileSize: plain.getTileSize(0),
    });
    this.made = true;
  }

  override getTileCoordExtent(tileCoord: number[], to?: Extent): Extent {
    const [west = 0, south = 0, east = 0, north = 0] = this.plain.getTileCoordExtent(tileCoord);
    const [left = 0, top = 0] = shift([west, north]);
    const [right = 0] = shift([east, north]);
    const [, bottom = 0] = shift([west, south]);
    return createOrUpdate(left, bottom, right, top, to);
  }

  override getTileRangeForExtentAndZ(extent: Extent, z: number, to?: TileRange): TileRange {
    if (this.made !== true) return super.getTileRangeForExtentAndZ(extent, z, to); // asked for by the constructor
    const [left = 0, bottom = 0, right = 0, top = 0] = extent;
    const margin = 2 * this.getResolution(z);
    const [west = 0, north = 0] = unshift([left - margin, top + margin]);
    const [east = 0, south = 0] = unshift([right + margin, bottom - margin]);
    return this.plain.getTileRangeForExtentAndZ([west, south, east, north], z, to);
  }
}

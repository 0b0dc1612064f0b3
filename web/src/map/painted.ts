/** A figure in place of the map's tints: at each zoom the units of the finest level that the tiles have there. */

/** What a figure paints from a zoom on: each unit of a level in the colour of its class. */
export interface Paint {
  /** `base` for grids, or the level of divisions. */
  level: string;
  /** The zoom from which the tiles have the units of the level. */
  from: number;
  /** The step of the palette's ramp by the unit's code, null for a unit without a value. Others are left bare. */
  steps: ReadonlyMap<string, number | null>;
  /** What the map's legend says of it. */
  legend: {
    title: string;
    /** What each step of the ramp means; null stands for no value. */
    classes: { step: number | null; text: string }[];
  };
}

/** The finest level first; each further one is for zooms at which the ones before it are not in the tiles. */
export type Painted = readonly [Paint, ...Paint[]];

/** What is painted at a zoom, null where nothing of it is in the tiles yet. */
export const paintAt = (painted: Painted, zoom: number): Paint | null =>
  painted.find(({ from }) => zoom >= from) ?? null;

/** Metres a pixel of the map at zoom 0. */
const resolution0 = 156543.03392804097;

/** The zoom of a resolution in metres a pixel; of one that is a trifle more than a whole zoom's, that zoom. */
export const zoomOf = (resolution: number): number => Math.log2(resolution0 / resolution) + 1e-3;

/** The grids as they were at an instant, or will be, in place of those in force. */
import { gridLayers, type GridLayers } from './grid-layers';
import type { Host, Shown } from './host';

export class GridsThen implements Shown {
  readonly #host: Host;
  readonly #grids: GridLayers;

  /** `asOf` is RFC 3339. */
  constructor(host: Host, asOf: string) {
    this.#host = host;
    const paths = [`/tiles/grids/{z}/{x}/{y}.mvt?as_of=${encodeURIComponent(asOf)}`];
    this.#grids = gridLayers({ ...host.tiles, paths }, host.visible, host.baseResolution, host.painted);
    this.repaint(host.palette);
    for (const layer of this.#grids.layers) host.add(layer);
  }

  repaint(palette: Host['palette']): void {
    this.#grids.paint(palette);
  }

  refresh(): void {
    for (const layer of this.#grids.layers) layer.changed();
  }

  end(): void {
    for (const layer of this.#grids.layers) this.#host.remove(layer);
  }
}

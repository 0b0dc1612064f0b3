/** The incidents of the list on the map. One is chosen, one may be pointed at; both are drawn over the rest. */
import type { FeatureLike } from 'ol/Feature';
import Feature from 'ol/Feature';
import Point from 'ol/geom/Point';
import VectorLayer from 'ol/layer/Vector';
import VectorSource from 'ol/source/Vector';
import CircleStyle from 'ol/style/Circle';
import Fill from 'ol/style/Fill';
import RegularShape from 'ol/style/RegularShape';
import Stroke from 'ol/style/Stroke';
import Style from 'ol/style/Style';
import type { Position } from '../api';
import { fromLonLat } from './frame';
import type { Palette } from './palette';

export interface Listed {
  code: string;
  at: Position;
  overdue: boolean;
}

export class ListedLayer {
  readonly layer = new VectorLayer({ source: new VectorSource() });
  #chosen: string | null = null;
  #pointedAt: string | null = null;

  /** Draws these in place of those before. */
  show(incidents: readonly Listed[]): void {
    const features = incidents.map(({ code, at, overdue }) => {
      return new Feature({ geometry: new Point(fromLonLat(at)), code, overdue });
    });
    this.layer.getSource()?.clear(true);
    this.layer.getSource()?.addFeatures(features);
  }

  /** Those within an extent of the map. */
  within(extent: number[]): FeatureLike[] {
    return this.layer.getSource()?.getFeaturesInExtent(extent) ?? [];
  }

  choose(code: string | null): void {
    this.#chosen = code;
    this.layer.changed();
  }

  pointAt(code: string | null): void {
    if (code === this.#pointedAt) return;
    this.#pointedAt = code;
    this.layer.changed();
  }

  setPalette(palette: Palette): void {
    const dots = { plain: dot(palette, 1), overdue: diamond(palette, 1) };
    const large = { plain: dot(palette, 1.8), overdue: diamond(palette, 1.8) };
    const ring = new Style({
      image: new CircleStyle({
        radius: 15,
        fill: new Fill({ color: palette.foundFill }),
        stroke: new Stroke({ color: palette.found, width: 3 }),
      }),
      zIndex: 3,
    });
    this.layer.setStyle((feature: FeatureLike) => {
      const code: unknown = feature.get('code');
      const shape = feature.get('overdue') === true ? 'overdue' : 'plain';
      if (code === this.#chosen) return [ring, large[shape]];
      return code === this.#pointedAt ? large[shape] : dots[shape];
    });
  }
}

function dot(palette: Palette, size: number): Style {
  return new Style({ image: new CircleStyle({ radius: 5.5 * size, ...coloured(palette) }), zIndex: size });
}

/** Overdue ones differ in shape, for who cannot tell colours apart. */
function diamond(palette: Palette, size: number): Style {
  const image = new RegularShape({ points: 4, radius: 7.5 * size, ...coloured(palette) });
  return new Style({ image, zIndex: size + 1 });
}

function coloured(palette: Palette): { fill: Fill; stroke: Stroke } {
  return {
    fill: new Fill({ color: palette.incident }),
    stroke: new Stroke({ color: palette.halo, width: 1.5 }),
  };
}

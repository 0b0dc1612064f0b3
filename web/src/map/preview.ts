/** Things that are only looked at before, or after, they are stored: the rows of a file, what cleaning has changed. */
import type { FeatureLike } from 'ol/Feature';
import GeoJSON from 'ol/format/GeoJSON';
import VectorLayer from 'ol/layer/Vector';
import VectorSource from 'ol/source/Vector';
import CircleStyle from 'ol/style/Circle';
import Fill from 'ol/style/Fill';
import Stroke from 'ol/style/Stroke';
import Style from 'ol/style/Style';
import type { Geometry } from '../api';
import type { Palette } from './palette';

/** What is drawn, on WGS 84. */
export interface Previewed {
  type: 'FeatureCollection';
  features: { type: 'Feature'; geometry: Geometry; properties: Record<string, unknown> }[];
}

export class PreviewLayer {
  readonly layer = new VectorLayer({ source: new VectorSource() });

  /** Draws these in place of those before; null for none. */
  show(collection: Previewed | null, projection: string): void {
    const source = this.layer.getSource();
    source?.clear(true);
    if (collection === null) return;
    source?.addFeatures(new GeoJSON({ featureProjection: projection }).readFeatures(collection));
  }

  /** How many are drawn, for tests of the page. */
  get size(): number {
    return this.layer.getSource()?.getFeatures().length ?? 0;
  }

  setPalette(palette: Palette): void {
    const { draft, halo } = palette;
    const fill = new Fill({ color: draft.created });
    const area = [
      new Style({ fill, stroke: new Stroke({ color: halo, width: 4 }) }),
      new Style({ stroke: new Stroke({ color: draft.new, width: 2 }), zIndex: 1 }),
    ];
    const dot = new Style({
      image: new CircleStyle({
        radius: 5,
        fill: new Fill({ color: draft.new }),
        stroke: new Stroke({ color: halo, width: 2 }),
      }),
      zIndex: 2,
    });
    this.layer.setStyle((feature: FeatureLike) =>
      feature.getGeometry()?.getType().endsWith('Point') ? dot : area,
    );
  }
}

/** Tiles of what a token opens: places and incidents. Their TileJSON is asked for when they are first shown. */
import type { FeatureLike } from 'ol/Feature';
import LayerGroup from 'ol/layer/Group';
import VectorTileLayer from 'ol/layer/VectorTile';
import type { TileJson } from '../api';
import type { Palette } from './palette';
import { incidentStyle, placeStyle, type Visible } from './style';
import { tileSource } from './tiles';

export interface GuardedOptions {
  loadTileJson: (tileset: string) => Promise<TileJson>;
  loadTile: (url: string) => Promise<ArrayBuffer>;
  /** Called when something has come, or will not come. */
  onCome: () => void;
  /** Calls back once, when all that was asked for is drawn. */
  whenDrawn: (then: () => void) => void;
}

type Tileset = 'places' | 'incidents';

export class GuardedTiles {
  readonly layer: LayerGroup;
  readonly #options: GuardedOptions;
  readonly #places = signs();
  #incidents = signs();
  /** What is shown of incidents while newer tiles of them are on their way. */
  #outgoing: VectorTileLayer | null = null;
  #palette: Palette | null = null;
  /** Tilesets whose TileJSON is on its way. */
  readonly #loading = new Set<Tileset>();
  readonly #tileJson = new Map<Tileset, TileJson>();

  constructor(options: GuardedOptions) {
    this.#options = options;
    this.layer = new LayerGroup({ layers: [this.#places, this.#incidents] });
  }

  /** Whether it is not known yet which tiles there are. */
  get loading(): boolean {
    return this.#loading.size > 0;
  }

  show(visible: Visible): void {
    this.#show('places', this.#places, visible.places);
    this.#show('incidents', this.#incidents, visible.incidents);
    this.#outgoing?.setVisible(visible.incidents);
  }

  setPalette(palette: Palette): void {
    this.#palette = palette;
    this.#places.setStyle(placeStyle(palette));
    this.#incidents.setStyle(incidentStyle(palette));
  }

  /** The incidents that are drawn in an extent of the map. */
  incidentsWithin(extent: number[]): FeatureLike[] {
    return this.#incidents.getVisible() ? this.#incidents.getFeaturesInExtent(extent) : [];
  }

  /** Forgets all tiles, so that the next `show` asks for them again. */
  forget(): void {
    this.#places.setSource(null);
    this.#incidents.setSource(null);
  }

  /** Asks for the tiles of incidents again. The old ones are taken away only when the new ones are drawn, so that nothing flickers. */
  reloadIncidents(): void {
    const [old, tiles, layers] = [this.#incidents, this.#tileJson.get('incidents'), this.layer.getLayers()];
    if (!old.getVisible() || tiles === undefined) return old.setSource(null);
    this.#incidents = signs();
    if (this.#palette !== null) this.#incidents.setStyle(incidentStyle(this.#palette));
    this.#incidents.setSource(tileSource('incidents', tiles, this.#options.loadTile));
    layers.insertAt(layers.getArray().indexOf(old), this.#incidents);
    // Nothing is drawn in a hidden tab: there each layer takes the place of the one before, that never came to be seen.
    if (this.#outgoing !== null) return void layers.remove(old);
    this.#outgoing = old;
    this.#options.whenDrawn(() => {
      layers.remove(old);
      this.#outgoing = null;
    });
  }

  #show(name: Tileset, layer: VectorTileLayer, visible: boolean): void {
    layer.setVisible(visible);
    if (!visible || layer.getSource() !== null || this.#loading.has(name)) return;
    this.#loading.add(name);
    this.#options
      .loadTileJson(name)
      .then(
        (tiles) => {
          this.#tileJson.set(name, tiles);
          layer.setSource(tileSource(name, tiles, this.#options.loadTile));
        },
        () => undefined, // whoever loads says so; the next switching on tries again
      )
      .finally(() => {
        this.#loading.delete(name);
        this.#options.onCome();
      });
  }
}

/**
 * Decluttering draws signs whole, not cut at the edge of their tile, and keeps names off the numbers; the styles see to it that no
 * sign is left out.
 */
function signs(): VectorTileLayer {
  return new VectorTileLayer({ renderMode: 'vector', declutter: true });
}

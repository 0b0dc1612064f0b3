/** The map: our own vector tiles, what was found, and where the reader looks. Positions in and out are lon, lat in degrees. */
import OlMap from 'ol/Map';
import ScaleLine from 'ol/control/ScaleLine';
import Feature from 'ol/Feature';
import GeoJSON from 'ol/format/GeoJSON';
import Point from 'ol/geom/Point';
import DragPan from 'ol/interaction/DragPan';
import DragZoom from 'ol/interaction/DragZoom';
import DoubleClickZoom from 'ol/interaction/DoubleClickZoom';
import KeyboardPan from 'ol/interaction/KeyboardPan';
import KeyboardZoom from 'ol/interaction/KeyboardZoom';
import MouseWheelZoom from 'ol/interaction/MouseWheelZoom';
import PinchZoom from 'ol/interaction/PinchZoom';
import type Layer from 'ol/layer/Layer';
import VectorLayer from 'ol/layer/Vector';
import VectorTileLayer from 'ol/layer/VectorTile';
import VectorSource from 'ol/source/Vector';
import type VectorTileSource from 'ol/source/VectorTile';
import { createXYZ } from 'ol/tilegrid';
import type { Bbox, Geometry, TileJson } from '../api';
import type { View as LinkView } from '../link';
import type { Draft } from '../plans/draft';
import { cityView, fitBox, lookAt, lookedAt } from './camera';
import { draftFeatures } from './draft-features';
import { frame, fromLonLat } from './frame';
import { GuardedTiles } from './guarded';
import { ListedLayer, type Listed } from './listed';
import type { Painted } from './painted';
import type { Palette } from './palette';
import type { Host, Lent, Shown } from './host';
import { listenToPointing } from './pointing';
import { PreviewLayer, type Previewed } from './preview';
import { drawSnapshot } from './snapshot';
import { areaStyle, draftStyle, foundStyle, labelStyle, spotStyle, type Visible } from './style';
import { tileSize, tileSource } from './tiles';

export interface Options {
  target: HTMLElement;
  bbox: Bbox;
  view: LinkView | null;
  palette: Palette;
  visible: Visible;
  /** The zooms of the grids' tiles; those of the other tilesets are asked for when they are first shown. */
  tiles: TileJson;
  loadTileJson: (tileset: string) => Promise<TileJson>;
  loadTile: (url: string) => Promise<ArrayBuffer>;
  onPick: (lon: number, lat: number) => void;
  /** An incident was clicked. */
  onIncident: (code: string) => void;
  /** The pointer came over an incident of the list, or left it (null). */
  onPoint: (code: string | null) => void;
  onMove: (view: LinkView) => void;
}

/** A geometry to draw and what it is. */
export interface Found {
  role: 'responsible' | 'other' | 'neighbour' | 'fault';
  geometry: Geometry;
}

export class CityMap {
  readonly #map: OlMap;
  readonly #options: Options;
  readonly #areas: VectorTileLayer;
  readonly #labels: VectorTileLayer;
  readonly #guarded: GuardedTiles;
  readonly #draft: VectorLayer;
  readonly #found: VectorLayer;
  readonly #spot: VectorLayer;
  readonly #listed = new ListedLayer();
  readonly #preview = new PreviewLayer();
  #visible: Visible;
  #palette: Palette;
  /** Who gets the spots that are picked instead of onPick. */
  #capture: ((lon: number, lat: number) => void) | null = null;
  /** Repaints what whoever has borrowed the map draws; null while it is nobody's. */
  #borrower: ((palette: Palette) => void) | null = null;
  #painted: Painted | null = null;
  /** What is shown in place of the grids in force. */
  #instead: Shown | null = null;
  #under: Layer | null = null;

  constructor(options: Options) {
    this.#options = options;
    this.#visible = options.visible;
    this.#palette = options.palette;
    const grids = this.#grids();
    // 'hybrid' paints each tile once, so that moving a dense map costs no redrawing: with 5,000 grids and no GPU a frame
    // takes 17 ms in the median and 29 ms at p95, against 250 to 1,000 ms at p95 with 'vector'.
    this.#areas = new VectorTileLayer({ source: grids, renderMode: 'hybrid' });
    this.#labels = new VectorTileLayer({ source: grids, renderMode: 'vector', declutter: true });
    this.#guarded = new GuardedTiles({
      ...options,
      onCome: () => this.#map.render(),
      whenDrawn: (then) => void this.#map.once('rendercomplete', then),
    });
    // Of the signs of a large draft those that would touch are left out; the list has them all.
    this.#draft = new VectorLayer({ source: new VectorSource(), declutter: true });
    this.#found = new VectorLayer({ source: new VectorSource() });
    this.#spot = new VectorLayer({ source: new VectorSource() });
    this.#map = new OlMap({
      moveTolerance: 4, // px that a hand may move while it clicks
      target: options.target,
      controls: [new ScaleLine({ units: 'metric', minWidth: 80 })],
      interactions: [
        new DragPan(),
        new DragZoom(),
        new DoubleClickZoom(),
        new MouseWheelZoom(),
        new PinchZoom(),
        new KeyboardPan(),
        new KeyboardZoom(),
      ],
      layers: [
        ...[this.#areas, this.#found, this.#labels, this.#draft],
        ...[this.#guarded.layer, this.#preview.layer, this.#spot, this.#listed.layer],
      ],
      view: cityView(options.bbox),
    });
    this.setPalette(options.palette);
    this.setVisible(options.visible);
    if (options.view === null) this.fit(options.bbox);
    else this.setView(options.view);
    this.#listen();
  }

  /** Where the reader looks. */
  view(): LinkView {
    return lookedAt(this.#map);
  }

  setView(view: LinkView): void {
    lookAt(this.#map, view);
  }

  /** Moves so that the box fills the map, but no closer than single buildings. */
  fit(bbox: Bbox): void {
    fitBox(this.#map, bbox);
  }

  /** Brings a point into sight, zooming in if the map is further out than minZoom. */
  show(lon: number, lat: number, minZoom: number): void {
    lookAt(this.#map, { lon, lat, zoom: Math.max(this.view().zoom, minZoom) });
  }

  zoomBy(steps: number): void {
    const view = this.#map.getView();
    view.setZoom((view.getZoom() ?? 0) + steps);
  }

  setVisible(visible: Visible): void {
    this.#visible = { ...visible };
    this.#busy();
    this.#guarded.show(this.#visible);
    this.#areas.changed();
    this.#labels.changed();
    this.#map.render();
  }

  setPalette(palette: Palette): void {
    const visible = (): Visible => this.#visible;
    this.#palette = palette;
    this.#areas.setBackground(this.#under === null ? palette.background : undefined);
    this.#under?.changed();
    this.#areas.setStyle(
      areaStyle(palette, visible, baseResolution(this.#options.tiles), () => this.#painted),
    );
    this.#labels.setStyle(labelStyle(palette, visible, () => this.#painted));
    this.#guarded.setPalette(palette);
    this.#draft.setStyle(draftStyle(palette));
    this.#found.setStyle(foundStyle(palette));
    this.#spot.setStyle(spotStyle(palette));
    this.#listed.setPalette(palette);
    this.#borrower?.(palette);
    this.#preview.setPalette(palette);
    this.#instead?.repaint(palette);
  }

  /** Draws what was found, and the spot asked for, in place of what was drawn before; the spot may be null. */
  mark(spot: { lon: number; lat: number } | null, found: Found[]): void {
    const format = new GeoJSON({ featureProjection: frame() });
    const features = found.map(({ role, geometry }) => {
      const feature = new Feature(format.readGeometry(geometry) ?? undefined);
      feature.set('role', role);
      return feature;
    });
    replace(this.#found, features);
    replace(this.#spot, spot === null ? [] : [new Feature(new Point(fromLonLat([spot.lon, spot.lat])))]);
  }

  /** Draws a draft over the edition in force, in place of the one before; null for none. */
  showDraft(draft: Draft | null): void {
    const format = new GeoJSON({ featureProjection: frame() });
    replace(this.#draft, draft === null ? [] : draftFeatures(draft, format));
  }

  /** From now on clicks and Enter give their spot to the taker, whatever is drawn there, and to nobody else; null ends that. */
  capture(taker: ((lon: number, lat: number) => void) | null): void {
    this.#capture = taker;
    this.#options.target.style.cursor = taker === null ? '' : 'crosshair';
  }

  /** Paints a figure in place of the tints; null brings them back. */
  paint(painted: Painted | null): void {
    if (painted === this.#painted) return;
    this.#painted = painted;
    this.#busy();
    this.#areas.changed();
    this.#labels.changed();
    this.#instead?.refresh?.();
  }

  /** Draws what is only looked at, over the city, in place of what was drawn before; null for nothing. */
  showPreview(collection: Previewed | null): void {
    this.#preview.show(collection, frame());
    this.#options.target.dataset['previewed'] = String(this.#preview.size);
  }

  /** Puts a layer under everything in place of the one before; null for none. Our areas then let it be seen. */
  setUnder(make: ((palette: () => Palette) => Layer) | null): void {
    if (this.#under !== null) this.#map.removeLayer(this.#under);
    this.#under = make?.(() => this.#palette) ?? null;
    if (this.#under !== null) this.#map.getLayers().insertAt(0, this.#under);
    this.#busy();
    this.#areas.setOpacity(this.#under === null ? 1 : 0.6);
    this.setPalette(this.#palette);
  }

  /** Draws the incidents of the list in place of those before. */
  showIncidents(incidents: readonly Listed[]): void {
    this.#listed.show(incidents);
  }

  /** Makes one of them the chosen one, null for none. */
  chooseIncident(code: string | null): void {
    this.#listed.choose(code);
  }

  /** Draws one of them larger, null for none. */
  pointAtIncident(code: string | null): void {
    this.#listed.pointAt(code);
  }

  /** Draws what the map shows about a spot into a canvas. */
  drawInto(canvas: HTMLCanvasElement, lon: number, lat: number): void {
    const at = this.#map.getPixelFromCoordinate(fromLonLat([lon, lat]));
    drawSnapshot(this.#options.target, at ?? [], canvas);
  }

  /** Zooms to a fault or any other geometry. */
  fitGeometry(geometry: Geometry): void {
    const shape = new GeoJSON({ featureProjection: frame() }).readGeometry(geometry);
    if (shape === null) return;
    this.#map.getView().fit(shape.getExtent(), { padding: [80, 80, 80, 80], maxZoom: 20 });
  }

  /** Asks for all tiles of grids again, after they have changed. */
  reloadGrids(): void {
    this.#busy();
    const grids = this.#grids();
    this.#areas.setSource(grids);
    this.#labels.setSource(grids);
  }

  /** Asks for all tiles of places and incidents again, after a token came or went. */
  reloadGuarded(): void {
    this.#guarded.forget();
    this.setVisible(this.#visible);
  }

  /** Asks for the tiles of incidents again. The old ones are taken away only when the new ones are drawn, so that nothing flickers. */
  reloadIncidents(): void {
    this.#guarded.reloadIncidents();
  }

  /** Lends the map to whoever draws on it: until it is given back, pointing at it looks nothing up, and names keep off. */
  lend(): Lent {
    this.#borrower = () => undefined;
    this.#labels.setVisible(false); // they would cost each frame of a drag more than all that is drawn
    this.#options.target.style.cursor = '';
    return {
      map: this.#map,
      target: this.#options.target,
      onPalette: (repaint) => (this.#borrower = repaint)(this.#palette),
      giveBack: () => {
        this.#borrower = null;
        this.#labels.setVisible(true);
      },
    };
  }

  /** Shows something in place of the grids in force and of what was shown before; null brings the grids back. */
  showInstead<S extends Shown>(show: ((host: Host) => S) | null): S | null {
    this.#instead?.end();
    const { target, tiles, loadTile } = this.#options;
    const layers = this.#map.getLayers();
    let count = 0;
    const shown =
      show?.({
        ...{ target, baseResolution: baseResolution(tiles), palette: this.#palette },
        tiles: { minZoom: tiles.minzoom ?? 0, maxZoom: tiles.maxzoom ?? 16, loadTile },
        visible: () => this.#visible,
        painted: () => this.#painted,
        add: (layer) => layers.insertAt(layers.getArray().indexOf(this.#areas) + ++count, layer),
        remove: (layer) => void this.#map.removeLayer(layer),
        render: () => {
          this.#busy();
          this.#map.render();
        },
      }) ?? null;
    this.#instead = shown;
    this.#busy();
    this.#areas.setVisible(shown === null);
    this.#labels.setVisible(shown === null);
    return shown;
  }

  dispose(): void {
    this.#map.setTarget(undefined);
    this.#map.dispose();
  }

  /** Tests wait for data-ready: everything asked for has come and is drawn. */
  #busy(): void {
    delete this.#options.target.dataset['ready'];
  }

  #listen(): void {
    const { target, onMove } = this.#options;
    listenToPointing(this.#map, {
      ...this.#options,
      lent: () => this.#borrower !== null,
      taker: () => this.#capture,
      listed: (extent) => this.#listed.within(extent),
      drawn: (extent) => this.#guarded.incidentsWithin(extent),
    });
    this.#map.on('moveend', () => onMove(this.view()));
    const busy = (): void => this.#busy();
    this.#map.on('movestart', busy);
    this.#map.on('loadstart', busy);
    this.#map.getView().on('change', busy); // at once, not with the next frame
    this.#map.on('rendercomplete', () => {
      if (!this.#guarded.loading) target.dataset['ready'] = 'true';
    });
  }

  #grids(): VectorTileSource {
    return tileSource('grids', this.#options.tiles, this.#options.loadTile);
  }
}

function replace(layer: VectorLayer, features: Feature[]): void {
  const source = layer.getSource();
  source?.clear();
  source?.addFeatures(features);
}

/** The resolution, in metres a pixel of the map, from which base grids are in the tiles. */
function baseResolution({ vector_layers: layers, minzoom = 0 }: TileJson): number {
  const zoom = layers?.find((layer) => layer.id === 'base')?.minzoom ?? minzoom;
  return createXYZ({ tileSize, maxZoom: 22 }).getResolution(zoom) * 1.0001;
}

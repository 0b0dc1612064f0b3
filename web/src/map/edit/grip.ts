/** The pointer on the sheet: it takes what it is told to take, everything else moves the map. */
import type MapBrowserEvent from 'ol/MapBrowserEvent';
import type OlMap from 'ol/Map';
import PointerInteraction from 'ol/interaction/Pointer';
import { getPointResolution } from 'ol/proj';
import type { Position } from '../../api';
import { toLonLat } from '../frame';
import { ClickPairs } from './click-pairs';
import type { Hands } from './surface';

/** A place that was pointed at. */
export interface Touch {
  at: Position;
  /** How far about it something is meant, in metres. */
  reachM: number;
  /** Whether the Alt key is held. */
  alt: boolean;
}

/** What is meant by pointing, in pixels: a finger is broader than a mouse. */
const reachPx = { mouse: 9, touch: 18 };
/** How far apart the two clicks of a double one may be, in pixels. */
const pairPx = { mouse: 3, touch: 18 };

type Pointed = MapBrowserEvent<KeyboardEvent | WheelEvent | PointerEvent>;

export class Grip extends PointerInteraction {
  readonly #pairs = new ClickPairs();

  constructor(private readonly hands: Hands) {
    super();
  }

  override handleEvent(event: Pointed): boolean {
    if (event.type === 'click') {
      this.#click(event);
      return false;
    }
    // The map calls any two quick clicks a double one, however far apart; and what is drawn on is not to be zoomed by it.
    if (event.type === 'dblclick') return false;
    return super.handleEvent(event);
  }

  protected override handleDownEvent(event: Pointed): boolean {
    return isMain(event) && this.hands.press(this.#of(event));
  }

  protected override handleDragEvent(event: Pointed): void {
    this.hands.drag(this.#of(event));
  }

  protected override handleUpEvent(event: Pointed): boolean {
    this.hands.release(this.#of(event));
    return false;
  }

  protected override handleMoveEvent(event: Pointed): void {
    if (!event.dragging) this.hands.hover(this.#of(event));
  }

  /** A place in the map's coordinates, as if it had been pointed at. */
  touch(coordinate: number[], map: OlMap, px = reachPx.mouse, alt = false): Touch {
    const view = map.getView();
    const metres = getPointResolution(view.getProjection(), view.getResolution() ?? 1, coordinate, 'm');
    const [lon = 0, lat = 0] = toLonLat(coordinate);
    return { at: [lon, lat], reachM: px * metres, alt };
  }

  #click(event: Pointed): void {
    const [x = 0, y = 0] = event.pixel;
    const second = this.#pairs.click({ x, y, at: event.originalEvent.timeStamp }, pairPx[handOf(event)]);
    if (!(second && this.hands.doubleClick())) this.hands.click(this.#of(event));
  }

  #of(event: Pointed): Touch {
    const { originalEvent: original, coordinate, map } = event;
    const alt = original instanceof MouseEvent && original.altKey;
    return this.touch(coordinate, map, reachPx[handOf(event)], alt);
  }
}

function isMain({ originalEvent: original }: Pointed): boolean {
  return !(original instanceof MouseEvent) || original.button === 0;
}

function handOf({ originalEvent: original }: Pointed): 'mouse' | 'touch' {
  return original instanceof PointerEvent && original.pointerType === 'touch' ? 'touch' : 'mouse';
}

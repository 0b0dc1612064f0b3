/** The pointer on the sheet: it takes what it is told to take, everything else moves the map. */
import type MapBrowserEvent from 'ol/MapBrowserEvent';
import type OlMap from 'ol/Map';
import PointerInteraction from 'ol/interaction/Pointer';
import { getPointResolution } from 'ol/proj';
import type { Position } from '../../api';
import { toLonLat } from '../frame';
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

type Pointed = MapBrowserEvent<KeyboardEvent | WheelEvent | PointerEvent>;

export class Grip extends PointerInteraction {
  constructor(private readonly hands: Hands) {
    super();
  }

  override handleEvent(event: Pointed): boolean {
    if (event.type === 'click') {
      this.hands.click(this.#of(event));
      return false;
    }
    if (event.type === 'dblclick') {
      this.hands.doubleClick();
      return false;
    }
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

  #of(event: Pointed): Touch {
    const { originalEvent: original, coordinate, map } = event;
    const finger = original instanceof PointerEvent && original.pointerType === 'touch';
    const alt = original instanceof MouseEvent && original.altKey;
    return this.touch(coordinate, map, finger ? reachPx.touch : reachPx.mouse, alt);
  }
}

function isMain({ originalEvent: original }: Pointed): boolean {
  return !(original instanceof MouseEvent) || original.button === 0;
}

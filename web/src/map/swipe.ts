/** Two states of the grids, each on its side of an upright line that is dragged, or moved by the arrow keys. */
import type BaseEvent from 'ol/events/Event';
import type Layer from 'ol/layer/Layer';
import { getRenderPixel } from 'ol/render';
import type RenderEvent from 'ol/render/Event';
import type { Host, Shown } from './host';
import { gridLayers } from './grid-layers';
import './swipe.css';

export interface SwipeTexts {
  /** What is on the left, and on the right. */
  sides: readonly [string, string];
  /** What the line is called. */
  label: string;
}

/** Where the line stands at first, in hundredths of its way, and who is told when it has been moved. */
export interface SwipeLine {
  at: number;
  onmoved: (at: number) => void;
}

/** The width of the handle, in CSS pixels: it stays within the map, so its middle cannot reach the edge. */
const handle = 40;

export class Swipe implements Shown {
  readonly #host: Host;
  readonly #layers;
  readonly #element = document.createElement('div');
  readonly #line = document.createElement('div');
  readonly #input = document.createElement('input');
  readonly #sides = [document.createElement('span'), document.createElement('span')] as const;
  readonly #resized: ResizeObserver;

  /** `paths` are those of the tiles on the left and on the right; see GridTiles. */
  constructor(
    host: Host,
    paths: readonly [readonly string[], readonly string[]],
    texts: SwipeTexts,
    line: SwipeLine,
  ) {
    this.#host = host;
    const of = (paths: readonly string[], side: string) =>
      gridLayers({ ...host.tiles, paths }, host.visible, host.baseResolution, undefined, side);
    this.#layers = [of(paths[0], 'left'), of(paths[1], 'right')] as const;
    for (const [i, { layers, paint }] of this.#layers.entries()) {
      paint(host.palette);
      for (const layer of layers) {
        this.#clip(layer, i === 0);
        host.add(layer);
      }
    }
    this.#build(line);
    this.name(texts);
    this.#resized = new ResizeObserver(() => this.#place());
    this.#resized.observe(host.target);
  }

  name({ sides, label }: SwipeTexts): void {
    for (const [i, element] of this.#sides.entries()) element.textContent = sides[i] ?? '';
    this.#input.setAttribute('aria-label', label);
    this.#tell();
  }

  /** Puts the line where it shall stand. */
  moveTo(at: number): void {
    if (this.#input.value === String(at)) return;
    this.#input.value = String(at);
    this.#place();
    this.#tell();
  }

  repaint(palette: Host['palette']): void {
    for (const { paint } of this.#layers) paint(palette);
  }

  end(): void {
    this.#resized.disconnect();
    this.#element.remove();
    for (const layer of this.#layers.flatMap(({ layers }) => layers)) this.#host.remove(layer);
  }

  #build(line: SwipeLine): void {
    this.#element.className = 'swipe';
    this.#line.className = 'line';
    const [left, right] = this.#sides;
    left.className = 'side left';
    right.className = 'side right';
    Object.assign(this.#input, { type: 'range', min: '0', max: '100', step: '1', value: String(line.at) });
    this.#input.addEventListener('change', () => line.onmoved(Number(this.#input.value)));
    this.#input.addEventListener('input', () => {
      this.#place();
      this.#tell();
    });
    this.#element.append(this.#line, left, right, this.#input);
    this.#host.target.after(this.#element);
    this.#place();
  }

  /** Where the line is, in CSS pixels from the left edge of the map. */
  #at(): number {
    const width = this.#host.target.clientWidth;
    return handle / 2 + ((width - handle) * Number(this.#input.value)) / 100;
  }

  #place(): void {
    this.#line.style.left = `${this.#at()}px`;
    this.#host.render();
  }

  #tell(): void {
    this.#input.setAttribute('aria-valuetext', `${this.#input.value} %`);
  }

  #clip(layer: Layer, left: boolean): void {
    const clip = (event: BaseEvent): void => {
      const rendered = event as RenderEvent;
      const context = rendered.context;
      if (!(context instanceof CanvasRenderingContext2D)) return;
      const { clientWidth: width, clientHeight: height } = this.#host.target;
      const [from, to] = left ? [0, this.#at()] : [this.#at(), width];
      const corners = [
        [from, 0],
        [to, 0],
        [to, height],
        [from, height],
      ];
      context.save();
      context.beginPath();
      for (const corner of corners) {
        const [x = 0, y = 0] = getRenderPixel(rendered, corner);
        context.lineTo(x, y);
      }
      context.closePath();
      context.clip();
    };
    layer.on('prerender', clip);
    layer.on('postrender', (event) => {
      if (event.context instanceof CanvasRenderingContext2D) event.context.restore();
    });
  }
}

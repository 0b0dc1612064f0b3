/** Small charts, drawn on a canvas alike for the screen and for a file. Lengths are CSS pixels. */

/** A bar of one or several parts, one after the other. */
export interface Bar {
  label: string;
  /** The value in words, at the bar's end. */
  text: string;
  parts: { value: number; colour: string }[];
}

export interface Chart {
  title: string;
  /** What the figures are of: the division and the time. */
  note: string;
  /** Columns side by side, as a histogram has them, or bars one below the other with their names. */
  form: 'columns' | 'bars';
  bars: Bar[];
  /** What the columns' axis says at its ends. */
  ends?: [string, string];
  /** What the colours of the parts stand for. */
  keys?: { text: string; colour: string }[];
}

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

const row = 22;
const columnsHigh = 110;
const axis = 18;
const heading = 46;

/** How high a chart is; with its heading where it stands alone, in a file. */
export function heightOf({ form, bars, keys }: Chart, alone: boolean): number {
  const body = form === 'columns' ? columnsHigh + axis : Math.max(1, bars.length) * row;
  return body + (keys ? row : 0) + (alone ? heading : 0);
}

/** Where the parts of a bar lie: bar by bar, in a chart so wide whose body begins at `top`. */
export function partsOf({ form, bars }: Chart, width: number, top: number): Rect[][] {
  const totals = bars.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0));
  const most = Math.max(...totals, 0) || 1;
  if (form === 'columns') {
    const wide = width / Math.max(1, bars.length);
    return bars.map(({ parts }, i) => {
      let from = top + columnsHigh;
      return parts.map(({ value }) => {
        const height = ((columnsHigh - 14) * value) / most;
        from -= height;
        return { x: i * wide, y: from, width: Math.max(1, wide - 1), height };
      });
    });
  }
  const left = nameWidth(width);
  const room = width - left - valueWidth;
  return bars.map(({ parts }, i) => {
    let from = left;
    return parts.map(({ value }) => {
      const part = { x: from, y: top + i * row + 4, width: (room * value) / most, height: row - 8 };
      from += part.width;
      return part;
    });
  });
}

const valueWidth = 64;
const nameWidth = (width: number): number => Math.round(width * 0.42);

/** The beginning of a text that is no wider than there is room for, with … where something is left out. */
export function shortened(text: string, room: number, measure: (text: string) => number): string {
  if (measure(text) <= room) return text;
  const letters = [...text];
  while (letters.length > 0 && measure(`${letters.join('')}…`) > room) letters.pop();
  return `${letters.join('')}…`;
}

/** Colours of a chart that are not its data's. */
export interface Ink {
  text: string;
  muted: string;
  surface: string;
  line: string;
}

/** What of a canvas a chart is drawn with. */
export type Pen = Pick<
  CanvasRenderingContext2D,
  'fillStyle' | 'font' | 'textAlign' | 'textBaseline' | 'fillRect' | 'fillText' | 'measureText'
>;

/** Draws a chart over everything that was there. */
export function draw(pen: Pen, chart: Chart, ink: Ink, font: string, width: number, alone: boolean): void {
  pen.fillStyle = ink.surface;
  pen.fillRect(0, 0, width, heightOf(chart, alone));
  pen.textBaseline = 'middle';
  const write = (text: string, x: number, y: number, align: CanvasTextAlign, room: number): void => {
    pen.textAlign = align;
    pen.fillText(
      shortened(text, room, (part) => pen.measureText(part).width),
      x,
      y,
    );
  };
  let top = 0;
  if (alone) {
    pen.fillStyle = ink.text;
    pen.font = `600 15px ${font}`;
    write(chart.title, 0, 11, 'left', width);
    pen.fillStyle = ink.muted;
    pen.font = `12px ${font}`;
    write(chart.note, 0, 31, 'left', width);
    top = heading;
  }
  pen.font = `12px ${font}`;
  top = drawKeys(pen, chart, ink, top, write);
  partsOf(chart, width, top).forEach((parts, i) => {
    parts.forEach(({ x, y, width: wide, height }, k) => {
      // The palest class needs an edge to be seen on a white page.
      const edge = wide > 4 && height > 2 ? 1 : 0;
      pen.fillStyle = ink.muted;
      if (edge > 0) pen.fillRect(x, y, wide, height);
      pen.fillStyle = chart.bars[i]?.parts[k]?.colour ?? ink.muted;
      pen.fillRect(x + edge, y + edge, wide - 2 * edge, height - edge);
    });
  });
  if (chart.form === 'columns') drawAxis(pen, chart, ink, width, top, write);
  else drawNames(pen, chart, ink, width, top, write);
}

type Write = (text: string, x: number, y: number, align: CanvasTextAlign, room: number) => void;

function drawKeys(pen: Pen, { keys }: Chart, ink: Ink, top: number, write: Write): number {
  if (!keys) return top;
  let x = 0;
  for (const { text, colour } of keys) {
    pen.fillStyle = colour;
    pen.fillRect(x, top + 4, 12, 12);
    pen.fillStyle = ink.text;
    write(text, x + 18, top + 10, 'left', 200);
    x += 18 + pen.measureText(text).width + 16;
  }
  return top + row;
}

/** A line below the columns with what its ends stand for, and the highest column's number. */
function drawAxis(pen: Pen, chart: Chart, ink: Ink, width: number, top: number, write: Write): void {
  const foot = top + columnsHigh;
  pen.fillStyle = ink.line;
  pen.fillRect(0, foot, width, 1);
  pen.fillStyle = ink.muted;
  const [from = '', to = ''] = chart.ends ?? [];
  write(from, 0, foot + 10, 'left', width / 2);
  write(to, width, foot + 10, 'right', width / 2);
  const totals = chart.bars.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0));
  const highest = totals.indexOf(Math.max(...totals));
  const at = ((highest + 0.5) * width) / Math.max(1, chart.bars.length);
  write(chart.bars[highest]?.text ?? '', Math.min(width - 14, Math.max(14, at)), top + 7, 'center', 80);
}

function drawNames(
  pen: Pen,
  { bars, ...chart }: Chart,
  ink: Ink,
  width: number,
  top: number,
  write: Write,
): void {
  const ends = partsOf({ ...chart, bars }, width, top).map((parts) => parts.at(-1));
  bars.forEach(({ label, text }, i) => {
    const y = top + i * row + row / 2;
    pen.fillStyle = ink.text;
    write(label, 0, y, 'left', nameWidth(width) - 8);
    const end = ends[i];
    write(text, (end ? end.x + end.width : nameWidth(width)) + 6, y, 'left', valueWidth - 6);
  });
}

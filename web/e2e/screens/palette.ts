// Pictures small enough to be kept with the code: what Chromium paints has few colours, so that 64 of them show nearly all of it.
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);

/** An RGB image, rows from the top. */
interface Image {
  width: number;
  height: number;
  rgb: Uint8Array;
}

/** The same picture with at most 64 colours. It reads what Chromium writes: 8 bits, RGB or RGBA, not interlaced; alpha is dropped. */
export function withPalette(png: Buffer): Buffer {
  const image = decode(png);
  const { colours, index } = quantise(image.rgb);
  const { width, height } = image;
  const rows = Buffer.alloc(height * (width + 1)); // each begins with its filter, which is none
  for (let y = 0; y < height; y++) rows.set(index.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  return Buffer.concat([
    signature,
    chunk('IHDR', header(width, height)),
    chunk('PLTE', Buffer.from(colours.flat())),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function header(width: number, height: number): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([8, 3], 8); // 8 bits that count into a palette
  return data;
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name), data]);
  const frame = Buffer.alloc(4);
  const sum = Buffer.alloc(4);
  frame.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([frame, body, sum]);
}

function decode(png: Buffer): Image {
  if (!png.subarray(0, 8).equals(signature)) throw new Error('this is no PNG');
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const [bits, type, , , interlaced] = png.subarray(24, 29);
  if (bits !== 8 || (type !== 2 && type !== 6) || interlaced !== 0) throw new Error('no PNG of Chromium');
  const data: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.toString('latin1', at + 4, at + 8) !== 'IDAT') continue;
    data.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  }
  const deep = type === 2 ? 3 : 4;
  const bytes = unfilter(inflateSync(Buffer.concat(data)), width * deep, height, deep);
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) rgb.set(bytes.subarray(i * deep, i * deep + 3), i * 3);
  return { width, height, rgb };
}

/** Undoes the filters of rows: PNG specification, section 9. */
function unfilter(filtered: Buffer, long: number, height: number, deep: number): Uint8Array {
  const bytes = new Uint8Array(long * height);
  for (let y = 0; y < height; y++) {
    const filter = filtered[y * (long + 1)];
    for (let x = 0; x < long; x++) {
      const at = y * long + x;
      const left = x < deep ? 0 : (bytes[at - deep] ?? 0);
      const up = y === 0 ? 0 : (bytes[at - long] ?? 0);
      const corner = x < deep || y === 0 ? 0 : (bytes[at - long - deep] ?? 0);
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter ?? 0] ?? 0;
      bytes[at] = (filtered[y * (long + 1) + 1 + x] ?? 0) + guess;
    }
  }
  return bytes;
}

function paeth(left: number, up: number, corner: number): number {
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

type Colour = [number, number, number];

/** A box of colours, each with the number of its pixels, for the median cut. */
type Box = { colour: Colour; pixels: number }[];

function quantise(rgb: Uint8Array): { colours: Colour[]; index: Uint8Array } {
  const counts = new Map<number, number>();
  const keys = new Uint32Array(rgb.length / 3);
  for (let i = 0; i < keys.length; i++) {
    const key = ((rgb[i * 3] ?? 0) << 16) | ((rgb[i * 3 + 1] ?? 0) << 8) | (rgb[i * 3 + 2] ?? 0);
    keys[i] = key;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const all = [...counts].map(([key, pixels]) => ({ colour: colourOf(key), pixels }));
  // The most frequent ones are kept as they are, so that surfaces, which are seen, are exact; the shades of edges share the rest.
  all.sort((a, b) => b.pixels - a.pixels || keyOf(a.colour) - keyOf(b.colour));
  const exact = all.slice(0, 40).map(({ colour }) => colour);
  const shared = cut(all.slice(40), 24).map(mean);
  const colours = [...exact, ...shared];
  const nearest = new Map(all.map(({ colour }) => [keyOf(colour), indexOfNearest(colours, colour)]));
  return { colours, index: Uint8Array.from(keys, (key) => nearest.get(key) ?? 0) };
}

const colourOf = (key: number): Colour => [key >> 16, (key >> 8) & 255, key & 255];
const keyOf = ([r, g, b]: Colour): number => (r << 16) | (g << 8) | b;

/** At most n boxes: always the one with most spread pixels is cut, in the middle of its longest side. */
function cut(all: Box, n: number): Box[] {
  const boxes = all.length === 0 ? [] : [all];
  while (boxes.length < n) {
    const worth = boxes.map((box) => (box.length < 2 ? 0 : longest(box).long * Math.sqrt(weight(box))));
    const most = worth.indexOf(Math.max(...worth));
    const box = boxes[most];
    if (box === undefined || box.length < 2) break;
    const { side } = longest(box);
    box.sort((a, b) => a.colour[side] - b.colour[side] || keyOf(a.colour) - keyOf(b.colour));
    const half = weight(box) / 2;
    let [at, sum] = [0, 0];
    while (at < box.length - 1 && sum < half) sum += box[at++]?.pixels ?? 0;
    boxes.splice(most, 1, box.slice(0, at), box.slice(at));
  }
  return boxes;
}

const weight = (box: Box): number => box.reduce((sum, { pixels }) => sum + pixels, 0);

function longest(box: Box): { side: 0 | 1 | 2; long: number } {
  const sides = ([0, 1, 2] as const).map((side) => {
    const values = box.map(({ colour }) => colour[side]);
    const [least, most] = values.reduce(([lo, hi], v) => [Math.min(lo, v), Math.max(hi, v)], [255, 0]);
    return { side, long: (most ?? 0) - (least ?? 0) };
  });
  return sides.reduce((best, one) => (one.long > best.long ? one : best));
}

function mean(box: Box): Colour {
  const of = (side: 0 | 1 | 2): number =>
    Math.round(box.reduce((sum, { colour, pixels }) => sum + colour[side] * pixels, 0) / weight(box));
  return [of(0), of(1), of(2)];
}

function indexOfNearest(colours: Colour[], [r, g, b]: Colour): number {
  let [best, least] = [0, Infinity];
  for (const [i, [r2, g2, b2]] of colours.entries()) {
    const far = (r - r2) ** 2 + (g - g2) ** 2 + (b - b2) ** 2;
    if (far < least) [best, least] = [i, far];
  }
  return best;
}

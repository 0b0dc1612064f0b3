/** Classes of a figure: what a choropleth's colours and a histogram's bars stand for. */

import type { Classing } from './choice';

/**
 * The edges of at most `wanted` classes over the values, which ascend: class i goes from edge i up to, and without, edge i + 1; the last
 * one has its upper edge as well. Classes that ties leave empty are not made; [] for no values.
 */
export function edgesOf(values: readonly number[], classing: Classing, wanted: number): number[] {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (least === undefined || most === undefined) return [];
  if (least === most) return [least, most];
  const inner = Array.from({ length: wanted - 1 }, (_, i) => {
    const share = (i + 1) / wanted;
    if (classing === 'equal') return least + share * (most - least);
    return sorted[Math.ceil(share * sorted.length)] ?? most;
  });
  const edges = inner.filter((edge, i) => edge > (inner[i - 1] ?? least) && edge < most);
  return [least, ...edges, most];
}

/** The class of a value, 0 for the lowest; null for a value outside all of them. */
export function classOf(value: number, edges: readonly number[]): number | null {
  const [least, most] = [edges[0], edges.at(-1)];
  if (least === undefined || most === undefined || !(value >= least && value <= most)) return null;
  const above = edges.findIndex((edge, i) => i > 0 && value < edge);
  return above < 0 ? edges.length - 2 : above - 1;
}

/** How many values are in each class. */
export function countsOf(values: readonly number[], edges: readonly number[]): number[] {
  const counts = new Array<number>(Math.max(0, edges.length - 1)).fill(0);
  for (const value of values) {
    const at = classOf(value, edges);
    if (at !== null) counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts;
}

/** A bar of a histogram, from its lower edge up to, and without, its upper one. */
export interface Bin {
  from: number;
  to: number;
  count: number;
}

/** A histogram of so many bars of one width. Whole numbers close together get a bar each. */
export function histogram(values: readonly number[], bars: number): Bin[] {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return [];
  const least = Math.min(...finite);
  const most = Math.max(...finite);
  if (least === most) return [{ from: least, to: most, count: finite.length }];
  const whole = finite.every(Number.isInteger);
  const width = whole ? Math.ceil((most - least + 1) / bars) : (most - least) / bars;
  const length = whole ? Math.ceil((most - least + 1) / width) : bars;
  const bins = Array.from({ length }, (_, i) => {
    return { from: least + i * width, to: least + (i + 1) * width, count: 0 };
  });
  for (const value of finite) {
    const bin = bins[Math.min(bins.length - 1, Math.floor((value - least) / width))];
    if (bin !== undefined) bin.count++;
  }
  return bins;
}

/** Which of `colours` class i of n gets, so that few classes span the whole ramp. */
export function rampStep(i: number, n: number, colours: number): number {
  return n <= 1 ? colours - 1 : Math.round((i * (colours - 1)) / (n - 1));
}

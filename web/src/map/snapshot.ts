/** Draws what a map shows about a point into a canvas, for print. */

/** `at` is in CSS pixels of the map; the canvas keeps its size, and what lies beyond the map has its background's colour. */
export function drawSnapshot(map: HTMLElement, at: readonly number[], into: HTMLCanvasElement): void {
  const context = into.getContext('2d');
  if (context === null) return;
  context.resetTransform();
  // Paper is light: the colours of the dark map are turned about, their hues kept.
  const dark = getComputedStyle(map).colorScheme === 'dark';
  context.filter = dark ? 'invert(1) hue-rotate(180deg)' : 'none';
  context.fillStyle = getComputedStyle(map).backgroundColor;
  context.fillRect(0, 0, into.width, into.height);
  const frame = map.getBoundingClientRect();
  const [left, top] = [
    frame.left + (at[0] ?? 0) - into.width / 2,
    frame.top + (at[1] ?? 0) - into.height / 2,
  ];
  for (const canvas of map.querySelectorAll('canvas')) {
    const box = canvas.getBoundingClientRect(); // as it is shown, whatever its density of pixels
    if (canvas.width === 0 || box.width === 0) continue;
    context.globalAlpha = Number(getComputedStyle(canvas).opacity);
    context.drawImage(canvas, box.left - left, box.top - top, box.width, box.height);
  }
  context.globalAlpha = 1;
}

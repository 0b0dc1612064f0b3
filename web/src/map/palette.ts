/** Colours and signs of the map. Kinds of places differ in shape as well as in colour. */

export interface Palette {
  background: string;
  /** Fills that tell neighbouring communities apart. */
  tints: readonly string[];
  baseLine: string;
  dedicatedFill: string;
  dedicatedLine: string;
  divisionLine: string;
  found: string;
  foundFill: string;
  text: string;
  halo: string;
  incident: string;
  /** Borders that a draft gives up, and its new ones; fills of the grids that it makes and changes. */
  draft: { old: string; new: string; created: string; changed: string };
  /** The classes of a figure, the lowest first, and what is in none. */
  classes: readonly string[];
  unclassed: string;
}

/** Reads the palette from the style sheet, the one place where the map's and the legend's colours stand (app.css). */
export function readPalette(style: Pick<CSSStyleDeclaration, 'getPropertyValue'>): Palette {
  const colour = (name: string): string => style.getPropertyValue(`--map-${name}`).trim();
  return {
    background: colour('background'),
    tints: [1, 2, 3, 4, 5, 6].map((n) => colour(`tint-${n}`)),
    baseLine: colour('base-line'),
    dedicatedFill: colour('dedicated-fill'),
    dedicatedLine: colour('dedicated-line'),
    divisionLine: colour('division-line'),
    found: colour('found'),
    foundFill: colour('found-fill'),
    text: colour('text'),
    halo: colour('halo'),
    incident: colour('incident'),
    draft: {
      old: colour('draft-old'),
      new: colour('draft-new'),
      created: colour('draft-created'),
      changed: colour('draft-changed'),
    },
    classes: [1, 2, 3, 4, 5, 6, 7].map((n) => colour(`class-${n}`)),
    unclassed: colour('class-none'),
  };
}

/** The sign of a place: a shape and a colour, the same on the map and in the legend. */
export interface Sign {
  colour: string;
  /** Corners of a regular polygon; 0 is a circle. */
  corners: number;
  /** Turn in radians. */
  turn: number;
}

export const placeSigns: Readonly<Record<string, Sign>> = {
  hazard: { colour: '#d97706', corners: 3, turn: 0 },
  hazard_source: { colour: '#d3224f', corners: 4, turn: Math.PI / 4 },
  danger_zone: { colour: '#c026d3', corners: 5, turn: 0 },
  rental_premises: { colour: '#64748b', corners: 0, turn: 0 },
  key_site: { colour: '#2f74e6', corners: 4, turn: 0 },
  shelter: { colour: '#15803d', corners: 6, turn: 0 },
  response_point: { colour: '#0e7490', corners: 3, turn: Math.PI },
};

export const otherSign: Sign = { colour: '#475569', corners: 0, turn: 0 };

export function signOf(kind: string): Sign {
  return placeSigns[kind] ?? otherSign;
}

/** The tint of a community: the same code always gets the same one. */
export function tintOf(code: string, tints: readonly string[]): string {
  let sum = 0;
  for (let i = 0; i < code.length; i++) sum = (sum * 31 + code.charCodeAt(i)) >>> 0;
  return tints[sum % tints.length] ?? 'transparent';
}

/** The corners of a sign in a box of 2r by 2r, for SVG `points`; the map draws the same with OpenLayers. */
export function signPoints(sign: Sign, r: number): string {
  return Array.from({ length: sign.corners }, (_, i) => {
    const angle = sign.turn - Math.PI / 2 + (2 * Math.PI * i) / sign.corners;
    return `${(r + r * Math.cos(angle)).toFixed(1)},${(r + r * Math.sin(angle)).toFixed(1)}`;
  }).join(' ');
}

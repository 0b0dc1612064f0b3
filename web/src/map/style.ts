/** How each feature of our tiles is drawn. */
import type { FeatureLike } from 'ol/Feature';
import CircleStyle from 'ol/style/Circle';
import Fill from 'ol/style/Fill';
import RegularShape from 'ol/style/RegularShape';
import Stroke from 'ol/style/Stroke';
import Style from 'ol/style/Style';
import Text from 'ol/style/Text';
import { shortCount } from './count';
import { labelOf } from './label';
import { paintAt, zoomOf, type Paint, type Painted } from './painted';
import { signOf, tintOf, type Palette } from './palette';

const fonts =
  'system-ui, "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Zen Hei", sans-serif';

export interface Visible {
  dedicated: boolean;
  divisions: boolean;
  labels: boolean;
  places: boolean;
  incidents: boolean;
}

/** Signs are always drawn; names keep off those that are numbers. */
const alwaysDrawn = { declutterMode: 'none' } as const;
const keepsNamesOff = { declutterMode: 'obstacle' } as const;

type StyleOf = (feature: FeatureLike, resolution: number) => Style | Style[] | undefined;

const lines: Record<string, { width: number; dash?: number[]; order: number }> = {
  city: { width: 3, order: 14 },
  county: { width: 2.6, order: 13 },
  street: { width: 1.8, order: 12 },
  community: { width: 1.1, dash: [5, 3], order: 11 },
};

/**
 * Fields of grids, divisions. Until base grids appear (`baseResolution`, in metres a pixel) communities carry the tint. A figure that is
 * painted takes the place of all tints.
 */
export function areaStyle(
  palette: Palette,
  visible: () => Visible,
  baseResolution: number,
  painted: () => Painted | null,
): StyleOf {
  const baseLine = new Stroke({ color: palette.baseLine, width: 0.8 });
  const bare = new Style({ stroke: baseLine, zIndex: 1 });
  const paintOf = paintStyles(palette, baseLine);
  const tinted = new Map(
    palette.tints.map((tint) => [
      tint,
      new Style({ fill: new Fill({ color: tint }), stroke: baseLine, zIndex: 1 }),
    ]),
  );
  // Smaller divisions are filled over larger ones, and all of them under every border.
  const fills = new Map(
    palette.tints.flatMap((tint) =>
      Object.entries(lines).map(([level, { order }]) => {
        return [tint + level, new Style({ fill: new Fill({ color: tint }), zIndex: -order })];
      }),
    ),
  );
  const dedicated = new Style({
    fill: new Fill({ color: palette.dedicatedFill }),
    stroke: new Stroke({ color: palette.dedicatedLine, width: 1.4 }),
    zIndex: 5,
  });
  const dedicatedOutline = new Style({
    stroke: new Stroke({ color: palette.dedicatedLine, width: 1.4 }),
    zIndex: 5,
  });
  const borders = new Map(
    Object.entries(lines).map(([level, { width, dash, order }]) => {
      const stroke = new Stroke({
        color: palette.divisionLine,
        width,
        ...(dash ? { lineDash: dash } : {}),
      });
      return [level, new Style({ stroke, zIndex: order })];
    }),
  );

  const division = (feature: FeatureLike, resolution: number): Style | Style[] | undefined => {
    const level = String(feature.get('level'));
    const border = visible().divisions ? borders.get(level) : undefined;
    const figure = painted();
    if (figure !== null) {
      const now = paintAt(figure, zoomOf(resolution));
      const paint = now?.level === level ? paintOf(now, String(feature.get('code'))) : undefined;
      return [paint, border].filter((style) => style !== undefined);
    }
    if (resolution <= baseResolution || level === 'city') return border;
    const fill = fills.get(tintOf(String(feature.get('code')), palette.tints) + level);
    if (border === undefined || fill === undefined) return border ?? fill;
    return [fill, border];
  };

  return (feature, resolution) => {
    const figure = painted();
    switch (feature.get('layer')) {
      case 'base': {
        const now = figure === null ? null : paintAt(figure, zoomOf(resolution));
        if (now?.level === 'base') return paintOf(now, String(feature.get('code'))) ?? bare;
        if (figure !== null) return resolution > baseResolution ? undefined : bare;
        return tinted.get(tintOf(String(feature.get('community')), palette.tints));
      }
      case 'dedicated':
        if (!visible().dedicated) return undefined;
        return figure === null ? dedicated : dedicatedOutline; // a fill would change the colours of classes
      case 'divisions':
        return division(feature, resolution);
      default:
        return undefined;
    }
  };
}

/** The fill of a unit; undefined for one that the figure does not have. Divisions are filled under the borders of grids. */
function paintStyles(
  { classes, unclassed }: Palette,
  stroke: Stroke,
): (figure: Paint, code: string) => Style | undefined {
  const filled = (color: string): { grid: Style; division: Style } => ({
    grid: new Style({ fill: new Fill({ color }), stroke, zIndex: 1 }),
    division: new Style({ fill: new Fill({ color }), zIndex: 0 }),
  });
  const steps = classes.map(filled);
  const none = filled(unclassed);
  return ({ level, steps: known }, code) => {
    const step = known.get(code);
    if (step === undefined) return undefined;
    return (step === null ? none : (steps[step] ?? none))[level === 'base' ? 'grid' : 'division'];
  };
}

/** Names at the label points. Wider areas win where names would touch; see label.ts for what is named at which zoom. */
export function labelStyle(palette: Palette, visible: () => Visible, painted: () => Painted | null): StyleOf {
  const halo = new Stroke({ color: palette.halo, width: 3 });
  return (feature, resolution) => {
    if (!visible().labels || feature.get('layer') !== 'labels') return undefined;
    const rank = String(feature.get('level') ?? feature.get('kind'));
    if (rank === 'dedicated' && !visible().dedicated) return undefined;
    const name = String(feature.get('name') ?? '');
    const label = labelOf(rank, name, String(feature.get('code') ?? ''), resolution);
    if (label === null) return undefined;
    const plain = rank !== 'dedicated' || painted() !== null; // on the colours of classes only that can be read
    const written = (text: string, zIndex: number): Style =>
      new Style({
        text: new Text({
          text,
          font: `${label.weight} ${label.sizePx}px ${fonts}`,
          fill: new Fill({ color: plain ? palette.text : palette.dedicatedLine }),
          stroke: halo,
          padding: [2, 4, 2, 4],
        }),
        zIndex,
      });
    const whole = written(label.text, label.sizePx);
    // Placed last, the short one finds room only where the whole one has not: within a tile, since names give way tile by tile.
    return label.short === null ? whole : [whole, written(label.short, 0)];
  };
}

/** Places: single ones by sign, aggregates as a disc with their number. */
export function placeStyle(palette: Palette): StyleOf {
  const signs = new Map<string, Style>();
  return (feature) => {
    const count = Number(feature.get('count') ?? 0);
    if (count > 0) return aggregate(count, '#334155', '#ffffff', -12, palette);
    const kind = String(feature.get('kind'));
    let style = signs.get(kind);
    if (style === undefined) {
      style = signStyle(kind, palette);
      signs.set(kind, style);
    }
    return style;
  };
}

function signStyle(kind: string, palette: Palette): Style {
  const sign = signOf(kind);
  const fill = new Fill({ color: sign.colour });
  const stroke = new Stroke({ color: palette.halo, width: 1.2 });
  const image =
    sign.corners === 0
      ? new CircleStyle({ ...alwaysDrawn, radius: 5, fill, stroke })
      : new RegularShape({
          ...alwaysDrawn,
          points: sign.corners,
          radius: 6.5,
          rotation: sign.turn,
          fill,
          stroke,
        });
  // Fill and outline are for places that are areas.
  return new Style({
    image,
    stroke: new Stroke({ color: sign.colour, width: 1.5 }),
    fill: new Fill({ color: `${sign.colour}33` }),
  });
}

/** Incidents: a filled ring while open, hollow at an end. */
export function incidentStyle(palette: Palette): StyleOf {
  const ring = new Stroke({ color: palette.incident, width: 2 });
  const open = new Style({
    image: new CircleStyle({
      ...alwaysDrawn,
      radius: 5,
      fill: new Fill({ color: palette.incident }),
      stroke: new Stroke({ color: palette.halo, width: 1.5 }),
    }),
    stroke: ring,
  });
  const ended = new Style({
    image: new CircleStyle({
      ...alwaysDrawn,
      radius: 4,
      fill: new Fill({ color: palette.halo }),
      stroke: ring,
    }),
    stroke: ring,
  });
  const ends = new Set(['closed', 'rejected', 'merged', 'cancelled']);
  return (feature) => {
    const count = Number(feature.get('count') ?? 0);
    if (count > 0) return aggregate(count, palette.incident, palette.halo, 12, palette);
    return ends.has(String(feature.get('state'))) ? ended : open;
  };
}

/** A disc with a number. Places stand a little to the left of their cell's point and incidents to the right, so that neither hides the other. */
function aggregate(count: number, colour: string, text: string, shiftPx: number, palette: Palette): Style {
  return new Style({
    image: new CircleStyle({
      ...keepsNamesOff,
      radius: 8 + 3 * Math.log10(count),
      displacement: [shiftPx, 0],
      fill: new Fill({ color: colour }),
      stroke: new Stroke({ color: palette.halo, width: 1.5 }),
    }),
    text: new Text({
      ...keepsNamesOff,
      text: shortCount(count),
      offsetX: shiftPx,
      font: `600 10px ${fonts}`,
      fill: new Fill({ color: text }),
    }),
  });
}

/** What was found: the responsible grid or a fault filled, the other layer's grid as a broken line, near ones as a dotted one. */
export function foundStyle(palette: Palette): StyleOf {
  const filled = new Style({
    fill: new Fill({ color: palette.foundFill }),
    stroke: new Stroke({ color: palette.found, width: 3 }),
    zIndex: 1,
  });
  const other = new Style({
    stroke: new Stroke({ color: palette.found, width: 2, lineDash: [7, 6] }),
    zIndex: 2,
  });
  const neighbour = new Style({
    stroke: new Stroke({ color: palette.found, width: 2, lineDash: [2, 5] }),
    zIndex: 0,
  });
  const broken: Record<string, Style> = { other, neighbour };
  return (feature) => broken[String(feature.get('role'))] ?? filled;
}

/**
 * A draft over what is in force: its old borders broken, its new ones whole, and on every part the sign of what becomes of it
 * (property `text`). The sign of what is taken away stands lower, off those of the parts that it falls into.
 */
export function draftStyle(palette: Palette): StyleOf {
  const { draft } = palette;
  const halo = new Stroke({ color: palette.halo, width: 6 });
  const line = (stroke: Stroke, zIndex: number): Style[] => [
    new Style({ stroke: halo, zIndex: 2 }),
    new Style({ stroke, zIndex }),
  ];
  const fixed: Record<string, Style | Style[]> = {
    created: new Style({ fill: new Fill({ color: draft.created }), zIndex: 1 }),
    changed: new Style({ fill: new Fill({ color: draft.changed }), zIndex: 1 }),
    old: line(new Stroke({ color: draft.old, width: 2.5, lineDash: [8, 6], lineCap: 'butt' }), 3),
    new: line(new Stroke({ color: draft.new, width: 3.5 }), 4),
  };
  return (feature) => {
    const role = String(feature.get('role'));
    if (!role.startsWith('sign')) return fixed[role];
    const retired = role === 'sign-retired';
    const rank = signRanks.indexOf(role);
    return new Style({
      text: new Text({
        text: String(feature.get('text')),
        font: `600 13px ${fonts}`,
        offsetY: retired ? 32 : 0,
        overflow: true,
        fill: new Fill({ color: retired ? draft.old : palette.text }),
        stroke: new Stroke({ color: palette.halo, width: 4 }),
      }),
      zIndex: 5 + rank,
    });
  };
}

/** Where signs would touch, later ones win. */
const signRanks = ['sign-bent', 'sign-attributes', 'sign-boundary', 'sign-retired', 'sign-created'];

/** The spot that was asked for. */
export function spotStyle(palette: Palette): Style {
  return new Style({
    image: new CircleStyle({
      radius: 7,
      fill: new Fill({ color: palette.found }),
      stroke: new Stroke({ color: palette.halo, width: 3 }),
    }),
  });
}

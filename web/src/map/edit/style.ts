/** How the sheet is drawn. The sheet covers the tiles below it, so that the borders in force do not show through the draft. */
import type { FeatureLike } from 'ol/Feature';
import CircleStyle from 'ol/style/Circle';
import Fill from 'ol/style/Fill';
import RegularShape from 'ol/style/RegularShape';
import Stroke from 'ol/style/Stroke';
import Style from 'ol/style/Style';
import Text from 'ol/style/Text';
import { tintOf, type Palette } from '../palette';

type StyleOf = (feature: FeatureLike, resolution: number) => Style | Style[] | undefined;

const fonts =
  'system-ui, "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Zen Hei", sans-serif';

/** What lies below, in colours that stand off dark fills as well as off light ones. */
const ground = { road: 'rgba(138, 151, 161, 0.4)', water: '#4a90c2', building: '#a38b76' };

/** From which metres a pixel on names are left out. */
const namesBelow = 6;

/** The working set and what lies below it. */
export function sheetStyle(palette: Palette): StyleOf {
  const line = (color: string, width: number, zIndex: number, lineDash?: number[]): Style =>
    new Style({ stroke: new Stroke({ color, width, ...(lineDash && { lineDash }) }), zIndex });
  const border = line(palette.divisionLine, 1.5, 3);
  const below: Record<string, Style> = {
    road: line(ground.road, 5, 1),
    railway: line(ground.road, 2, 1, [6, 4]),
    river: line(ground.water, 2, 1),
    water: line(ground.water, 1.2, 1),
    building: line(ground.building, 1, 1),
  };
  const borders: Record<string, Style[]> = {
    'old-border': [line(palette.draft.old, 2, 3, [7, 6])],
    'new-border': [line(palette.halo, 6, 4), line(palette.draft.new, 3, 4)],
  };
  const changes: Record<string, string> = {
    created: palette.draft.created,
    boundary: palette.draft.changed,
  };
  const fills = new Map<string, Style>();
  const filled = (color: string): Style => {
    let style = fills.get(color);
    if (style === undefined) fills.set(color, (style = new Style({ fill: new Fill({ color }), zIndex: 0 })));
    return style;
  };
  const dedicated = new Style({
    fill: new Fill({ color: palette.dedicatedFill }),
    stroke: new Stroke({ color: palette.dedicatedLine, width: 1.6 }),
    zIndex: 4,
  });
  return (feature, resolution) => {
    const role = String(feature.get('role'));
    const single = below[role] ?? borders[role];
    if (single !== undefined) return single;
    const change = changes[String(feature.get('change'))];
    const over = change === undefined ? [] : [filled(change)];
    const name = resolution < namesBelow ? [named(String(feature.get('text')), palette, role)] : [];
    switch (role) {
      case 'dedicated':
        return [dedicated, ...name];
      case 'base':
        return [filled(tintOf(String(feature.get('group')), palette.tints)), ...over, border, ...name];
      default:
        return [filled(palette.background), ...over, border, ...name];
    }
  };
}

function named(text: string, palette: Palette, role: string): Style {
  return new Style({
    text: new Text({
      text,
      font: `${role === 'fixed' ? 400 : 600} 12px ${fonts}`,
      fill: new Fill({ color: role === 'dedicated' ? palette.dedicatedLine : palette.text }),
      stroke: new Stroke({ color: palette.halo, width: 3 }),
    }),
    zIndex: 5,
  });
}

/** What is drawn for the moment. */
export function liveStyle(palette: Palette): StyleOf {
  const halo = new Stroke({ color: palette.halo, width: 6 });
  const over = (color: string, width: number, fill: string, zIndex: number, lineDash?: number[]): Style[] => [
    new Style({ stroke: halo, zIndex }),
    new Style({
      stroke: new Stroke({ color, width, ...(lineDash && { lineDash }) }),
      fill: new Fill({ color: fill }),
      zIndex,
    }),
  ];
  const dot = (radius: number, fill: string, stroke: string, zIndex: number): Style =>
    new Style({
      image: new CircleStyle({
        radius,
        fill: new Fill({ color: fill }),
        stroke: new Stroke({ color: stroke, width: 2 }),
      }),
      zIndex,
    });
  const fixed: Record<string, Style | Style[]> = {
    chosen: over(palette.found, 2.5, palette.foundFill, 1),
    moving: over(palette.draft.new, 2.5, palette.draft.changed, 2),
    refused: over(palette.incident, 2.5, palette.foundFill, 2, [6, 5]),
    sketch: over(palette.draft.new, 3, palette.draft.created, 3),
    corner: dot(4, palette.halo, palette.draft.new, 4),
    free: dot(4.5, palette.halo, palette.found, 5),
    current: dot(6.5, palette.found, palette.halo, 7),
    caught: dot(6, 'rgba(0, 0, 0, 0)', palette.draft.new, 8),
    // A square, so that not colour alone tells what may be moved.
    locked: new Style({
      image: new RegularShape({
        points: 4,
        radius: 4.5,
        rotation: Math.PI / 4,
        fill: new Fill({ color: palette.baseLine }),
        stroke: new Stroke({ color: palette.halo, width: 1 }),
      }),
      zIndex: 4,
    }),
  };
  return (feature) => {
    const role = String(feature.get('role'));
    return role === 'wrong' ? wrong(String(feature.get('text') ?? ''), palette) : fixed[role];
  };
}

/** A spot or area where something is wrong, and what it is. */
function wrong(text: string, palette: Palette): Style {
  return new Style({
    stroke: new Stroke({ color: palette.incident, width: 3 }),
    fill: new Fill({ color: palette.foundFill }),
    image: new RegularShape({
      points: 4,
      radius: 10,
      radius2: 3,
      rotation: Math.PI / 4,
      fill: new Fill({ color: palette.incident }),
      stroke: new Stroke({ color: palette.halo, width: 1.5 }),
    }),
    text: new Text({
      text,
      font: `600 13px ${fonts}`,
      offsetY: -20,
      overflow: true,
      fill: new Fill({ color: palette.incident }),
      stroke: new Stroke({ color: palette.halo, width: 5 }),
    }),
    zIndex: 9,
  });
}

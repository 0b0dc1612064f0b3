/** The texts of the screen, which come with it and not with the page. */
import type { Language } from '../messages';

export const dataMessages = {
  title: { zh: '在您的软件中使用', en: 'Use it from your GIS' },
  why: {
    zh: '复制地址，粘贴到 QGIS、ArcGIS、MapLibre、OpenLayers 或 GDAL 中。',
    en: 'Copy an address into QGIS, ArcGIS, MapLibre, OpenLayers or GDAL.',
  },
  token: { zh: '地址令牌', en: 'Token for addresses' },
  token_hint: {
    zh: '网格和区划是公开的；其余数据的地址须含专门的只读令牌。管理员在“令牌”中生成，可随时撤销。持有这样的地址即持有令牌。',
    en: 'Grids and divisions are public. Addresses of the rest hold a token made for them, which only reads: an administrator makes one under Tokens, and can revoke it. Whoever has such an address has the token.',
  },
  token_wrong: {
    zh: '这不是令牌：应为 26 个大写字母或数字。',
    en: 'This is no token: it has 26 capital letters and digits.',
  },
  token_needed: {
    zh: '不公开：请在上方填入地址令牌。',
    en: 'Not public: enter a token for addresses above.',
  },
  copy: { zh: '复制', en: 'Copy' },
  copy_what: { zh: '复制：{what}', en: 'Copy: {what}' },
  copied: { zh: '已复制：{what}', en: 'Copied: {what}' },
  not_copied: { zh: '已选中，请按 Ctrl+C 复制。', en: 'It is selected: press Ctrl+C to copy it.' },

  features: { zh: '要素（OGC API）', en: 'Features (OGC API)' },
  features_url: { zh: 'OGC API 地址', en: 'OGC API address' },
  features_how: {
    zh: 'QGIS：图层 → 添加 WFS / OGC API 要素图层 → 新建，版本选 OGC API - Features。ArcGIS Pro：插入 → 连接 → 新建 OGC API 服务器。',
    en: 'QGIS: Layer, Add WFS / OGC API Features layer, New, version OGC API - Features. ArcGIS Pro: Insert, Connections, New OGC API server.',
  },

  tiles: { zh: '矢量瓦片', en: 'Vector tiles' },
  tileset: { zh: '瓦片集', en: 'Tileset' },
  tileset_grids: { zh: '网格与区划', en: 'Grids and divisions' },
  tileset_reference: { zh: '参考图层', en: 'Reference layers' },
  tileset_places: { zh: '场所与隐患', en: 'Places' },
  tileset_incidents: { zh: '事件', en: 'Incidents' },
  style: { zh: '样式', en: 'Style' },
  style_light: { zh: '浅色', en: 'Light' },
  style_dark: { zh: '深色', en: 'Dark' },
  style_colorblind: { zh: '色觉障碍友好', en: 'Colour-blind safe' },
  tiles_url: { zh: '瓦片地址（QGIS）', en: 'Tiles (QGIS)' },
  style_url: { zh: '样式地址（QGIS、MapLibre）', en: 'Style (QGIS, MapLibre)' },
  tilejson_url: { zh: 'TileJSON（MapLibre、OpenLayers）', en: 'TileJSON (MapLibre, OpenLayers)' },
  tiles_how: {
    zh: 'QGIS：图层 → 添加矢量瓦片图层 → 新建，填入瓦片地址和样式地址，最大级别 {max}。',
    en: 'QGIS: Layer, Add vector tile layer, New; paste tiles and style, greatest zoom {max}.',
  },

  files: { zh: '下载', en: 'Downloads' },
  collection: { zh: '数据', en: 'Data' },
  purpose: { zh: '用途', en: 'Purpose' },
  purpose_hint: {
    zh: '不公开的数据：每次下载连同用途都会记录。',
    en: 'Not public: each download is kept in the log with its purpose.',
  },
  purpose_needed: { zh: '请先填写用途，再下载。', en: 'Fill in the purpose first, then download.' },
  file_gpkg: { zh: 'GeoPackage', en: 'GeoPackage' },
  file_geojson: { zh: 'GeoJSON', en: 'GeoJSON' },
  file_ndjson: { zh: '逐行 GeoJSON', en: 'GeoJSON by lines' },
  file_csv: { zh: 'CSV', en: 'CSV' },
  archive: { zh: '“{what}”的全部瓦片（PMTiles）', en: 'All tiles of “{what}” (PMTiles)' },

  in_base: { zh: '基础网格', en: 'Base grids' },
  in_dedicated: { zh: '专属网格', en: 'Dedicated grids' },
  in_divisions: { zh: '行政区划', en: 'Divisions' },
  in_hazards: { zh: '事故隐患', en: 'Hazards' },
  in_hazard_sources: { zh: '危险源', en: 'Hazard sources' },
  in_danger_zones: { zh: '危险区域', en: 'Danger zones' },
  in_rental_premises: { zh: '出租房屋', en: 'Rental premises' },
  in_key_sites: { zh: '重点场所', en: 'Key sites' },
  in_shelters: { zh: '避难场所', en: 'Shelters' },
  in_response_points: { zh: '应急力量点', en: 'Response points' },
  in_incidents: { zh: '事件', en: 'Incidents' },
} satisfies Record<string, Record<Language, string>>;

export type DataKey = keyof typeof dataMessages;

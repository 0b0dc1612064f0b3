// A town of one community in a database of its own: its grids, as a file, do not quite tile.
import assert from 'node:assert/strict';
import type { Geometry, Grid, Position } from '../../src/api';
import { ask } from '../browser';
import { startDemo, type Demo } from '../demo';

export interface Town {
  demo: Demo;
  /** An administrator's. */
  token: string;
  label: Position;
  grids: { name: string; mimeType: string; buffer: Buffer };
}

interface Feature {
  geometry: Geometry;
  properties: { code: string; name: string };
}

/** The community of a grid of the city, with its divisions and none of its grids. */
export async function makeTown({ code, label }: Grid & { label: Position }): Promise<Town> {
  const demo = await startDemo('empty');
  const token = demo.tokens['administrator'] ?? '';
  const community = code.slice(0, 12);
  try {
    await importDivisions({ demo, token }, community);
    const { features } = await exported('base', `community_code = '${community}'`);
    const collection = { type: 'FeatureCollection', features: features.map(drawnBadly) };
    const buffer = Buffer.from(JSON.stringify(collection));
    return { demo, token, label, grids: { name: '基础网格.geojson', mimeType: '', buffer } };
  } catch (cause) {
    await demo.stop(); // else the tests would wait for it
    throw cause;
  }
}

const exported = (collection: string, filter: string): Promise<{ features: Feature[] }> =>
  ask(`/v1/export/${collection}.geojson?filter=${encodeURIComponent(filter)}`);

/** All divisions of the town are as large as its community. */
async function importDivisions(
  { demo, token }: Pick<Town, 'demo' | 'token'>,
  community: string,
): Promise<void> {
  const codes = [4, 6, 9, 12].map((digits) => community.slice(0, digits).padEnd(12, '0'));
  const all = await exported('divisions', `code IN (${codes.map((code) => `'${code}'`).join()})`);
  const geometry = all.features.find(({ properties }) => properties.code === community)?.geometry;
  const features = all.features.map(({ properties: { code, name } }) => {
    return { type: 'Feature', geometry, properties: { code, name } };
  });
  const send = async (method: string, path: string, body?: string): Promise<Record<string, unknown>> => {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    const response = await fetch(demo.url + path, { method, headers, ...(body !== undefined && { body }) });
    const answer = (await response.json()) as Record<string, unknown>;
    assert.ok(response.ok, JSON.stringify(answer));
    return answer;
  };
  const file = JSON.stringify({ type: 'FeatureCollection', features });
  const { id: upload } = await send('POST', '/v1/uploads?name=divisions.geojson', file);
  const source = { upload, layer: 'divisions', map: { code: 'code', name: 'name' } };
  const { id } = await send('POST', '/v1/imports', JSON.stringify({ crs: 'wgs84', sources: [source] }));
  for (;;) {
    const { state, problem, faults } = await send('GET', `/v1/imports/${String(id)}`);
    if (state === 'done') return;
    assert.ok(state !== 'failed' && state !== 'cancelled', JSON.stringify({ state, problem, faults }));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Some corners of every other grid two centimetres off, as where neighbours were drawn one by one. */
function drawnBadly({ geometry, properties: { code, name } }: Feature, which: number): object {
  const bad = ([lon, lat]: Position, i: number, ring: Position[]): Position =>
    which % 2 === 1 && i % 4 === 1 && i < ring.length - 1
      ? [Number((lon + 2e-7).toFixed(7)), lat]
      : [lon, lat];
  const polygons = geometry.coordinates as Position[][][];
  const coordinates = polygons.map((polygon) => polygon.map((ring) => ring.map(bad)));
  return { type: 'Feature', geometry: { type: geometry.type, coordinates }, properties: { code, name } };
}

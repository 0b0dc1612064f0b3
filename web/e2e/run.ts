// Browser tests of the page. They use the Chromium named by $CHROMIUM or found as `chromium` and never download one.
//
//   npm run e2e                                        starts bin/wangge demo and ends it afterwards
//   npm run e2e -- --base-url http://127.0.0.1:8080    against a server that runs
//                                                      ($TOKEN_PLANNER, $TOKEN_ADMINISTRATOR and $TOKEN_DISPATCHER: with
//                                                      plans and incidents, too)
//   npm run e2e -- dispatch data                       only these files
//   npm run screenshot                                 only writes docs/images/map.png and lookup.png
import { after } from 'node:test';
import { parseArgs } from 'node:util';
import { startDemo } from './demo';

const { values, positionals } = parseArgs({
  options: { 'base-url': { type: 'string' } },
  allowPositionals: true,
});
let baseUrl = values['base-url'];
if (baseUrl === undefined) {
  const demo = await startDemo();
  after(() => demo.stop());
  baseUrl = demo.url;
  for (const [role, token] of Object.entries(demo.tokens)) process.env[`TOKEN_${role.toUpperCase()}`] = token;
}
process.env['BASE_URL'] = new URL(baseUrl).origin;
const files = [
  'page',
  'lookup',
  'access',
  'dispatch',
  'plans',
  'plan-views',
  'data',
  'divide',
  'coverage',
  'basemap',
  'plan-journey',
];
for (const file of files) {
  if (positionals.length === 0 || positionals.includes(file)) await import(`./${file}.test`);
}

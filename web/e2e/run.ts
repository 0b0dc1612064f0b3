// Browser tests of the page, against a running server: npm run e2e -- --base-url http://127.0.0.1:8080
// Uses the Chromium named by $CHROMIUM or found as `chromium`; never downloads one. SCREENSHOT=1 writes docs/images/map.png.
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { 'base-url': { type: 'string' } } });
const baseUrl = values['base-url'];
if (baseUrl === undefined) {
  console.error('usage: npm run e2e -- --base-url http://127.0.0.1:8080');
  process.exit(2);
}
process.env['BASE_URL'] = new URL(baseUrl).origin;
await import('./page.test');
await import('./access.test');

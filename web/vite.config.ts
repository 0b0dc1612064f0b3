import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [svelte()],
  build: {
    target: 'es2022',
    // A data: URL would need img-src data: in the content security policy.
    assetsInlineLimit: 0,
    // Vite's preload polyfill is for browsers older than our target.
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      '/v1': 'http://127.0.0.1:8080',
      '/tiles': 'http://127.0.0.1:8080',
      '/styles': 'http://127.0.0.1:8080',
      '/ogc': 'http://127.0.0.1:8080',
      '/t': 'http://127.0.0.1:8080',
    },
  },
});

import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';
import { documentModules } from './document.modules.ts';

const ENTITIES = 'decode-named-character-reference';

/** Where `vite` (the development server) finds a gateway. The build has no use for it. */
const gateway = process.env.GATEWAY_URL ?? 'http://127.0.0.1:8080';

/** What every page stands on: in one file it compresses better, and a new version of the page leaves it in the cache. */
const PLATFORM =
  /node_modules\/(?:react|react-dom|scheduler|react-router|@apollo\/client|graphql|rxjs|tslib|optimism|@wry\/[a-z]+)\//;

export default defineConfig({
  plugins: [documentModules(), react()],
  // Others in this repository use other versions of these; the page has one of each.
  // `es2015` is RxJS's name for its modules that were not compiled down to ES5.
  resolve: {
    dedupe: ['react', 'react-dom', '@codemirror/language'],
    conditions: ['es2015', ...defaultClientConditions],
    // Its variant for browsers reads entities by innerHTML, which Trusted Types forbids; this one has a table.
    alias: { [ENTITIES]: fileURLToPath(import.meta.resolve(ENTITIES)) },
  },
  build: {
    target: ['chrome123', 'firefox121', 'safari17.5'],
    outDir: 'dist',
    emptyOutDir: true,
    // Trusted Types and the content security policy leave no room for inlined scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    // The check of the first load's size reads it.
    manifest: true,
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'platform', test: PLATFORM }] } } },
  },
  server: {
    host: '127.0.0.1',
    strictPort: true,
    proxy: {
      // A gateway takes cookies from its own origin only.
      '/graphql': {
        target: gateway,
        ws: true,
        changeOrigin: true,
        rewriteWsOrigin: true,
        headers: { origin: gateway },
      },
      '/deployment.json': gateway,
      '/demo': { target: gateway, changeOrigin: true, headers: { origin: gateway } },
    },
  },
});

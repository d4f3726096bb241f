import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `vite` (the development server) finds a gateway. The build has no use for it. */
const gateway = process.env.GATEWAY_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react()],
  // Others in this repository use other versions of these; the page has one of each.
  resolve: { dedupe: ['react', 'react-dom', '@codemirror/language'] },
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
  },
  server: {
    host: '127.0.0.1',
    strictPort: true,
    proxy: {
      '/graphql': { target: gateway, ws: true, changeOrigin: true },
      '/deployment.json': gateway,
      '/demo': gateway,
    },
  },
});

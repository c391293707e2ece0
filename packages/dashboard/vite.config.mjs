import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

/** Relative addresses, so that the pages work wherever a proxy puts them; nothing inlined, since the policy allows none of it. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [svelte()],
  resolve: { conditions: ['haetae-source', 'browser', 'module', 'import', 'default'] },
  build: {
    outDir: '../haetae/dist/dashboard',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    cssCodeSplit: true,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 600,
  },
  server: { proxy: { '/api': process.env.HAETAE_URL ?? 'http://127.0.0.1:8420' } },
});

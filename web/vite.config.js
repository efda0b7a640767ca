// `npm run build` writes web/dist, which local.website puts into the web bucket. `npm run dev` serves the sources and
// takes everything else from a running edge.
import { embed } from './embed.js';
import { integrity } from './integrity.js';

const edge = { target: process.env.REELSTACK_EDGE ?? 'http://127.0.0.1:8080', changeOrigin: true };
const proxy = { '/v1': edge, '/v/': edge, '/u/': edge, '/feed/': edge, '/_local': edge, '/config.json': edge };

export default {
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [integrity('index.html'), embed()],
  build: {
    target: 'es2022',
    // A data: address would escape the content security policy's reach; four small files do not matter.
    assetsInlineLimit: 0,
    // hls.js, which only browsers without the player's own engine load.
    chunkSizeWarningLimit: 600,
    rollupOptions: {
      input: { index: 'web/index.html', sw: 'web/src/sw.ts' },
      output: {
        // A service worker rules over the folder that it lies in, so it lies at the root.
        entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  preview: { proxy },
  server: {
    port: 5173,
    strictPort: true,
    proxy,
  },
};

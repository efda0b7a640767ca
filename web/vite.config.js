// `npm run build` writes web/dist, which local.website puts into the web bucket. `npm run dev` serves the sources and
// takes everything else from a running edge.
const edge = { target: 'http://127.0.0.1:8080', changeOrigin: true };

export default {
  build: {
    target: 'es2022',
    // A data: address would escape the content security policy's reach; four small files do not matter.
    assetsInlineLimit: 0,
    // hls.js, loaded when the first clip is played.
    chunkSizeWarningLimit: 600,
  },
  server: {
    port: 5173,
    strictPort: true,
    proxy: { '/v1': edge, '/v/': edge, '/_local': edge, '/config.json': edge },
  },
};

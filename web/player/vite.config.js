// `npm run build -w @reelstack/player` writes dist/reelstack-player.js: the custom element with the player in it, one file.
// hls.js, which HLS of others needs, is loaded from hls.mjs beside it.
export default {
  build: {
    lib: { entry: 'src/element.ts', formats: ['es'], fileName: () => 'reelstack-player.js' },
    target: 'es2022',
    rolldownOptions: { external: ['hls.js'] },
  },
};

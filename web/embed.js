// The page for frames on other sites, embed.html, is built after the app's and into the same folder, but by itself: the
// app's chunks stay as they are, and nothing of the app, such as who is signed in, can become a part of the other page.
import { build } from 'vite';
import { integrity } from './integrity.js';

const PAGE = 'embed.html';

export function embed() {
  let app;
  return {
    name: 'reelstack-embed',
    apply: 'build',
    configResolved(config) {
      app = config;
    },
    async closeBundle() {
      await build({
        root: app.root,
        configFile: false,
        publicDir: false,
        logLevel: app.logLevel,
        plugins: [integrity(PAGE)],
        build: {
          outDir: app.build.outDir,
          emptyOutDir: false,
          target: app.build.target,
          assetsInlineLimit: app.build.assetsInlineLimit,
          chunkSizeWarningLimit: app.build.chunkSizeWarningLimit,
          rollupOptions: { input: `${app.root}/${PAGE}` },
        },
      });
    },
  };
}

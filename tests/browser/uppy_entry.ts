// What the scenario uppy.mjs loads into the page: the real packages with the preset.
export { Uppy } from '@uppy/core';
export { uploadsToReelstack } from '../../web/src/uppy.ts';

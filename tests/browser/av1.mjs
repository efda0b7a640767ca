// Plays the AV1 rendition of a clip with hls.js to its end.
import { run } from './browser.mjs';

await run(async (page, given) => {
  await page.goto(given.url);
  return page.evaluate(
    (master) =>
      new Promise((resolve) => {
        const { Hls } = window;
        const video = document.querySelector('video');
        const hls = new Hls();
        const errors = [];
        let codecs = '';
        const end = () =>
          resolve({
            errors,
            codecs,
            size: [video.videoWidth, video.videoHeight],
            seconds: video.currentTime,
            frames: video.getVideoPlaybackQuality().totalVideoFrames,
          });
        hls.on(Hls.Events.ERROR, (_, { details, fatal }) => {
          errors.push(details);
          if (fatal) {
            end();
          }
        });
        hls.on(Hls.Events.MANIFEST_PARSED, () => {
          const level = hls.levels.findIndex(({ videoCodec }) => videoCodec.startsWith('av01'));
          codecs = hls.levels[level].videoCodec;
          hls.loadLevel = level;
          video.play();
        });
        video.addEventListener('ended', end);
        hls.loadSource(master);
        hls.attachMedia(video);
      }),
    given.master,
  );
});

// The runs that a debugger is needed for: a processor that is four times slower, and each picture of the screen.
import { chromium } from 'playwright-core';
import { Site } from './site.mjs';

const given = JSON.parse(process.argv[2]);
const ARGS = ['--no-sandbox', '--disable-gpu', '--autoplay-policy=no-user-gesture-required', '--mute-audio'];
/** Darker on average, of 255, is black: clips and posters of the benchmark are bright. */
const BLACK = 16;

async function inBrowser(task, site) {
  const browser = await chromium.launch({ executablePath: given.chromium, headless: true, args: ARGS });
  try {
    const page = await browser.newPage({ viewport: { width: 360, height: 640 } });
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: task.slowdown ?? 1 });
    const pictures = [];
    devtools.on('Page.screencastFrame', ({ data, sessionId }) => {
      pictures.push(data);
      void devtools.send('Page.screencastFrameAck', { sessionId }).catch(() => {});
    });
    site.link = { bitsPerSecond: 0, latencyMs: 0, freeAt: 0, ...task.link };
    const found = new Promise((resolve, reject) => {
      site.told = (path, body) => {
        if (path === '/task') {
          return { ...task, sources: site.sources() };
        }
        if (path === '/done') {
          resolve(body);
        } else if (path === '/failed') {
          reject(new Error(body));
        } else if (path === '/first' && task.screen) {
          void devtools.send('Page.startScreencast', { format: 'jpeg', quality: 40, maxWidth: 90, maxHeight: 160 });
        }
        return null;
      };
    });
    await page.goto(`${site.url}/page.html`);
    const told = await found;
    const black = await darkest(page, pictures);
    return { ...task, ...told, samples: [], pictures: pictures.length, black };
  } finally {
    await browser.close();
  }
}

/** How many of these pictures are black. */
function darkest(page, pictures) {
  return page.evaluate(
    async ([all, least]) => {
      const canvas = new OffscreenCanvas(8, 8);
      const context = canvas.getContext('2d', { willReadFrequently: true });
      let found = 0;
      for (const one of all) {
        const bytes = Uint8Array.from(atob(one), (letter) => letter.charCodeAt(0));
        context.drawImage(await createImageBitmap(new Blob([bytes])), 0, 0, 8, 8);
        const { data } = context.getImageData(0, 0, 8, 8);
        const mean = data.reduce((sum, value, at) => sum + (at % 4 === 3 ? 0 : value), 0) / (3 * 64);
        found += mean < least;
      }
      return found;
    },
    [pictures, BLACK],
  );
}

const site = await new Site(given).open();
const found = [];
try {
  for (const task of given.tasks) {
    console.error(`${task.way}, debugged: ${task.swipes} swipes`);
    found.push(await inBrowser(task, site));
  }
} finally {
  site.close();
}
console.log(JSON.stringify(found));

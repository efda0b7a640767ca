// A page of another site shows clips in frames, as oEmbed hands them out, to somebody who is signed in at ours.
import { createServer } from 'node:http';
import { ended, run, signIn } from './browser.mjs';

const LISTENING = 'reelstack-player video';

function elsewhere(frames) {
  const html = `<!doctype html><link rel="icon" href="data:,">${frames.join('')}`;
  const server = createServer((_, answer) => answer.writeHead(200, { 'content-type': 'text/html' }).end(html));
  // By this name it is another site than 127.0.0.1.
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve([server, `http://localhost:${server.address().port}/`])));
}

async function inFrames(page, given, address) {
  const asked = [];
  await page.goto('about:blank');
  page.on('request', (request) => request.url().includes('/v1/') && asked.push(request));
  await page.goto(address);
  const [playing, gone] = [page.frameLocator('iframe').nth(0), page.frameLocator('iframe').nth(1)];
  const video = playing.locator(LISTENING);
  const link = playing.locator('a');
  await link.waitFor();
  await video.waitFor({ state: 'attached' });
  const poster = await playing.locator('reelstack-player').evaluate((element) => !element.pool.video.autoplay && element.pool.paused);
  await video.click();
  const seconds = await ended(playing.locator('reelstack-player'));
  const told = await gone.locator('p').textContent();
  const escaped = await link.evaluate(() => {
    try {
      window.top.location.href = 'about:blank';
      return true;
    } catch {
      return false;
    }
  });
  const headers = await Promise.all(asked.map((request) => request.allHeaders()));
  return {
    seconds, told, escaped, poster,
    link: await link.evaluate(({ href, target, rel, textContent }) => [new URL(href).pathname, target, rel, textContent]),
    asked: asked.map((request) => `${request.method()} ${new URL(request.url()).pathname}`),
    known: headers.filter((sent) => sent.authorization ?? sent.cookie).length,
    title: await page.locator('iframe').nth(0).getAttribute('title'),
    size: await playing.locator('body').evaluate((body) => [body.clientWidth, body.clientHeight]),
    file: given.screenshot ? await page.screenshot({ path: given.screenshot }).then(() => 1) : 0,
  };
}

await run(async (page, given) => {
  await signIn(page, given);
  await page.locator('article[data-current="true"]').waitFor();
  const [server, address] = await elsewhere(given.frames);
  try {
    const found = await inFrames(page, given, address);
    // The app itself is shown in no frame; that Chromium complains of it is what is wanted.
    const other = await page.context().newPage();
    await other.goto(address);
    await other.evaluate((src) => {
      document.body.append(Object.assign(document.createElement('iframe'), { src, name: 'app' }));
    }, given.url);
    await other.waitForFunction(() => document.querySelector('[name=app]').contentWindow.length === 0);
    await other.waitForTimeout(500);
    return { ...found, app: other.frame({ name: 'app' }).url() };
  } finally {
    server.close();
  }
});

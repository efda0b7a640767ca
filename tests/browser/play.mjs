// Signs in, plays one clip to its end, likes it and takes the like back; then leaves the page, which tells what was
// watched.
import { ended, reached, run, signIn } from './browser.mjs';

await run(async (page, given) => {
  const ranges = [];
  page.on('request', (request) => request.url().includes(`/${given.videoId}/`) && request.url().endsWith(given.file) && ranges.push(request.headers().range));
  await signIn(page, given);
  const item = await reached(page, given.title);
  const seconds = await ended(item);
  if (given.screenshot) {
    await page.screenshot({ path: `${given.screenshot}-playing.png` });
  }
  const played = await item.locator('video').evaluate((element) => ({
    duration: element.duration,
    width: element.videoWidth,
    height: element.videoHeight,
    frames: element.getVideoPlaybackQuality().totalVideoFrames,
    errors: Number(element.closest('[data-errors]').dataset.errors),
    stalls: Number(element.closest('[data-errors]').dataset.stalls),
  }));

  const like = item.getByRole('button', { name: /^Like / });
  const names = [await like.getAttribute('aria-label')];
  for (const pressed of ['true', 'false']) {
    const answered = page.waitForResponse((answer) => answer.url().endsWith('/like'));
    await like.click();
    await item.locator(`.like[aria-pressed="${pressed}"]`).waitFor();
    names.push(await like.getAttribute('aria-label'));
    await answered;
  }
  const of = (type) => (answer) => answer.url().endsWith('/v1/events') && answer.request().postData().includes(`"type":"${type}"`);
  const [told, left] = ['play', 'quality'].map((type) => page.waitForResponse(of(type)));
  await page.evaluate(() => window.dispatchEvent(new window.Event('pagehide')));
  const answer = await told;
  const { events } = answer.request().postDataJSON();
  const reported = { status: answer.status(), types: events.map(({ type }) => type), answer: await answer.json() };
  reported.plays = events.filter(({ type }) => type === 'play').map(({ video_id }) => video_id);
  // The player hears after the app that the page is left, so this may be a request of its own.
  reported.left = await (await left).json();
  reported.quality = (await left).request().postDataJSON().events.filter(({ type }) => type === 'quality');
  reported.views = events.filter(({ type }) => type === 'play').map(({ id }) => id);
  reported.receipts = events.filter(({ receipt }) => receipt).length;
  const notices = await item.locator('.notices').allTextContents();
  const scripts = await page.evaluate(() => window.performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.endsWith('.js')));
  return {
    played: { ...played, seconds }, ranges, notices, reported, likes: names, hls: scripts.filter((name) => /hls/.test(name)),
    problems: await page.locator('[role=alert]:visible').allTextContents(),
  };
});

// Signs in, plays one clip to its end, likes it and takes the like back; then leaves the page, which tells what was
// watched.
import { ended, reached, run, signIn } from './browser.mjs';

await run(async (page, given) => {
  const ranges = [];
  page.on('request', (request) => request.url().includes(`/${given.videoId}/`) && request.url().endsWith(given.file) && ranges.push(request.headers().range));
  const asked = [];
  page.on('request', (request) => request.url().endsWith('/v1/events') && request.method() === 'POST' && asked.push(request));
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
  await page.evaluate(() => window.dispatchEvent(new window.Event('pagehide')));
  // On a slow machine some of it was told before. The player hears after the app that the page is left, so that its
  // quality goes in a request of its own, which may be answered before that of the plays.
  const tells = (type) => asked.filter((request) => request.postData().includes(`"type":"${type}"`));
  for (let tries = 0; !(tells('quality').length && tells('play').length) && tries < 100; tries++) {
    await page.waitForTimeout(200);
  }
  const sent = (await Promise.all(asked.map((request) => request.response()))).filter(Boolean);
  const told = (type) => sent.filter((answer) => answer.request().postData().includes(`"type":"${type}"`));
  const answers = await Promise.all(sent.map((answer) => answer.json()));
  const all = sent.flatMap((answer) => answer.request().postDataJSON().events);
  const events = [...new Map(all.map((event) => [event.id, event])).values()];
  const accepted = answers.reduce((sum, answer) => sum + answer.accepted, 0);
  const reported = { status: told('play')[0]?.status(), types: events.map(({ type }) => type), answer: { accepted } };
  reported.plays = events.filter(({ type }) => type === 'play').map(({ video_id }) => video_id);
  reported.left = { refused: answers.flatMap(({ refused }) => refused) };
  reported.quality = events.filter(({ type }) => type === 'quality');
  reported.views = events.filter(({ type }) => type === 'play').map(({ id }) => id);
  reported.receipts = events.filter(({ receipt }) => receipt).length;
  const notices = await item.locator('.notices').allTextContents();
  const scripts = await page.evaluate(() => window.performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.endsWith('.js')));
  return {
    played: { ...played, seconds }, ranges, notices, reported, likes: names, hls: scripts.filter((name) => /hls/.test(name)),
    problems: await page.locator('[role=alert]:visible').allTextContents(),
  };
});

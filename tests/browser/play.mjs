// Signs in, plays one clip to its end, likes it and takes the like back; then leaves the page, which tells what was
// watched.
import { reached, run, signIn } from './browser.mjs';

await run(async (page, given) => {
  const ranges = [];
  page.on('request', (request) => request.url().endsWith('.mp4') && ranges.push(request.headers().range));
  await signIn(page, given);
  const item = await reached(page, given.title);
  await item.locator('img').waitFor({ state: 'visible' });
  if (given.screenshot) {
    await page.screenshot({ path: `${given.screenshot}-list.png` });
  }

  await item.getByRole('button', { name: /^Play / }).click();
  const video = item.locator('video');
  await video.evaluate((element, half) => new Promise((resolve) => {
    element.addEventListener('timeupdate', () => element.currentTime >= half * element.duration && resolve());
  }), 0.5);
  if (given.screenshot) {
    await page.screenshot({ path: `${given.screenshot}-playing.png` });
  }
  await video.evaluate((element) => element.ended || new Promise((resolve) => element.addEventListener('ended', resolve)));
  const played = await video.evaluate((element) => ({
    seconds: element.currentTime,
    duration: element.duration,
    width: element.videoWidth,
    height: element.videoHeight,
    frames: element.getVideoPlaybackQuality().totalVideoFrames,
    dropped: element.getVideoPlaybackQuality().droppedVideoFrames,
    errors: Number(element.dataset.errors),
    stalls: Number(element.dataset.stalls),
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
  const told = page.waitForResponse((answer) => answer.url().endsWith('/v1/events'));
  await page.evaluate(() => window.dispatchEvent(new window.Event('pagehide')));
  const answer = await told;
  const { events } = answer.request().postDataJSON();
  const reported = { status: answer.status(), types: events.map(({ type }) => type), answer: await answer.json() };
  reported.plays = events.filter(({ type }) => type === 'play').map(({ video_id }) => video_id);
  reported.receipts = events.filter(({ receipt }) => receipt).length;
  const notices = await page.locator('.notices:visible').allTextContents();
  return { played, ranges, notices, reported, likes: names, problems: await page.locator('[role=alert]:visible').allTextContents() };
});

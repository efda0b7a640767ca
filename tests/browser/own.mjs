// Watches one's own clips on their way, from the list of everybody's; then a clip that was uploaded elsewhere meanwhile.
import { clip, enterPassword, reached, run } from './browser.mjs';

/** What a clip's item says, by the class of the line. */
function told(page, title) {
  return clip(page, title).evaluate((item) => ({
    ...Object.fromEntries([...item.querySelectorAll('p:not([hidden])')].map((line) => [line.className, line.textContent])),
    link: item.querySelector('a')?.getAttribute('href') ?? null,
    bar: item.querySelector('progress')?.position ?? null,
    poster: item.querySelector('img')?.hidden === false,
  }));
}

await run(async (page, given) => {
  let asked = 0;
  page.on('request', (request) => {
    asked += /\/v1\/videos\b/.test(request.url());
  });
  await page.clock.install();
  await page.goto(new URL('/sign-in?to=/clips', given.url).href);
  await enterPassword(page, given);
  const reads = async (title, state) => {
    await clip(page, title).getByText(state, { exact: true }).waitFor();
    return told(page, title);
  };
  const found = { queued: await reads('Cats', 'Queued'), review: await reads('Dogs', 'In review') };
  await page.clock.fastForward(3_000);
  found.production = await reads('Cats', 'In production');
  await page.clock.fastForward(3_000);
  await reads('Cats', 'Published');
  await clip(page, 'Cats').locator('img').waitFor({ state: 'visible' });
  found.published = await told(page, 'Cats');
  found.rejected = await reads('Dogs', 'Rejected');
  found.said = await page.locator('.said').textContent();

  await page.waitForLoadState('networkidle');
  const before = asked;
  await page.clock.runFor(300_000);
  found.askedWhenAllWasOver = asked - before;

  await page.evaluate(() => window.dispatchEvent(new window.Event('focus')));
  await clip(page, 'Birds').waitFor();
  found.order = await page.locator('.own h2').allTextContents();
  if (given.screenshot) {
    await page.screenshot({ path: `${given.screenshot}-own.png` });
  }
  await page.getByRole('link', { name: 'For you' }).click();
  await page.clock.resume();
  await reached(page, given.next);
  found.problems = await page.locator('#notice:visible').allTextContents();
  return found;
});

// The feed does not answer: opens the page as somebody without an account, and plays what the CDN has.
import { reached, run } from './browser.mjs';

await run(async (page, given) => {
  await page.goto(given.url);
  await page.getByRole('button', { name: 'Watch without an account' }).click();
  const item = await reached(page, given.title);
  await item.getByRole('button', { name: /^Play / }).click();
  const video = item.locator('video');
  await video.evaluate((element) => new Promise((resolve) => {
    element.addEventListener('timeupdate', () => element.currentTime > 0.3 && resolve());
  }));
  return {
    clips: await page.getByRole('listitem').count(),
    more: await page.locator('.more').isVisible(),
    errors: await video.evaluate((element) => Number(element.dataset.errors)),
    problems: await page.locator('[role=alert]:visible').allTextContents(),
  };
});

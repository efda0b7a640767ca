// The feed does not answer: opens the page as somebody without an account, and plays what the CDN has.
import { playing, reached, run } from './browser.mjs';

await run(async (page, given) => {
  await page.goto(given.url);
  const item = await reached(page, given.title);
  await item.locator('video').waitFor({ state: 'attached' });
  await playing(item);
  return {
    clips: await page.locator('article').count(),
    note: await page.locator('.feed-note').textContent(),
    problems: await page.locator('[role=alert]:visible').allTextContents(),
  };
});

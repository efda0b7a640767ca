// Uploads nothing itself: watches a clip of one's own from when it is listed until it is published.
import { clip, playing, run, shown, signedIn, signIn } from './browser.mjs';

await run(async (page, given) => {
  const seen = [];
  await page.exposeFunction('note', (state, progress) => seen.push([state, progress]));
  await signIn(page, given);
  await signedIn(page);
  await page.goto(new URL('/clips', given.url).href);
  await clip(page, given.title).evaluate((item) => {
    const look = () => window.note(item.querySelector('.state').textContent, item.querySelector('.how-far')?.textContent ?? '');
    new window.MutationObserver(look).observe(item, { subtree: true, childList: true, characterData: true });
    look();
  });
  await clip(page, given.title).getByText('Published', { exact: true }).waitFor({ timeout: 240_000 });
  await clip(page, given.title).locator('img').waitFor({ state: 'visible' });
  await clip(page, given.title).getByRole('link').click();
  await playing(shown(page));
  return { seen, shown: await page.locator('article').count() };
});

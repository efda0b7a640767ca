// Plays a clip whose first playback token has expired already.
import { clip, run, signIn } from './browser.mjs';

const PATIENCE_MS = 30_000;

await run(async (page, given) => {
  await signIn(page, given);
  const item = clip(page, given.title);
  await item.getByRole('button', { name: /^Play / }).click();
  const ended = await item.locator('video').evaluate(
    (element, patience) => element.ended || new Promise((resolve) => {
      element.addEventListener('ended', () => resolve(true));
      setTimeout(() => resolve(`at ${element.currentTime} s, paused ${element.paused}`), patience);
    }),
    PATIENCE_MS,
  );
  return { ended, problems: await item.getByRole('alert').filter({ visible: true }).allTextContents() };
});

// Plays a clip whose first playback token has expired already.
import { ended, reached, run, signIn } from './browser.mjs';

await run(async (page, given) => {
  await signIn(page, given);
  const item = await reached(page, given.title);
  await item.locator('video').waitFor({ state: 'attached' });
  return { ended: await ended(item), problems: await item.getByRole('alert').filter({ visible: true }).allTextContents() };
});

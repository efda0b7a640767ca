// Goes through two pages of the feed, fourteen clips, and waits for each until it is shown.
import { playing, reached, run, shown, signIn } from './browser.mjs';

await run(async (page, given) => {
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await signIn(page, given);
  const authors = [];
  // One that is shown before has to be left by itself: its address has expired.
  const gone = await reached(page, 'Gone');
  await gone.getByRole('alert').waitFor();
  const nodes = [];
  for (const title of given.titles) {
    const item = await reached(page, title);
    authors.push(await item.locator('.by').textContent());
    nodes.push(await page.locator('article').count());
    nodes.push(await page.locator('video').count());
  }
  await playing(shown(page));
  return { authors, most: Math.max(...nodes), ofTheApi: asked.filter((path) => path.startsWith('/v1/') && !path.startsWith('/v1/me') && path !== '/v1/events') };
});

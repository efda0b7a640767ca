// Opens the second page of the list, which has ten clips, looks at each of them and plays one.
import { clip, run, signIn } from './browser.mjs';

await run(async (page, given) => {
  await signIn(page, given);
  await page.getByRole('listitem').first().waitFor();
  // The last two of the first page came with addresses that have expired, and ask for others when they are near.
  await clip(page, 'Gone').scrollIntoViewIfNeeded();
  await clip(page, 'Gone').getByRole('alert').waitFor();
  await clip(page, 'Renews').locator('img').waitFor({ state: 'visible' });
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.getByRole('button', { name: 'More clips' }).click();
  const authors = [];
  for (const title of given.titles) {
    const item = clip(page, title);
    await item.scrollIntoViewIfNeeded();
    await item.locator('img').waitFor({ state: 'visible' });
    authors.push(await item.locator('.by').textContent());
  }
  const item = clip(page, given.titles[0]);
  await item.getByRole('button', { name: /^Play / }).click();
  await item.locator('video').evaluate((element) => new Promise((resolve) => {
    element.addEventListener('timeupdate', resolve, { once: true });
  }));
  return { authors, ofTheApi: asked.filter((path) => path.startsWith('/v1/')) };
});

// Loses the network: a like is kept, the app opens all the same, and the like is sent once the network is back.
import { reached, run, shown, signIn } from './browser.mjs';

await run(async (page, given) => {
  await signIn(page, given);
  await shown(page).waitFor();
  await page.evaluate(() => window.navigator.serviceWorker.ready.then(() => undefined));
  const item = await reached(page, 'Plays');
  await page.context().setOffline(true);
  await page.locator('#offline').waitFor();
  const save = item.getByRole('button', { name: 'Bookmark' });
  await save.click();
  const refused = [await item.locator('.problem').textContent(), await page.locator('#offline').textContent(), await page.locator('#notice').count(), await save.getAttribute('aria-pressed')];
  await item.getByRole('button', { name: /^Like / }).click();
  await page.locator('#notice').getByText('Kept').waitFor();
  const found = { refused, liked: await item.locator('.like').getAttribute('aria-pressed') };
  await page.reload();
  await page.locator('#offline').waitFor();
  found.opened = await page.getByRole('link', { name: 'For you' }).first().isVisible();
  const sent = page.waitForRequest((request) => request.method() === 'PUT' && request.url().endsWith('/like'));
  await page.context().setOffline(false);
  found.sent = new URL((await sent).url()).pathname;
  await page.waitForFunction(() => window.localStorage.getItem('reelstack.likes') === null);
  return found;
});

// The authorization code flow: away and back again, also to sign out; then a code that this tab never asked for.
import { run } from './browser.mjs';

await run(async (page, given) => {
  await page.goto(given.url);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  const clips = page.getByRole('listitem');
  await clips.first().waitFor();
  const found = { clips: await clips.count(), address: await page.evaluate(() => document.location.pathname + document.location.search) };

  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/?signed-out=c');
  await page.goto(`${given.url}/?code=stolen&state=guessed`);
  await page.locator('#notice').waitFor();
  return { ...found, forged: await page.locator('#notice').textContent() };
});

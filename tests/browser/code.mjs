// The authorization code flow: away and back again, also to sign out; then a code that this tab never asked for.
import { run, shown } from './browser.mjs';

await run(async (page, given) => {
  await page.goto(given.url);
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'Inbox' }).waitFor();
  await shown(page).waitFor();
  const found = { address: await page.evaluate(() => document.location.pathname + document.location.search) };

  await page.goto(new URL('/settings', given.url).href);
  await page.getByRole('main').getByRole('button', { name: 'Sign out' }).first().click();
  await page.waitForURL('**/?signed-out=c');
  await page.goto(`${given.url}/?code=stolen&state=guessed`);
  await page.locator('#notice').waitFor();
  return { ...found, forged: await page.locator('#notice span').first().textContent() };
});

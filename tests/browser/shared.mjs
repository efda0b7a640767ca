// Opens the link of a clip as somebody without an account, plays it, signs in there and likes it; then opens links that
// lead nowhere.
import { enterPassword, playing, run, shown } from './browser.mjs';

await run(async (page, given) => {
  const opened = await page.goto(given.link);
  let item = shown(page);
  await playing(item);
  const found = { status: opened.status(), clips: await page.locator('article').count() };

  const like = item.getByRole('button', { name: /^Like / });
  await like.click();
  await item.getByRole('alert').waitFor();
  found.likeSignedOut = await item.getByRole('alert').textContent();

  await page.getByRole('banner').getByRole('link', { name: 'Sign in' }).click();
  await enterPassword(page, given);
  await page.waitForURL(given.link);
  item = shown(page);
  await playing(item);
  found.signedIn = await item.getByRole('button', { name: /^Like / }).getAttribute('aria-pressed');

  found.elsewhere = {};
  for (const path of given.nowhere) {
    const answer = await page.goto(new URL(path, given.link).href);
    await page.waitForLoadState('networkidle');
    found.elsewhere[path] = [answer.status(), await page.locator(':is(h1, h2):lang(en)').last().textContent()];
  }

  await page.goto(new URL('/', given.link).href);
  await page.evaluate(() => window.sessionStorage.clear());
  await page.reload();
  await shown(page).waitFor();
  found.feed = await page.locator('article').count();
  return found;
});

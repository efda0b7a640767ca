// Opens the link of a clip as somebody without an account, plays it, signs in there and likes it; then opens links that
// lead nowhere.
import { clip, run } from './browser.mjs';

async function playing(page, title) {
  const item = clip(page, title);
  await item.getByRole('button', { name: /^Play / }).click();
  await item.locator('video').evaluate((element) => new Promise((resolve) => {
    element.addEventListener('timeupdate', () => element.currentTime > 0.3 && resolve());
  }));
  return item;
}

await run(async (page, given) => {
  const opened = await page.goto(given.link);
  let item = await playing(page, given.title);
  const found = { status: opened.status(), clips: await page.getByRole('listitem').count() };

  const like = item.getByRole('button', { name: /^Like / });
  await like.click();
  await item.getByRole('alert').waitFor();
  found.likeSignedOut = await item.getByRole('alert').textContent();

  await page.getByRole('banner').getByRole('button', { name: 'Sign in' }).click();
  await page.getByLabel('Name').fill(given.username);
  await page.getByLabel('Password').fill(given.password);
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
  item = await playing(page, given.title);
  await item.locator('.like:enabled').waitFor();
  found.signedIn = await item.getByRole('button', { name: /^Like / }).getAttribute('aria-pressed');

  found.elsewhere = {};
  for (const path of given.nowhere) {
    const answer = await page.goto(new URL(path, given.link).href);
    await page.waitForLoadState('networkidle');
    found.elsewhere[path] = [answer.status(), await page.getByRole('heading').last().textContent()];
  }

  await page.goto(new URL('/', given.link).href);
  await page.evaluate(() => window.sessionStorage.clear());
  await page.reload();
  await page.getByRole('button', { name: 'Watch without an account' }).click();
  await page.getByRole('listitem').first().waitFor();
  found.feed = await page.getByRole('listitem').count();
  return found;
});

// Somebody makes an account, watches a clip of another, likes and comments on it; its creator is told at once on an open
// page. Then a moderator takes the clip down while it plays.
import { enterPassword, playing, run, shown } from './browser.mjs';

await run(async (page, given) => {
  const creator = await page.context().newPage();
  await creator.goto(new URL('/sign-in?to=/inbox', given.url).href);
  await enterPassword(creator, given.creator);
  await creator.locator('.live').waitFor();

  await page.goto(new URL('/sign-up', given.url).href);
  await page.getByLabel('Name').fill(given.name);
  await page.getByLabel('E-mail').fill(`${given.name}@example.com`);
  await page.getByLabel('Password').fill(given.password);
  await page.getByRole('main').getByRole('button', { name: 'Create an account' }).click();
  await page.getByLabel('Code').fill('123456');
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
  const profile = page.getByRole('dialog', { name: 'Edit profile' });
  await profile.getByLabel('Handle').fill(given.name);
  await profile.getByLabel('Displayed name').fill('Eve');
  await profile.getByRole('button', { name: 'Save' }).click();
  await profile.waitFor({ state: 'detached' });
  const found = { heading: await page.getByRole('heading', { level: 1 }).textContent() };

  await page.goto(given.link);
  const item = shown(page);
  await playing(item);
  await page.keyboard.press('l');
  await item.locator('.like[aria-pressed="true"]').waitFor();
  await page.keyboard.press('c');
  const sheet = page.getByRole('dialog', { name: 'Comments' });
  await sheet.getByLabel('Add a comment').fill('What a clip');
  await sheet.getByRole('button', { name: 'Send' }).click();
  await sheet.getByRole('listitem').filter({ hasText: 'What a clip' }).waitFor();
  await page.keyboard.press('Escape');
  await creator.getByRole('link', { name: `@${given.name} commented on your clip` }).waitFor();
  found.told = await creator.locator('#announced').textContent();
  if (given.screenshot) {
    await creator.screenshot({ path: `${given.screenshot}-inbox.png` });
    await page.screenshot({ path: `${given.screenshot}-watched.png` });
  }

  const down = await page.request.post(given.takedown, { headers: { authorization: `Bearer ${given.token}` }, data: { reason: 'It was asked for' } });
  found.down = down.status();
  await item.getByRole('alert').waitFor({ timeout: 60_000 });
  found.paused = await item.locator('video').evaluate((element) => element.paused);
  found.hidden = await item.locator('.frame').isHidden();
  found.says = await item.getByRole('alert').textContent();
  return found;
});

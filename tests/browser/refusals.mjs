// What a person is told when things do not work: a wrong password, a like that is refused, a clip that is gone.
import { reached, run, signIn } from './browser.mjs';

await run(async (page, given) => {
  await signIn(page, { ...given, password: 'wrong' });
  const notice = page.locator('#notice');
  await notice.waitFor();
  const found = { wrongPassword: await notice.locator('span').first().textContent() };

  await page.getByLabel('Password').fill(given.password);
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
  const refused = await reached(page, 'Refuses likes');
  const like = refused.getByRole('button', { name: /^Like / });
  await like.click();
  await refused.getByRole('alert').waitFor();
  found.refusedLike = await refused.getByRole('alert').textContent();
  found.afterRefusal = [await like.getAttribute('aria-pressed'), await like.getAttribute('aria-label')];

  const gone = await reached(page, 'Gone');
  await gone.getByRole('alert').waitFor();
  found.gone = await gone.getByRole('alert').textContent();

  await page.goto(new URL('/settings', given.url).href);
  await page.getByRole('main').getByRole('button', { name: 'Sign out' }).first().click();
  await page.getByLabel('Name').waitFor();
  found.keptAfterSignOut = await page.evaluate(() => window.sessionStorage.length);
  return found;
});

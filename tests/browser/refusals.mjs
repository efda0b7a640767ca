// What a person is told when things do not work: a wrong password, a like that is refused, a clip that is gone.
import { playing, reached, run, shown, signIn } from './browser.mjs';

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

  // Lists may come without addresses: they are asked for. Links within the app, since this edge has no page of a clip.
  const follow = (path) => page.evaluate((href) => document.body.appendChild(Object.assign(document.createElement('a'), { href })).click(), path);
  const asked = [];
  page.on('request', (request) => request.url().includes('hls-') && asked.push(request.url()));
  await follow(`/@bob/${given.archived}`);
  const archived = shown(page, given.archived).getByRole('alert');
  await archived.waitFor();
  found.archived = await archived.textContent();
  await follow(`/@bob/${given.plays}`);
  await playing(shown(page, given.plays));
  found.hls = asked;

  await page.evaluate(() => window.localStorage.setItem('reelstack.prefs.language', '"ar"'));
  await page.goto(new URL('/sign-in', given.url).href);
  await page.locator('[name=username]').fill(given.username);
  await page.locator('[name=password]').fill('wrong');
  await page.getByRole('main').locator('.primary').click();
  await notice.waitFor();
  found.inArabic = await notice.locator('span').first().textContent();
  return found;
});

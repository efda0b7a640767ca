// Somebody new is asked what they like, says it by keyboard, once without a network; then looks at it in the settings.
import { readFileSync } from 'node:fs';
import { arrived, run, shown, signIn } from './browser.mjs';

const AXE = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

/** What axe finds grave on the page, and whether the page is wider than a phone. */
async function look(page, picture) {
  await arrived(page);
  if (picture) {
    await page.screenshot({ path: picture });
  }
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
    const grave = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
    const wide = document.documentElement.scrollWidth > window.innerWidth ? ['wider than the screen'] : [];
    return [...grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`), ...wide];
  });
}

await run(async (page, given) => {
  const picture = (name) => given.screenshot && `${given.screenshot}-${name}.png`;
  const card = page.locator('.invitation');
  const pressed = () => page.locator('main .chip[aria-pressed="true"]').allTextContents();
  await signIn(page, given);
  await card.waitFor();
  await shown(page).waitFor();
  const found = { announced: await page.locator('#announced').textContent(), card: await look(page, picture('card')) };
  await page.keyboard.press('ArrowDown');
  await card.waitFor({ state: 'hidden' });
  await page.keyboard.press('ArrowUp');
  await card.waitFor();
  await card.getByRole('link', { name: 'Choose' }).focus();
  await page.keyboard.press('Enter');

  const tags = page.getByRole('group', { name: 'Tags' });
  await tags.waitFor();
  found.offered = await tags.getByRole('button').allTextContents();
  await tags.getByRole('button', { name: '#sea' }).focus();
  await page.keyboard.press('Space');
  await page.getByLabel('Another tag').focus();
  await page.keyboard.type('#Kites, SEA');
  await page.keyboard.press('Enter');
  found.pressed = await pressed();
  found.counted = await page.getByRole('status').filter({ hasText: 'of 20' }).textContent();
  found.page = await look(page, picture('page'));

  await page.context().setOffline(true);
  await page.locator('#offline').waitFor();
  const save = page.getByRole('button', { name: 'Save' });
  await save.focus();
  await page.keyboard.press('Enter');
  found.offline = await page.getByRole('main').getByRole('alert').textContent();
  await page.context().setOffline(false);
  await page.locator('#offline').waitFor({ state: 'detached' });
  await save.click();
  await shown(page).waitFor();
  found.saved = [new URL(page.url()).pathname, await page.locator('#notice span').first().textContent()];

  const asked = [];
  page.on('request', (request) => request.url().includes('/v1/me/') && asked.push(new URL(request.url()).pathname));
  await page.reload();
  await shown(page).waitFor();
  await page.waitForLoadState('networkidle');
  found.again = [await card.count(), asked.includes('/v1/me/interests')];

  await page.evaluate(() => {
    window.localStorage.setItem('reelstack.prefs.language', '"ar"');
    window.localStorage.setItem('reelstack.prefs.theme', '"light"');
  });
  await page.goto(new URL('/settings', given.url).href);
  const section = page.locator('section[aria-labelledby="interests"]');
  await section.locator('.tag').first().waitFor();
  found.settings = await section.locator('.tag').allTextContents();
  await section.getByRole('link').click();
  await page.locator('main .chip').first().waitFor();
  found.kept = await pressed();
  found.arabic = [await page.evaluate(() => document.documentElement.dir), ...(await look(page, picture('ar')))];
  await page.getByRole('main').locator('.acts button').last().click();
  await section.waitFor();
  found.back = new URL(page.url()).pathname;
  return found;
});

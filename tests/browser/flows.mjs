// By keyboard alone, as who hears the page would: goes through the feed, comments, likes, saves, hides a clip; then looks
// at every page with axe, in both languages and themes.
import { readFileSync } from 'node:fs';
import { arrived, reached, run, shown, signIn } from './browser.mjs';

const AXE = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const GRAVE = new Set(['serious', 'critical']);

/** What axe finds grave on the page as it is. */
async function grave(page) {
  await arrived(page);
  await page.evaluate(AXE);
  return page.evaluate(async (levels) => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
    return violations
      .filter(({ impact }) => levels.includes(impact))
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html, any }) => `${html.slice(0, 120)} ${any[0]?.message ?? ''}`).join(' | ')}`);
  }, [...GRAVE]);
}

async function speaks(page, language, theme) {
  await page.evaluate(([spoken, colours]) => {
    window.localStorage.setItem('reelstack.prefs.language', JSON.stringify(spoken));
    window.localStorage.setItem('reelstack.prefs.theme', JSON.stringify(colours));
  }, [language, theme]);
}

await run(async (page, given) => {
  await signIn(page, given);
  await reached(page, 'Plays');
  const found = { exposed: await page.getByRole('article').count() };
  await page.keyboard.press('ArrowDown');
  await page.locator('#announced').getByText('Refuses likes').waitFor();
  found.announced = await page.locator('#announced').textContent();
  await page.keyboard.press('ArrowUp');
  await page.locator('#announced').getByText('Plays').waitFor();

  await page.keyboard.press('c');
  const sheet = page.getByRole('dialog', { name: 'Comments' });
  await sheet.getByText('First!').waitFor();
  await sheet.getByLabel('Add a comment').focus();
  await page.keyboard.type('Second');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await sheet.getByRole('listitem').filter({ hasText: 'Second' }).waitFor();
  found.comments = await sheet.getByRole('listitem').count();
  found.graveInSheet = await grave(page);
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
  found.counted = await shown(page).getByRole('button', { name: /^Comments/ }).getAttribute('aria-label');

  await page.keyboard.press('l');
  await shown(page).locator('.like[aria-pressed="true"]').waitFor();
  await shown(page).getByRole('button', { name: 'Bookmark' }).focus();
  await page.keyboard.press('Enter');
  await shown(page).locator('.save[aria-pressed="true"]').waitFor();
  await shown(page).getByRole('button', { name: 'More about this clip' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Not interested' }).focus();
  await page.keyboard.press('Enter');
  await page.locator('#notice').getByText('less like this').waitFor();
  await reached(page, 'Refuses likes');
  found.after = await shown(page).getByRole('heading').textContent();

  found.grave = {};
  for (const [language, theme] of [['en', 'dark'], ['ar', 'light']]) {
    await speaks(page, language, theme);
    for (const path of given.paths) {
      await page.goto(new URL(path, given.url).href);
      await page.locator('main :is(h1, h2)').first().waitFor({ state: 'attached' });
      await page.waitForFunction(() => !document.querySelector('.spinner'));
      const bad = await grave(page);
      if (bad.length > 0) {
        found.grave[`${path} ${language} ${theme}`] = bad;
      }
      if (given.screenshot) {
        await page.screenshot({ path: `${given.screenshot}${path.replaceAll('/', '_')}-${language}-${theme}.png` });
      }
    }
    found[language] = await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]);
  }
  return found;
});

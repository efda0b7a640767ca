// The pages of creators and staff over canned answers: looked over by axe-core in both languages, and used by keyboard.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arrived, run } from './browser.mjs';
import { studioSite } from './studio_site.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SERIOUS = ['serious', 'critical'];
const CLAIMS = Buffer.from(JSON.stringify({ 'cognito:groups': ['creator', 'moderator', 'admin'] })).toString('base64url');
const WIDE = { width: 1280, height: 860 };

await run(async (page, given) => {
  const site = await studioSite(given);
  const found = { serious: {}, overflows: [] };
  await page.addInitScript(`sessionStorage.setItem('reelstack.session', JSON.stringify({ access: 'x.${CLAIMS}.x', refresh: 'r', expires: Date.now() + 3600000 }))`);

  /** What axe-core finds serious; also whether the page is wider than a phone. `path`: opened first. */
  const look = async (name, selector, path) => {
    if (path) {
      await page.goto(site.url + path);
    }
    await page.locator(selector).first().waitFor();
    await arrived(page);
    if (await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)) {
      found.overflows.push(name);
    }
    // By the debugger: the page's policy lets no other script in.
    const devtools = await page.context().newCDPSession(page);
    const expression = `${AXE};axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => JSON.stringify(violations))`;
    const { result } = await devtools.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    const serious = JSON.parse(result.value).filter(({ impact }) => SERIOUS.includes(impact));
    found.serious[name] = serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
    if (given.shots) {
      await page.screenshot({ path: `${given.shots}/${name}.png`, fullPage: true });
      const narrow = page.viewportSize();
      await page.setViewportSize(WIDE);
      await page.screenshot({ path: `${given.shots}/${name}-wide.png` });
      await page.setViewportSize(narrow);
    }
  };
  const text = (selector) => page.locator(selector).first().textContent();

  try {
    await look('analytics', '.canvas canvas', '/analytics');
    found.tiles = await page.locator('.tile dd').allTextContents();
    found.rows = await page.locator('.chart table').first().locator('tbody tr').count();
    found.live = [await text('.card .soft')];
    await look('analytics-clip', '.canvas canvas', '/analytics?video=v1');
    found.charts = await page.locator('.chart h2').allTextContents();
    await look('analytics-new', '.tile', '/analytics?video=v2');
    found.live.push(...(await page.locator('.studio > p.soft').allTextContents()));
    found.chartsOfNew = await page.locator('.chart').count();
    await look('operations', '.studio table', '/operations');
    await page.getByRole('button', { name: 'Send again: Low' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Send again' }).click();
    found.moved = await text('#notice span');
    found.level = [await text('.tile:nth-child(2) dd'), ...new Set(site.state.feedAskedAs)];
    await look('review', '.reviewed .facts-list', '/review');
    await page.keyboard.press('j');
    await page.locator('.reviewed[aria-label^="Gold"]').waitFor();
    found.notes = await page.locator('.reviewed small.note').allTextContents();
    found.blurred = [await page.locator('[data-blurred]').getAttribute('data-blurred')];
    await page.keyboard.press('b');
    found.blurred.push(await page.locator('[data-blurred]').getAttribute('data-blurred'));
    await page.keyboard.press('c');
    found.held = await text('.reviewed .note[role=status]');
    await page.keyboard.press('l');
    await look('review-log', '.log');
    await page.keyboard.press('r');
    await page.locator('dialog form').waitFor();
    await page.keyboard.press('a');
    found.decidedWhileWriting = [...site.state.decided];
    await look('review-reject', 'dialog form');
    await page.getByRole('checkbox').check();
    await page.getByRole('textbox').fill('Second time.');
    await page.keyboard.press('Tab');
    await page.getByRole('dialog').getByRole('button', { name: 'Reject', exact: true }).press('Enter');
    await page.locator('.reviewed[aria-label=Cats]').waitFor();
    await page.keyboard.press('k');
    await page.locator('.reviewed[aria-label^=Sun]').waitFor();
    await page.keyboard.press('?');
    await look('review-keys', 'dialog .keys');
    await page.keyboard.press('Escape');
    // Held down, so that it is pressed again while the first press is answered.
    await page.keyboard.down('a');
    await page.keyboard.down('a');
    await page.keyboard.up('a');
    await page.locator('.reviewed[aria-label=Cats]').waitFor();
    found.decided = site.state.decided;
    await look('upload', '.drop', '/upload');
    await page.locator('input[type=file]').setInputFiles({ name: 'My_day.mp4', mimeType: 'video/mp4', buffer: Buffer.alloc(2_500_000) });
    await look('upload-form', '.upload form');
    found.title = await page.getByRole('textbox', { name: 'Title' }).inputValue();
    await page.goto(`${site.url}/settings`);
    await page.getByRole('combobox').first().selectOption('ar');
    await page.locator('html[dir=rtl]').waitFor();
    await page.getByRole('combobox').nth(1).selectOption('light');
    for (const [name, selector] of [['analytics', '.canvas canvas'], ['operations', '.studio table'], ['review', '.reviewed .facts-list'], ['upload', '.drop']]) {
      await look(`${name}-ar`, selector, `/${name}`);
    }
    found.heads = await text('h1');
    found.unknown = site.state.unknown;
    return found;
  } finally {
    site.close();
  }
});

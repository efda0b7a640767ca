// Chromium on a phone's screen, for the scenarios beside this file. Each is called with one JSON argument and prints one
// JSON object. Nothing is downloaded: the browser is the machine's own.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const QUIET = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required'],
];
const PATIENCE_MS = 20_000;

/** Runs `scenario(page, given)` with an empty profile; adds what the page itself complained about. */
export async function run(scenario) {
  const given = JSON.parse(process.argv[2]);
  const profile = mkdtempSync(join(tmpdir(), 'reelstack-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: given.chromium,
    headless: true,
    args: QUIET,
    viewport: { width: 390, height: 844 },
  });
  try {
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    const complaints = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && /Content Security Policy|Uncaught/.test(message.text())) {
        complaints.push(message.text());
      }
    });
    const found = await scenario(page, given);
    console.log(JSON.stringify({ ...found, complaints }));
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

export async function signIn(page, given) {
  await page.goto(given.url);
  await page.getByLabel('Name').fill(given.username);
  await page.getByLabel('Password').fill(given.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** The list item of the clip with that title. */
export function clip(page, title) {
  return page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: title, exact: true }) }).first();
}

/** The same, scrolled to as a person would, however many clips are newer. */
export async function reached(page, title) {
  const item = clip(page, title);
  const more = page.getByRole('button', { name: 'More clips' });
  await page.getByRole('listitem').first().waitFor();
  while (!(await item.count()) && (await more.isVisible())) {
    await more.click();
    await page.locator('.clips[aria-busy="false"]').waitFor();
  }
  await item.scrollIntoViewIfNeeded();
  return item;
}

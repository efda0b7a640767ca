// Chromium on a phone's screen, for the scenarios beside this file. Each is called with one JSON argument and prints one
// JSON object. Nothing is downloaded: the browser is the machine's own.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

export const QUIET = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required'],
];
const PATIENCE_MS = 20_000;

/** Runs `scenario(page, given)` with an empty profile; adds what the page itself complained about. `more`: arguments of
 * Chromium. */
export async function run(scenario, more = []) {
  const given = JSON.parse(process.argv[2]);
  const profile = mkdtempSync(join(tmpdir(), 'reelstack-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: given.chromium,
    headless: true,
    args: [...QUIET, ...more],
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
  await page.goto(new URL('/sign-in', given.url).href);
  await enterPassword(page, given);
}

/** Waits until the sign-in page has made place for another: leaving it sooner would take its request back. */
export async function signedIn(page) {
  await page.getByLabel('Password').waitFor({ state: 'detached' });
  await page.getByRole('main').waitFor();
}

export async function enterPassword(page, given) {
  await page.getByLabel('Name').fill(given.username);
  await page.getByLabel('Password').fill(given.password);
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
}

/** The list item of one's own clip with that title. */
export function clip(page, title) {
  return page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: title, exact: true }) }).first();
}

/** The clip that the feed shows; `id`: once it is this one. */
export function shown(page, id = '') {
  return page.locator(`article[data-current="true"]${id && `[data-video-id="${id}"]`}`);
}

/** The feed's clip with that title, once it is the one that is shown: by keys, however many come before it. */
export async function reached(page, title) {
  const found = page.locator('article[data-current="true"]').filter({ has: page.getByRole('heading', { name: title, exact: true }) });
  await shown(page).waitFor();
  for (let turns = 0; turns < 60 && !(await found.count()); turns++) {
    const before = await shown(page).getAttribute('data-video-id');
    await page.keyboard.press('ArrowDown');
    await page.waitForFunction((id) => document.querySelector('article[data-current="true"]')?.dataset.videoId !== id, before);
  }
  return found;
}

/** Waits until whatever comes in is in: a dialog that is still half transparent has no contrast. What turns for ever is
 * not waited for. */
export function arrived(page) {
  return page.evaluate(async () => {
    const running = document.getAnimations().filter(({ playState }) => playState === 'running');
    const ending = running.filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map(({ finished }) => finished));
  });
}

/** Waits until the clip has played for so many seconds; what is evaluated has no time limit of its own. */
export async function playing(item, seconds = 0.3) {
  await item.locator('video').evaluate((element, [wanted, ms]) => element.currentTime > wanted || new Promise((resolve, reject) => {
    element.addEventListener('timeupdate', () => element.currentTime > wanted && resolve());
    const told = () => `${element.currentTime} s, paused ${element.paused}, ready ${element.readyState}, on the page ${element.isConnected}`;
    setTimeout(() => reject(new Error(`the clip does not play: ${told()}`)), ms);
  }), [seconds, PATIENCE_MS]);
}

/** Waits until the clip has come to its end, and says where that was. One that begins again has no `ended`, and tells its
 * position four times a second only: it is looked at with each picture of the page. */
export function ended(item) {
  return item.locator('video').evaluate((element) => new Promise((resolve) => {
    let furthest = 0;
    const look = () => {
      const { currentTime } = element;
      if (element.ended || currentTime < furthest - 0.5) {
        resolve(Math.max(furthest, element.ended ? currentTime : 0));
        return;
      }
      furthest = currentTime;
      window.requestAnimationFrame(look);
    };
    look();
  }));
}

// Uploads a large file from the app's page: its tab is killed five times, and the network changes twice. Each new tab
// finds the upload by itself, or asks for the file again where it had not kept it yet.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { enterPassword, QUIET } from './browser.mjs';
import { makeNetwork } from './network.mjs';

const given = JSON.parse(process.argv[2]);
const network = await makeNetwork(given.bytesPerSecond);
const profile = mkdtempSync(join(tmpdir(), 'reelstack-upload-'));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: given.chromium,
  headless: true,
  args: [...QUIET, `--proxy-server=${network.address}`, '--proxy-bypass-list=<-loopback>'],
});
context.setDefaultTimeout(60_000);
// Any moment of a part may be the last one, but each seventh of it once: no run is luckier than another.
const MOMENTS = Array.from({ length: 7 }, (_, index) => (index + Math.random()) / 7)
  .map((share) => ({ share, order: Math.random() }))
  .sort((one, other) => one.order - other.order)
  .map(({ share }) => share);
const found = { kills: 0, changes: 0, chosenAgain: 0, videos: [] };

/** Bytes that the page says are there or on their way. */
const sent = (page) => page.locator('.upload progress').first().evaluate((bar) => bar.value, null, { timeout: 10_000 });

async function reaches(page, bytes) {
  const deadline = Date.now() + 120_000;
  while ((await page.locator('.upload progress').count()) && (await sent(page)) < bytes) {
    if (Date.now() > deadline) {
      throw new Error(`stuck: ${await page.locator('.upload').innerText()}`);
    }
    await page.waitForTimeout(100);
  }
}

/** Waits until so much of a part that begins from now on has been carried. */
async function partCarried(share) {
  const next = network.puts.length;
  const deadline = Date.now() + 60_000;
  while ((network.puts[next]?.bytes ?? 0) < share * given.partBytes) {
    if (Date.now() > deadline) {
      throw new Error(`no part begins: ${network.puts.length} did`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function open() {
  const page = await context.newPage();
  await page.goto(new URL('/sign-in?to=/upload', given.url).href);
  await enterPassword(page, given);
  await page.locator('.drop').waitFor();
  return page;
}

async function choose(page) {
  await page.locator('input[type=file]').setInputFiles(given.file);
}

/** A tab that finds the upload where the last one left it. */
async function again() {
  const page = await open();
  const item = page.locator('.upload');
  await item.waitFor();
  if ((await item.getAttribute('data-state')) === 'lost') {
    found.chosenAgain += 1;
    await choose(page);
  }
  return page;
}

try {
  let page = await open();
  await choose(page);
  await page.getByRole('textbox', { name: 'Title' }).fill('Killed');
  await page.getByRole('button', { name: 'Upload', exact: true }).click();
  for (let step = 1; step <= 7; step++) {
    await reaches(page, (given.size * step) / 8);
    await partCarried(MOMENTS[step - 1]);
    // For who waits: a failure is told with these lines.
    console.error(`${step}: ${await sent(page).catch(() => 'all')} bytes there, ${network.sentBytes} sent`);
    if (step === 3 || step === 5) {
      found.changes += 1;
      await network.change(2000, given.bytesPerSecond * (step === 3 ? 0.5 : 1.5));
    } else {
      found.kills += 1;
      // The process of the tab dies at once, as it does when a phone needs its memory.
      const devtools = await context.newCDPSession(page);
      devtools.send('Page.crash').catch(() => undefined);
      await page.waitForEvent('crash');
      network.cut();
      await page.close();
      page = await again();
    }
  }
  await page.locator('.upload:not([data-state=sending], [data-state=waiting])').waitFor({ timeout: 120_000 });
  found.videos.push(await page.locator('.upload').getAttribute('data-video-id'));
  await page.locator('.upload[data-state=rejected] .reason').waitFor({ timeout: 120_000 });
  found.reason = await page.locator('.upload .reason').textContent();
  found.sentBytes = network.sentBytes;
  found.again = network.puts.filter(({ status }) => status !== 200);
  console.log(JSON.stringify(found));
} finally {
  await context.close();
  network.close();
  rmSync(profile, { recursive: true, force: true });
}
// Tunnels of sockets that the browser left open would keep the process.
process.exit(0);

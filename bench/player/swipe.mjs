// Opens the page in Chromium for each run, and prints what the page told as one JSON object. Nobody debugs the page: a
// debugger keeps what was fetched in the page's own process, 0.8 MB a swipe.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Site } from './site.mjs';

const QUIET = [
  ...['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update', '--autoplay-policy=no-user-gesture-required'],
  ...['--disable-extensions', '--mute-audio', '--js-flags=--expose-gc', '--window-size=390,844'],
];
const given = JSON.parse(process.argv[2]);

/** MiB that the page's process holds: resident in all, and of it neither files nor shared with others. */
function memory(browser) {
  const found = [];
  const parents = new Map();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      parents.set(Number(pid), Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]));
    } catch {
      // It has ended.
    }
  }
  const isOurs = (pid) => pid === browser || (parents.has(pid) && isOurs(parents.get(pid)));
  for (const pid of [...parents.keys()].filter(isOurs)) {
    if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=renderer')) {
      const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
      const mib = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)[1]) / 1024;
      found.push({ resident: mib('Rss'), anonymous: mib('Anonymous') });
    }
  }
  return found.sort((one, other) => other.resident - one.resident)[0];
}

/** One run in a browser of its own. */
async function inBrowser(task, site) {
  const profile = mkdtempSync(join(tmpdir(), 'reelstack-swipe-'));
  const browser = spawn(given.chromium, [...QUIET, `--user-data-dir=${profile}`, `${site.url}/page.html`], { stdio: 'ignore' });
  const ended = new Promise((resolve) => browser.once('exit', resolve));
  const samples = [];
  const seconds = task.seconds ?? 300;
  let timer;
  try {
    const found = await new Promise((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`${task.way}: nothing in ${seconds} s`)), 1000 * seconds);
      site.told = (path, body) => {
        if (path === '/task') {
          return { ...task, sources: site.sources() };
        }
        if (path === '/measured') {
          samples.push({ swipes: body, ...memory(browser.pid) });
        } else if (path === '/done') {
          resolve(body);
        } else if (path === '/failed') {
          reject(new Error(`${task.way}: ${body}`));
        }
        return null;
      };
    });
    return { ...task, ...found, samples };
  } finally {
    clearTimeout(timer);
    browser.kill();
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

const site = await new Site(given).open();
const found = [];
try {
  for (const task of given.tasks) {
    console.error(`${task.way}: ${task.swipes} swipes`);
    found.push(await inBrowser(task, site));
  }
} finally {
  site.close();
}
console.log(JSON.stringify(found));

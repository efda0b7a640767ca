// Serves a page and clips, opens the page in Chromium for each run, and prints what the page told as one JSON object.
// Nobody debugs the page: a debugger keeps what was fetched in the page's own process, 0.8 MB a swipe.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const QUIET = [
  ...['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update', '--autoplay-policy=no-user-gesture-required'],
  ...['--disable-extensions', '--mute-audio', '--js-flags=--expose-gc', '--window-size=390,844'],
];
const KINDS = { js: 'text/javascript', m3u8: 'application/vnd.apple.mpegurl', mp4: 'video/mp4', jpg: 'image/jpeg', html: 'text/html' };
const PAGE =
  '<!doctype html><meta charset="utf-8"><body style="margin:0"><div id="stage" style="position:relative;width:360px;height:640px">' +
  '</div><script type="module" src="/swipe_page.js"></script>';
const given = JSON.parse(process.argv[2]);
const clips = JSON.parse(readFileSync(join(given.clips, 'clips.json'), 'utf8'));
const kept = new Map();

/** Of a network: bytes go out one after the other, at so many bits a second, after a latency. */
let link = { bitsPerSecond: 0, latencyMs: 0, freeAt: 0 };
let run = null;

function fileOf(path) {
  const [, name] = /^\/(player|hls|swipe_page)\.js$/.exec(path) ?? [];
  if (name) {
    return name === 'swipe_page' ? new URL('swipe_page.js', import.meta.url).pathname : given[name];
  }
  return join(given.clips, path.replace(/^\/v\/(\d+)\//, (_, number) => `/${number % clips.length}/`));
}

function read(file) {
  if (!kept.has(file) && existsSync(file)) {
    kept.set(file, readFileSync(file));
  }
  return kept.get(file);
}

async function send(response, body) {
  if (!link.bitsPerSecond) {
    response.end(body);
    return;
  }
  await after(link.latencyMs);
  for (let at = 0; at < body.length && !response.destroyed; at += 8192) {
    const piece = body.subarray(at, at + 8192);
    link.freeAt = Math.max(link.freeAt, Date.now()) + (piece.length * 8000) / link.bitsPerSecond;
    await after(link.freeAt - Date.now());
    response.write(piece);
  }
  response.end();
}

const after = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function answer(asked, response) {
  const { pathname } = new URL(asked.url, 'http://localhost');
  response.setHeader('cache-control', 'no-store');
  if (asked.method === 'POST') {
    const chunks = await asked.toArray();
    response.end(JSON.stringify(run.told(pathname, JSON.parse(Buffer.concat(chunks).toString() || 'null')) ?? null));
    return;
  }
  const body = pathname === '/page.html' ? Buffer.from(PAGE) : read(fileOf(pathname));
  if (!body) {
    response.writeHead(404).end();
    return;
  }
  const kind = KINDS[pathname.split('.').pop()] ?? 'application/octet-stream';
  const range = /bytes=(\d+)-(\d*)/.exec(asked.headers.range ?? '');
  const [first, end] = range ? [Number(range[1]), Math.min(Number(range[2] || Infinity) + 1, body.length)] : [0, body.length];
  const more = range ? { 'content-range': `bytes ${first}-${end - 1}/${body.length}` } : {};
  response.writeHead(range ? 206 : 200, { 'content-type': kind, 'content-length': end - first, 'accept-ranges': 'bytes', ...more });
  await send(response, body.subarray(first, end));
}

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
async function inBrowser(task, url) {
  const profile = mkdtempSync(join(tmpdir(), 'reelstack-swipe-'));
  link = { bitsPerSecond: 0, latencyMs: 0, freeAt: 0, ...task.link };
  const argv = [...QUIET, `--user-data-dir=${profile}`, `${url}/page.html`];
  const browser = spawn(given.chromium, argv, { stdio: 'ignore' });
  const ended = new Promise((resolve) => browser.once('exit', resolve));
  const samples = [];
  try {
    const found = await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${task.way}: nothing in ${task.seconds ?? 300} s`)), 1000 * (task.seconds ?? 300));
      run = {
        told(path, body) {
          if (path === '/task') {
            return { ...task, sources: sources() };
          }
          if (path === '/measured') {
            samples.push({ swipes: body, ...memory(browser.pid) });
          } else if (path === '/done') {
            clearTimeout(timer);
            resolve(body);
          } else if (path === '/failed') {
            reject(new Error(`${task.way}: ${body}`));
          }
          return null;
        },
      };
    });
    return { ...task, ...found, samples };
  } finally {
    browser.kill();
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

function sources() {
  return Array.from({ length: 40 }, (_, number) => {
    const { seconds, renditions, sound } = clips[number % clips.length];
    const [master_url, poster_url] = ['master.m3u8', 'poster.jpg'].map((name) => `/v/${number}/${name}`);
    const playback = { master_url, poster_url, expires_at: 4e9, duration_ms: seconds * 1000, renditions, sound };
    return { url: `/v/${number}/muxed.mp4`, master: master_url, poster: poster_url, item: { playback } };
  });
}

const server = createServer((asked, response) => void answer(asked, response).catch(() => response.destroy()));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const found = [];
for (const task of given.tasks) {
  console.error(`${task.way}: ${task.swipes} swipes`);
  found.push(await inBrowser(task, `http://127.0.0.1:${server.address().port}`));
}
server.closeAllConnections();
server.close();
console.log(JSON.stringify(found));

// A site with a page that swipes, and clips; a run is told what to do by POST /task, and tells by POST what it found.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const KINDS = { js: 'text/javascript', m3u8: 'application/vnd.apple.mpegurl', mp4: 'video/mp4', jpg: 'image/jpeg', html: 'text/html' };
const PAGE =
  '<!doctype html><meta charset="utf-8"><body style="margin:0"><div id="stage" style="position:relative;width:360px;height:640px">' +
  '</div><script type="module" src="/swipe_page.js"></script>';
export const after = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** `clips`: a folder with clips.json; `player`, `hls`: scripts. */
export class Site {
  /** Bytes go out one after the other, at so many bits a second, each answer after a latency; 0: at once. */
  link = { bitsPerSecond: 0, latencyMs: 0, freeAt: 0 };
  /** What answers a POST: (path, body) -> JSON. */
  told = () => null;
  #given;
  #clips;
  #kept = new Map();
  #server;

  constructor(given) {
    this.#given = given;
    this.#clips = JSON.parse(readFileSync(join(given.clips, 'clips.json'), 'utf8'));
    this.#server = createServer((asked, response) => void this.#answer(asked, response).catch(() => response.destroy()));
  }

  async open() {
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${this.#server.address().port}`;
    return this;
  }

  close() {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** What is played: the same few clips under 40 addresses. */
  sources() {
    return Array.from({ length: 40 }, (_, number) => {
      const { seconds, renditions, sound } = this.#clips[number % this.#clips.length];
      const [master_url, poster_url] = ['master.m3u8', 'poster.jpg'].map((name) => `/v/${number}/${name}`);
      const playback = { master_url, poster_url, expires_at: 4e9, duration_ms: seconds * 1000, renditions, sound };
      const [url, best] = ['muxed', 'best'].map((name) => `/v/${number}/${name}.mp4`);
      return { url, best, master: master_url, poster: poster_url, item: { playback } };
    });
  }

  #fileOf(path) {
    const [, name] = /^\/(player|hls|swipe_page)\.js$/.exec(path) ?? [];
    if (name) {
      return name === 'swipe_page' ? new URL('swipe_page.js', import.meta.url).pathname : this.#given[name];
    }
    return join(this.#given.clips, path.replace(/^\/v\/(\d+)\//, (_, number) => `/${number % this.#clips.length}/`));
  }

  #read(file) {
    if (!this.#kept.has(file) && existsSync(file)) {
      this.#kept.set(file, readFileSync(file));
    }
    return this.#kept.get(file);
  }

  async #answer(asked, response) {
    const { pathname } = new URL(asked.url, 'http://localhost');
    response.setHeader('cache-control', 'no-store');
    if (asked.method === 'POST') {
      const chunks = await asked.toArray();
      response.end(JSON.stringify(this.told(pathname, JSON.parse(Buffer.concat(chunks).toString() || 'null')) ?? null));
      return;
    }
    const body = pathname === '/page.html' ? Buffer.from(PAGE) : this.#read(this.#fileOf(pathname));
    if (!body) {
      response.writeHead(404).end();
      return;
    }
    const kind = KINDS[pathname.split('.').pop()] ?? 'application/octet-stream';
    const range = /bytes=(\d+)-(\d*)/.exec(asked.headers.range ?? '');
    const [first, end] = range ? [Number(range[1]), Math.min(Number(range[2] || Infinity) + 1, body.length)] : [0, body.length];
    const more = range ? { 'content-range': `bytes ${first}-${end - 1}/${body.length}` } : {};
    response.writeHead(range ? 206 : 200, { 'content-type': kind, 'content-length': end - first, 'accept-ranges': 'bytes', ...more });
    await this.#send(response, body.subarray(first, end));
  }

  async #send(response, body) {
    const { link } = this;
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
}

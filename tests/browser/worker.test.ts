import assert from 'node:assert/strict';
import { test } from 'node:test';

const SITE = 'https://site.example/';

/** Just enough of a service worker: what it does when it is asked, and one cache. */
let asked: (event: object) => void = () => undefined;
let isBroken = false;
const cache = new Map<string, Response>();
Object.assign(globalThis, {
  self: { addEventListener: (name: string, act: typeof asked) => { asked = name === 'fetch' ? act : asked; } },
  location: new URL('https://site.example/sw.js'),
  caches: {
    open: async () => ({ put: async ({ url }: Request, answer: Response) => void cache.set(url, answer) }),
    match: async (asked: Request | string) => {
      const url = typeof asked === 'string' ? new URL(asked, SITE).href : asked.url;
      return isBroken ? Promise.reject(new DOMException('', 'UnknownError')) : cache.get(url)?.clone();
    },
  },
});
await import('../../web/src/sw.ts');

/** What the page gets while the network answers so; null: there is none. */
async function got(answer: Response | null): Promise<string> {
  return asking(new Request(`${SITE}config.json`), async () => answer ?? Promise.reject(new TypeError('Failed to fetch')));
}

async function asking(request: object, network: () => Promise<Response>): Promise<string> {
  globalThis.fetch = network;
  let found = Promise.resolve(new Response());
  asked({ request, respondWith: (given: typeof found) => { found = given; } });
  return (await found).text();
}

/** What somebody sees who opens a page. */
function opened(network: () => Promise<Response>): Promise<string> {
  // Node makes no request of this mode.
  return asking({ method: 'GET', mode: 'navigate', url: `${SITE}@bob/v1` }, network);
}

test('without a network the configuration is the newest that came, not that of the first visit', async () => {
  cache.set('https://site.example/config.json', new Response('first'));
  assert.deepEqual([await got(null), await got(new Response('second')), await got(null)], ['first', 'second', 'second']);
  assert.deepEqual([await got(new Response('busy', { status: 503 })), await got(null)], ['busy', 'second'], 'a failure is none');
});

test('a page whose network hangs is the app of the last visit after a few seconds, and the network\'s before that', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  cache.set(SITE, new Response('shell'));
  let answer: (found: Response) => void = () => undefined;
  const hangs = () => new Promise<Response>((resolve) => { answer = resolve; });
  const late = opened(hangs);
  t.mock.timers.tick(3000);
  assert.equal(await late, 'shell');
  const soon = opened(hangs);
  t.mock.timers.tick(2999);
  answer(new Response('page'));
  assert.equal(await soon, 'page');
  assert.equal(await opened(() => Promise.reject(new TypeError('Failed to fetch'))), 'shell');
});

test('where no app is kept a page is waited for, and its failure is told', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  cache.delete(SITE);
  let answer: (found: Response) => void = () => undefined;
  const found = opened(() => new Promise<Response>((resolve) => { answer = resolve; }));
  t.mock.timers.tick(60_000);
  await new Promise(setImmediate);
  answer(new Response('page'));
  assert.equal(await found, 'page');
  await assert.rejects(opened(() => Promise.reject(new TypeError('Failed to fetch'))), /Failed to fetch/);
});

test('a cache that cannot be read keeps nobody from what the network has', async () => {
  isBroken = true;
  assert.equal(await got(new Response('third')), 'third');
});

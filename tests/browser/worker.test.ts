import assert from 'node:assert/strict';
import { test } from 'node:test';

/** Just enough of a service worker: what it does when it is asked, and one cache. */
let asked: (event: object) => void = () => undefined;
let isBroken = false;
const cache = new Map<string, Response>();
Object.assign(globalThis, {
  self: { addEventListener: (name: string, act: typeof asked) => { asked = name === 'fetch' ? act : asked; } },
  location: new URL('https://site.example/sw.js'),
  caches: {
    open: async () => ({ put: async ({ url }: Request, answer: Response) => void cache.set(url, answer) }),
    match: async ({ url }: Request) => (isBroken ? Promise.reject(new DOMException('', 'UnknownError')) : cache.get(url)?.clone()),
  },
});
await import('../../web/src/sw.ts');

/** What the page gets while the network answers so; null: there is none. */
async function got(answer: Response | null): Promise<string> {
  globalThis.fetch = async () => answer ?? Promise.reject(new TypeError('Failed to fetch'));
  let found = Promise.resolve(new Response());
  asked({ request: new Request('https://site.example/config.json'), respondWith: (given: typeof found) => { found = given; } });
  return (await found).text();
}

test('without a network the configuration is the newest that came, not that of the first visit', async () => {
  cache.set('https://site.example/config.json', new Response('first'));
  assert.deepEqual([await got(null), await got(new Response('second')), await got(null)], ['first', 'second', 'second']);
  assert.deepEqual([await got(new Response('busy', { status: 503 })), await got(null)], ['busy', 'second'], 'a failure is none');
});

test('a cache that cannot be read keeps nobody from what the network has', async () => {
  isBroken = true;
  assert.equal(await got(new Response('third')), 'third');
});

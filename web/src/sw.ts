/**
 * The service worker: the app's own files, so that it opens without a network. It keeps nothing of the API and no media;
 * those have caches of their own, and belong to a person.
 */

/** The build writes another name here each time (integrity.js): so the worker is another one, and keeps that app anew. */
const SHELL = 'shell-of-this-build';
const PAGE = '/';
/** Files that the page names and does without later: `x-chunk` lists the others. */
const NAMED = /<(?:script|link rel="(?:stylesheet|modulepreload)")[^>]*(?:src|href)="(\/assets\/[^"]+)"/g;
/** Pages for frames on other sites: the app's page must never stand in for one. */
const EMBEDDED = '/embed/';
const HASHED = /^\/assets\//;
const ALSO = /^\/(favicon\.svg|icon\.svg|manifest(\.ar)?\.webmanifest|config\.json)$/;

const PATIENCE_MS = 3000;

interface Waiting extends Event {
  waitUntil(until: Promise<unknown>): void;
}
interface Asked extends Waiting {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Worker {
  addEventListener(name: 'install' | 'activate', act: (event: Waiting) => void): void;
  addEventListener(name: 'fetch', act: (event: Asked) => void): void;
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
}
const worker = self as unknown as Worker;

worker.addEventListener('install', (event) => {
  event.waitUntil(install());
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(activate());
});

worker.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== location.origin) {
    return;
  }
  if (event.request.mode === 'navigate') {
    if (url.pathname.startsWith(EMBEDDED)) {
      return;
    }
    event.respondWith(page(event.request));
  } else if (HASHED.test(url.pathname)) {
    event.respondWith(hashed(event.request));
  } else if (ALSO.test(url.pathname)) {
    event.respondWith(fresh(event.request));
  }
});

async function install(): Promise<void> {
  const cache = await caches.open(SHELL);
  const answer = await fetch(PAGE, { cache: 'no-cache' });
  if (!answer.ok) {
    // An error's page would be the app from then on, without a network.
    throw new Error(`The app's page was ${answer.status}`);
  }
  const html = await answer.clone().text();
  await cache.put(PAGE, answer);
  const files = [...html.matchAll(NAMED)].map(([, file]) => file ?? '');
  await cache.addAll([...files, '/favicon.svg', '/icon.svg', '/manifest.webmanifest', '/manifest.ar.webmanifest', '/config.json']);
  await worker.skipWaiting();
}

async function activate(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name !== SHELL);
  await Promise.all(old.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/**
 * Of the network; without one, or with one that hangs, the app's page, which draws whatever address it has. The request is
 * not aborted: one of a navigation can be handed on as it is only.
 */
async function page(request: Request): Promise<Response> {
  const answer = fetch(request);
  const shell = () => caches.match(PAGE).catch(() => undefined);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => { timer = setTimeout(resolve, PATIENCE_MS); });
  try {
    return (await Promise.race([answer, late])) ?? (await shell()) ?? (await answer);
  } catch (error) {
    const kept = await shell();
    if (!kept) {
      throw error;
    }
    return kept;
  } finally {
    clearTimeout(timer);
    // It may fail once nobody waits for it any more.
    answer.catch(() => undefined);
  }
}

/** Named by its content, so the kept one is the right one. */
async function hashed(request: Request): Promise<Response> {
  const kept = await caches.match(request);
  if (kept) {
    return kept;
  }
  return keep(request, await fetch(request));
}

/** Uploads may have filled the disk: a file that cannot be kept is shown all the same. */
async function keep(request: Request, answer: Response): Promise<Response> {
  if (answer.ok) {
    const copy = answer.clone();
    await caches.open(SHELL).then((cache) => cache.put(request, copy)).catch(() => undefined);
  }
  return answer;
}

/**
 * Of the network, which is waited for a while only where another one is kept: a weak network is no better than none. The
 * newest is kept, since a deployment changes its configuration without another build.
 */
async function fresh(request: Request): Promise<Response> {
  const kept = await caches.match(request).catch(() => undefined);
  try {
    return await keep(request, await fetch(request, kept ? { signal: AbortSignal.timeout(PATIENCE_MS) } : {}));
  } catch (error) {
    if (!kept) {
      throw error;
    }
    return kept;
  }
}

/** The service worker, and what is done once the network is back. */
import { effect } from '@preact/signals';
import { sendLikes } from './offline_likes.ts';
import { api, online, signedIn } from './state.ts';

const WORKER = '/sw.js';

interface Policies {
  createPolicy(name: string, rules: { createScriptURL(given: string): string }): { createScriptURL(given: string): unknown };
}

/** Trusted Types: the one address of a script that this app makes by itself. */
function workerAddress(): string {
  const { trustedTypes } = globalThis as { trustedTypes?: Policies };
  const allowed = (given: string) => {
    if (given !== WORKER) {
      throw new TypeError('only the service worker is loaded so');
    }
    return given;
  };
  return (trustedTypes?.createPolicy('reelstack', { createScriptURL: allowed }).createScriptURL(WORKER) ?? WORKER) as string;
}

export function beReady(): void {
  if ('serviceWorker' in navigator && import.meta.env.PROD) {
    navigator.serviceWorker.register(workerAddress()).catch(() => undefined);
  }
  effect(() => {
    if (online.value && signedIn.value) {
      void sendLikes((id, liked) => api().setLiked(id, liked));
    }
  });
}

/** The service worker, and what is done once the network is back. */
import { effect } from '@preact/signals';
import { Refused } from '@reelstack/client';
import { sendLikes } from './offline_likes.ts';
import { account, api, online } from './state.ts';

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
    const whose = account.value;
    if (online.value && whose !== null) {
      void sendLikes(whose, (id, liked) => sendAs(whose, id, liked));
    }
  });
}

/** The sign-in may change between two likes, and the rest is not of who came. */
async function sendAs(whose: string, id: string, liked: boolean): Promise<void> {
  if (account.peek() !== whose) {
    throw new Refused(401, 'signed-out', 'Somebody else is signed in');
  }
  await api().call(liked ? 'PUT /v1/videos/{video_id}/like' : 'DELETE /v1/videos/{video_id}/like', { path: { video_id: id } });
}

/** The service worker, and what is done once the network is back. */
import { effect } from '@preact/signals';
import { LikeSender } from './offline_likes.ts';
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
  const likes = new LikeSender(async (id, liked) => {
    await api().call(liked ? 'PUT /v1/videos/{video_id}/like' : 'DELETE /v1/videos/{video_id}/like', { path: { video_id: id } });
  });
  effect(() => {
    const whose = account.value;
    if (online.value && whose !== null) {
      likes.start(whose);
    }
    return () => likes.stop();
  });
}

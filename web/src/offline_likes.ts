/**
 * Likes that found no network: kept on this device, sent once it is back. The last wish for a clip counts. Each is of one
 * account, since a sign-in ends with its tab and the next person at this browser may have another.
 */
import { Refused } from '@reelstack/client';
import { ofDevice } from './kept.ts';

const KEPT = 'reelstack.likes';
/** Refusals that say nothing of the like: the sign-in is over, or the service is busy. */
const LATER = new Set([401, 408, 425, 429]);

type Wishes = Record<string, boolean>;

function all(): Record<string, Wishes> {
  try {
    return JSON.parse(ofDevice.getItem(KEPT) ?? '{}') as Record<string, Wishes>;
  } catch {
    return {};
  }
}

function waiting(whose: string): Wishes {
  return all()[whose] ?? {};
}

function write(whose: string, left: Wishes): void {
  const { [whose]: _before, ...others } = all();
  const kept = Object.keys(left).length > 0 ? { ...others, [whose]: left } : others;
  if (Object.keys(kept).length > 0) {
    ofDevice.setItem(KEPT, JSON.stringify(kept));
  } else {
    ofDevice.removeItem(KEPT);
  }
}

export function keep(whose: string, id: string, liked: boolean): void {
  write(whose, { ...waiting(whose), [id]: liked });
}

/** The service has another wish for this clip: what waited for it says no more. */
export function settle(whose: string, id: string): void {
  const { [id]: waited, ...left } = waiting(whose);
  if (waited !== undefined) {
    write(whose, left);
  }
}

export function forgetLikes(whose: string): void {
  write(whose, {});
}

/**
 * Sends what waits for this account, one after the other. What the service refuses is dropped, since it would be refused
 * again; with what finds no network, or a busy service, all that follows stays. How many were sent.
 */
export async function sendLikes(whose: string, send: (id: string, liked: boolean) => Promise<void>): Promise<number> {
  let sent = 0;
  for (const id of Object.keys(waiting(whose))) {
    // While those before it were sent, another wish may have come, or have been sent by the page.
    const liked = waiting(whose)[id];
    if (liked === undefined) {
      continue;
    }
    try {
      await send(id, liked);
      sent++;
    } catch (error) {
      if (!(error instanceof Refused) || error.status >= 500 || LATER.has(error.status)) {
        return sent;
      }
    }
    const left = waiting(whose);
    // Another wish may have come meanwhile.
    if (left[id] === liked) {
      delete left[id];
      write(whose, left);
    }
  }
  return sent;
}

/**
 * Likes that found no network: kept on this device, sent once it is back. The last wish for a clip counts. Each is of one
 * account, since a sign-in ends with its tab and the next person at this browser may have another.
 */
import { Refused } from '@reelstack/client';
import { ofDevice } from './kept.ts';
import { asLiked } from './likes.ts';
import type { Likes } from './types.ts';

const KEPT = 'reelstack.likes';
/** Refusals that say nothing of the like: the sign-in is over, or the service is busy. */
const LATER = new Set([401, 408, 425, 429]);

const FIRST_WAIT_MS = 10_000;
const LONGEST_WAIT_MS = 300_000;
/** A timer takes no more than 24 days; nobody asks for more than one. */
const LONGEST_ASKED_MS = 86_400_000;

type SendLike = (id: string, liked: boolean) => Promise<void>;
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

/** What is shown of a clip of which the service has this: a like that waits is done, to its viewer. */
export function withWaiting(whose: string | null, id: string, held: Likes): Likes {
  const wish = whose === null ? undefined : waiting(whose)[id];
  return wish === undefined ? held : asLiked(held, wish);
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
 * again; with what finds no network, or a busy service, all that follows stays. Why that is so; null if nothing stays.
 */
export async function sendLikes(whose: string, send: SendLike): Promise<{ left: unknown }> {
  for (const id of Object.keys(waiting(whose))) {
    // While those before it were sent, another wish may have come, or have been sent by the page.
    const liked = waiting(whose)[id];
    if (liked === undefined) {
      continue;
    }
    try {
      await send(id, liked);
    } catch (error) {
      if (!(error instanceof Refused) || error.status >= 500 || LATER.has(error.status)) {
        return { left: error };
      }
    }
    const left = waiting(whose);
    // Another wish may have come meanwhile.
    if (left[id] === liked) {
      delete left[id];
      write(whose, left);
    }
  }
  return { left: null };
}

/** Sends until nothing waits: after what was in the way later and later, and no sooner than the service asks for. */
export class LikeSender {
  readonly #send: SendLike;
  readonly #random: () => number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Of the account that likes are sent for now; another object, or none, once that has ended. */
  #turn: object | null = null;

  constructor(send: SendLike, random = Math.random) {
    this.#send = send;
    this.#random = random;
  }

  start(whose: string): void {
    this.stop();
    this.#turn = {};
    void this.#run(whose, this.#turn, 0);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#turn = null;
  }

  async #run(whose: string, turn: object, tries: number): Promise<void> {
    const { left } = await sendLikes(whose, async (id, liked) => {
      if (this.#turn !== turn) {
        throw new Refused(401, 'signed-out', 'Somebody else is signed in');
      }
      await this.#send(id, liked);
    });
    // A sign-in that is over begins anew with the next one.
    const isOver = left === null || (left instanceof Refused && left.status === 401);
    if (!isOver && this.#turn === turn) {
      const asked = left instanceof Refused ? left.retryAfterSeconds * 1000 : 0;
      const waitMs = Math.min(FIRST_WAIT_MS * 2 ** tries, LONGEST_WAIT_MS);
      const delayMs = Math.max(Math.min(asked, LONGEST_ASKED_MS), waitMs * (1 + this.#random()) / 2);
      this.#timer = setTimeout(() => void this.#run(whose, turn, tries + 1), delayMs);
    }
  }
}

/** What the viewer did, told to the service: a queue that survives a reload, sent by and by. docs/behavior.md */
import { Refused, type Schema } from '@reelstack/client';
import type { Store } from './kept.ts';

/** Of a request: `retry` are the places of events that are to be sent again. Rejects with the service's refusal. */
export type Send = (batch: Schema<'Batch'>, last: boolean) => Promise<Pick<Schema<'Taken'>, 'retry'>>;
export type Kind = 'impression' | 'play' | 'progress' | 'finish' | 'replay' | 'skip' | 'pause' | 'quality';

interface Stored {
  id: string;
  type: Kind;
  at: number;
  /** Account that did it; stays here. Absent: nobody was signed in. */
  whose?: string;
}

/** What of a card goes into its events. */
export interface Shown {
  video_id: string;
  receipt?: string | null;
}

const KEPT = 'reelstack.events';
/** Of one request: a browser sends at most 64 KiB once the page is gone. */
const MOST_SENT = 50;
const MOST_KEPT = 500;
const EVERY_MS = 15_000;
/** The player tells how the clip played, and that it rests, a moment after the page was hidden. */
const LEAVING_MS = 1_000;
/** The service will never take such a request. */
const SPOILED = new Set([400, 413, 422]);

export class Events {
  readonly #store: Store;
  readonly #send: Send;
  readonly #whose: () => string | null;
  #sending: Promise<void> | null = null;
  /** Ids of what is under way in requests that outlive the page. */
  readonly #leaving = new Set<string>();
  #leftAt = -Infinity;

  /** `whose`: the account that is signed in. What another one did waits until it is signed in again. */
  constructor(store: Store, send: Send, whose: () => string | null = () => null) {
    this.#store = store;
    this.#send = send;
    this.#whose = whose;
  }

  /** Keeps an event of now, and returns its id: that of a `play` is the `view_id` of what follows. */
  add(type: Kind, shown: Shown, more: Record<string, unknown> = {}): string {
    const id = uuid7(Date.now());
    const { video_id, receipt } = shown;
    const whose = this.#whose();
    const event = { id, type, at: Date.now(), video_id, ...(receipt ? { receipt } : {}), ...more, ...(whose ? { whose } : {}) };
    this.#keep(trimmed([...this.#waiting(), event]));
    if (performance.now() - this.#leftAt < LEAVING_MS) {
      void this.flush(true);
    }
    return id;
  }

  /**
   * Sends what waits. Callers at the same time share one request; what is not taken stays. `last`: a request under way may
   * end with the page, so what it holds goes again in one that does not. What comes twice counts once.
   */
  flush(last = false): Promise<void> {
    if (last) {
      return this.#deliver(last);
    }
    this.#sending ??= this.#deliver(last).finally(() => {
      this.#sending = null;
    });
    return this.#sending;
  }

  /** The page is hidden or left. What others tell of it in the same moment is sent when it comes. */
  leave(): void {
    this.#leftAt = performance.now();
    void this.flush(true);
  }

  /** For the next person at this browser: forgets what this account did, and what nobody in particular did. */
  clear(whose: string | null = null): void {
    const others = this.#waiting().filter((event) => event.whose && event.whose !== whose);
    if (others.length > 0) {
      this.#keep(others);
    } else {
      this.#store.removeItem(KEPT);
    }
  }

  /** Sends every fifteen seconds, and when the page is left. */
  start(): void {
    setInterval(() => void this.flush(), EVERY_MS);
    addEventListener('pagehide', () => this.leave());
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') {
        this.leave();
      }
    });
  }

  async #deliver(last: boolean): Promise<void> {
    const whose = this.#whose();
    const batch = this.#waiting()
      .filter((event) => !this.#leaving.has(event.id) && (!event.whose || event.whose === whose))
      .slice(0, MOST_SENT);
    if (batch.length === 0) {
      return;
    }
    const under = last ? batch.map(({ id }) => id) : [];
    under.forEach((id) => this.#leaving.add(id));
    try {
      await this.#hand(batch, last, whose);
    } finally {
      under.forEach((id) => this.#leaving.delete(id));
    }
  }

  /**
   * One request; of a batch that the service cannot read, its halves, until the event that spoils it is alone: that one
   * nobody will ever take. Whether the service takes more.
   */
  async #hand(batch: Stored[], last: boolean, whose: string | null): Promise<boolean> {
    try {
      const events = batch.map(({ whose: _whose, ...event }) => event);
      const { retry } = await this.#send({ sent_at: Date.now(), events }, last);
      const later = new Set(retry.map((place) => batch[place]?.id));
      this.#drop(batch.filter(({ id }) => !later.has(id)));
      return true;
    } catch (error) {
      // With no network, or nobody who answers in time, the next turn tries again.
      if (!(error instanceof Refused && SPOILED.has(error.status))) {
        return false;
      }
    }
    if (batch.length === 1) {
      this.#drop(batch);
      return true;
    }
    const middle = Math.ceil(batch.length / 2);
    for (const half of [batch.slice(0, middle), batch.slice(middle)]) {
      // Meanwhile somebody else may have signed in, and these are not theirs.
      if (whose !== this.#whose() || !(await this.#hand(half, last, whose))) {
        return false;
      }
    }
    return true;
  }

  #drop(gone: Stored[]): void {
    const ids = new Set(gone.map(({ id }) => id));
    this.#keep(this.#waiting().filter(({ id }) => !ids.has(id)));
  }

  #waiting(): Stored[] {
    try {
      return JSON.parse(this.#store.getItem(KEPT) ?? '[]') as Stored[];
    } catch {
      return [];
    }
  }

  #keep(events: Stored[]): void {
    try {
      this.#store.setItem(KEPT, JSON.stringify(events));
    } catch {
      // A browser whose storage is full or forbidden: watching matters more than being counted.
    }
  }
}

/**
 * At most `MOST_KEPT`: the oldest reports of progress go first, since a later one says the same and more, then those of how
 * clips played, since nothing is counted by them.
 */
export function trimmed<Event extends { type: Kind }>(events: Event[]): Event[] {
  let left = events;
  for (const first of ['progress', 'quality']) {
    let over = left.length - MOST_KEPT;
    left = over > 0 ? left.filter(({ type }) => type !== first || over-- <= 0) : left;
  }
  return left.slice(Math.max(0, left.length - MOST_KEPT));
}

/** RFC 9562: 48 bits of unix milliseconds, then chance. */
export function uuid7(now: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let place = 0; place < 6; place++) {
    bytes[place] = Math.floor(now / 256 ** (5 - place)) % 256;
  }
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const text = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join('-');
}

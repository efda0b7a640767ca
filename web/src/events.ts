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
/** Halving finds one event of fifty by seven refusals. After so many, and none taken meanwhile, no event is at fault alone. */
const MOST_REFUSALS = 10;
/** How the `errors` of a 422 name a part of the request. */
const EVENT = /^body\.events\.(\d+)(?:\.|$)/;
const ALL_EVENTS = 'body.events';

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
   * Hands a batch over; of one that the service cannot read, all but what spoils it: the events that the refusal names, or
   * else what is found by halves. Nobody will ever take them.
   */
  async #hand(batch: Stored[], last: boolean, whose: string | null): Promise<void> {
    const parts = [batch];
    // Meanwhile somebody else may have signed in, and these are not theirs.
    for (let refusals = 0; parts.length > 0 && whose === this.#whose(); ) {
      const part = parts.shift() ?? [];
      const refused = await this.#ask(part, last);
      if (refused === 'away') {
        return;
      }
      refusals = refused ? refusals + 1 : 0;
      if (refusals >= MOST_REFUSALS) {
        this.#drop([...part, ...parts.flat()]);
        return;
      }
      if (refused) {
        const { spoiled, left } = divided(part, refused);
        this.#drop(spoiled);
        parts.unshift(...left);
      }
    }
  }

  /** One request. Null: taken. A refusal: it cannot be read. `away`: the next turn tries again. */
  async #ask(batch: Stored[], last: boolean): Promise<Refused | 'away' | null> {
    try {
      const events = batch.map(({ whose: _whose, ...event }) => event);
      const { retry } = await this.#send({ sent_at: Date.now(), events }, last);
      const later = new Set(retry.map((place) => batch[place]?.id));
      this.#drop(batch.filter(({ id }) => !later.has(id)));
      return null;
    } catch (error) {
      // No network, or nobody who answers in time.
      return error instanceof Refused && SPOILED.has(error.status) ? error : 'away';
    }
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

/** What of a refused batch nobody takes, and in which parts the rest is tried. */
function divided<Event>(batch: Event[], refused: Refused): { spoiled: Event[]; left: Event[][] } {
  const named = placesIn(refused);
  const rest = batch.filter((_, place) => !named?.has(place));
  if (batch.length === 1 || named?.size === 0) {
    return { spoiled: batch, left: [] };
  }
  if (rest.length < batch.length) {
    return { spoiled: batch.filter((_, place) => named?.has(place)), left: rest.length > 0 ? [rest] : [] };
  }
  const middle = Math.ceil(batch.length / 2);
  return { spoiled: [], left: [batch.slice(0, middle), batch.slice(middle)] };
}

/** Places of the events that a refusal names. None: something else of the request is named. Null: nothing is, or their number. */
function placesIn({ problem }: Refused): ReadonlySet<number> | null {
  const errors = Array.isArray(problem?.errors) ? (problem.errors as { field?: unknown }[]) : [];
  const fields = errors.map(({ field }) => String(field));
  if (fields.length === 0 || fields.includes(ALL_EVENTS)) {
    return null;
  }
  const places = fields.map((field) => EVENT.exec(field)?.[1]);
  return new Set(places.every((place) => place !== undefined) ? places.map(Number) : []);
}

/**
 * At most `MOST_KEPT`: the oldest reports of progress go first, since a later one says the same and more, then those of how
 * clips played, since nothing is counted by them, then replays, of which the first says most.
 */
export function trimmed<Event extends { type: Kind }>(events: Event[]): Event[] {
  let left = events;
  for (const first of ['progress', 'quality', 'replay']) {
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

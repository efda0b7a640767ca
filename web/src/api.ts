import { type Answer, type Asking, Client, type Options, Refused, RETRYABLE, type Route, type Schema, Unreachable } from '@reelstack/client';
import { readyMade } from './ready.ts';
import type { FeedPage } from './types.ts';

/** How long the feed is waited for before a page that was made before is taken. */
const FEED_PATIENCE_MS = 2000;
/** Lost connections are not followed for longer: somebody waits for the answer. Uploads say otherwise for themselves. */
const PATIENCE_MS = 15_000;

/** What a list of clips is asked for: as many as a screen or two show, with where they play. */
export const SHOWN = { limit: 12, include: 'playback' } as const;

/** Who is signed in, as far as requests go. */
export interface SignedIn {
  readonly signedIn: boolean;
  token(): Promise<string>;
  /** The service refuses this token: the one to ask again with, if there is any. */
  refused(token: string): Promise<string | null>;
}

/** The typed client as the app uses it: as who is signed in, and with what the app alone does. */
export class Api extends Client {
  readonly #who: SignedIn;

  constructor(who: SignedIn, options: Partial<Options> = {}) {
    super({
      site: '',
      token: () => (who.signedIn ? who.token() : null),
      backoff: { patienceMs: PATIENCE_MS },
      fetch: async (input, init) => {
        const answer = await fetch(input, init);
        const headers = new Headers(init?.headers);
        const [, token] = headers.get('authorization')?.split(' ') ?? [];
        const next = answer.status === 401 && token ? await who.refused(token) : null;
        if (!next) {
          return answer;
        }
        // What was refused so was not begun, so it is asked again whatever it is.
        headers.set('authorization', `Bearer ${next}`);
        const again = await fetch(input, { ...init, headers });
        if (again.status === 401) {
          await who.refused(next);
        }
        return again;
      },
      ...options,
    });
    this.#who = who;
  }

  /** Whoever is not signed in reads; for all else it takes no request to tell them to sign in. */
  override async call<R extends Route>(route: R, ...asked: Asking<R>): Promise<Answer<R>> {
    if (!this.#who.signedIn && !route.startsWith('GET ')) {
      throw new Refused(401, 'signed-out', 'Sign in first');
    }
    return super.call(route, ...asked);
  }

  /**
   * Ten clips chosen for the reader, with all that is shown of them, and where they play. `session`: the last page's.
   * When the service fails or does not answer in two seconds, clips come from the CDN, the same for everybody.
   */
  async feed(session: string | null): Promise<FeedPage> {
    const query = { limit: 10, session };
    try {
      return await this.call('GET /v1/feed', { query, attempts: 1, timeoutMs: FEED_PATIENCE_MS });
    } catch (error) {
      if (!isAway(error)) {
        throw error;
      }
    }
    return (await readyMade(session)) ?? this.call('GET /v1/feed', { query });
  }

  /** A batch of events, once; nobody has to be signed in. `last`: the page is being left, and the request outlives it. */
  report(batch: Schema<'Batch'>, last: boolean): Promise<Schema<'Taken'>> {
    return super.call('POST /v1/events', { body: batch, keepalive: last });
  }
}

/** Nothing answers, or what may succeed another time. */
function isAway(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof Refused && RETRYABLE.has(error.status));
}

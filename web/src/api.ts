import { Problem, problemOf } from './problem.ts';
import { readyMade } from './ready.ts';
import type { FeedPage, OwnPage, OwnProfile, OwnVideo, Page, Playback, Video } from './types.ts';

export type * from './types.ts';

const BUSY = new Set([429, 502, 503, 504]);
const ATTEMPTS = 4;
const FIRST_WAIT_MS = 250;
const PATIENCE_MS = 15_000;
/** How long the feed is waited for before a page that was made before is taken. */
const FEED_PATIENCE_MS = 2000;

type Method = 'GET' | 'PUT' | 'DELETE' | 'POST' | 'PATCH';
type Query = Readonly<Record<string, string | number | null | undefined>>;

/** `/v1/a?x=1`; what is null is left out. */
export function address(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined);
  const asked = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return `/v1${path}${asked ? `?${asked}` : ''}`;
}

interface Asked {
  /** Idempotency key. */
  key?: string;
  method: Method;
  body?: string;
  /** How long an answer is waited for. */
  patienceMs?: number;
}

/** /v1, as the app uses it. Every method throws a Problem when the answer is a refusal. */
export class Api {
  readonly #token: () => Promise<string | null>;

  /** `token`: null reads as somebody who is not signed in. */
  constructor(token: () => Promise<string | null>) {
    this.#token = token;
  }

  /** `include=playback`: with where it plays. */
  video(id: string): Promise<Video> {
    return this.#json(`/v1/videos/${encodeURIComponent(id)}?include=playback`);
  }

  /**
   * Ten clips chosen for the reader, with all that is shown of them, and where they play. `session`: the last page's.
   * When the service fails or does not answer in two seconds, clips come from the CDN, the same for everybody.
   */
  async feed(session: string | null): Promise<FeedPage> {
    const query = { limit: '10', ...(session ? { session } : {}) };
    const path = `/v1/feed?${new URLSearchParams(query)}`;
    try {
      const answer = await this.#call(path, { method: 'GET', patienceMs: FEED_PATIENCE_MS }, ATTEMPTS);
      return (await answer.json()) as FeedPage;
    } catch (error) {
      if (error instanceof Problem && error.status < 500 && !BUSY.has(error.status)) {
        throw error;
      }
    }
    return (await readyMade(session)) ?? this.#json(path);
  }

  playback(id: string): Promise<Playback> {
    return this.#json(`/v1/videos/${encodeURIComponent(id)}/playback`);
  }

  /** What I uploaded, newest first, in whatever state. */
  own(cursor: string | null): Promise<OwnPage> {
    return this.#json(`/v1/videos?${new URLSearchParams({ limit: '20', ...(cursor ? { cursor } : {}) })}`);
  }

  /** One clip of mine, with how far its production is. */
  ownVideo(id: string): Promise<OwnVideo> {
    return this.#json(`/v1/videos/${encodeURIComponent(id)}`);
  }

  /** Ends every other sign-in of mine. */
  async changePassword(current: string, wanted: string): Promise<void> {
    const body = JSON.stringify({ old_password: current, new_password: wanted });
    // Sent once: if the first answer is lost, a second request would be told that the old password is wrong.
    await this.#call('/v1/me/password', { method: 'POST', body }, ATTEMPTS);
  }

  /** A list of videos with where they play. */
  videos(path: string, query: Query = {}): Promise<Page<Video>> {
    return this.read(path, { limit: 12, include: 'playback', ...query });
  }

  me(): Promise<OwnProfile> {
    return this.read('/me');
  }

  read<Body>(path: string, query: Query = {}): Promise<Body> {
    return this.#json(address(path, query));
  }

  /** Asked again like a read: a change that is done twice is done once. */
  async change<Body = void>(method: 'PUT' | 'DELETE' | 'PATCH', path: string, body?: unknown): Promise<Body> {
    return this.#answer(await this.#call(address(path), this.#asked(method, body)));
  }

  /** Each call makes something new, once however often it has to be sent: an idempotency key goes with it. */
  async make<Body = void>(path: string, body?: unknown): Promise<Body> {
    const key = crypto.randomUUID();
    return this.#answer(await this.#call(address(path), { ...this.#asked('POST', body), key }));
  }

  async setLiked(id: string, liked: boolean): Promise<void> {
    await this.#call(`/v1/videos/${encodeURIComponent(id)}/like`, { method: liked ? 'PUT' : 'DELETE' });
  }

  /** A batch of events, once. `last`: the page is being left, and the request outlives it. */
  async report(body: string, last: boolean): Promise<Response> {
    const token = await this.#token();
    const headers = { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
    return fetch('/v1/events', { method: 'POST', headers, body, keepalive: last, signal: AbortSignal.timeout(PATIENCE_MS) });
  }

  #asked(method: Method, body: unknown): Asked {
    return { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  }

  async #answer<Body>(answer: Response): Promise<Body> {
    return (answer.status === 204 ? undefined : await answer.json()) as Body;
  }

  async #json<Body>(path: string): Promise<Body> {
    return (await (await this.#call(path, { method: 'GET' })).json()) as Body;
  }

  /** Asked again up to `ATTEMPTS` times when the service is busy or the network away for a moment. */
  async #call(path: string, asked: Asked, attempt = 1): Promise<Response> {
    const { method, body, key, patienceMs = PATIENCE_MS } = asked;
    const token = await this.#token();
    if (token === null && method !== 'GET') {
      throw new Problem(401, 'signed-out', 'Sign in first');
    }
    const request = {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      body: body ?? null,
      signal: AbortSignal.timeout(patienceMs),
    };
    const answer = await fetch(path, request).catch((error: unknown) => {
      if (attempt === ATTEMPTS) {
        throw error;
      }
      return null;
    });
    if (answer?.ok) {
      return answer;
    }
    if (answer && (attempt === ATTEMPTS || !BUSY.has(answer.status))) {
      throw await problemOf(answer);
    }
    await new Promise((resolve) => setTimeout(resolve, Math.random() * FIRST_WAIT_MS * 2 ** attempt));
    return this.#call(path, asked, attempt + 1);
  }
}

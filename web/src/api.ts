import { Problem, problemOf } from './problem.ts';
import { readyMade } from './ready.ts';

const BUSY = new Set([429, 502, 503, 504]);
const ATTEMPTS = 4;
const FIRST_WAIT_MS = 250;
const PATIENCE_MS = 15_000;
/** How long the feed is waited for before a page that was made before is taken. */
const FEED_PATIENCE_MS = 2000;

export interface Playback {
  /** Null while its owner has it archived: there is a poster, and nothing to play. */
  master_url: string | null;
  poster_url: string | null;
  /** ISO time or unix seconds, as the API says. */
  expires_at: string | number;
  renditions?: MediaFile[];
  sound?: MediaFile | null;
}

/** One that has something to play. */
export type Playable = Playback & { readonly master_url: string };

/** `<name>.mp4` beside the master playlist. */
export interface MediaFile {
  name: string;
  /** Where the byte ranges end that are best fetched at once; the first begins at 0. */
  unit_ends?: number[];
}

export interface Likes {
  likes: number;
  liked: boolean;
}

export interface Author {
  id: string;
  handle: string | null;
  display_name: string;
}

export interface Video {
  video_id: string;
  title: string;
  description: string;
  duration_ms: number | null;
  width: number | null;
  height: number | null;
  author: Author;
  likes: number | null;
  liked: boolean;
  /** Where the viewer left it, in milliseconds from its start. */
  resume_ms: number | null;
  playback: Playback | null;
  /** Of a list: how the clip came to be shown; events bring it back. */
  receipt?: string | null;
  /** What production changed about the clip; only its owner is told. */
  notices?: { code: string; message: string }[] | null;
}

/** A clip as its owner is told of it. */
export interface OwnVideo {
  video_id: string;
  title: string;
  /** uploading, queued, processing, review, published, restoring, rejected, failed or deleted; a newer service may add. */
  state: string;
  author: Author;
  reason_message: string | null;
  reason_detail: string | null;
  attempt: number;
  /** Unix milliseconds. */
  created_at: number;
  /** "#rrggbb", what to show in place of the poster. */
  color: string | null;
  poster_url: string | null;
  /** While it is queued or processing; lists leave it out. */
  progress?: Progress | null;
  notices?: { code: string; message: string }[] | null;
}

export interface Progress {
  /** queued, probing, first-rung, encoding or packaging; a newer service may add. */
  stage: string;
  renditions_done: number;
  /** Null until the file was looked at. */
  renditions_total: number | null;
  /** Null: there is no estimate. */
  remaining_seconds: number | null;
}

export interface OwnPage {
  items: OwnVideo[];
  cursor: string | null;
}

export interface Page {
  items: Video[];
  cursor: string | null;
}

export interface FeedPage extends Page {
  /** To be sent back with the next request: what was shown is in it. */
  session: string;
  /** It comes from the CDN, since the service did not answer: the next request may find it again. */
  ready_made?: boolean;
}

interface Asked {
  method: 'GET' | 'PUT' | 'DELETE' | 'POST';
  body?: string;
  /** How long an answer is waited for. */
  patienceMs?: number;
}

/** The part of /v1 that this page uses. Every method throws a Problem when the answer is a refusal. */
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

  async setLiked(id: string, liked: boolean): Promise<void> {
    await this.#call(`/v1/videos/${encodeURIComponent(id)}/like`, { method: liked ? 'PUT' : 'DELETE' });
  }

  /** A batch of events, once. `last`: the page is being left, and the request outlives it. */
  async report(body: string, last: boolean): Promise<Response> {
    const token = await this.#token();
    const headers = { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
    return fetch('/v1/events', { method: 'POST', headers, body, keepalive: last, signal: AbortSignal.timeout(PATIENCE_MS) });
  }

  async #json<Body>(path: string): Promise<Body> {
    return (await (await this.#call(path, { method: 'GET' })).json()) as Body;
  }

  /** Asked again up to `ATTEMPTS` times when the service is busy or the network away for a moment. */
  async #call(path: string, asked: Asked, attempt = 1): Promise<Response> {
    const { method, body, patienceMs = PATIENCE_MS } = asked;
    const token = await this.#token();
    if (token === null && method !== 'GET') {
      throw new Problem(401, 'signed-out', 'Sign in first');
    }
    const request = {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
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

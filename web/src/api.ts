import { Problem, problemOf } from './problem.ts';

const BUSY = new Set([429, 502, 503, 504]);
const ATTEMPTS = 4;
const FIRST_WAIT_MS = 250;
const PATIENCE_MS = 15_000;

export interface Playback {
  master_url: string;
  poster_url: string | null;
  /** ISO time or unix seconds, as the API says. */
  expires_at: string | number;
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
  /** What production changed about the clip; only its owner is told. */
  notices?: { code: string; message: string }[] | null;
}

export interface Page {
  items: Video[];
  cursor: string | null;
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

  /** Ten clips with all that is shown of them, and where they play. */
  feed(cursor: string | null): Promise<Page> {
    const query = { limit: '10', include: 'playback', ...(cursor ? { cursor } : {}) };
    return this.#json(`/v1/feed?${new URLSearchParams(query)}`);
  }

  playback(id: string): Promise<Playback> {
    return this.#json(`/v1/videos/${encodeURIComponent(id)}/playback`);
  }

  async setLiked(id: string, liked: boolean): Promise<void> {
    await this.#call(`/v1/videos/${encodeURIComponent(id)}/like`, liked ? 'PUT' : 'DELETE');
  }

  async #json<Body>(path: string): Promise<Body> {
    return (await (await this.#call(path, 'GET')).json()) as Body;
  }

  /** Every request here may be repeated: it is, when the service is busy or the network away for a moment. */
  async #call(path: string, method: 'GET' | 'PUT' | 'DELETE', attempt = 1): Promise<Response> {
    const token = await this.#token();
    if (token === null && method !== 'GET') {
      throw new Problem(401, 'signed-out', 'Sign in first');
    }
    const request = {
      method,
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(PATIENCE_MS),
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
    return this.#call(path, method, attempt + 1);
  }
}

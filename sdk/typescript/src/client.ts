/** One request to the service: token, time limit, repetition where it does no harm, typed refusals. */

import { listed, OtherForm, Refused, Unreachable, refusal } from './problems.ts';
import { BACKOFF, type Backoff, delayMs, LONGEST_WAIT_SECONDS, RETRYABLE, sleep, unlessAborted } from './retry.ts';
import type { Answer, Asking, ItemOf, PagedRoute, RefusalOf, Route, Sending } from './routes.ts';

const HARMLESS = new Set(['GET', 'PUT', 'DELETE']);
const TIMEOUT_MS = 30_000;
/** The first try of a request is still being answered: a later one with the same key is told what came of it. */
const IN_PROGRESS = 'request-in-progress';

/** What the client is made of. */
export interface Options {
  /** Address of the site; "" in a page of the same origin. */
  readonly site: string;
  /** An access token, asked for at each attempt; null: reads as somebody who is not signed in. */
  readonly token?: () => string | null | Promise<string | null>;
  readonly backoff?: Partial<Backoff>;
  readonly fetch?: typeof fetch;
  readonly sleep?: typeof sleep;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
}

/** An answer, or a refusal that is told apart by its `type`. */
export type Result<R extends Route> =
  | { readonly ok: true; readonly data: Answer<R> }
  | { readonly ok: false; readonly refusal: RefusalOf<R> };

interface AnyAsked extends Sending {
  readonly path?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly key?: string;
}

interface AnyPage {
  readonly items: unknown[];
  readonly cursor: string | null;
}

/** Speaks to one site. Every method rejects with Unreachable if nothing answers, with OtherForm for what this
 * release cannot read, and with the signal's reason. */
export class Client {
  readonly #options: Options;
  readonly #backoff: Backoff;

  constructor(options: Options) {
    this.#options = options;
    this.#backoff = { ...BACKOFF, ...options.backoff };
  }

  /** The body of the answer. Rejects with Refused; `refusalOf` gives it its type. */
  async call<R extends Route>(route: R, ...[asked]: Asking<R>): Promise<Answer<R>> {
    return (await this.#send(route, (asked ?? {}) as AnyAsked)) as Answer<R>;
  }

  /** The same for callers that tell refusals apart: they are a value, and TypeScript knows all of them. */
  async attempt<R extends Route>(route: R, ...[asked]: Asking<R>): Promise<Result<R>> {
    try {
      return { ok: true, data: (await this.#send(route, (asked ?? {}) as AnyAsked)) as Answer<R> };
    } catch (error) {
      const refused = refusalOf(route, error);
      if (refused) {
        return { ok: false, refusal: refused };
      }
      throw error;
    }
  }

  /** Page after page of a list, from `query.cursor` on, each asked for when it is wanted. */
  pages<R extends PagedRoute>(route: R, ...[asked]: Asking<R>): AsyncGenerator<Answer<R>, void> {
    return this.#pages(route, (asked ?? {}) as AnyAsked) as AsyncGenerator<Answer<R>, void>;
  }

  /** Everything that a list holds, page by page. */
  async *items<R extends PagedRoute>(route: R, ...[asked]: Asking<R>): AsyncGenerator<ItemOf<R>, void> {
    for await (const { items } of this.#pages(route, (asked ?? {}) as AnyAsked)) {
      yield* items as ItemOf<R>[];
    }
  }

  async *#pages(route: Route, asked: AnyAsked): AsyncGenerator<AnyPage, void> {
    let cursor = asked.query?.cursor ?? null;
    do {
      const page = (await this.#send(route, { ...asked, query: { ...asked.query, cursor } })) as AnyPage;
      listed(route, 'items', page?.items);
      yield page;
      if (page.cursor !== null && page.cursor === cursor) {
        throw new Error(`A list that does not go on: its cursor is ${cursor} again`);
      }
      cursor = page.cursor;
    } while (cursor !== null);
  }

  async #send(route: Route, asked: AnyAsked): Promise<unknown> {
    const [method = '', path = ''] = route.split(' ');
    const repeatable = asked.repeatable ?? (HARMLESS.has(method) || asked.key !== undefined);
    const attempts = repeatable ? (asked.attempts ?? this.#backoff.attempts) : 1;
    const losses = repeatable ? Math.max(attempts, asked.losses ?? 0) : 1;
    const patienceMs = asked.patienceMs ?? this.#backoff.patienceMs;
    const began = Date.now();
    let [lost, refused] = [0, 0];
    for (;;) {
      const answer = await this.#once(method, this.#options.site + filled(path, asked), asked);
      if ('data' in answer) {
        return object(route, answer.data);
      }
      if ('lost' in answer) {
        lost += 1;
        if (lost >= losses || Date.now() - began > patienceMs) {
          throw new Unreachable(answer.lost);
        }
        await this.#wait(lost - 1, { lost: true }, asked.signal);
        continue;
      }
      refused += 1;
      const { status, type, retryAfterSeconds } = answer.refused;
      const isSoon = retryAfterSeconds <= LONGEST_WAIT_SECONDS && Date.now() - began + retryAfterSeconds * 1000 <= patienceMs;
      if (!(RETRYABLE.has(status) || type === IN_PROGRESS) || !isSoon || refused >= attempts) {
        throw answer.refused;
      }
      await this.#wait(refused - 1, { askedMs: retryAfterSeconds * 1000 }, asked.signal);
    }
  }

  /** One attempt. Rejects only with the reason of the caller's signal, and with what the token provider threw; but a
   * token that could not be renewed because the network is away is a lost connection, too. */
  async #once(method: string, address: string, asked: AnyAsked): Promise<{ data: unknown } | { refused: Refused } | { lost: unknown }> {
    const token = await this.#token(asked.signal);
    asked.signal?.throwIfAborted();
    if (token !== null && typeof token === 'object') {
      return token;
    }
    const limit = AbortSignal.timeout(asked.timeoutMs ?? TIMEOUT_MS);
    const told = headers(asked, token);
    try {
      const answer = await (this.#options.fetch ?? fetch)(address, {
        method,
        headers: told,
        ...(asked.body === undefined ? {} : { body: JSON.stringify(asked.body) }),
        ...(asked.keepalive ? { keepalive: true } : {}),
        signal: asked.signal ? AbortSignal.any([asked.signal, limit]) : limit,
      });
      if (!answer.ok) {
        return { refused: await refusal(answer) };
      }
      // An answer that is cut off, or is the page of a hotel's network, is no answer.
      return { data: answer.status === 204 ? undefined : await answer.json() };
    } catch (error) {
      asked.signal?.throwIfAborted();
      return { lost: error };
    }
  }

  async #token(signal: AbortSignal | undefined): Promise<string | null | { lost: unknown }> {
    try {
      return await unlessAborted(Promise.resolve(this.#options.token?.() ?? null), signal);
    } catch (error) {
      if (isLost(error)) {
        return { lost: error };
      }
      throw error;
    }
  }

  async #wait(attempt: number, how: { askedMs?: number; lost?: boolean }, signal: AbortSignal | undefined): Promise<void> {
    await (this.#options.sleep ?? sleep)(delayMs(this.#backoff, attempt, how, this.#options.random), signal);
  }
}

/** What an answer says: an object, or nothing (204). Throws OtherForm. */
function object(route: Route, data: unknown): unknown {
  if (data === null || Array.isArray(data) || !['object', 'undefined'].includes(typeof data)) {
    throw new OtherForm(route, 'object');
  }
  return data;
}

/** What was thrown by a call of `route`, as a refusal of that route; null if it is none. */
export function refusalOf<R extends Route>(_route: R, error: unknown): RefusalOf<R> | null {
  return error instanceof Refused ? (error as RefusalOf<R>) : null;
}

/** TypeError is what fetch throws where nothing answers, TimeoutError where it took too long; a sign-in service that
 * fails refuses nobody. */
function isLost(error: unknown): boolean {
  const { name, status = 0 } = error as { name?: string; status?: number };
  return error instanceof TypeError || name === 'TimeoutError' || status >= 500;
}

/** A fresh Idempotency-Key: the same key with the same request is carried out once. */
export function newKey(): string {
  return crypto.randomUUID();
}

/** Throws Refused for what can be no token, as the service would: it is not sent, not tried again, and not named, since it
 * may be a token but for one sign, and errors are logged. What a file has around a token is left out. */
function bearer(token: string): string {
  const told = token.trim();
  if (!/^[\x21-\x7e]+$/.test(told)) {
    throw new Refused(401, 'token-invalid', 'What the token provider gave is no token: empty, or with spaces or other signs in it');
  }
  return `Bearer ${told}`;
}

function headers(asked: AnyAsked, token: string | null): Record<string, string> {
  return {
    accept: 'application/json',
    ...(token === null ? {} : { authorization: bearer(token) }),
    ...(asked.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(asked.key === undefined ? {} : { 'idempotency-key': asked.key }),
  };
}

/** The gateway decodes a path once before it looks for a route. A tag may hold any sign, so it is encoded twice, and its
 * full stops with it: ".." is no word to HTTP. */
function segment(name: string, value: string): string {
  const once = encodeURIComponent(value);
  return name === 'tag' ? encodeURIComponent(once.replaceAll('.', '%2E')) : once;
}

/** The path with its parameters in place, and the query. What is null or undefined is not sent. */
function filled(path: string, { path: parts = {}, query = {} }: AnyAsked): string {
  const address = path.replace(/\{(\w+)\}/g, (_, name: string) => segment(name, String(parts[name])));
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).filter((one) => one !== null && one !== undefined).map((one) => [name, String(one)]),
  );
  return pairs.length > 0 ? `${address}?${new URLSearchParams(pairs)}` : address;
}

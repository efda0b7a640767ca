/**
 * Bytes over HTTP: chunks as they come, several attempts with growing pauses, what is missing of a range alone after a
 * connection broke off, and a token that is renewed once. An answer that is no bytes is told apart from no answer.
 */

import { PlayerError, refusal } from '../errors.ts';
import type { Sample } from '../policies/policies.ts';
import type { Span } from './layout.ts';

export type Bytes = Uint8Array<ArrayBuffer>;

export interface Attempts {
  readonly most: number;
  readonly pauseMs: number;
  /** Without a byte, an attempt is given up. */
  readonly patienceMs: number;
}

export const ATTEMPTS: Attempts = { most: 5, pauseMs: 250, patienceMs: 10_000 };
const LONGEST_PAUSE_MS = 4_000;
/** Below it, latency hides what the network carries. */
const SAMPLE_BYTES = 16 * 1024;
/** What came faster than the clock can tell was at least as fast as this. */
const LEAST_SECONDS = 0.005;
/** The server is asked again after them. */
const AGAIN = new Set([408, 425, 429, 500, 502, 503, 504]);

export interface Request {
  /** Asked before each attempt, since a token may have been renewed. */
  readonly url: () => string;
  readonly span: Span;
  readonly signal: AbortSignal;
  readonly chunk: (bytes: Bytes) => void;
  /** Resolves to true if there is another token to try with. */
  readonly renew: () => Promise<boolean>;
  readonly sample: (sample: Sample) => void;
}

/** Resolves when all of the span was handed to `chunk`. Raises PlayerError, or what aborted it. */
export async function fetchSpan(request: Request, attempts: Attempts = ATTEMPTS): Promise<void> {
  const progress = { bytes: 0 };
  let renewed = false;
  for (let attempt = 1; ; attempt++) {
    try {
      await attemptOnce(request, progress, attempts.patienceMs);
      return;
    } catch (error) {
      request.signal.throwIfAborted();
      if (error instanceof PlayerError && error.kind === 'forbidden' && !renewed) {
        renewed = true;
        if (await request.renew()) {
          continue;
        }
      }
      if (isFinal(error) || attempt >= attempts.most) {
        throw error instanceof PlayerError ? error : new PlayerError('network', String(error));
      }
    }
    const pause = Math.min(LONGEST_PAUSE_MS, attempts.pauseMs * 2 ** (attempt - 1));
    await sleep(pause * (0.5 + Math.random() / 2), request.signal);
  }
}

function isFinal(error: unknown): boolean {
  return error instanceof PlayerError && error.kind !== 'network' && !AGAIN.has(error.status);
}

async function attemptOnce(request: Request, progress: { bytes: number }, patienceMs: number): Promise<void> {
  const [first, end] = request.span;
  const quiet = new Quiet(patienceMs, request.signal);
  try {
    const from = first + progress.bytes;
    const asked = performance.now();
    const answer = await fetch(request.url(), { headers: { range: `bytes=${from}-${end - 1}` }, signal: quiet.signal });
    if (!answer.ok || !answer.body) {
      throw refusal(answer.status, await problemOf(answer));
    }
    const begun = performance.now();
    const before = progress.bytes;
    // A server that knows no ranges sends the whole file.
    const part = answer.status === 206 ? { skip: 0, most: end - from, whole: false } : { skip: from, most: end - from, whole: true };
    await read(answer.body, part, (bytes) => {
      quiet.heard();
      progress.bytes += bytes.byteLength;
      request.chunk(bytes);
    });
    measured(request, progress.bytes - before, asked, begun);
  } finally {
    quiet.stop();
  }
}

interface Part {
  readonly skip: number;
  readonly most: number;
  /** More follows it, which is not read. */
  readonly whole: boolean;
}

/** Hands on `most` bytes after the first `skip`, or fewer if the body ends. */
async function read(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  { skip, most, whole }: Part,
  take: (bytes: Bytes) => void,
): Promise<void> {
  const reader = body.getReader();
  for (let at = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) {
      return;
    }
    const wanted = value.subarray(Math.max(0, skip - at), Math.max(0, skip + most - at));
    at += value.byteLength;
    if (wanted.byteLength > 0) {
      take(wanted);
    }
    if (whole && at >= skip + most) {
      await reader.cancel();
      return;
    }
  }
}

function measured(request: Request, bytes: number, asked: number, begun: number): void {
  const now = performance.now();
  if (bytes >= SAMPLE_BYTES) {
    const seconds = Math.max(LEAST_SECONDS, (now - begun) / 1000);
    request.sample({ bytes, seconds, latencySeconds: (begun - asked) / 1000, nowSeconds: now / 1000 });
  }
}

async function problemOf(answer: Response): Promise<string> {
  const isProblem = answer.headers.get('content-type')?.startsWith('application/problem+json');
  const said: unknown = isProblem ? await answer.json().catch(() => null) : void answer.body?.cancel();
  const type = typeof said === 'object' && said !== null && 'type' in said ? String(said.type) : '';
  return type.split('/').pop() ?? '';
}

/** Aborts when nothing was heard for a while, or when somebody else does. */
class Quiet {
  readonly #own = new AbortController();
  readonly #patienceMs: number;
  readonly #from: AbortSignal;
  readonly #abort = () => this.#own.abort(this.#from.reason);
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(patienceMs: number, from: AbortSignal) {
    this.#patienceMs = patienceMs;
    this.#from = from;
    from.throwIfAborted();
    from.addEventListener('abort', this.#abort);
    this.heard();
  }

  get signal(): AbortSignal {
    return this.#own.signal;
  }

  heard(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#own.abort(new PlayerError('network', 'nothing came')), this.#patienceMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#from.removeEventListener('abort', this.#abort);
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal.addEventListener('abort', abort, { once: true });
  });
}

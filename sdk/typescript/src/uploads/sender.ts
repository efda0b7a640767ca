/** Brings parts into storage over bad networks, with signatures that are good for a while only. */

import { BACKOFF, delayMs, LONGEST_WAIT_SECONDS, RETRYABLE, sleep } from '../retry.ts';
import { Unreachable } from '../problems.ts';
import type { Source } from './memory.ts';
import { Link } from './link.ts';
import type { Parts } from './parts.ts';
import type { Put } from './put.ts';
import type { Timing } from './timing.ts';

/** How often in a row storage may refuse freshly signed parts before the upload counts as broken. */
const REFUSALS = 5;
/** Up to four times the patience, for a part that stalled before: what is slower than that would never get through. */
const MOST_STALLS = 2;

/** A try and the wait after it take less, unless bytes move: longer, the machine slept or its clock was set. */
const SLEPT_MS = 300_000;

/** Storage refuses parts although they were signed anew. */
export class UploadBroken extends Error {
  override readonly name: string = 'UploadBroken';
}

/** Storage knows the upload no more: it was aborted, or it expired. */
export class UploadGone extends UploadBroken {
  override readonly name = 'UploadGone';
}

/** The file is not the file that the upload was begun with, or can be read no more. */
export class FileChanged extends Error {
  override readonly name = 'FileChanged';
}

export interface How {
  readonly put: Put;
  readonly parallel: number;
  readonly timing: Timing;
  readonly sleep: typeof sleep;
  readonly signal: AbortSignal;
}

interface Again {
  readonly askedMs?: number;
  readonly lost?: boolean;
}

export class Sender {
  readonly #file: Source;
  readonly #parts: Parts;
  readonly #how: How;
  readonly #link: Link;
  readonly #failed = new AbortController();
  readonly #signal: AbortSignal;
  #refusals = 0;
  #movedAt = Date.now();
  /** When a part landed or failed last. */
  #heardAt = Date.now();

  constructor(file: Source, parts: Parts, how: How) {
    this.#file = file;
    this.#parts = parts;
    this.#how = how;
    this.#link = new Link(parts.size(1), file.size, how.parallel, how.timing);
    this.#signal = AbortSignal.any([how.signal, this.#failed.signal]);
  }

  /** Resolves when storage took every part that is missing. Rejects with what the first worker met. */
  async send(): Promise<void> {
    const queue = this.#parts.missing;
    const workers = Array.from({ length: Math.min(this.#how.parallel, queue.length) }, () => this.#work(queue));
    try {
      await Promise.all(workers);
    } catch (error) {
      this.#failed.abort(error);
      await Promise.allSettled(workers);
      throw error;
    }
  }

  async #work(queue: number[]): Promise<void> {
    for (let number = queue.shift(); number !== undefined; number = queue.shift()) {
      await this.#bring(number);
    }
  }

  async #bring(number: number): Promise<void> {
    let stalls = 0;
    for (let attempt = 0; attempt < this.#how.timing.tries; attempt += 1) {
      if (this.#parts.has(number)) {
        return;
      }
      const again = await this.#try(number, 2 ** Math.min(stalls, MOST_STALLS));
      if (!again) {
        return;
      }
      stalls += again.lost ? 1 : 0;
      this.#parts.sending(number, 0);
      await this.#how.sleep(delayMs(BACKOFF, attempt, again), this.#signal);
    }
    throw new Unreachable(`part ${number}: ${this.#how.timing.tries} tries`);
  }

  /** One try of one part: null if storage took it. Its lane is free once storage has answered: what has left may be in
   * buffers of megabytes still. */
  async #try(number: number, patience: number): Promise<Again | null> {
    // A lane first: a signature may end while one is waited for.
    const release = await this.#link.lane(this.#signal);
    try {
      const part = await this.#parts.signed(number, this.#signal);
      const [first, end] = this.#parts.span(number);
      const { timing } = this.#how;
      let left = 0;
      const answer = await this.#how.put({
        url: part.url,
        headers: part.headers,
        body: this.#file.slice(first, end),
        signal: this.#signal,
        timing: { ...timing, stallMs: timing.stallMs * patience, answerMs: timing.answerMs * patience },
        moved: (bytes) => {
          left = bytes;
          this.#parts.sending(number, bytes);
        },
      });
      if (!answer) {
        return await this.#lost(first, left === end - first);
      }
      if (answer.status < 300) {
        this.#landed(number);
        return null;
      }
      return await this.#refused(part, answer);
    } finally {
      release();
    }
  }

  #landed(number: number): void {
    this.#refusals = 0;
    this.#movedAt = this.#heardAt = Date.now();
    this.#link.landed(this.#parts.size(number));
    this.#parts.finished(number);
  }

  async #lost(first: number, leftWhole: boolean): Promise<Again> {
    await this.#file
      .slice(first, first + 1)
      .arrayBuffer()
      .catch(() => {
        throw new FileChanged('The file can be read no more');
      });
    this.#giveUpIfStuck('no answer');
    if (leftWhole) {
      // Perhaps storage has it and only the answer was lost.
      await this.#parts.look(this.#signal);
    }
    return { lost: true };
  }

  /** 403: the signature ended. 400: bytes were damaged on their way. Either way: a look, and signed anew. */
  async #refused(part: { number: number; url: string; headers: Record<string, string>; size_bytes: number }, answer: { status: number; text: string; retryAfterSeconds: number }): Promise<Again> {
    const says = `storage answered ${answer.status}: ${answer.text.slice(0, 200)}`;
    if (answer.status === 404) {
      throw new UploadGone(says);
    }
    if (answer.status === 400 || answer.status === 403) {
      if (this.#parts.dropSigned(part)) {
        this.#refusals += 1;
        if (this.#refusals > REFUSALS) {
          throw new UploadBroken(`storage refuses freshly signed parts; ${says}`);
        }
        await this.#parts.look(this.#signal);
      }
      return {};
    }
    if (!RETRYABLE.has(answer.status)) {
      throw new UploadBroken(`part ${part.number}: ${says}`);
    }
    this.#giveUpIfStuck(says);
    return { askedMs: Math.min(LONGEST_WAIT_SECONDS, answer.retryAfterSeconds) * 1000 };
  }

  #giveUpIfStuck(why: string): void {
    const now = Date.now();
    const quietMs = now - this.#heardAt;
    this.#heardAt = now;
    if (quietMs < 0 || quietMs > SLEPT_MS) {
      // That time was no patience: who opens the lid again finds the upload going on.
      this.#movedAt = now;
    }
    if (now - this.#movedAt > this.#how.timing.patienceMs) {
      throw new Unreachable(`no part got through for long (${why})`);
    }
  }
}

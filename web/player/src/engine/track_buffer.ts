/** A SourceBuffer, one operation at a time. */

import { PlayerError, Unwanted } from '../errors.ts';
import type { Bytes } from './fetcher.ts';

export class TrackBuffer {
  readonly #source: SourceBuffer;
  #last: Promise<void> = Promise.resolve();
  #closed = false;
  #giveUp: (reason: PlayerError) => void = () => {};

  constructor(source: SourceBuffer) {
    this.#source = source;
  }

  /** Raises PlayerError `decode`, or DOMException QuotaExceededError if it is full. */
  append(bytes: Bytes): Promise<void> {
    return this.#then(() => this.#source.appendBuffer(bytes));
  }

  remove(from: number, to: number): Promise<void> {
    return this.#then(() => this.#source.remove(from, to));
  }

  /** What was begun and not ended is forgotten: the next bytes begin with a header. */
  forget(): Promise<void> {
    return this.#then(() => this.#source.abort());
  }

  /** What waits for the browser waits no more: of a source that is taken away nothing is told. */
  close(): void {
    this.#closed = true;
    this.#giveUp(new Unwanted());
  }

  /** Operations wait for those before them, whether they succeeded or not. */
  #then(act: () => void): Promise<void> {
    const next = this.#last.catch(() => {}).then(() => this.#run(act));
    this.#last = next;
    // Whoever asked is told; the chain itself is nobody's.
    next.catch(() => {});
    return next;
  }

  async #run(act: () => void): Promise<void> {
    if (this.#closed) {
      throw new Unwanted();
    }
    act();
    if (this.#source.updating) {
      await this.#updated();
    }
  }

  #updated(): Promise<void> {
    const source = this.#source;
    return new Promise((resolve, reject) => {
      const done = () => {
        this.#giveUp = () => {};
        source.removeEventListener('updateend', done);
        source.removeEventListener('error', failed);
        resolve();
      };
      // `error` comes before `updateend`.
      const failed = () => {
        done();
        reject(new PlayerError('decode', 'the browser could not read a unit'));
      };
      this.#giveUp = reject;
      source.addEventListener('updateend', done);
      source.addEventListener('error', failed);
    });
  }
}

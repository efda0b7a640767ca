import { PlayerError, Unwanted } from '../errors.ts';
import type { Bytes } from './fetcher.ts';

/** Bytes of a unit as they come. Those that feed a buffer read along; nobody else keeps them. */
export class Download {
  readonly #abort = new AbortController();
  readonly #waiting = new Set<() => void>();
  #chunks: Bytes[] = [];
  #bytes = 0;
  #done = false;
  #error: PlayerError | null = null;
  readonly finished: Promise<void>;

  /** `start` fetches, and hands each piece to `chunk`. */
  constructor(start: (signal: AbortSignal, chunk: (bytes: Bytes) => void) => Promise<void>) {
    const take = (bytes: Bytes) => {
      this.#chunks.push(bytes);
      this.#bytes += bytes.byteLength;
      this.#wake();
    };
    this.finished = start(this.#abort.signal, take).then(
      () => this.#end(null),
      (error: unknown) => this.#end(error instanceof PlayerError ? error : new PlayerError('network', String(error))),
    );
  }

  get bytes(): number {
    return this.#bytes;
  }

  get done(): boolean {
    return this.#done;
  }

  /** Why it ended before all was there; an aborted one has one, too. */
  get error(): PlayerError | null {
    return this.#error;
  }

  get aborted(): boolean {
    return this.#abort.signal.aborted;
  }

  abort(): void {
    if (!this.#done) {
      this.#abort.abort(new Unwanted());
    }
  }

  /** What came since the `from`th piece; waits until there is some. Null: that was all. Raises what ended it. */
  async piece(from: number): Promise<Bytes | null> {
    for (;;) {
      const found = this.#chunks[from];
      if (found) {
        return found;
      }
      if (this.#error) {
        throw this.#error;
      }
      if (this.#done) {
        return null;
      }
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** All of it, once it is done. */
  joined(): Bytes {
    const whole = new Uint8Array(this.#bytes);
    let at = 0;
    for (const chunk of this.#chunks) {
      whole.set(chunk, at);
      at += chunk.byteLength;
    }
    return whole;
  }

  /** Its bytes are in a buffer, or nobody will want them. */
  release(): void {
    this.#chunks = [];
  }

  #end(error: PlayerError | null): void {
    this.#done = true;
    this.#error = error;
    this.#wake();
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    waiting.forEach((resolve) => resolve());
  }
}

/** How many parts may be on their way at once: what is under way when a network or a tab dies is sent again. */

import type { Timing } from './timing.ts';

/** Gives out lanes: the right to have the bytes of one part on their way. */
export class Link {
  readonly #partBytes: number;
  readonly #most: number;
  readonly #timing: Timing;
  readonly #clock: () => number;
  readonly #riskBytes: number;
  #landed: { at: number; bytes: number }[] = [];
  #underWay = 0;
  #waiting: (() => void)[] = [];

  constructor(partBytes: number, fileBytes: number, most: number, timing: Timing, clock = (): number => performance.now()) {
    this.#partBytes = partBytes;
    this.#most = most;
    this.#timing = timing;
    this.#clock = clock;
    this.#riskBytes = fileBytes * timing.riskShare;
  }

  /** Storage has confirmed so many bytes: what only left may be in a buffer still. */
  landed(bytes: number): void {
    this.#landed.push({ at: this.#clock(), bytes });
    this.#wake();
  }

  /** At least one part, at most what the link moves in `riskMs`, and no more than a share of the file. */
  width(): number {
    const since = this.#clock() - this.#timing.riskMs;
    this.#landed = this.#landed.filter(({ at }) => at >= since);
    const moved = this.#landed.reduce((sum, { bytes }) => sum + bytes, 0);
    return Math.max(1, Math.min(this.#most, Math.floor(Math.min(moved, this.#riskBytes) / this.#partBytes)));
  }

  /** Waits for a lane. The function that it resolves to gives the lane back; twice is harmless. */
  async lane(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    while (this.#underWay >= this.width()) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          signal.removeEventListener('abort', wake);
          resolve();
        };
        this.#waiting.push(wake);
        signal.addEventListener('abort', wake);
      });
      signal.throwIfAborted();
    }
    this.#underWay += 1;
    let held = true;
    return () => {
      if (held) {
        held = false;
        this.#underWay -= 1;
        this.#wake();
      }
    };
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) {
      resolve();
    }
  }
}

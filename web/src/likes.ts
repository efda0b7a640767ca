import type { Likes } from './types.ts';

/**
 * A like that shows at once and is taken back if the server refuses it.
 *
 * Taps while a request is under way change only what is wanted; when it ends, one more request follows if the outcome
 * is not that. So however often someone taps, at most one request runs and the last tap wins.
 */
export class LikeToggle {
  readonly #send: (liked: boolean) => Promise<void>;
  readonly #show: (likes: Likes) => void;
  /** What the server has, as far as we know. */
  #held: Likes;
  #wanted: boolean;
  #busy = false;

  constructor(held: Likes, send: (liked: boolean) => Promise<void>, show: (likes: Likes) => void) {
    this.#held = held;
    this.#wanted = held.liked;
    this.#send = send;
    this.#show = show;
    show(held);
  }

  /** Resolves when the server agrees with what is shown; rejects with its refusal after showing the old state again. */
  async toggle(): Promise<void> {
    this.#wanted = !this.#wanted;
    this.#show(asLiked(this.#held, this.#wanted));
    if (this.#busy) {
      return;
    }
    this.#busy = true;
    try {
      while (this.#wanted !== this.#held.liked) {
        const asked = this.#wanted;
        await this.#send(asked);
        this.#held = asLiked(this.#held, asked);
      }
    } catch (error) {
      this.#wanted = this.#held.liked;
      throw error;
    } finally {
      this.#busy = false;
      this.#show(this.#held);
    }
  }

  /** The server has this, as another part of the page learned. What is wanted otherwise meanwhile stays wanted. */
  told(liked: boolean): void {
    if (!this.#busy && liked !== this.#held.liked) {
      this.#held = asLiked(this.#held, liked);
      this.#wanted = liked;
      this.#show(this.#held);
    }
  }
}

/** The same clip once its viewer likes it, or does no more. */
export function asLiked(held: Likes, liked: boolean): Likes {
  const change = Number(liked) - Number(held.liked);
  return { liked, likes: Math.max(0, held.likes + change) };
}

import { chooseCaptions } from './captions.ts';

/** What a viewer chose, of all clips. */
export abstract class Settings {
  #muted: boolean;
  #rate = 1;
  #volume = 1;
  #captions: string | null = null;

  constructor(muted: boolean) {
    this.#muted = muted;
  }

  protected abstract get videos(): readonly HTMLVideoElement[];

  get muted(): boolean {
    return this.#muted;
  }

  set muted(muted: boolean) {
    this.#muted = muted;
    this.settle();
  }

  /** From 0 to 1, of all clips. */
  get volume(): number {
    return this.#volume;
  }

  set volume(volume: number) {
    this.#volume = volume;
    this.settle();
  }

  /** Times the clip's own speed, of all clips. */
  get rate(): number {
    return this.#rate;
  }

  set rate(rate: number) {
    this.#rate = rate;
    this.settle();
  }

  /** Language of the captions that are shown where a clip has them (BCP 47); null: none. */
  get captions(): string | null {
    return this.#captions;
  }

  set captions(language: string | null) {
    this.#captions = language;
    this.settle();
  }

  /** Gives them to elements, which forget some with each source. */
  protected settle(): void {
    for (const video of this.videos) {
      video.muted = this.#muted;
      video.volume = this.#volume;
      video.defaultPlaybackRate = video.playbackRate = this.#rate;
      chooseCaptions(video, this.#captions);
    }
  }
}

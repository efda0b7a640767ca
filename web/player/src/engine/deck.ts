import type { Clip, Codec } from '../clip.ts';
import { PlayerError } from '../errors.ts';
import type { CodecPolicy } from '../policies/policies.ts';
import { Codecs } from './codecs.ts';
import { type Feeder, mediaSourceClass } from './feeder.ts';
import { ClipFiles, type Surroundings } from './files.ts';
import type { Stage, Staged } from './wishes.ts';
import type { OpenForeign } from './foreign.ts';
import { Slot, type SlotEvents } from './slot.ts';

/** In this order: what plays, what is next, what was before. */
const NEAR = [0, 1, -1];
/** Clips whose files are kept. */
const AHEAD = 6;

export interface DeckOptions {
  readonly codec: CodecPolicy;
  readonly failed: () => ReadonlySet<Codec>;
  readonly around: Surroundings;
  readonly openForeign: OpenForeign;
  readonly loop: boolean;
  /** Elements, and with them decoders and MediaSources. */
  readonly elements: number;
  /** What was not known before is known: look again. */
  readonly look: () => void;
  readonly lost: (clip: Clip, error: PlayerError) => void;
}

/** The clips of a queue, the elements of those that are near, and the files of those that come. */
export class Deck {
  readonly slots: readonly Slot[];
  readonly #options: DeckOptions;
  readonly #codecs = new Codecs();
  readonly #files = new Map<string, ClipFiles>();
  /** Clips that failed; they are tried again when they are shown again. */
  readonly #troubled = new Set<string>();
  /** Clips whose address is asked for. */
  readonly #asking = new Set<string>();
  readonly #pixels = new WeakMap<Element, number>();
  readonly #sizes: ResizeObserver;
  queue: readonly Clip[] = [];
  place = -1;

  constructor(options: DeckOptions, events: SlotEvents) {
    this.#options = options;
    this.slots = Array.from({ length: options.elements }, () => new Slot(events, document));
    this.#sizes = new ResizeObserver((entries) => {
      for (const { target, contentRect } of entries) {
        this.#pixels.set(target, Math.min(contentRect.width, contentRect.height) * devicePixelRatio);
      }
    });
    for (const { host, video } of this.slots) {
      video.loop = options.loop;
      this.#sizes.observe(host);
    }
  }

  get current(): Slot | null {
    return this.slotAt(this.place);
  }

  slotAt(place: number): Slot | null {
    const clip = this.queue[place];
    return (clip && this.slots.find((slot) => slot.place === place && slot.clip?.id === clip.id)) ?? null;
  }

  slotOf(clip: Clip): Slot | null {
    return this.slots.find((slot) => slot.clip?.id === clip.id) ?? null;
  }

  isTroubled(clip: Clip): boolean {
    return this.#troubled.has(clip.id);
  }

  trouble(clip: Clip): void {
    this.#troubled.add(clip.id);
  }

  /** Gives elements to the clips that are near this place now; those that had one keep it. */
  arrange(queue: readonly Clip[], place: number): void {
    this.queue = queue;
    this.place = place;
    const near = NEAR.map((step) => place + step).filter((at) => queue[at]);
    const wanted = new Map(near.map((at) => [queue[at]?.id, at]));
    const free = this.slots.filter(({ clip }) => !clip || !wanted.has(clip.id));
    for (const slot of this.slots) {
      slot.place = wanted.get(slot.clip?.id) ?? -1;
    }
    for (const at of near) {
      const clip = queue[at];
      const slot = clip && !this.slotOf(clip) ? free.shift() : undefined;
      if (clip && slot) {
        slot.assign(clip);
        slot.place = at;
      }
    }
    free.filter(({ clip }) => clip).forEach((slot) => slot.assign(null));
    this.#forget();
    const shown = queue[place];
    if (shown && this.#troubled.delete(shown.id) && this.slotOf(shown)?.video.error) {
      this.reset(shown);
    }
  }

  /** Gives elements what came to memory before they had the clip. */
  feedNear(): void {
    NEAR.forEach((step) => this.feedHeld(this.place + step));
  }

  staged(place: number): Staged | null {
    const clip = this.queue[place];
    if (!clip || clip.rungs.length === 0 || this.#troubled.has(clip.id)) {
      return null;
    }
    const files = this.#filesOf(clip);
    const slot = this.slotAt(place);
    return files && {
      files,
      feeder: slot?.feeder ?? null,
      currentTime: slot?.video.currentTime ?? 0,
      pixels: (slot && this.#pixels.get(slot.host)) ?? null,
    };
  }

  /** The feeder of the clip's element, which it opens. */
  feeder(files: ClipFiles): Feeder | null {
    const slot = this.slotOf(files.clip);
    if (!slot) {
      return null;
    }
    if (slot.feeder && slot.feeder.files !== files) {
      slot.restart();
    }
    return slot.feeder ?? slot.open(files);
  }

  /** Another codec, or another try: what is known of the clip's files is forgotten. */
  reset(clip: Clip): void {
    this.#files.get(clip.id)?.close();
    this.#files.delete(clip.id);
    this.slotOf(clip)?.restart();
  }

  /** The same clip with another token. */
  remember(clip: Clip): Clip {
    this.queue = this.queue.map((one) => (one.id === clip.id ? clip : one));
    return clip;
  }

  /** Gives the clip's element this address from its beginning on. */
  replace(clip: Clip): void {
    this.slotOf(clip)?.assign(clip);
    this.openForeign(() => {});
  }

  /** What a loader works on. */
  stage({ before, fed }: { before: () => number; fed: Stage['fed'] }): Stage {
    const { lost } = this.#options;
    return {
      at: (place) => this.staged(this.place + place),
      feeder: (files) => this.feeder(files),
      get clipsBefore() {
        return before();
      },
      fed,
      failed: ({ clip }, error) => (this.slotOf(clip)?.feeder?.lost ? this.revive() : lost(clip, error)),
    };
  }

  /** Gives sources again to elements whose MediaSource the browser closed, as it does while a page is away. */
  revive(): void {
    for (const slot of this.slots) {
      if (slot.clip && slot.feeder?.lost) {
        this.reset(slot.clip);
      }
    }
  }

  destroy(): void {
    this.#sizes.disconnect();
    this.#files.forEach((files) => files.close());
    this.#files.clear();
    this.slots.forEach((slot) => slot.destroy());
    this.queue = [];
  }

  #filesOf(clip: Clip): ClipFiles | null {
    const known = this.#files.get(clip.id);
    if (known) {
      return known;
    }
    if (!mediaSourceClass()) {
      return null;
    }
    const decodes = this.#codecs.of(clip, this.#options.look);
    if (!decodes) {
      return null;
    }
    const codec = this.#options.codec.choose(clip, decodes, this.#options.failed());
    if (!codec) {
      this.#options.lost(clip, new PlayerError('unsupported', 'The clip has no codec that plays in this browser'));
      return null;
    }
    const made = new ClipFiles(clip, codec, this.#options.around);
    this.#files.set(clip.id, made);
    return made;
  }

  /** Gives what plays and what is next their source, where they are HLS of others; `opened` once what plays has one. */
  openForeign(opened: () => void): void {
    for (const place of [this.place, this.place + 1]) {
      const slot = this.slotAt(place);
      const clip = slot?.clip;
      if (!slot || !clip || clip.rungs.length > 0 || slot.isOpen || this.#troubled.has(clip.id)) {
        continue;
      }
      if (clip.masterUrl === '') {
        this.#askAddress(clip, opened);
      } else {
        slot.openForeign(this.#options.openForeign, clip).then(
          () => place === this.place && opened(),
          (error: unknown) => this.#options.lost(clip, asPlayerError(error)),
        );
      }
    }
  }

  /** Of a clip whose address did not come with it. What turns out to be ours is then fetched in units. */
  #askAddress(clip: Clip, opened: () => void): void {
    if (this.#asking.has(clip.id)) {
      return;
    }
    this.#asking.add(clip.id);
    const { renew } = this.#options.around;
    void renew(clip)
      .catch(() => null)
      .finally(() => this.#asking.delete(clip.id))
      .then((found) => {
        if (!found) {
          this.#options.lost(clip, new PlayerError('missing', 'Nobody knows where the clip is'));
          return;
        }
        this.slotOf(found)?.assign(found);
        this.openForeign(opened);
        this.#options.look();
        if (this.current?.clip?.id === found.id) {
          opened();
        }
      });
  }

  feedHeld(place: number): void {
    const staged = this.staged(place);
    const { files } = staged ?? {};
    if (!staged || !files || staged.feeder || files.held(0) === null) {
      return;
    }
    const feeder = this.feeder(files);
    const failed = (error: unknown) => {
      if (error instanceof PlayerError && feeder && !feeder.closed) {
        this.#options.lost(files.clip, error);
      }
    };
    for (let unit = 0, rung = files.held(0); rung !== null; rung = files.held(++unit)) {
      const download = files.download(files.rungs[rung]!, unit);
      download && feeder?.feedPicture(unit, rung, download).then(this.#options.look, failed);
    }
    const { sound } = files.clip;
    for (let unit = 0; sound && files.download(sound, unit); unit++) {
      feeder?.feedSound(unit, files.download(sound, unit)!).then(this.#options.look, failed);
    }
  }

  /** Files of clips that are far away. */
  #forget(): void {
    const kept = new Set(this.queue.slice(Math.max(0, this.place - 1), this.place + AHEAD + 1).map(({ id }) => id));
    for (const [id, files] of this.#files) {
      if (!kept.has(id)) {
        files.close();
        this.#files.delete(id);
      }
    }
  }
}

function asPlayerError(error: unknown): PlayerError {
  return error instanceof PlayerError ? error : new PlayerError('network', String(error));
}

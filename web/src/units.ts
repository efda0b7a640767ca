import type { Loader, LoaderCallbacks, LoaderConfiguration, LoaderContext } from 'hls.js';
import type { Playback } from './api.ts';

/** File name -> where each of its fetch units ends, in bytes; the first begins at 0. */
export type Units = ReadonlyMap<string, readonly number[]>;
/** First byte, and the one after the last. */
export type Span = readonly [number, number];
export interface Fetched {
  readonly data: ArrayBuffer;
  /** When it was asked for, when its first byte came, and when its last, by `performance.now()`. */
  readonly times: readonly [number, number, number];
}
export type Fetch = (url: string, span: Span, signal: AbortSignal) => Promise<Fetched>;
export type LoaderClass = new (config: never) => Loader<LoaderContext>;

/** Units kept in memory: the one that plays and the one that follows, of picture and of sound, and two more. */
const KEPT = 6;

/** An answer that is no bytes. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`HTTP ${status}`);
    this.status = status;
  }
}

/** What a playback names; nothing of clips that were made before units were named. */
export function unitsOf(playback: Playback): Units {
  const files = [...(playback.renditions ?? []), ...(playback.sound ? [playback.sound] : [])];
  return new Map(files.map(({ name, unit_ends }) => [`${name}.mp4`, unit_ends ?? []]));
}

/** The unit in which all of these bytes are; null if there is none. */
export function unitOf(ends: readonly number[], [first, end]: Span): Span | null {
  const place = ends.findIndex((unitEnd) => first < unitEnd);
  const unitEnd = ends[place];
  return unitEnd === undefined || end > unitEnd ? null : [ends[place - 1] ?? 0, unitEnd];
}

/** Gives segments out of units, each of which is fetched once, however many of its segments are asked for. */
export class UnitFiles {
  readonly #units: Units;
  readonly #fetch: Fetch;
  readonly #held = new Map<string, Promise<Fetched>>();

  constructor(units: Units, fetcher: Fetch = fetchSpan) {
    this.#units = units;
    this.#fetch = fetcher;
  }

  /** The unit that holds this range of a file; null: the range is to be fetched by itself. */
  holding(url: string, span: Span): Span | null {
    const ends = this.#units.get(nameOf(url));
    return ends ? unitOf(ends, span) : null;
  }

  /** A range of a unit. Its times are a share of the unit's, so that whoever measures the network by them is right. */
  async read(url: string, unit: Span, [first, end]: Span, signal: AbortSignal): Promise<Fetched> {
    const { data, times } = await this.#unit(url, unit, signal);
    const [asked, begun, ended] = times;
    const share = ((ended - begun) * (end - first)) / data.byteLength;
    return { data: data.slice(first - unit[0], end - unit[0]), times: [ended - share - (begun - asked), ended - share, ended] };
  }

  #unit(url: string, unit: Span, signal: AbortSignal): Promise<Fetched> {
    const key = `${nameOf(url)} ${unit[0]}`;
    const held = this.#held.get(key) ?? this.#fetch(url, unit, signal);
    // Newest last; what fails is asked for again.
    this.#held.delete(key);
    this.#held.set(key, held);
    held.catch(() => this.#held.get(key) === held && this.#held.delete(key));
    for (const oldest of [...this.#held.keys()].slice(0, -KEPT)) {
      this.#held.delete(oldest);
    }
    return held;
  }
}

/** A loader of hls.js that takes segments out of units, and fetches everything else as `Base` does. */
export function unitLoader(Base: LoaderClass, files: UnitFiles): LoaderClass {
  return class extends Base {
    #callbacks: LoaderCallbacks<LoaderContext> | null = null;

    override load(context: LoaderContext, config: LoaderConfiguration, callbacks: LoaderCallbacks<LoaderContext>): void {
      const span: Span = [context.rangeStart ?? 0, context.rangeEnd ?? 0];
      const unit = span[1] > 0 ? files.holding(context.url, span) : null;
      if (!unit) {
        super.load(context, config, callbacks);
        return;
      }
      this.context = context;
      this.#callbacks = callbacks;
      this.stats.loading.start = performance.now();
      const signal = AbortSignal.timeout(config.loadPolicy.maxLoadTimeMs);
      files.read(context.url, unit, span, signal).then(
        (found) => this.#succeeded(context, found),
        (error: unknown) => this.#failed(context, error),
      );
    }

    override abort(): void {
      const callbacks = this.#callbacks;
      this.#callbacks = null;
      this.stats.aborted = true;
      super.abort();
      if (callbacks && this.context) {
        callbacks.onAbort?.(this.stats, this.context, null);
      }
    }

    override destroy(): void {
      this.#callbacks = null;
      super.destroy();
    }

    #succeeded(context: LoaderContext, { data, times }: Fetched): void {
      const callbacks = this.#callbacks;
      this.#callbacks = null;
      const { loading } = this.stats;
      [loading.start, loading.first, loading.end] = times;
      this.stats.loaded = this.stats.total = data.byteLength;
      callbacks?.onSuccess({ url: context.url, data, code: 206 }, this.stats, context, null);
    }

    #failed(context: LoaderContext, error: unknown): void {
      const callbacks = this.#callbacks;
      this.#callbacks = null;
      if (error instanceof DOMException && error.name === 'TimeoutError') {
        callbacks?.onTimeout(this.stats, context, null);
      } else {
        const code = error instanceof Refused ? error.status : 0;
        callbacks?.onError({ code, text: String(error) }, context, null, this.stats);
      }
    }
  };
}

async function fetchSpan(url: string, [first, end]: Span, signal: AbortSignal): Promise<Fetched> {
  const asked = performance.now();
  const answer = await fetch(url, { headers: { range: `bytes=${first}-${end - 1}` }, signal });
  const begun = performance.now();
  if (answer.status !== 206) {
    throw new Refused(answer.status);
  }
  return { data: await answer.arrayBuffer(), times: [asked, begun, performance.now()] };
}

function nameOf(url: string): string {
  return new URL(url, 'http://relative').pathname.split('/').pop() ?? '';
}

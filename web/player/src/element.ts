/** `<reelstack-player>`: one clip on any page. See ../README.md. */

import { foreignClip, toClip } from './playback.ts';
import type { Clip } from './clip.ts';
import type { LoadHls } from './engine/foreign.ts';
import type { PlayerEvent } from './events.ts';
import { Pool } from './pool.ts';

const STYLE = `
:host { display: block; position: relative; aspect-ratio: 9 / 16; background: #000; overflow: hidden }
:host([hidden]) { display: none }
p { position: absolute; inset: auto 0 0; margin: 0; padding: 1em; color: #fff; background: #000a; font: 1em system-ui }
p:empty { display: none }
`;
const EN = {
  withdrawn: 'This clip was taken away.',
  missing: 'There is no such clip.',
  forbidden: 'This clip is not for everybody.',
  unsupported: 'This browser does not play the clip.',
  archived: 'Its owner has archived this clip.',
  failed: 'The clip could not be loaded.',
  stopped: 'The clip stopped.',
} as const;
type Says = keyof typeof EN;
const AR: Readonly<Record<Says, string>> = {
  withdrawn: 'أُزيل هذا المقطع.',
  missing: 'لا يوجد مقطع كهذا.',
  forbidden: 'هذا المقطع ليس للجميع.',
  unsupported: 'لا يشغّل هذا المتصفح المقطع.',
  archived: 'أرشف صاحب المقطع مقطعه.',
  failed: 'تعذّر تحميل المقطع.',
  stopped: 'توقّف المقطع.',
};
const PATIENCE_MS = 15_000;
/** What an answer of the API says of the clip; any other says that it did not work. */
const REFUSALS: ReadonlyMap<number, Says> = new Map([
  [401, 'forbidden'],
  [403, 'forbidden'],
  [404, 'missing'],
  [410, 'withdrawn'],
  [451, 'withdrawn'],
]);

/**
 * Attributes: `src`, an HLS playlist, or `playback`, the address of what GET /v1/videos/{id}/playback answers; `poster`;
 * `autoplay`, `muted`, `loop`, `controls`, as of a video element; `captions`, a language.
 * Events: those of the player as `reelstack`, in `detail`.
 */
export class ReelstackPlayer extends HTMLElement {
  static readonly observedAttributes = ['src', 'playback', 'muted', 'captions'];
  /** Gives hls.js: the file beside this script, as README.md says, which no bundler shall follow. */
  static hls: LoadHls = () => import(/* @vite-ignore */ new URL(/* @vite-ignore */ './hls.mjs', import.meta.url).href);
  readonly #says = document.createElement('p');
  readonly #place = document.createElement('div');
  /** The proportions of the clip, which a style of the page for the element goes before. */
  readonly #ratio = new CSSStyleSheet();
  #pool: Pool | null = null;
  #asked = 0;

  constructor() {
    super();
    const style = new CSSStyleSheet();
    style.replaceSync(STYLE);
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [style, this.#ratio];
    this.#says.setAttribute('role', 'status');
    Object.assign(this.#place.style, { position: 'absolute', inset: '0' });
    root.append(this.#place, this.#says);
  }

  /** The player itself; null while the element is on no page. */
  get pool(): Pool | null {
    return this.#pool;
  }

  connectedCallback(): void {
    void this.#load();
  }

  disconnectedCallback(): void {
    // An element that is moved is connected again at once.
    queueMicrotask(() => this.isConnected || this.#close());
  }

  attributeChangedCallback(name: string): void {
    if (!this.#pool) {
      return;
    }
    if (name === 'muted') {
      this.#pool.muted = this.hasAttribute('muted');
    } else if (name === 'captions') {
      this.#pool.captions = this.getAttribute('captions');
    } else {
      this.#close();
      void this.#load();
    }
  }

  play(): void {
    this.#pool?.play();
  }

  pause(): void {
    this.#pool?.pause();
  }

  async #load(): Promise<void> {
    if (this.#pool) {
      return;
    }
    const asked = ++this.#asked;
    const pool = new Pool({
      muted: this.hasAttribute('muted'),
      loop: this.hasAttribute('loop'),
      renew: () => this.#clip(),
      elements: 1,
      hls: () => ReelstackPlayer.hls(),
    });
    this.#pool = pool;
    pool.listen((event) => this.#heard(event));
    pool.captions = this.getAttribute('captions');
    try {
      const clip = await this.#clip();
      if (asked === this.#asked && clip) {
        this.#show(pool, clip);
      }
    } catch {
      if (asked === this.#asked) {
        this.#say('failed');
      }
    }
  }

  #show(pool: Pool, clip: Clip): void {
    if (!this.hasAttribute('autoplay')) {
      pool.pause();
    }
    pool.show([clip], 0);
    this.#fit(clip.rungs.at(-1));
    const { video } = pool;
    if (video) {
      video.controls = this.hasAttribute('controls');
    }
    this.#place.replaceChildren(...[pool.element(0)].filter((element) => element !== null));
  }

  async #clip(): Promise<Clip | null> {
    const [src, playback] = [this.getAttribute('src'), this.getAttribute('playback')];
    if (src) {
      const posterUrl = this.getAttribute('poster');
      return foreignClip(src, new URL(src, document.baseURI).href, { posterUrl });
    }
    if (!playback) {
      return null;
    }
    // Nothing that this site, or another, knows a person by: the clip is one for everybody.
    const answer = await fetch(new URL(playback, document.baseURI), { credentials: 'omit', signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!answer.ok) {
      this.#say(REFUSALS.get(answer.status) ?? 'failed');
      return null;
    }
    const clip = toClip({ video_id: playback, playback: await answer.json() });
    if (!clip) {
      this.#say('archived');
    }
    const base = new URL(playback, document.baseURI).href;
    return clip && { ...clip, masterUrl: new URL(clip.masterUrl, base).href, posterUrl: clip.posterUrl && new URL(clip.posterUrl, base).href };
  }

  #heard(event: PlayerEvent): void {
    if (event.type === 'error' && event.fatal) {
      const { kind } = event.error;
      this.#say(kind in EN ? (kind as Says) : 'stopped');
    } else if (event.type === 'start') {
      this.#says.textContent = '';
      this.#fit({ width: this.#pool?.video?.videoWidth ?? 0, height: this.#pool?.video?.videoHeight ?? 0 });
    }
    this.dispatchEvent(new CustomEvent('reelstack', { detail: event }));
  }

  #fit(picture: { width: number; height: number } | undefined): void {
    if (picture?.width && picture.height) {
      this.#ratio.replaceSync(`:host { aspect-ratio: ${picture.width} / ${picture.height} }`);
    }
  }

  /** In Arabic where the page is, or the browser where the page does not say; else in English. */
  #say(what: Says): void {
    const wanted = this.closest<HTMLElement>('[lang]')?.lang || navigator.language;
    const isArabic = /^ar\b/i.test(wanted);
    this.#says.dir = isArabic ? 'rtl' : 'ltr';
    this.#says.textContent = (isArabic ? AR : EN)[what];
  }

  #close(): void {
    this.#asked += 1;
    this.#pool?.destroy();
    this.#pool = null;
    this.#place.replaceChildren();
    this.#says.textContent = '';
  }
}

if (!customElements.get('reelstack-player')) {
  customElements.define('reelstack-player', ReelstackPlayer);
}

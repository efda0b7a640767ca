/** The uploads of this page: one is sent at a time, each survives the page, and of two tabs one alone sends it. */
import { type Signal, signal } from '@preact/signals';
import { fingerprint, upload } from '@reelstack/client/uploads';
import { FIRST_WAIT_MS, isUnderWay, nextWait } from '../progress.ts';
import { api } from '../state.ts';
import { failureOf, isOver, refuseEmpty, takenUp } from './failures.ts';
import type { Draft, Item, Kept } from './items.ts';
import * as store from './store.ts';
import { salvage, type Take } from './takes.ts';
import { alone, modeOf, sleepUntilOnline } from './waiting.ts';
import { draftOf } from './words.ts';

const NOTHING_KEPT = { state: 'waiting', paused: false, error: null } as const;

export class Queue {
  readonly items: Signal<readonly Item[]> = signal([]);
  readonly whose: string;
  readonly #files = new Map<string, File>();
  readonly #written = new Map<string, Draft>();
  readonly #ended = new AbortController();
  #sending: { id: string; stop: AbortController } | null = null;

  constructor(whose: string) {
    this.whose = whose;
  }

  /** Something would be lost with the page: a draft, whose words are kept nowhere, or a recording that is not kept, or not yet. */
  get isAtRisk(): boolean {
    return this.items.peek().some((one) => (store.isOnlyHere(one) ? one.unkept !== false : one.state === 'draft'));
  }

  /** Takes up what an earlier page left. What was being sent goes on by itself. */
  async begin(): Promise<void> {
    store.back(this.whose);
    const kept = await store.all(this.whose);
    for (const one of kept) {
      const file = one.sent ? null : await store.fileOf(one.id);
      if (file) {
        this.#files.set(one.id, file);
      }
      this.#put(takenUp(one, file !== null, store.isUnkept(one.id)));
      if (one.sent) {
        void this.#follow(one.id);
      }
    }
    void this.#next();
    await salvage(this.whose, (take, file) => this.addRecording(file, take)).catch(() => undefined);
  }

  /** The page is left: what is under way goes on with the next one. */
  end(): void {
    this.#ended.abort();
    this.#sending?.stop.abort();
  }

  /** Adds files as drafts. A file that was begun before, and is chosen again, goes on; one that failed is a draft again. */
  async add(files: readonly File[]): Promise<void> {
    for (const file of files.filter(({ size }) => size > 0)) {
      const id = await fingerprint(file, this.whose);
      const before = this.#find(id);
      if (before && isOver(before)) {
        this.#leaveOut(id);
        await this.#draft(id, file, false, before);
      } else if (before?.state === 'lost') {
        this.#files.set(id, file);
        this.#change(id, { state: 'waiting', paused: false });
        void store.keepFile(id, file, this.whose);
      } else {
        await this.#draft(id, file, false);
      }
    }
    void this.#next();
    refuseEmpty(files);
  }

  /** Adds what the camera took, which exists nowhere else: it is kept before it is sent. `take`: its pieces, if they are kept. */
  async addRecording(file: File, take: Take | null): Promise<void> {
    refuseEmpty([file]);
    const id = await fingerprint(file, this.whose);
    if (await this.#draft(id, file, true)) {
      await this.#keepRecording(id, file, take);
    }
  }

  async #draft(id: string, file: File, recorded: boolean, before?: Item): Promise<boolean> {
    if (this.#find(id)) {
      return false;
    }
    this.#files.set(id, file);
    const kept = { ...draftOf(file, before), id, fileName: file.name, size: file.size, whose: this.whose, addedAt: Date.now(), paused: false, videoId: null, sent: false, recorded, draft: true };
    this.#put({ ...kept, state: 'draft', sentBytes: 0, error: null, video: null });
    await store.beginAnew(id).catch(() => undefined);
    return true;
  }

  /** What its creator has written so far, which the next look at the page begins with. */
  note(id: string, draft: Draft): void {
    this.#written.set(id, draft);
    if (this.#find(id)?.recorded) {
      void store.keepWords(id, draft).catch(() => undefined);
    }
  }

  written(item: Item): Draft {
    return this.#written.get(item.id) ?? item;
  }

  /** The draft is as its creator wants it. */
  async start(id: string, draft: Draft): Promise<void> {
    this.#written.delete(id);
    const kept = await store.keptOf(id).catch(() => undefined);
    if (kept === 'over') {
      this.#leaveOut(id);
      return;
    }
    this.#change(id, { ...draft, draft: false, state: 'waiting', paused: false, failure: null });
    await this.#keep(id);
    const file = this.#files.get(id);
    const item = this.#find(id);
    // Nothing is kept where storage is full, or where the site's data was cleared meanwhile.
    if (file && item?.recorded && (item.unkept || !kept)) {
      void this.#keepRecording(id, file, null);
    } else if (file && !item?.recorded) {
      void store.keepFile(id, file, this.whose);
    }
    void this.#next();
  }

  pause(id: string): void {
    this.#change(id, { state: 'paused', paused: true });
    void this.#keep(id);
    if (this.#sending?.id === id) {
      this.#sending.stop.abort();
    }
  }

  /** After a pause, or once more after a failure. */
  resume(id: string): void {
    this.#change(id, { state: 'waiting', paused: false, error: null, failure: null });
    void this.#keep(id);
    void this.#next();
  }

  /** Ends it for good; what storage has of it is dropped, with its video. */
  async remove(id: string): Promise<void> {
    const item = this.#find(id);
    this.#leaveOut(id);
    if (this.#sending?.id === id) {
      this.#sending.stop.abort();
    }
    const remembered = item?.sent ? null : await store.memory.recall(id);
    await store.end(id, this.whose);
    await store.memory.forget(id);
    if (remembered?.uploadId) {
      await api().attempt('DELETE /v1/uploads/{upload_id}', { path: { upload_id: remembered.uploadId } });
    }
  }

  async #next(): Promise<void> {
    const item = this.items.peek().find(({ state }) => state === 'waiting');
    const file = item && this.#files.get(item.id);
    if (this.#sending || !item || !file || this.#ended.signal.aborted) {
      return;
    }
    const stop = new AbortController();
    this.#sending = { id: item.id, stop };
    const lock = `reelstack.upload.${item.id}`;
    const send = async (): Promise<true> => {
      await this.#send(item, file, stop.signal);
      return true;
    };
    // Where locks are forbidden, as with other stores, no other tab knows of the upload either.
    const free = await alone(lock, send).catch(send);
    if (!free) {
      this.#change(item.id, { state: 'elsewhere' });
      void this.#takeOver(item.id, lock);
    }
    this.#sending = null;
    void this.#next();
  }

  /** Waits until the other tab is done with it, or dead: a killed tab keeps its lock for a moment. */
  async #takeOver(id: string, lock: string): Promise<void> {
    await navigator.locks.request(lock, { signal: this.#ended.signal }, () => undefined).catch(() => undefined);
    const kept = await store.keptOf(id).catch(() => undefined);
    if (this.#find(id)?.state !== 'elsewhere' || this.#isDone(id, kept)) {
      return;
    }
    const { state, paused, error } = kept && kept !== 'over' ? takenUp(kept, true, false) : NOTHING_KEPT;
    this.#change(id, { state, paused, error });
    void this.#next();
  }

  async #send({ id, ...draft }: Item, file: File, stop: AbortSignal): Promise<void> {
    const kept = await store.keptOf(id).catch(() => undefined);
    if (stop.aborted || this.#isDone(id, kept)) {
      return;
    }
    this.#change(id, { state: 'sending', error: null, failure: null });
    const { title, description, tags, visibility } = draft;
    try {
      const done = await upload(api(), file, { title, description, tags: [...tags], visibility, ...modeOf() }, {
        whose: this.whose,
        memory: store.memory,
        signal: stop,
        sleep: sleepUntilOnline,
        progress: ({ sentBytes }) => this.#change(id, { sentBytes }),
        opened: ({ video_id }) => {
          this.#change(id, { videoId: video_id });
          void this.#keep(id);
        },
      });
      this.#change(id, { state: 'sent', sent: true, videoId: done.video_id, sentBytes: file.size });
      await this.#keep(id);
      await store.forgetFile(id).catch(() => undefined);
      void this.#follow(id);
    } catch (error) {
      if (!stop.aborted) {
        this.#change(id, { state: 'failed', error, failure: failureOf(error), paused: true });
        await this.#keep(id);
      }
    }
  }

  /** Whether another tab has sent it, which this one takes for its own then, or has ended it. */
  #isDone(id: string, kept: Kept | 'over' | undefined): boolean {
    if (kept === 'over') {
      this.#leaveOut(id);
      return true;
    }
    if (kept?.sent) {
      this.#change(id, { ...kept, state: 'sent', sentBytes: kept.size });
      void this.#follow(id);
    }
    return kept?.sent ?? false;
  }

  #leaveOut(id: string): void {
    this.items.value = this.items.peek().filter((one) => one.id !== id);
    this.#files.delete(id);
    this.#written.delete(id);
  }

  /** Asks what becomes of a clip until it is decided. */
  async #follow(id: string): Promise<void> {
    for (let waitMs = FIRST_WAIT_MS, before = ''; !this.#ended.signal.aborted; ) {
      const videoId = this.#find(id)?.videoId;
      if (!videoId) {
        return;
      }
      const found = await api().attempt('GET /v1/videos/{video_id}', { path: { video_id: videoId } }).catch(() => null);
      if (found?.ok) {
        const video = found.data;
        this.#change(id, { video });
        if (!isUnderWay(video)) {
          await store.end(id, this.whose);
          return;
        }
        const now = JSON.stringify([video.state, video.progress]);
        waitMs = nextWait(waitMs, now !== before);
        before = now;
      } else if (found?.refusal.status === 404) {
        await this.remove(id);
        return;
      }
      await sleepUntilOnline(waitMs, this.#ended.signal).catch(() => undefined);
    }
  }

  #find(id: string): Item | undefined {
    return this.items.peek().find((one) => one.id === id);
  }

  #put(item: Item): void {
    this.items.value = [...this.items.peek().filter(({ id }) => id !== item.id), item];
  }

  #change(id: string, to: Partial<Item>): void {
    this.items.value = this.items.peek().map((one) => (one.id === id ? { ...one, ...to } : one));
  }

  async #keep(id: string): Promise<void> {
    const item = this.#find(id);
    if (item) {
      const { state: _state, sentBytes: _bytes, error: _error, video: _video, unkept: _unkept, ...kept } = item;
      await store.keep({ ...kept, ...this.#written.get(id) }).catch(() => undefined);
    }
  }

  async #keepRecording(id: string, file: File, take: Take | null): Promise<void> {
    await this.#keep(id);
    const isKept = await store.keepRecording(id, file, this.whose, take);
    this.#change(id, { unkept: !isKept });
    const item = this.#find(id);
    if (!item || item.sent) {
      // Removed or sent while it was copied.
      await store.forgetFile(id).catch(() => undefined);
    }
  }
}

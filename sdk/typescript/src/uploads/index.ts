/** Uploading files in parts, straight to storage: goes on where it was after a pause, a reload or a dead tab. */

import { type Client, newKey } from '../client.ts';
import { Refused } from '../problems.ts';
import { sleep } from '../retry.ts';
import type { Schema } from '../routes.ts';
import { fingerprint, lenient, type Memory, type Remembered, requestKey, shortMemory, type Source } from './memory.ts';
import { type Opened, Parts, type Progress } from './parts.ts';
import { type Put, putByFetch, putByXhr } from './put.ts';
import { FileChanged, type How, Sender, UploadBroken, UploadGone } from './sender.ts';
import { patient, TIMING, type Timing } from './timing.ts';

export { FileChanged, fingerprint, type Memory, type Opened, type Progress, type Remembered, shortMemory, type Source, UploadBroken, UploadGone };

/** How often completing may find parts missing before the upload counts as broken. */
const COMPLETIONS = 3;
const LIVES: ReadonlySet<string> = new Set(['open', 'composing', 'completed']);
const NO_TYPE = 'application/octet-stream';
/** Browsers know no type for some files that cameras make. */
const TYPES: Readonly<Record<string, string>> = { mkv: 'video/x-matroska', mov: 'video/quicktime', webm: 'video/webm', mp4: 'video/mp4', m4v: 'video/mp4' };

/** What the creator says of a clip, and how it is cut: "chunks" of at most 1 MiB for weak networks. */
export type Wishes = Omit<Schema<'NewUpload'>, 'size_bytes' | 'content_type' | 'sha256'>;

export interface UploadOptions {
  /** Ends the upload for now: called again for the same file, it goes on. */
  readonly signal?: AbortSignal;
  readonly memory?: Memory;
  /** Whose upload it is: the same file of another account is another upload. */
  readonly whose?: string;
  readonly progress?: (now: Progress) => void;
  /** The video's id, as soon as there is one. */
  readonly opened?: (upload: Opened) => void;
  /** Parts whose answers may be outstanding at once. */
  readonly parallel?: number;
  readonly timing?: Partial<Timing>;
  readonly put?: Put;
  readonly sleep?: typeof sleep;
}

/**
 * Uploads a file whole. Called again for the same file after a failure, it sends only what storage lacks. The state is
 * "completed", or "composing" if that takes long: the bytes are safe then.
 * Rejects with Refused, Unreachable, UploadBroken, UploadGone, FileChanged, or the signal's reason.
 */
export async function upload(client: Client, file: Source, wishes: Wishes, options: UploadOptions = {}): Promise<Opened> {
  const memory = lenient(options.memory ?? shortMemory());
  const name = await fingerprint(file, options.whose ?? '').catch((error: unknown) => {
    throw error instanceof DOMException ? new FileChanged('The file can be read no more') : error;
  });
  const uploading = new Uploading(client, file, wishes, options);
  for (;;) {
    const remembered = (await memory.recall(name)) ?? { key: newKey(), uploadId: null };
    await memory.keep(name, remembered);
    let found = false;
    const keep = (uploadId: string): Promise<void> => {
      found = true;
      return memory.keep(name, { ...remembered, uploadId });
    };
    try {
      const done = await uploading.run(remembered, keep);
      await memory.forget(name);
      return done;
    } catch (error) {
      if (error instanceof UploadGone) {
        await memory.forget(name);
        // One that was there a moment ago was removed by its owner.
        if (remembered.uploadId !== null && !found) {
          continue;
        }
      }
      throw error;
    }
  }
}

class Uploading {
  readonly #client: Client;
  readonly #file: Source;
  readonly #wishes: Wishes;
  readonly #options: UploadOptions;
  readonly #how: How;

  constructor(client: Client, file: Source, wishes: Wishes, options: UploadOptions) {
    this.#client = client;
    this.#file = file;
    this.#wishes = wishes;
    this.#options = options;
    this.#how = {
      put: options.put ?? (typeof XMLHttpRequest === 'undefined' ? putByFetch : putByXhr),
      parallel: options.parallel ?? 4,
      timing: { ...TIMING, ...options.timing },
      sleep: options.sleep ?? sleep,
      signal: options.signal ?? new AbortController().signal,
    };
  }

  async run(remembered: Remembered, keep: (uploadId: string) => Promise<void>): Promise<Opened> {
    const parts = await this.#begin(remembered);
    if (!LIVES.has(parts.upload.state)) {
      throw new UploadGone(`The upload is ${parts.upload.state}`);
    }
    await keep(parts.upload.upload_id);
    this.#options.opened?.(parts.upload);
    let { state } = parts.upload;
    for (let tries = 0; tries < COMPLETIONS; tries += 1) {
      if (state === 'open') {
        await new Sender(this.#file, parts, this.#how).send();
        state = await this.#complete(parts);
      }
      state = await this.#composed(parts, state);
      if (state === 'completed' || state === 'composing') {
        return { ...parts.upload, state };
      }
      if (state !== 'open') {
        throw new UploadGone(`The upload is ${state}`);
      }
    }
    throw new UploadBroken(`It was completed ${COMPLETIONS} times and parts are still missing`);
  }

  async #begin(remembered: Remembered): Promise<Parts> {
    const sending = { signal: this.#how.signal, ...patient(this.#how.timing) };
    const made = (opened: Opened): Parts => {
      if (opened.size_bytes !== this.#file.size) {
        throw new FileChanged(`The file has ${this.#file.size} bytes; its upload was begun with ${opened.size_bytes}`);
      }
      return new Parts(this.#client, opened, this.#how.timing, this.#options.progress ?? (() => {}));
    };
    if (remembered.uploadId === null) {
      const body = { ...this.#wishes, size_bytes: this.#file.size, content_type: typeOf(this.#file) };
      const key = await requestKey(remembered.key, body);
      return made(await this.#client.call('POST /v1/uploads', { body, key, ...sending }));
    }
    try {
      const found = await this.#client.call('GET /v1/uploads/{upload_id}', { path: { upload_id: remembered.uploadId }, ...sending });
      const parts = made(found);
      parts.hold(found.held);
      return parts;
    } catch (error) {
      // 404: aborted or another account's. 409: storage has dropped the parts, as it does after a week.
      throw error instanceof Refused && [403, 404, 409].includes(error.status) ? new UploadGone(error.message) : error;
    }
  }

  async #complete(parts: Parts): Promise<string> {
    const asked = { path: { upload_id: parts.upload.upload_id }, repeatable: true, signal: this.#how.signal, ...patient(this.#how.timing) };
    const done = await this.#client.attempt('POST /v1/uploads/{upload_id}/complete', asked);
    if (done.ok) {
      return done.data.state;
    }
    const { refusal } = done;
    if (refusal.type === 'parts-missing') {
      const { missing } = refusal.problem;
      parts.lack(Array.isArray(missing) ? (missing as number[]) : parts.missing);
      return 'open';
    }
    throw refusal.status === 409 ? new UploadGone(refusal.message) : refusal;
  }

  async #composed(parts: Parts, state: string): Promise<string> {
    const { timing, signal } = this.#how;
    const deadline = Date.now() + timing.composingMs;
    while (state === 'composing' && Date.now() < deadline) {
      await this.#how.sleep(timing.pollMs, signal);
      state = (await parts.look(signal)).state;
    }
    return state;
  }
}

/** The media type by what the browser says, else by the name; the service looks into the file itself later. */
function typeOf(file: Source): string {
  return file.type || TYPES[file.name.split('.').pop()?.toLowerCase() ?? ''] || NO_TYPE;
}

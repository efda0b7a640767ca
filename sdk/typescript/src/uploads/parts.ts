/** The parts of one upload: which are there, which are on their way, and the signed address of each. */

import type { Client } from '../client.ts';
import { listed } from '../problems.ts';
import type { Answer, Schema } from '../routes.ts';
import { UploadBroken } from './sender.ts';
import { patient, type Timing } from './timing.ts';

export type Opened = Schema<'UploadView'>;
type Signed = Schema<'SignedPart'>;

/** The service signs at most this many parts in one request. An hour's worth of a slow link is fewer. */
const SIGNED_AT_ONCE = 20;

/** How far an upload is; `sentBytes` are those that storage holds or is receiving now. */
export interface Progress {
  readonly sentBytes: number;
  readonly totalBytes: number;
}

export class Parts {
  readonly upload: Opened;
  readonly #client: Client;
  readonly #timing: Timing;
  readonly #tell: (now: Progress) => void;
  readonly #done = new Set<number>();
  readonly #sending = new Map<number, number>();
  readonly #signed = new Map<number, Signed>();
  #signing: Promise<void> | null = null;

  constructor(client: Client, upload: Opened, timing: Timing, tell: (now: Progress) => void) {
    this.#client = client;
    this.#timing = timing;
    this.upload = upload;
    this.#tell = tell;
  }

  get missing(): number[] {
    const all = Array.from({ length: this.upload.part_count }, (_, index) => index + 1);
    return all.filter((number) => !this.#done.has(number));
  }

  has(number: number): boolean {
    return this.#done.has(number);
  }

  /** First byte of a part within the file, and the one after its last. */
  span(number: number): readonly [number, number] {
    const first = (number - 1) * this.upload.part_size_bytes;
    return [first, Math.min(first + this.upload.part_size_bytes, this.upload.size_bytes)];
  }

  size(number: number): number {
    const [first, end] = this.span(number);
    return end - first;
  }

  /** Asks storage what it holds. */
  async look(signal: AbortSignal): Promise<Answer<'GET /v1/uploads/{upload_id}'>> {
    const path = { upload_id: this.upload.upload_id };
    const found = await this.#client.call('GET /v1/uploads/{upload_id}', { path, signal, ...patient(this.#timing) });
    this.hold(found.held);
    return found;
  }

  hold(held: readonly { number: number; size_bytes: number }[]): void {
    for (const { number, size_bytes } of listed('GET /v1/uploads/{upload_id}', 'held', held)) {
      if (size_bytes === this.size(number)) {
        this.finished(number);
      }
    }
  }

  finished(number: number): void {
    this.#done.add(number);
    this.sending(number, 0);
  }

  /** The service could not find these. */
  lack(numbers: readonly number[]): void {
    for (const number of numbers) {
      this.#done.delete(number);
    }
  }

  /** So many bytes of a part have left; 0 takes them back after a try that failed. */
  sending(number: number, bytes: number): void {
    this.#sending.set(number, bytes);
    const done = [...this.#done].reduce((sum, one) => sum + this.size(one), 0);
    const leaving = [...this.#sending].reduce((sum, [one, sent]) => sum + (this.#done.has(one) ? 0 : sent), 0);
    this.#tell({ sentBytes: done + leaving, totalBytes: this.upload.size_bytes });
  }

  /** The signed address of a part. Those that come next are signed in the same request. */
  async signed(number: number, signal: AbortSignal): Promise<Signed> {
    for (;;) {
      const found = this.#signed.get(number);
      if (found) {
        return found;
      }
      this.#signing ??= this.#sign(number, signal).finally(() => {
        this.#signing = null;
      });
      await this.#signing;
    }
  }

  /** Drops all that was signed. False if it was dropped since `part` was taken. */
  dropSigned(part: Signed): boolean {
    if (this.#signed.get(part.number) !== part) {
      return false;
    }
    this.#signed.clear();
    return true;
  }

  async #sign(number: number, signal: AbortSignal): Promise<void> {
    const following = this.missing.filter((one) => one !== number && !this.#signed.has(one)).slice(0, SIGNED_AT_ONCE - 1);
    const { parts } = await this.#client.call('POST /v1/uploads/{upload_id}/parts', {
      path: { upload_id: this.upload.upload_id },
      body: { parts: [number, ...following].map((one) => ({ number: one })) },
      repeatable: true,
      signal,
      ...patient(this.#timing),
    });
    for (const part of listed('POST /v1/uploads/{upload_id}/parts', 'parts', parts)) {
      this.#signed.set(part.number, part);
    }
    if (!this.#signed.has(number)) {
      throw new UploadBroken(`The service did not sign part ${number}`);
    }
  }
}

/** Remembering an upload across a reload, a dead tab or a new day. */

/** `key` is kept before the upload is asked for, so that a tab that dies in between asks for the same one. The
 * Idempotency-Key is made of it and of what is asked for: another title, or another way of cutting, is another request. */
export interface Remembered {
  readonly key: string;
  readonly uploadId: string | null;
}

/** Where uploads are remembered, each by the name of its file. Nothing in it is secret. */
export interface Memory {
  recall(name: string): Promise<Remembered | null>;
  keep(name: string, remembered: Remembered): Promise<void>;
  forget(name: string): Promise<void>;
}

/** Remembers nothing beyond the page. */
export function shortMemory(): Memory {
  const kept = new Map<string, Remembered>();
  return {
    recall: async (name) => kept.get(name) ?? null,
    keep: async (name, remembered) => void kept.set(name, remembered),
    forget: async (name) => void kept.delete(name),
  };
}

/** An upload does not fail for a store that fails: one without room, or that a browser keeps from the page. What it does
 * not know is sent again. */
export function lenient(memory: Memory): Memory {
  return {
    recall: (name) => memory.recall(name).catch(() => null),
    keep: (name, remembered) => memory.keep(name, remembered).catch(() => undefined),
    forget: (name) => memory.forget(name).catch(() => undefined),
  };
}

/** What a `File` of the browser is to an upload. */
export interface Source {
  readonly name: string;
  readonly size: number;
  /** Media type; may be empty. */
  readonly type: string;
  readonly lastModified: number;
  slice(start: number, end: number): Blob;
}

const ENDS_BYTES = 64 * 1024;

/** Names a file for whoever uploads it: by its name, size, time of change, and its first and last 64 KiB. */
export async function fingerprint(file: Source, whose: string): Promise<string> {
  const ends = [file.slice(0, ENDS_BYTES), file.slice(Math.max(0, file.size - ENDS_BYTES), file.size)];
  const facts = JSON.stringify([whose, file.name, file.size, file.lastModified]);
  const read = await Promise.all(ends.map((end) => end.arrayBuffer()));
  return digest(await new Blob([facts, ...read]).arrayBuffer());
}

/** The Idempotency-Key of a request with this body. */
export function requestKey(key: string, body: unknown): Promise<string> {
  return digest(new TextEncoder().encode(key + JSON.stringify(body)));
}

async function digest(bytes: BufferSource): Promise<string> {
  const found = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(found).subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * What the camera takes, kept second by second while it records: a tab that dies loses the last second. The pieces are the
 * recording also afterwards, until it is sent: nothing of it is copied.
 */
import { Disk } from './disk.ts';

/** A recording in pieces. */
export interface Take {
  readonly id: string;
  readonly whose: string;
  readonly name: string;
  readonly type: string;
  readonly beganAt: number;
}

/** `open`: takes that no upload has yet. */
const disk = new Disk('reelstack-recordings', ['open', 'pieces'] as const);

/** What this page forgot gets no more pieces, as after a sign-out while the camera runs. */
const forgotten = new Set<string>();
/** Longer than any recording has seconds: keys are ordered as text. */
const DIGITS = 6;

function keysOf(id: string): IDBKeyRange {
  // "0" follows "/".
  return IDBKeyRange.bound(`${id}/`, `${id}0`, false, true);
}

/** While a tab holds it, the recording goes on there. */
function lockOf(id: string): string {
  return `reelstack.recording.${id}`;
}

/** One recording, as it is made. */
export class Recording {
  readonly take: Take;
  readonly #pieces: Blob[] = [];
  #kept: Promise<boolean>;
  #letGo: () => void = () => undefined;

  constructor(whose: string, type: string, now = new Date()) {
    const name = `${now.toISOString().slice(0, 16).replace('T', ' ').replace(':', '.')}.${type.endsWith('mp4') ? 'mp4' : 'webm'}`;
    this.take = { id: crypto.randomUUID(), whose, name, type, beganAt: now.getTime() };
    const held = new Promise<void>((resolve) => { this.#letGo = resolve; });
    // Where locks are forbidden another tab may offer it while it is made.
    void (navigator.locks as LockManager | undefined)?.request(lockOf(this.take.id), () => held).catch(() => undefined);
    this.#kept = disk.run('open', 'readwrite', (store) => store.put(this.take, this.take.id)).then(() => true, () => false);
  }

  add(piece: Blob): void {
    const key = `${this.take.id}/${String(this.#pieces.push(piece) - 1).padStart(DIGITS, '0')}`;
    this.#kept = this.#kept.then(async (isKept) => {
      // After a hole nothing can be read.
      return isKept && !forgotten.has(this.take.id) && disk.run('pieces', 'readwrite', (store) => store.put(piece, key)).then(() => true, () => false);
    });
  }

  /** All of it, and its take if all of it is kept. */
  async end(): Promise<{ file: File; take: Take | null }> {
    const file = fileOf(this.take, this.#pieces);
    // Somebody may have cleared the site's data meanwhile.
    const isKept = (await this.#kept) && (await read(this.take).catch(() => null))?.size === file.size;
    this.#letGo();
    if (!isKept) {
      // There may be room for it without its first pieces.
      await forgetTake(this.take.id).catch(() => undefined);
    }
    return { file, take: isKept ? this.take : null };
  }
}

function fileOf({ name, type, beganAt }: Take, pieces: Blob[]): File {
  return new File(pieces, name, { type, lastModified: beganAt });
}

/** A take's file; null: nothing of it is there. */
export async function read(take: Take): Promise<File | null> {
  const pieces = await disk.run<Blob[]>('pieces', 'readonly', (store) => store.getAll(keysOf(take.id)));
  return pieces.length > 0 ? fileOf(take, pieces) : null;
}

/** An upload has it from now on. */
export async function settle({ id }: Take): Promise<void> {
  await disk.run('open', 'readwrite', (store) => store.delete(id));
}

export async function forgetTake(id: string): Promise<void> {
  forgotten.add(id);
  await disk.run('pieces', 'readwrite', (store) => store.delete(keysOf(id)));
  await disk.run('open', 'readwrite', (store) => store.delete(id));
}

/** Takes of an account that no upload has, the oldest first. */
export async function open(whose: string): Promise<Take[]> {
  const found = await disk.run<Take[]>('open', 'readonly', (store) => store.getAll());
  return found.filter((one) => one.whose === whose).sort((one, other) => one.beganAt - other.beganAt);
}

/** The takes whose tabs are dead, each for `act`, in this tab alone. */
export async function salvage(whose: string, act: (take: Take, file: File) => Promise<unknown>): Promise<void> {
  for (const take of await open(whose)) {
    const one = async (held: unknown) => {
      const file = held === null ? null : await read(take);
      if (file) {
        await act(take, file);
      } else if (held !== null) {
        await forgetTake(take.id);
      }
    };
    const locks = navigator.locks as LockManager | undefined;
    await (locks ? locks.request(lockOf(take.id), { ifAvailable: true }, one) : one(undefined));
  }
}

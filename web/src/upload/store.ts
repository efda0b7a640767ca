/** What the page knows of uploads, in IndexedDB: it outlives the tab. Files are beside it, so that keeping a state copies none. */
import type { Memory, Remembered } from '@reelstack/client/uploads';
import { Disk } from './disk.ts';
import type { Draft, Kept } from './items.ts';
import * as takes from './takes.ts';

/** Stands in place of an upload that was removed or decided. Another tab may still show it; one that finds nothing at all
 * knows that the site's data was cleared, and that it alone has the file. */
interface Over {
  readonly id: string;
  readonly whose: string;
  readonly addedAt: number;
  readonly over: true;
}
type Row = Kept | Over;

/** A file up to this size is copied, so that it need not be chosen again after a dead tab. */
const COPIED_BYTES = 512 * 1024 * 1024;
/** Storage has dropped an upload long before that. */
const OLD_MS = 30 * 24 * 3600 * 1000;

/** Recordings that found no room: this page alone has them, also over the end of a sign-in. */
const unkept = new Map<string, { file: File; whose: string }>();
/** Who signed out in this page: nothing of theirs is kept that was on its way to be. */
const gone = new Set<string>();
const disk = new Disk('reelstack-uploads', ['uploads', 'files', 'remembered'] as const);
const run: typeof disk.run = (...how) => disk.run(...how);

/** Those of one account, the oldest first. What nobody went on with for a month is dropped, of whatever account, but no recording. */
export async function all(whose: string): Promise<Kept[]> {
  const found = await run<Row[]>('uploads', 'readonly', (store) => store.getAll());
  const isKept = (one: Row) => one.addedAt > Date.now() - OLD_MS || (!isOver(one) && isOnlyHere(one));
  for (const { id } of found.filter((one) => !isKept(one))) {
    await forget(id);
    await memory.forget(id);
  }
  const kept = found.filter((one): one is Kept => isKept(one) && !isOver(one));
  return kept.filter((one) => one.whose === whose).sort((one, other) => one.addedAt - other.addedAt);
}

/** In one transaction, since another tab may do the same; null: as it was. */
async function change(id: string, to: (before: Row | undefined) => Row | null): Promise<void> {
  await run('uploads', 'readwrite', (store) => {
    const found = store.get(id) as IDBRequest<Row | undefined>;
    found.onsuccess = () => {
      const kept = to(found.result);
      if (kept && !gone.has(kept.whose)) {
        store.put(kept, id);
      }
    };
    return found;
  });
}

/** What another tab has sent or ended meanwhile stays so. */
export async function keep(kept: Kept): Promise<void> {
  await change(kept.id, (before) => (before && (isOver(before) || (before.sent && !kept.sent)) ? null : kept));
}

/** The words of a draft. One that another tab has sent off or removed meanwhile is none. */
export async function keepWords(id: string, words: Draft): Promise<void> {
  await change(id, (before) => (before && !isOver(before) && before.draft ? { ...before, ...words } : null));
}

/** What is kept of one upload; `over`: another tab may have removed it, or has seen it decided; nothing: undefined. */
export async function keptOf(id: string): Promise<Kept | 'over' | undefined> {
  const found = await run<Row | undefined>('uploads', 'readonly', (store) => store.get(id));
  return found && isOver(found) ? 'over' : found;
}

/** Ends an upload, for other tabs, too. */
export async function end(id: string, whose: string): Promise<void> {
  await change(id, () => ({ id, whose, addedAt: Date.now(), over: true }));
  await forgetFile(id);
}

/** Its file was chosen once more: it begins anew. */
export async function beginAnew(id: string): Promise<void> {
  if ((await keptOf(id)) === 'over') {
    await run('uploads', 'readwrite', (store) => store.delete(id));
  }
}

/** An account is signed in, maybe again. */
export function back(whose: string): void {
  gone.delete(whose);
}

async function forget(id: string): Promise<void> {
  await run('uploads', 'readwrite', (store) => store.delete(id));
  await forgetFile(id);
}

export async function forgetFile(id: string): Promise<void> {
  unkept.delete(id);
  const found = await run<File | takes.Take | undefined>('files', 'readonly', (store) => store.get(id));
  if (found && isTake(found)) {
    await takes.forgetTake(found.id);
  }
  await run('files', 'readwrite', (store) => store.delete(id));
}

function isTake(found: File | takes.Take): found is takes.Take {
  return 'beganAt' in found;
}

function isOver(row: Row): row is Over {
  return 'over' in row;
}

/** A recording that storage does not have. */
export function isOnlyHere({ recorded = false, sent }: Pick<Kept, 'recorded' | 'sent'>): boolean {
  return recorded && !sent;
}

export function isUnkept(id: string): boolean {
  return unkept.has(id);
}

function unkeptOf(whose: string): string[] {
  return [...unkept].filter(([, one]) => one.whose === whose).map(([id]) => id);
}

/** How many recordings of an account would be lost with its files; where storage is forbidden, those of this page. */
export async function recordings(whose: string): Promise<number> {
  const kept = (await all(whose).catch(() => [])).filter(isOnlyHere).map(({ id }) => id);
  const files = await Promise.all([...new Set([...kept, ...unkeptOf(whose)])].map(fileOf));
  const under = await takes.open(whose).catch(() => []);
  return files.filter((file) => file !== null).length + under.length;
}

/** At the end of a sign-in: nobody else at this browser gets the files. Their uploads go on when they are chosen again,
 * which a recording cannot be: nothing is left of one that the service does not know. */
export async function forgetFiles(whose: string): Promise<void> {
  gone.add(whose);
  unkeptOf(whose).forEach((id) => unkept.delete(id));
  const found = await run<Row[]>('uploads', 'readonly', (store) => store.getAll());
  for (const one of found.filter((row) => row.whose === whose)) {
    if (isOver(one) || (isOnlyHere(one) && one.videoId === null)) {
      await forget(one.id);
      await memory.forget(one.id);
    } else {
      await forgetFile(one.id);
    }
  }
  for (const { id } of await takes.open(whose)) {
    await takes.forgetTake(id);
  }
}

/** Keeps a file if there is room for it: what cannot be kept is chosen again. Whether it is kept. */
export async function keepFile(id: string, file: File, whose: string): Promise<boolean> {
  const { quota = 0, usage = 0 } = (await navigator.storage?.estimate?.().catch(() => undefined)) ?? {};
  return file.size <= COPIED_BYTES && file.size * 2 < quota - usage && put(id, file, whose);
}

/** The same of a recording, which cannot be chosen again: the browser alone decides what there is room for. `take`: its
 * pieces, which are kept already. */
export async function keepRecording(id: string, file: File, whose: string, take: takes.Take | null): Promise<boolean> {
  const isKept = await put(id, take ?? file, whose);
  if (isKept && take) {
    await takes.settle(take).catch(() => undefined);
  }
  if (!isKept && !gone.has(whose)) {
    unkept.set(id, { file, whose });
  }
  return isKept;
}

async function put(id: string, what: File | takes.Take, whose: string): Promise<boolean> {
  if (gone.has(whose)) {
    return false;
  }
  try {
    await run('files', 'readwrite', (store) => store.put(what, id));
    unkept.delete(id);
    return true;
  } catch {
    return false;
  }
}

/** The kept file, if it can still be read. */
export async function fileOf(id: string): Promise<File | null> {
  const found = unkept.get(id)?.file ?? (await run<File | takes.Take | undefined>('files', 'readonly', (store) => store.get(id)).catch(() => undefined));
  const file = found && isTake(found) ? await takes.read(found).catch(() => null) : found;
  const readable = await file?.slice(0, 1).arrayBuffer().catch(() => null);
  return file && readable ? file : null;
}

/** The client's memory of uploads. */
export const memory: Memory = {
  recall: async (name) => (await run<Remembered | undefined>('remembered', 'readonly', (store) => store.get(name))) ?? null,
  keep: async (name, remembered) => void (await run('remembered', 'readwrite', (store) => store.put(remembered, name))),
  forget: async (name) => void (await run('remembered', 'readwrite', (store) => store.delete(name))),
};

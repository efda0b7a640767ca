/** What the page knows of uploads, in IndexedDB: it outlives the tab. Files are beside it, so that keeping a state copies none. */
import type { Memory, Remembered } from '@reelstack/client/uploads';
import type { Draft } from './queue.ts';

export interface Kept extends Draft {
  readonly id: string;
  readonly fileName: string;
  readonly size: number;
  /** Whose upload it is. */
  readonly whose: string;
  readonly addedAt: number;
  readonly paused: boolean;
  /** The service's video, once there is one. */
  readonly videoId: string | null;
  /** All bytes are there. */
  readonly sent: boolean;
  /** By the camera of this device: its file exists nowhere else. */
  readonly recorded?: boolean;
  /** Its creator has not sent it off yet. */
  readonly draft?: boolean;
}

/** A file up to this size is copied, so that it need not be chosen again after a dead tab. */
const COPIED_BYTES = 512 * 1024 * 1024;
/** Storage has dropped an upload long before that. */
const OLD_MS = 30 * 24 * 3600 * 1000;
const STORES = ['uploads', 'files', 'remembered'] as const;
type Store = (typeof STORES)[number];

/** Recordings that found no room: this page alone has them, also over the end of a sign-in. */
const unkept = new Map<string, { file: File; whose: string }>();
let opened: Promise<IDBDatabase> | null = null;

function database(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open('reelstack-uploads', 1);
    request.onupgradeneeded = () => {
      for (const name of STORES) {
        request.result.createObjectStore(name);
      }
    };
    request.onsuccess = () => {
      // Closed by the browser, as when somebody clears the site's data: the next act opens it anew.
      request.result.onclose = () => { opened = null; };
      resolve(request.result);
    };
    request.onerror = () => {
      opened = null;
      reject(request.error);
    };
  });
  return opened;
}

async function run<Value>(store: Store, mode: IDBTransactionMode, act: (of: IDBObjectStore) => IDBRequest): Promise<Value> {
  const transaction = (await database()).transaction(store, mode);
  const request = act(transaction.objectStore(store));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result as Value);
    transaction.onabort = () => reject(transaction.error ?? request.error);
    transaction.onerror = () => reject(transaction.error ?? request.error);
  });
}

/** Those of one account, the oldest first. What nobody went on with for a month is dropped, of whatever account, but no recording. */
export async function all(whose: string): Promise<Kept[]> {
  const found = await run<Kept[]>('uploads', 'readonly', (store) => store.getAll());
  const kept = found.filter((one) => one.addedAt > Date.now() - OLD_MS || isOnlyHere(one));
  for (const { id } of found.filter((one) => !kept.includes(one))) {
    await forget(id);
    await memory.forget(id);
  }
  return kept.filter((one) => one.whose === whose).sort((one, other) => one.addedAt - other.addedAt);
}

/** In one transaction, since another tab may do the same; null: as it was. */
async function change(id: string, to: (before: Kept | undefined) => Kept | null): Promise<void> {
  await run('uploads', 'readwrite', (store) => {
    const found = store.get(id) as IDBRequest<Kept | undefined>;
    found.onsuccess = () => {
      const kept = to(found.result);
      if (kept) {
        store.put(kept, id);
      }
    };
    return found;
  });
}

/** What another tab has sent meanwhile stays sent. */
export async function keep(kept: Kept): Promise<void> {
  await change(kept.id, (before) => (before?.sent && !kept.sent ? null : kept));
}

/** The words of a draft. One that another tab has sent off or removed meanwhile is none. */
export async function keepWords(id: string, words: Draft): Promise<void> {
  await change(id, (before) => (before?.draft ? { ...before, ...words } : null));
}

/** What is kept of one upload; nothing: undefined. */
export async function keptOf(id: string): Promise<Kept | undefined> {
  return run('uploads', 'readonly', (store) => store.get(id));
}

/** Whether an upload that was kept is no more, or was sent, as by another tab. */
export async function isDone(id: string): Promise<boolean> {
  const kept = await keptOf(id).catch(() => null);
  return kept !== null && kept?.sent !== false;
}

export async function forget(id: string): Promise<void> {
  await run('uploads', 'readwrite', (store) => store.delete(id));
  await forgetFile(id);
}

export async function forgetFile(id: string): Promise<void> {
  unkept.delete(id);
  await run('files', 'readwrite', (store) => store.delete(id));
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
  return files.filter((file) => file !== null).length;
}

/** At the end of a sign-in: nobody else at this browser gets the files. Their uploads go on when they are chosen again,
 * which a recording cannot be: nothing is left of one that the service does not know. */
export async function forgetFiles(whose: string): Promise<void> {
  unkeptOf(whose).forEach((id) => unkept.delete(id));
  for (const one of await all(whose)) {
    if (isOnlyHere(one) && one.videoId === null) {
      await forget(one.id);
      await memory.forget(one.id);
    } else {
      await forgetFile(one.id);
    }
  }
}

/** Keeps the file if there is room for it: what cannot be kept is chosen again. A recording cannot be, so the browser alone
 * decides what there is room for. `recorder`: whose recording it is. Whether it is kept. */
export async function keepFile(id: string, file: File, recorder: string | null = null): Promise<boolean> {
  const { quota = 0, usage = 0 } = (await navigator.storage?.estimate?.().catch(() => undefined)) ?? {};
  if (recorder === null && (file.size > COPIED_BYTES || file.size * 2 >= quota - usage)) {
    return false;
  }
  try {
    await run('files', 'readwrite', (store) => store.put(file, id));
    unkept.delete(id);
    return true;
  } catch {
    if (recorder !== null) {
      unkept.set(id, { file, whose: recorder });
    }
    return false;
  }
}

/** The kept file, if it can still be read. */
export async function fileOf(id: string): Promise<File | null> {
  const file = unkept.get(id)?.file ?? (await run<File | undefined>('files', 'readonly', (store) => store.get(id)).catch(() => undefined));
  const readable = await file?.slice(0, 1).arrayBuffer().catch(() => null);
  return file && readable ? file : null;
}

/** The client's memory of uploads. */
export const memory: Memory = {
  recall: async (name) => (await run<Remembered | undefined>('remembered', 'readonly', (store) => store.get(name))) ?? null,
  keep: async (name, remembered) => void (await run('remembered', 'readwrite', (store) => store.put(remembered, name))),
  forget: async (name) => void (await run('remembered', 'readwrite', (store) => store.delete(name))),
};

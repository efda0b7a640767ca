import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Refused } from '@reelstack/client';
import type { Kept } from '../../web/src/upload/items.ts';

/** Just enough of IndexedDB: stores that keep what fits. */
const disk = new Map<string, Map<string, unknown>>(['uploads', 'files', 'remembered', 'open', 'pieces'].map((name) => [name, new Map()]));
let hasRoom = true;

function request(act: () => unknown) {
  const made: { result?: unknown; error?: Error; onsuccess?: () => void } = {};
  const transaction: Record<string, () => void> = {};
  queueMicrotask(() => {
    try {
      made.result = act();
      made.onsuccess?.();
      transaction.oncomplete?.();
    } catch (error) {
      made.error = error as Error;
      transaction.onabort?.();
    }
  });
  return { made, transaction };
}

interface Range {
  readonly lower: string;
  readonly upper: string;
}

function transactionOn(name: string) {
  const rows = disk.get(name)!;
  let transaction: Record<string, () => void> = {};
  const run = (act: () => unknown) => {
    const one = request(act);
    transaction = one.transaction;
    return one.made;
  };
  const put = (value: unknown, key: string) => {
    if (value instanceof Blob && !hasRoom) {
      throw new DOMException('', 'QuotaExceededError');
    }
    rows.set(key, value);
  };
  const among = (asked?: Range) => [...rows.keys()].filter((key) => !asked || (key >= asked.lower && key < asked.upper)).sort();
  const store = {
    get: (key: string) => run(() => rows.get(key)),
    getAll: (asked?: Range) => run(() => among(asked).map((key) => rows.get(key))),
    put: (value: unknown, key: string) => run(() => put(value, key)),
    delete: (key: string | Range) => run(() => (typeof key === 'string' ? [key] : among(key)).forEach((one) => rows.delete(one))),
  };
  return new Proxy({ objectStore: () => store } as Record<string, unknown>, { set: (_, key, act) => ((transaction[String(key)] = act as () => void), true) });
}

Object.assign(globalThis, {
  IDBKeyRange: { bound: (lower: string, upper: string): Range => ({ lower, upper }) },
  indexedDB: {
    open: () => {
      const made: Record<string, unknown> = { result: { transaction: transactionOn } };
      queueMicrotask(() => (made.onsuccess as () => void)());
      return made;
    },
  },
});
/** Locks of tabs that live. */
const held = new Set<string>();
const locks = {
  async request(name: string, ...[how, act]: [{ ifAvailable?: boolean }, (lock: object | null) => unknown] | [() => unknown]) {
    if (!act) {
      held.add(name);
      await (how as () => unknown)();
      held.delete(name);
      return undefined;
    }
    return act(held.has(name) ? null : {});
  },
};
Object.defineProperty(navigator, 'locks', { value: locks, configurable: true });
Object.defineProperty(navigator, 'storage', { value: { estimate: async () => ({ quota: 10, usage: 9 }) } });
const { canGoOn, failureOf } = await import('../../web/src/upload/failures.ts');
const { use } = await import('../../web/src/i18n.ts');
await use((await import('../../web/src/messages/upload.ts')).upload);
const { Queue } = await import('../../web/src/upload/queue.ts');
const store = await import('../../web/src/upload/store.ts');
const { Recording } = await import('../../web/src/upload/takes.ts');

beforeEach(() => {
  disk.forEach((rows) => rows.clear());
  held.clear();
  store.back('me');
  hasRoom = true;
});

const recording = () => new File([new Uint8Array(64)], 'now.mp4', { type: 'video/mp4', lastModified: 1 });
const left = () => [...disk].filter(([, rows]) => rows.size > 0).map(([name]) => name);
const soon = () => new Promise((resolve) => setTimeout(resolve, 5));
const only = (queue: InstanceType<typeof Queue>) => queue.items.peek()[0]!;

test('a recording is kept before anybody sends it off, whatever the browser estimates, and so is what was written of it', async () => {
  const queue = new Queue('me');
  await queue.addRecording(recording(), null);
  queue.note(only(queue).id, { title: 'Sea', description: '', tags: [], visibility: 'public' });
  await soon();
  const later = new Queue('me');
  await later.begin();
  assert.deepEqual([only(later).state, only(later).title, (await store.fileOf(only(later).id))?.size], ['draft', 'Sea', 64]);
  assert.equal(await store.recordings('me'), 1);
  assert.equal(await store.recordings('you'), 0);
  assert.equal(later.isAtRisk, false, 'nothing would be lost with the page');
});

test('a recording without room is told, keeps the page from being left, and outlives the end of a sign-in', async () => {
  hasRoom = false;
  const queue = new Queue('me');
  await queue.addRecording(recording(), null);
  assert.deepEqual([only(queue).unkept, queue.isAtRisk], [true, true]);
  queue.end();
  const later = new Queue('me');
  await later.begin();
  assert.deepEqual([only(later).state, only(later).unkept, later.isAtRisk], ['draft', true, true]);
  await later.remove(only(later).id);
  assert.deepEqual([later.items.peek().length, await store.recordings('me')], [0, 0]);
});

test('a file that can be chosen again is copied only where there is room, and is no reason to ask', async () => {
  const queue = new Queue('me');
  await queue.add([recording()]);
  const { id } = only(queue);
  assert.equal(await store.keepFile(id, recording(), 'me'), false);
  assert.deepEqual([await store.fileOf(id), await store.recordings('me')], [null, 0]);
});

test('a recording that another tab has sent is not sent again', async () => {
  const [one, other] = [new Queue('me'), new Queue('me')];
  await one.addRecording(recording(), null);
  await other.begin();
  const { id } = only(one);
  await one.remove(id);
  await other.start(id, only(other));
  assert.equal(other.items.peek().length, 0);
});

test('a recording that another tab has sent is not sent again, though something was typed, it was paused, or its turn came', async () => {
  const [one, other] = [new Queue('me'), new Queue('me')];
  await one.addRecording(recording(), null);
  await other.begin();
  const { id } = only(one);
  await store.keep({ ...((await store.keptOf(id)) as Kept), draft: false, sent: true });
  other.note(id, { ...only(other), title: 'Sea' });
  other.pause(id);
  other.resume(id);
  await soon();
  assert.deepEqual([only(other).state, ((await store.keptOf(id)) as Kept).sent], ['sent', true]);
});

test('of a recording that the service does not know a sign-out leaves nothing, and it counts those that storage refused', async () => {
  const queue = new Queue('me');
  await queue.addRecording(recording(), null);
  await store.forgetFiles('me');
  assert.deepEqual(left(), []);
  hasRoom = false;
  await queue.begin();
  await queue.addRecording(new File([new Uint8Array(32)], 'then.mp4', { lastModified: 2 }), null);
  disk.get('uploads')!.clear();
  assert.deepEqual([await store.recordings('me'), await store.recordings('you')], [1, 0]);
  await store.forgetFiles('me');
  assert.equal(await store.recordings('me'), 0);
});

test('a recording is not dropped for its age', async () => {
  const queue = new Queue('me');
  await queue.addRecording(recording(), null);
  const kept = disk.get('uploads')!;
  const [[id, one]] = [...kept] as [[string, object]];
  kept.set(id, { ...one, addedAt: 0 });
  assert.equal(await store.recordings('me'), 1);
  kept.set(id, { ...one, addedAt: 0, recorded: false });
  assert.equal((await store.all('me')).length, 0);
});

test('a clip that another tab saw decided is not sent again, and one whose data was cleared is not given up', async () => {
  const [one, other] = [new Queue('me'), new Queue('me')];
  await one.addRecording(recording(), null);
  await other.begin();
  const { id } = only(one);
  other.pause(id);
  await soon();
  // As when the service has published or refused it.
  await store.end(id, 'me');
  other.resume(id);
  await soon();
  assert.deepEqual([other.items.peek().length, await store.keptOf(id)], [0, 'over']);
  await other.addRecording(recording(), null);
  assert.equal(only(other).state, 'draft', 'chosen once more, it begins anew');

  disk.forEach((rows) => rows.clear());
  await other.start(id, only(other));
  await soon();
  assert.equal(other.items.peek().length, 1, 'this page alone has it');
  assert.equal((await store.fileOf(id))?.size, 64);
});

test('of a recording that ends while its maker signs out nothing is kept', async () => {
  const queue = new Queue('me');
  await queue.begin();
  const added = queue.addRecording(recording(), null);
  await store.forgetFiles('me');
  await added;
  await soon();
  assert.deepEqual(left(), []);
  await new Queue('me').begin();
  assert.equal(await store.keepRecording('a', recording(), 'me', null), true, 'signed in again');
});

/** A camera that has given so many pieces. */
function recordingOf(pieces: number): InstanceType<typeof Recording> {
  const made = new Recording('me', 'video/mp4', new Date(0));
  for (let piece = 0; piece < pieces; piece++) {
    made.add(new Blob([Uint8Array.of(piece)]));
  }
  return made;
}

test('of a tab that dies while it records, all but the last piece is a draft of the next one', async () => {
  recordingOf(12);
  await soon();
  const meanwhile = new Queue('me');
  await meanwhile.begin();
  assert.equal(meanwhile.items.peek().length, 0, 'it still records');
  assert.equal(await store.recordings('me'), 1);
  held.clear();
  const [later, somebody] = [new Queue('me'), new Queue('you')];
  await later.begin();
  await somebody.begin();
  const file = await store.fileOf(only(later).id);
  assert.deepEqual([...new Uint8Array(await file!.arrayBuffer())], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  assert.deepEqual([file!.name, file!.type, only(later).recorded, later.isAtRisk], ['1970-01-01 00.00.mp4', 'video/mp4', true, false]);
  assert.equal(somebody.items.peek().length, 0);
  const again = new Queue('me');
  await again.begin();
  assert.deepEqual([again.items.peek().length, await store.recordings('me')], [1, 1]);
  await again.remove(only(again).id);
  assert.deepEqual(left(), ['uploads'], 'which says to other tabs that it is over');
});

test('the pieces of a recording are its file, and where they found no room it is kept whole or told', async () => {
  const queue = new Queue('me');
  const { file, take } = await recordingOf(3).end();
  await queue.addRecording(file, take);
  assert.deepEqual([disk.get('open')!.size, disk.get('pieces')!.size, (await store.fileOf(only(queue).id))?.size], [0, 3, 3]);
  await store.forgetFiles('me');
  assert.deepEqual(left(), []);

  const short = recordingOf(2);
  await soon();
  hasRoom = false;
  short.add(new Blob([Uint8Array.of(2)]));
  const { file: whole, take: none } = await short.end();
  assert.deepEqual([whole.size, none, left()], [3, null, []]);
});

test('a recording under way is gone with the sign-in', async () => {
  const under = recordingOf(2);
  await soon();
  await store.forgetFiles('me');
  under.add(new Blob(['later']));
  await soon();
  assert.deepEqual(left(), []);
});

test('why an upload was refused is known after a reload, and the same file chosen again begins anew with its words', async () => {
  const queue = new Queue('me');
  await queue.addRecording(recording(), null);
  const { id } = only(queue);
  const row = (await store.keptOf(id)) as Kept;
  const refused = new Refused(422, 'invalid-request', 'No');
  await store.keep({ ...row, title: 'Sea', draft: false, paused: true, failure: failureOf(refused) });
  const later = new Queue('me');
  await later.begin();
  const { state, error } = only(later);
  assert.deepEqual([state, (error as typeof refused).type, (error as typeof refused).status], ['failed', 'invalid-request', 422]);
  await later.add([recording()]);
  assert.deepEqual([only(later).state, only(later).title, only(later).error], ['draft', 'Sea', null]);
  assert.equal(failureOf(new TypeError('Failed to fetch')), null, 'of a network that was away');
  assert.deepEqual([canGoOn(refused), canGoOn(new Refused(403, 'role-missing', 'No'))], [true, false]);
});

test('an empty file is no draft, and is told; the others are drafts', async () => {
  const queue = new Queue('me');
  await assert.rejects(queue.add([new File([], 'none.mp4'), recording()]), /none\.mp4/);
  assert.deepEqual(queue.items.peek().map(({ fileName }) => fileName), ['now.mp4']);
});

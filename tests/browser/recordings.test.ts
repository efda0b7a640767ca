import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

/** Just enough of IndexedDB: three stores that keep what fits. */
const disk = new Map<string, Map<string, unknown>>(['uploads', 'files', 'remembered'].map((name) => [name, new Map()]));
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

function transactionOn(name: string) {
  const rows = disk.get(name)!;
  let transaction: Record<string, () => void> = {};
  const run = (act: () => unknown) => {
    const one = request(act);
    transaction = one.transaction;
    return one.made;
  };
  const put = (value: unknown, key: string) => {
    if (value instanceof File && !hasRoom) {
      throw new DOMException('', 'QuotaExceededError');
    }
    rows.set(key, value);
  };
  const store = {
    get: (key: string) => run(() => rows.get(key)),
    getAll: () => run(() => [...rows.values()]),
    put: (value: unknown, key: string) => run(() => put(value, key)),
    delete: (key: string) => run(() => rows.delete(key)),
  };
  return new Proxy({ objectStore: () => store } as Record<string, unknown>, { set: (_, key, act) => ((transaction[String(key)] = act as () => void), true) });
}

Object.assign(globalThis, {
  indexedDB: {
    open: () => {
      const made: Record<string, unknown> = { result: { transaction: transactionOn } };
      queueMicrotask(() => (made.onsuccess as () => void)());
      return made;
    },
  },
});
Object.defineProperty(navigator, 'storage', { value: { estimate: async () => ({ quota: 10, usage: 9 }) } });
const { Queue } = await import('../../web/src/upload/queue.ts');
const store = await import('../../web/src/upload/store.ts');

beforeEach(() => {
  disk.forEach((rows) => rows.clear());
  hasRoom = true;
});

const recording = () => new File([new Uint8Array(64)], 'now.mp4', { type: 'video/mp4', lastModified: 1 });
const only = (queue: InstanceType<typeof Queue>) => queue.items.peek()[0]!;

test('a recording is kept before anybody sends it off, whatever the browser estimates, and so is what was written of it', async () => {
  const queue = new Queue('me');
  await queue.add([recording()], true);
  queue.note(only(queue).id, { title: 'Sea', description: '', tags: [], visibility: 'public' });
  await new Promise((resolve) => setTimeout(resolve, 5));
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
  await queue.add([recording()], true);
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
  assert.equal(await store.keepFile(id, recording()), false);
  assert.deepEqual([await store.fileOf(id), await store.recordings('me')], [null, 0]);
});

test('a recording that another tab has sent is not sent again', async () => {
  const [one, other] = [new Queue('me'), new Queue('me')];
  await one.add([recording()], true);
  await other.begin();
  const { id } = only(one);
  await one.remove(id);
  await other.start(id, only(other));
  assert.equal(other.items.peek().length, 0);
});

test('a recording that another tab has sent is not sent again, though something was typed, it was paused, or its turn came', async () => {
  const [one, other] = [new Queue('me'), new Queue('me')];
  await one.add([recording()], true);
  await other.begin();
  const { id } = only(one);
  await store.keep({ ...(await store.keptOf(id))!, draft: false, sent: true });
  other.note(id, { ...only(other), title: 'Sea' });
  other.pause(id);
  other.resume(id);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual([only(other).state, (await store.keptOf(id))?.sent], ['sent', true]);
});

test('of a recording that the service does not know a sign-out leaves nothing, and it counts those that storage refused', async () => {
  const queue = new Queue('me');
  await queue.add([recording()], true);
  await store.forgetFiles('me');
  assert.deepEqual([...disk.values()].map(({ size }) => size), [0, 0, 0]);
  hasRoom = false;
  await queue.add([new File([new Uint8Array(32)], 'then.mp4', { lastModified: 2 })], true);
  disk.get('uploads')!.clear();
  assert.deepEqual([await store.recordings('me'), await store.recordings('you')], [1, 0]);
  await store.forgetFiles('me');
  assert.equal(await store.recordings('me'), 0);
});

test('a recording is not dropped for its age', async () => {
  const queue = new Queue('me');
  await queue.add([recording()], true);
  const kept = disk.get('uploads')!;
  const [[id, one]] = [...kept] as [[string, object]];
  kept.set(id, { ...one, addedAt: 0 });
  assert.equal(await store.recordings('me'), 1);
  kept.set(id, { ...one, addedAt: 0, recorded: false });
  assert.equal((await store.all('me')).length, 0);
});

import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { Client, OtherForm } from '../../sdk/typescript/src/index.ts';
import { fingerprint, type Progress, shortMemory, type Source, upload, type UploadOptions } from '../../sdk/typescript/src/uploads/index.ts';
import { Link } from '../../sdk/typescript/src/uploads/link.ts';
import { TIMING } from '../../sdk/typescript/src/uploads/timing.ts';

const PART = 1000;

/** The service and the storage behind it, with one upload. */
const world = {
  state: 'none',
  key: '',
  size: 0,
  opened: 0,
  held: new Map<number, Buffer>(),
  /** Method and place of each request, in order. */
  asked: [] as string[],
  bytes: 0,
  signature: 1,
  /** What the next PUTs do in place of being taken. */
  trouble: [] as ('cut' | 'lost-answer' | number)[],
  missingOnce: [] as number[],
  gone: false,
  unsigned: false as boolean | 'other form',
};
let server: Server;
let site = '';

before(async () => {
  server = createServer((request, answer) => void serve(request, answer));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  Object.assign(world, { state: 'none', opened: 0, held: new Map(), asked: [], bytes: 0, signature: 1, trouble: [], missingOnce: [], gone: false, unsigned: false });
});

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const blocks: Buffer[] = [];
  for await (const block of request) {
    blocks.push(block as Buffer);
  }
  return Buffer.concat(blocks);
}

function view(): Record<string, unknown> {
  const part_count = Math.ceil(world.size / PART);
  return { upload_id: `u${world.opened}`, video_id: `v${world.opened}`, state: world.state, mode: 'parts', size_bytes: world.size, part_size_bytes: PART, part_count, crc64nvme: null };
}

function told(answer: ServerResponse, status: number, body: unknown): void {
  answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function problem(answer: ServerResponse, status: number, type: string, more: object = {}): void {
  told(answer, status, { type: `https://reelstack.dev/problems/${type}`, title: type, status, detail: type, instance: '/', correlation_id: null, ...more });
}

async function serve(request: IncomingMessage, answer: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '', site);
  const body = await bodyOf(request).catch(() => null);
  if (body === null) {
    return;
  }
  if (pathname.startsWith('/storage/')) {
    put(Number(pathname.split('/')[2]), Number(searchParams.get('signature')), body, answer);
    return;
  }
  world.asked.push(`${request.method} ${pathname.replace(/^\/v1\/uploads\/?/, '')}`.trim());
  if (request.method === 'POST' && pathname === '/v1/uploads') {
    if (world.key !== request.headers['idempotency-key'] || world.state === 'none') {
      Object.assign(world, { key: request.headers['idempotency-key'], state: 'open', size: JSON.parse(String(body)).size_bytes, held: new Map(), gone: false });
      world.opened += 1;
    }
    told(answer, 201, { ...view(), parts: [], expires_in_seconds: 60 });
  } else if (world.gone) {
    problem(answer, 404, 'upload-not-found');
  } else if (request.method === 'GET') {
    told(answer, 200, { ...view(), held: [...world.held].map(([number, { length }]) => ({ number, size_bytes: length, etag: '', crc64nvme: null })) });
  } else if (pathname.endsWith('/parts')) {
    const numbers = (JSON.parse(String(body)).parts as { number: number }[]).map(({ number }) => number);
    const parts = numbers.map((number) => ({ number, url: `${site}/storage/${number}?signature=${world.signature}`, headers: { 'x-amz-test': 'signed' }, size_bytes: PART }));
    told(answer, 200, { parts: world.unsigned === 'other form' ? {} : world.unsigned ? [] : parts, expires_in_seconds: 60 });
  } else {
    const missing = world.missingOnce.splice(0);
    for (const number of missing) {
      world.held.delete(number);
    }
    if (missing.length > 0) {
      problem(answer, 409, 'parts-missing', { missing });
      return;
    }
    world.state = 'completed';
    told(answer, 200, view());
  }
}

function put(number: number, signature: number, body: Buffer, answer: ServerResponse): void {
  world.asked.push(`PUT ${number}`);
  world.bytes += body.length;
  const trouble = world.trouble.shift();
  if (trouble === 'cut') {
    answer.destroy();
  } else if (typeof trouble === 'number') {
    answer.writeHead(trouble).end('<Error/>');
  } else if (signature !== world.signature) {
    answer.writeHead(403).end('<Error>Request has expired</Error>');
  } else {
    world.held.set(number, body);
    if (trouble === 'lost-answer') {
      answer.destroy();
    } else {
      answer.writeHead(200).end();
    }
  }
}

function file(size: number, name = 'clip.mp4'): Source {
  const bytes = Uint8Array.from({ length: size }, (_, index) => (index * 7) % 251);
  const blob = new Blob([bytes], { type: 'video/mp4' });
  return { name, size, type: 'video/mp4', lastModified: 1, slice: (start, end) => blob.slice(start, end) };
}

function send(of: Source, more: UploadOptions = {}): ReturnType<typeof upload> {
  const client = new Client({ site, token: () => 'access' });
  return upload(client, of, { title: 'A clip' }, { sleep: async (_, signal) => signal?.throwIfAborted(), ...more });
}

async function arrived(of: Source): Promise<void> {
  const parts = [...world.held].sort(([one], [other]) => one - other).map(([, bytes]) => bytes);
  assert.deepEqual(Buffer.concat(parts), Buffer.from(await of.slice(0, of.size).arrayBuffer()));
}

test('a file arrives whole, and its progress only grows to its end', async () => {
  const clip = file(4500);
  const progress: Progress[] = [];
  const done = await send(clip, { progress: (now) => progress.push(now) });
  assert.equal(done.state, 'completed');
  await arrived(clip);
  assert.equal(world.bytes, 4500);
  assert.deepEqual(progress.at(-1), { sentBytes: 4500, totalBytes: 4500 });
  assert.deepEqual(progress, progress.toSorted((one, other) => one.sentBytes - other.sentBytes));
});

test('an upload that was stopped goes on with what storage lacks', async () => {
  const clip = file(9500);
  const memory = shortMemory();
  const stop = new AbortController();
  const stopped = send(clip, { memory, signal: stop.signal, parallel: 1, progress: ({ sentBytes }) => sentBytes >= 4000 && stop.abort(new Error('the tab is closed')) });
  await assert.rejects(stopped, { message: 'the tab is closed' });
  const before = world.held.size;
  assert.ok(before >= 4 && before < 9);
  assert.equal((await send(clip, { memory })).state, 'completed');
  assert.equal(world.opened, 1, 'one upload, one video');
  await arrived(clip);
  assert.ok(world.bytes <= 9500 + PART);
});

test('a tab that dies before the answer came asks for the same upload', async () => {
  const memory = shortMemory();
  const keys: string[] = [];
  const kept = { ...memory, keep: async (name: string, remembered: { key: string; uploadId: string | null }) => {
    keys.push(remembered.key);
    await memory.keep(name, { ...remembered, uploadId: null });
  } };
  await send(file(1500), { memory: { ...kept, forget: async () => undefined } });
  world.state = 'open';
  await send(file(1500), { memory: kept });
  assert.equal(new Set(keys).size, 1);
  assert.equal(world.opened, 1);
});

test('what is asked for otherwise is asked for under another key', async () => {
  const memory = shortMemory();
  const clip = file(1500);
  const keys: (string | null)[] = [];
  const client = new Client({ site, token: () => 'access', fetch: async (input, init) => {
    keys.push(new Headers(init?.headers).get('idempotency-key'));
    return fetch(`${site}/v1/uploads/none`, { ...init, method: 'GET', body: null });
  } });
  world.gone = true;
  const asked = (title: string, mode: 'parts' | 'chunks') => assert.rejects(upload(client, clip, { title, mode }, { memory }), { name: 'Refused' });
  await asked('One', 'parts');
  await asked('One', 'parts');
  await asked('One', 'chunks');
  await asked('Two', 'chunks');
  assert.equal(keys[0], keys[1]);
  assert.equal(new Set(keys).size, 3);
});

test('a store that fails ends no upload', async () => {
  const fails = (): Promise<never> => Promise.reject(new DOMException('no room', 'QuotaExceededError'));
  const clip = file(2500);
  assert.equal((await send(clip, { memory: { recall: fails, keep: fails, forget: fails } })).state, 'completed');
  await arrived(clip);
});

test('a part that the service does not sign ends the upload', async () => {
  world.unsigned = true;
  await assert.rejects(send(file(500)), { name: 'UploadBroken' });
});

test('signed parts of another form are told', async () => {
  world.unsigned = 'other form';
  await assert.rejects(send(file(250)), OtherForm);
});

test('cuts, lost answers, a busy storage and an ended signature cost no more than their part', async () => {
  const clip = file(5500);
  world.trouble = ['cut', 503, 'lost-answer', 400];
  const sent = send(clip, { parallel: 1, progress: ({ sentBytes }) => { if (sentBytes === 3000) { world.signature = 2; } } });
  assert.equal((await sent).state, 'completed');
  await arrived(clip);
  assert.ok(world.bytes <= 5500 + 4 * PART, String(world.bytes));
  assert.equal(world.asked.filter((one) => one.startsWith('POST u1/parts')).length, 3, 'signed at first, after the 400, after the 403');
});

test('a body that left whole is looked for before it is sent again', async () => {
  world.trouble = ['lost-answer'];
  const putThatLeaves: UploadOptions['put'] = async (part) => {
    part.moved(part.body.size);
    const answer = await fetch(part.url, { method: 'PUT', body: part.body }).catch(() => null);
    return answer && { status: answer.status, text: '', retryAfterSeconds: 0 };
  };
  await send(file(1500), { parallel: 1, put: putThatLeaves });
  assert.deepEqual(world.asked.filter((one) => one === 'PUT 1'), ['PUT 1']);
});

test('a hole in the network that is longer than a few tries ends no upload', async () => {
  let away = 20;
  const hole: typeof fetch = async (input, init) => {
    if (world.held.size > 0 && away > 0) {
      away -= 1;
      throw new TypeError('Failed to fetch');
    }
    return fetch(input, init);
  };
  const client = new Client({ site, token: () => 'access', fetch: hole, sleep: async () => undefined });
  const done = await upload(client, file(1500), { title: 'A clip' }, { parallel: 1, sleep: async () => undefined });
  assert.deepEqual([done.state, away], ['completed', 0]);
});

test('hours in which the machine slept are no hours in which nothing got through', async (t) => {
  let now = 1_800_000_000_000;
  t.mock.method(Date, 'now', () => now);
  const waits = (ms: number) => ({ sleep: async () => void (now += ms) });
  world.trouble = ['cut', 'cut', 'cut'];
  assert.equal((await send(file(500), waits(2 * 3_600_000))).state, 'completed');
  world.trouble = Array.from({ length: 100 }, () => 'cut' as const);
  await assert.rejects(send(file(600), waits(60_000)), { name: 'Unreachable' });
  assert.equal(world.trouble.length, 100 - 32, 'half an hour of a minute each');
});

test('parts that the service misses are sent again', async () => {
  const clip = file(3500);
  world.missingOnce = [2, 4];
  assert.equal((await send(clip)).state, 'completed');
  assert.equal(world.asked.filter((one) => one.endsWith('/complete')).length, 2);
  await arrived(clip);
});

test('an upload that storage has dropped is begun again, once', async () => {
  const memory = shortMemory();
  const clip = file(1500);
  await send(clip, { memory: { ...memory, forget: async () => undefined } });
  world.gone = true;
  world.state = 'none';
  assert.equal((await send(clip, { memory })).video_id, 'v2');
});

test('an upload that its owner removes under way is not begun again', async () => {
  const clip = file(3500);
  await assert.rejects(send(clip, { parallel: 1, opened: () => { world.gone = true; } }), { name: 'Refused', status: 404 });
  Object.assign(world, { state: 'none', trouble: [503, 405] });
  const memory = shortMemory();
  await assert.rejects(send(clip, { parallel: 1, memory }), { name: 'UploadBroken' });
  world.trouble = [404];
  await assert.rejects(send(clip, { parallel: 1, memory }), { name: 'UploadGone' }, 'nor one that was resumed');
  assert.equal(world.opened, 2, 'one for each file');
});

test('a storage that refuses freshly signed parts ends the upload', async () => {
  world.trouble = Array.from({ length: 20 }, () => 403);
  await assert.rejects(send(file(500)), { name: 'UploadBroken' });
});

test('a file that can be read no more ends the upload', async () => {
  const clip = file(500);
  const slice = (start: number, end: number): Blob => (end - start === 1 ? ({ arrayBuffer: () => Promise.reject(new Error('NotReadableError')) } as unknown as Blob) : clip.slice(start, end));
  world.trouble = ['cut'];
  await assert.rejects(send({ ...clip, slice }), { name: 'FileChanged' });
});

test('a file that was changed since it was chosen is told as such', async () => {
  const unreadable = { arrayBuffer: () => Promise.reject(new DOMException('changed', 'NotReadableError')) } as unknown as Blob;
  const clip = { ...file(500), slice: () => unreadable };
  await assert.rejects(send(clip), { name: 'FileChanged' });
});

test('a file is known again by its ends, and belongs to who chose it', async () => {
  const one = await fingerprint(file(200_000), 'ann');
  assert.equal(one, await fingerprint(file(200_000), 'ann'));
  assert.notEqual(one, await fingerprint(file(200_000), 'bob'));
  assert.notEqual(one, await fingerprint(file(200_001), 'ann'));
  assert.notEqual(one, await fingerprint(file(200_000, 'other.mp4'), 'ann'));
});

test('no more is on its way than the link moves in a while, nor more than a share of the file', async () => {
  let now = 0;
  const link = (fileParts: number) => new Link(PART, fileParts * PART, 8, TIMING, () => now);
  const fast = link(1000);
  assert.equal(fast.width(), 1, 'nothing is known yet');
  for (let part = 0; part < 12; part += 1) {
    fast.landed(PART);
  }
  assert.equal(fast.width(), 8);
  now = 2501;
  assert.equal(fast.width(), 1, 'what landed long ago says nothing');
  const small = link(100);
  small.landed(8 * PART);
  assert.equal(small.width(), 2, 'two parts are 2 % of this file');
  const signal = new AbortController().signal;
  const release = await small.lane(signal);
  await small.lane(signal);
  let third = false;
  const waiting = small.lane(signal).then(() => { third = true; });
  await new Promise(setImmediate);
  assert.equal(third, false);
  release();
  release();
  await waiting;
});

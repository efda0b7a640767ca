import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LoaderCallbacks, LoaderConfiguration, LoaderContext } from 'hls.js';
import { type Fetched, type LoaderClass, Refused, type Span, UnitFiles, unitLoader, unitOf, unitsOf } from '../../web/src/units.ts';

const ENDS = [300, 1300, 2000];
const URL_ = 'http://edge/v/v1/t/token/1/hevc-720.mp4';
const never = new AbortController().signal;

function files(fails = 0) {
  const asked: [string, Span][] = [];
  const fetcher = async (url: string, span: Span): Promise<Fetched> => {
    asked.push([url, span]);
    if (asked.length <= fails) {
      throw new Refused(403);
    }
    const bytes = Uint8Array.from({ length: span[1] - span[0] }, (_, place) => (span[0] + place) % 256);
    return { data: bytes.buffer, times: [1000, 1100, 2100] };
  };
  return { asked, files: new UnitFiles(new Map([['hevc-720.mp4', ENDS]]), fetcher) };
}

test('a range is in the unit that holds all of it', () => {
  assert.deepEqual(unitOf(ENDS, [0, 40]), [0, 300]);
  assert.deepEqual(unitOf(ENDS, [300, 800]), [300, 1300]);
  assert.deepEqual(unitOf(ENDS, [1299, 1300]), [300, 1300]);
  assert.equal(unitOf(ENDS, [1200, 1400]), null);
  assert.equal(unitOf(ENDS, [2000, 2100]), null);
  assert.equal(unitOf([], [0, 40]), null);
});

test('a playback of earlier days names no units', () => {
  const named = { renditions: [{ name: 'a', unit_ends: [5] }, { name: 'b' }], sound: { name: 'sound', unit_ends: [7] } };
  const playback = { master_url: 'm', poster_url: null, expires_at: 1 };
  assert.deepEqual([...unitsOf({ ...playback, ...named })], [['a.mp4', [5]], ['b.mp4', []], ['sound.mp4', [7]]]);
  assert.deepEqual([...unitsOf(playback)], []);
});

test('segments of a unit are one request, whatever the token, and have the bytes they ask for', async () => {
  const there = files();
  for (const [first, end] of [[300, 800], [800, 1300], [300, 800]] as const) {
    const url = URL_.replace('token', `token${end}`);
    const { data } = await there.files.read(url, there.files.holding(url, [first, end])!, [first, end], never);
    assert.deepEqual([...new Uint8Array(data)], Array.from({ length: end - first }, (_, n) => (first + n) % 256));
  }
  assert.deepEqual(there.asked.map(([, span]) => span), [[300, 1300]]);
});

test('the times of a segment are its share of the unit', async () => {
  const { times } = await files().files.read(URL_, [300, 1300], [300, 800], never);
  assert.deepEqual(times, [1500, 1600, 2100]);
});

test('what was refused is asked for again', async () => {
  const there = files(1);
  await assert.rejects(there.files.read(URL_, [0, 300], [0, 40], never), { status: 403 });
  await there.files.read(URL_, [0, 300], [0, 40], never);
  assert.equal(there.asked.length, 2);
});

class Base {
  context: LoaderContext | null = null;
  stats = { aborted: false, loaded: 0, total: 0, loading: { start: 0, first: 0, end: 0 } };
  loaded: string[] = [];
  load(context: LoaderContext) {
    this.loaded.push(context.url);
  }
  abort() {}
  destroy() {}
}

function loading(there: UnitFiles, range: Partial<LoaderContext>, act: (loader: InstanceType<LoaderClass>) => void = () => {}) {
  const loader = new (unitLoader(Base as unknown as LoaderClass, there))(undefined as never);
  const config = { loadPolicy: { maxLoadTimeMs: 1000 } } as LoaderConfiguration;
  return new Promise<[string, unknown, InstanceType<LoaderClass>]>((resolve) => {
    const tell = (what: string) => (said: unknown) => resolve([what, said, loader]);
    const told = { onSuccess: tell('success'), onError: tell('error'), onTimeout: tell('timeout'), onAbort: tell('abort') };
    loader.load({ url: URL_, ...range } as LoaderContext, config, told as unknown as LoaderCallbacks<LoaderContext>);
    act(loader);
    if ((loader as unknown as Base).loaded.length) {
      resolve(['base', null, loader]);
    }
  });
}

test('a loader answers from units, and leaves to hls.js what is in none', async () => {
  const there = files().files;
  const [what, answer, loader] = await loading(there, { rangeStart: 0, rangeEnd: 40 });
  assert.equal(what, 'success');
  assert.equal((answer as { data: ArrayBuffer }).data.byteLength, 40);
  assert.equal(loader.stats.loaded, 40);
  assert.equal((await loading(there, {}))[0], 'base');
  assert.equal((await loading(there, { rangeStart: 2000, rangeEnd: 2100 }))[0], 'base');
});

test('a refusal and an abort are told', async () => {
  const [what, said] = await loading(files(1).files, { rangeStart: 0, rangeEnd: 40 });
  assert.deepEqual([what, (said as { code: number }).code], ['error', 403]);
  assert.equal((await loading(files().files, { rangeStart: 0, rangeEnd: 40 }, (loader) => loader.abort()))[0], 'abort');
});

import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { ClipFiles } from '../../web/player/src/engine/files.ts';
import { type Bytes, fetchSpan } from '../../web/player/src/engine/fetcher.ts';
import { isStarved, mayReplace, readIndex, type Segment, unitAt, unitsOf } from '../../web/player/src/engine/layout.ts';
import { LIMITS, nextMissing, type Stage, Wishes } from '../../web/player/src/engine/wishes.ts';
import { PlayerError } from '../../web/player/src/errors.ts';
import { type PlayerEvent, tellAll } from '../../web/player/src/events.ts';
import { LockScreen } from '../../web/player/src/extras/media_session.ts';
import { readSprites, spriteAt } from '../../web/player/src/extras/sprites.ts';
import { foreignClip, toClip } from '../../web/player/src/playback.ts';
import type { Pool } from '../../web/player/src/pool.ts';
import type { Policies } from '../../web/player/src/policies/policies.ts';

const TIMESCALE = 1000;
const HEADER = 40;

/** A box of `HEADER` bytes and an index of segments that last so many seconds and have so many bytes. */
function beginning(segments: readonly (readonly [seconds: number, bytes: number])[]): Bytes {
  const size = 32 + 12 * segments.length;
  const view = new DataView(new ArrayBuffer(HEADER + size));
  view.setUint32(0, HEADER);
  view.setUint32(4, 0x6d6f6f76);
  view.setUint32(HEADER, size);
  view.setUint32(HEADER + 4, 0x73696478);
  view.setUint32(HEADER + 16, TIMESCALE);
  view.setUint16(HEADER + 30, segments.length);
  segments.forEach(([seconds, bytes], place) => {
    view.setUint32(HEADER + 32 + 12 * place, bytes);
    view.setUint32(HEADER + 36 + 12 * place, seconds * TIMESCALE);
  });
  return new Uint8Array(view.buffer);
}

function file(unitEnds: readonly number[]) {
  return { name: 'avc-480', codecs: 'avc1', unitEnds, headerBytes: HEADER, indexBytes: 0 };
}

test('an index says where segments are, and when', () => {
  const bytes = beginning([[2, 100], [3, 50]]);
  const first = bytes.byteLength;
  assert.deepEqual(readIndex(bytes), [
    { span: [first, first + 100], from: 0, to: 2 },
    { span: [first + 100, first + 150], from: 2, to: 5 },
  ] satisfies Segment[]);
  assert.equal(readIndex(bytes.slice(0, -1)), null);
  assert.equal(readIndex(bytes.slice(0, HEADER)), null);
  assert.equal(readIndex(new Uint8Array(16)), null);
});

test('units are those that are named, and after them of eight seconds', () => {
  const segments = readIndex(beginning(Array.from({ length: 10 }, () => [2, 100] as const)))!;
  const [start] = segments[0]!.span;
  const named = unitsOf(file([start + 100, start + 300]), segments);
  assert.deepEqual(named.map(({ from, to }) => [from, to]), [[0, 2], [2, 6], [6, 14], [14, 20]]);
  assert.deepEqual(named.map(({ span }) => span[1] - start), [100, 300, 700, 1000]);
  assert.equal(named[0]!.span[0], 0);
  assert.deepEqual(unitsOf(file([]), segments).map(({ to }) => to), [2, 10, 18, 20]);
});

test('every byte and every second is in one unit, whatever is named', () => {
  for (let named = 0; named <= 7; named++) {
    const segments = readIndex(beginning(Array.from({ length: 7 }, (_, n) => [1 + (n % 3), 10 * (n + 1)] as const)))!;
    const ends = segments.map(({ span }) => span[1]).filter((_, n) => n % 2 === 0 || n === 6).slice(0, named);
    const units = unitsOf(file(ends), segments);
    units.forEach((unit, place) => {
      assert.equal(unit.span[0], place ? units[place - 1]!.span[1] : 0);
      assert.equal(unit.from, place ? units[place - 1]!.to : 0);
      assert.equal(unitAt(units, unit.from), place);
    });
    assert.equal(units.at(-1)!.span[1], segments.at(-1)!.span[1]);
    assert.equal(unitAt(units, 1e9), units.length - 1);
  }
});

test('what is fetched next is what plays next, and no further ahead than is allowed', () => {
  const segments = readIndex(beginning(Array.from({ length: 5 }, () => [10, 100] as const)))!;
  const next = (at: number, seconds: number, held: number[]) => nextMissing(segments, at, seconds, (unit) => held.includes(unit));
  assert.equal(next(0, 30, []), 0);
  assert.equal(next(0, 30, [0, 1]), 2);
  assert.equal(next(0, 9, [0]), null);
  assert.equal(next(35, 30, [0, 1]), 3, 'after a jump, what was jumped over is left');
  assert.equal(next(45, 30, [4]), 0, 'the loop');
  assert.equal(next(41, 5, [4]), null);
  assert.equal(next(45, 300, [0, 1, 2, 3, 4]), null);
});

async function serve(t: TestContext, answer: (asked: IncomingMessage, response: ServerResponse, times: number) => void) {
  let times = 0;
  const server = createServer((asked, response) => answer(asked, response, ++times));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const got: number[] = [];
  const ranges: string[] = [];
  server.on('request', (asked) => ranges.push(asked.headers.range ?? ''));
  const fetching = (more: Partial<Parameters<typeof fetchSpan>[0]> = {}) =>
    fetchSpan(
      {
        ...{ url: () => `http://127.0.0.1:${port}/`, span: [2, 8] as const, signal: new AbortController().signal },
        ...{ chunk: (bytes: Bytes) => void got.push(...bytes), renew: async () => false, sample: () => {}, ...more },
      },
      { most: 3, pauseMs: 1, patienceMs: 2000 },
    );
  return { got, ranges, fetching };
}

test('what is missing after a broken connection is asked for alone', async (t) => {
  const { got, ranges, fetching } = await serve(t, (_, response, times) => {
    response.writeHead(206, { 'content-length': times === 1 ? 6 : 4 });
    if (times > 1) {
      response.end(Buffer.from([4, 5, 6, 7]));
    } else {
      response.write(Buffer.from([2, 3]), () => setTimeout(() => response.destroy(), 20));
    }
  });
  await fetching();
  assert.deepEqual(got, [2, 3, 4, 5, 6, 7]);
  assert.deepEqual(ranges, ['bytes=2-7', 'bytes=4-7']);
});

test('a server that knows no ranges is read from the beginning', async (t) => {
  const { got, fetching } = await serve(t, (_, response) => response.end(Buffer.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])));
  await fetching();
  assert.deepEqual(got, [2, 3, 4, 5, 6, 7]);
});

test('of a server that knows no ranges no more is read than is wanted', async (t) => {
  let left = (): void => undefined;
  const closed = new Promise<void>((resolve) => { left = resolve; });
  const { got, fetching } = await serve(t, (_, response) => {
    response.on('close', left);
    // The rest of the file never comes: who waits for it waits for ever.
    response.writeHead(200, { 'content-length': 1_000_000 }).write(Buffer.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
  });
  await fetching({ span: [0, 8] });
  await closed;
  assert.deepEqual(got, [0, 1, 2, 3, 4, 5, 6, 7]);
});

test('of two players the newer one keeps the lock screen when the older one goes', () => {
  const acts = new Map<string, unknown>();
  const session = { metadata: null as unknown, playbackState: '', setActionHandler: (action: string, act: unknown) => acts.set(action, act) };
  Object.defineProperty(navigator, 'mediaSession', { value: session, configurable: true });
  Object.assign(globalThis, { MediaMetadata: Object });
  const playerOf = (paused: boolean) => ({ paused, place: 0, listen: () => () => true }) as unknown as Pool;
  const described = { title: 'Sea', artist: 'Bob', artwork: null };
  const older = new LockScreen(playerOf(false), () => {});
  const newer = new LockScreen(playerOf(true), () => {});
  newer.describe(described);
  older.destroy();
  assert.deepEqual([typeof acts.get('nexttrack'), session.playbackState], ['function', 'paused']);
  newer.destroy();
  assert.deepEqual([acts.get('nexttrack'), session.playbackState, session.metadata], [null, 'none', null]);
});

test('a refused token is renewed once', async (t) => {
  let renewed = 0;
  const renew = async () => Boolean(++renewed);
  const { fetching, ranges } = await serve(t, (_, response) => response.writeHead(403).end());
  await assert.rejects(fetching({ renew }), (error: PlayerError) => error.kind === 'forbidden' && error.status === 403);
  assert.equal(renewed, 1);
  assert.equal(ranges.length, 2);
});

test('a clock that calls every token over has one renewed, not one for each unit', async (t) => {
  const server = createServer((_, response) => response.writeHead(206).end(Buffer.alloc(10)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const rung = { ...file([10, 20, 30]), codec: 'avc', width: 1, height: 1, bitsPerSecond: 1, peakBitsPerSecond: 1, bytes: 30 } as const;
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const clip = foreignClip('c', `${base}v/c/master.m3u8`, { expiresAt: 1, rungs: [rung] });
  let renewals = 0;
  const files = new ClipFiles(clip, 'avc', { base, renew: async () => (renewals++, clip), sample: () => {} });
  for (const unit of [0, 1, 2]) {
    const download = files.fetch(rung, unit);
    await download.finished;
    assert.equal(download.error, null);
  }
  assert.equal(renewals, 1);
});

test('a listener that throws keeps neither the player nor the others from an event', (t) => {
  const thrown: (() => void)[] = [];
  t.mock.method(globalThis, 'queueMicrotask', (act: () => void) => void thrown.push(act));
  const event: PlayerEvent = { type: 'sample', sample: { bytes: 1, seconds: 1, latencySeconds: 0, nowSeconds: 0 } };
  const heard: PlayerEvent[] = [];
  const broken = () => { throw new Error('of the app'); };
  tellAll([broken, (one) => heard.push(one)], event);
  assert.deepEqual(heard, [event]);
  assert.throws(thrown[0]!, /of the app/);
});

test('refusals are told apart, and only what may pass is asked for again', async (t) => {
  const kinds = { 404: 'missing', 410: 'withdrawn', 451: 'withdrawn', 418: 'refused', 503: 'refused' } as const;
  for (const [status, kind] of Object.entries(kinds)) {
    const { fetching, ranges } = await serve(t, (_, response) => response.writeHead(Number(status)).end());
    await assert.rejects(fetching(), (error: PlayerError) => error.kind === kind && error.status === Number(status));
    assert.equal(ranges.length, status === '503' ? 3 : 1, status);
  }
  const body = JSON.stringify({ type: 'https://reelstack.dev/problems/video-withdrawn', status: 403 });
  const { fetching } = await serve(t, (_, response) => {
    response.writeHead(403, { 'content-type': 'application/problem+json' }).end(body);
  });
  await assert.rejects(fetching(), (error: PlayerError) => error.kind === 'withdrawn');
});

test('what nobody wants any more stops at once', async (t) => {
  const stop = new AbortController();
  const { fetching, ranges } = await serve(t, (_, response) => response.writeHead(503).end());
  const fetched = fetching({ signal: stop.signal });
  stop.abort(new PlayerError('network', 'gone'));
  await assert.rejects(fetched, { message: 'gone' });
  assert.ok(ranges.length <= 1);
});

test('a clip is made of what the API says, and of nothing if there is nothing to play', () => {
  const rendition = {
    ...{ name: 'avc-480', codec: 'avc', codecs: 'avc1.64001e', width: 480, height: 854, bandwidth: 900, bytes: 5000 },
    ...{ average_bandwidth: 700, header_bytes: 800, first_segment_bytes: 1000, unit_ends: [1900, 5000] },
  };
  const renditions = [rendition, { name: 'old' }, { ...rendition, codec: 'vvc' }];
  const playback = { master_url: '/v/1/m.m3u8?x', poster_url: null, expires_at: 9, duration_ms: 4500, renditions, sound: { name: 'sound', unit_ends: [7] } };
  const clip = toClip({ video_id: 'v', playback, preload: { p_watch: [0.5] } })!;
  assert.deepEqual(clip.rungs.map(({ name, indexBytes, bitsPerSecond }) => [name, indexBytes, bitsPerSecond]), [['avc-480', 900, 700]]);
  assert.deepEqual([clip.seconds, clip.retention, clip.sound?.codecs], [4.5, [0.5], 'mp4a.40.2']);
  assert.equal(toClip({ video_id: 'v', playback: { ...playback, master_url: null } }), null);
  assert.equal(toClip({ video_id: 'v' }), null);
  assert.deepEqual(foreignClip('x', 'https://h/m.m3u8').rungs, []);
});

test('previews are read by time', () => {
  const text = 'WEBVTT\n\n00:00:00.000 --> 00:00:01.500\ns.jpg#xywh=0,0,90,160\n\n00:01.500 --> 01:00:03.000\ns.jpg#xywh=90,0,90,160\n';
  const sprites = readSprites(text, 'https://h/v/1/sprites.vtt');
  assert.deepEqual(sprites.map(({ from, to, x, url }) => [from, to, x, url]), [
    [0, 1.5, 0, 'https://h/v/1/s.jpg'],
    [1.5, 3603, 90, 'https://h/v/1/s.jpg'],
  ]);
  assert.deepEqual([1.4, 1.5, 9999].map((at) => spriteAt(sprites, at)?.x), [0, 90, 90]);
  assert.equal(spriteAt([], 1), null);
});

test('what the preload policy lets wait is not fetched, but for a buffer that runs out and for a loop', () => {
  const units = unitsOf(file([]), readIndex(beginning(Array.from({ length: 10 }, () => [2, 100] as const)))!);
  const next = (currentTime: number, ahead: number, kept: readonly number[]) => {
    const held = (unit: number) => (kept.includes(unit) ? 0 : null);
    const files = { units, rungs: [file([])], clip: { seconds: 20 }, held: () => null, bytesHeld: 0 };
    const current = { files, feeder: { held, ahead: () => ahead, bytesHeld: 0 }, currentTime, pixels: null };
    const stage = { at: (place: number) => (place === 0 ? current : null), clipsBefore: 0 };
    const policies = {
      bitrate: { choose: () => 0, upgrade: () => null },
      preload: { next: () => null },
      memory: { network: () => ({}) },
    };
    return new Wishes(policies as unknown as Policies, LIMITS, stage as unknown as Stage).next()?.unit ?? null;
  };
  assert.deepEqual(units.map(({ from }) => from), [0, 2, 10, 18]);
  assert.equal(next(4, 6, [0, 1]), null);
  assert.equal(next(9, 1, [0, 1]), 2);
  assert.equal(next(19, 21, [2, 3]), 0, 'the loop comes to what is not kept any more');
});

test('a unit is replaced only where neither the screen nor the end of the clip is near', () => {
  const units = unitsOf(file([]), readIndex(beginning(Array.from({ length: 10 }, () => [2, 100] as const)))!);
  const may = (currentTime: number, seconds = 1) => units.map((_, unit) => mayReplace(units, unit, currentTime, seconds));
  assert.deepEqual(may(0.5), [false, true, true, true]);
  assert.deepEqual(may(1.5), [false, false, true, true], 'it would be shown in pieces');
  assert.deepEqual(may(3), [true, false, true, true]);
  assert.deepEqual(may(3, 8), [true, false, false, true]);
  assert.deepEqual(may(19.5), [false, false, false, false], 'a source that is added to does not end');
  assert.deepEqual(mayReplace([], 0, 0, 1), false);
});

test('what stands still with data ahead waits for its device, at the end of a clip, too', () => {
  const starved = (currentTime: number, duration: number, ...ranges: [number, number][]) => {
    const buffered = { length: ranges.length, start: (n: number) => ranges[n]![0], end: (n: number) => ranges[n]![1] };
    return isStarved({ buffered, currentTime, duration });
  };
  assert.equal(starved(1.948, 8, [0, 8]), false);
  assert.equal(starved(1.98, 8, [0, 2], [4, 8]), true);
  assert.equal(starved(3, 8, [0, 2], [4, 8]), true);
  assert.equal(starved(7.8, 8, [0, 8]), false);
  assert.equal(starved(7.8, 8, [0, 7.81]), true);
  assert.equal(starved(2, NaN, [0, 2.1]), true, 'HLS of others may not say how long it is');
  assert.equal(starved(2, Infinity, [0, 9]), false);
});

test('what is shown low is loaded again only if it comes before it is played', () => {
  const units = unitsOf(file([]), readIndex(beginning(Array.from({ length: 10 }, () => [2, 100] as const)))!);
  const again = (currentTime: number, bitsPerSecond: number) => {
    const rungs = [file([]), { ...file([]), bytes: 1_000_000, unitEnds: [250_000, 500_000, 750_000, 1_000_000] }];
    const files = { units, rungs, clip: { seconds: 20 }, held: () => 0, bytesHeld: 0 };
    const current = { files, feeder: { held: () => 0, ahead: () => 20 - currentTime, bytesHeld: 0 }, currentTime, pixels: null };
    const policies = {
      bitrate: { choose: () => 0, upgrade: () => 1 },
      preload: { next: () => null },
      memory: { network: () => ({ bitsPerSecond, latencySeconds: 0 }) },
    };
    const stage = { at: (place: number) => (place === 0 ? current : null), clipsBefore: 0 };
    return new Wishes(policies as unknown as Policies, LIMITS, stage as unknown as Stage).next()?.unit ?? null;
  };
  assert.equal(again(0.5, 2e7), 1);
  assert.equal(again(0.5, 2e6), 2, 'the next one would come while it is played');
  assert.equal(again(1.9, 2e7), 2);
  assert.equal(again(5, 2e7), 0);
  assert.equal(again(19.2, 2e7), null);
});

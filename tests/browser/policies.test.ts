import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Codec } from '../../web/player/src/clip.ts';
import { AdaptiveBitrate } from '../../web/player/src/policies/adaptive_bitrate.ts';
import { AdaptivePreload } from '../../web/player/src/policies/adaptive_preload.ts';
import { EfficientCodec, FailedCodecs, SeedCodec } from '../../web/player/src/policies/codec.ts';
import type { Decoding } from '../../web/player/src/policies/policies.ts';
import { stays } from '../../web/player/src/policies/retention.ts';
import { SeedBitrate, SeedPreload } from '../../web/player/src/policies/seed.ts';
import { Throughput } from '../../web/player/src/policies/throughput.ts';
import { MemoryStore, NETWORK, RUNGS, bitrateState, clip, numbers, preloadState, queued, rung } from './policies_world.ts';

const DAY = 86400;
const GARBAGE = ['', 'null', '[]', '7', '{', '{"4g":null}', '{"4g":{"quick":"x"}}', '{"4g":{"quick":1e99,"slow":1,"at":0}}'];

function at(bitsPerSecond: number | null) {
  return { ...NETWORK, bitsPerSecond };
}

function cases(count: number, check: (number: (least: number, most: number) => number) => void) {
  for (let seed = 1; seed <= count; seed += 1) {
    check(numbers(seed * 7919));
  }
}

test('seed: 480p below 1 Mbps, 720p up to 3, 1080p above, looked at each 2 s', () => {
  for (const [speed, place] of [[null, 0], [0.99e6, 0], [1e6, 1], [3e6, 1], [3.01e6, 2]] as const) {
    assert.equal(new SeedBitrate().choose(bitrateState({ network: at(speed) })), place, String(speed));
  }
  const seed = new SeedBitrate();
  const chosen = [[0, 5e6], [1, 5e5], [1.9, 5e5], [2, 5e5], [3, 5e6], [4, 5e6]].map(([nowSeconds, speed]) =>
    seed.choose(bitrateState({ nowSeconds: nowSeconds!, network: at(speed!) })),
  );
  assert.deepEqual(chosen, [2, 2, 2, 0, 0, 2]);
});

test('seed: half of the next clip, once all of this one is there, to within a unit', () => {
  const seed = new SeedPreload();
  const place = (held: number, next: number) => seed.next(preloadState([queued(held), queued(next), queued(0)]))?.place;
  assert.equal(place(1, 0), 0);
  assert.deepEqual([0, 1, 2, 3].map((next) => place(5, next)), [1, 1, 1, undefined]); // 18 of 30 s are held then
});

test('adaptive bitrate: a better network or a fuller buffer never means a lower rung', () => {
  const policy = new AdaptiveBitrate();
  cases(500, (number) => {
    const last = [null, 0, 1, 2][Math.floor(number(0, 4))]!;
    const state = bitrateState({
      ...{ last, unitSeconds: number(1, 8), bufferSeconds: number(0, 30), clipSecondsLeft: number(1, 90) },
      network: { ...NETWORK, spread: number(0, 1), bitsPerSecond: number(1e5, 4e6), latencySeconds: number(0, 0.3) },
    });
    const chosen = policy.choose(state);
    const faster = { ...state.network, bitsPerSecond: state.network.bitsPerSecond! * number(1, 4) };
    assert.ok(policy.choose({ ...state, network: faster }) >= chosen);
    assert.ok(policy.choose({ ...state, bufferSeconds: state.bufferSeconds + number(0, 20) }) >= chosen);
    assert.ok(policy.choose({ ...state, network: { ...faster, dataSaver: true } }) === 0);
    assert.ok(policy.choose({ ...state, network: faster, pixels: 500 }) <= 1);
  });
});

test('adaptive bitrate: the first unit of a clip is what the remembered network carries', () => {
  const policy = new AdaptiveBitrate();
  const first = (speed: number | null) => policy.choose(bitrateState({ network: { ...at(speed), spread: 0.1 } }));
  assert.deepEqual([null, 4e5, 2.5e6, 4e6].map(first), [0, 0, 1, 2]);
});

test('adaptive bitrate: a unit that cannot come in time is given up for one that comes sooner', () => {
  const policy = new AdaptiveBitrate();
  const state = bitrateState({ unit: 1, unitSeconds: 8, bufferSeconds: 4 });
  const flight = { rung: 2, bytes: 1.5e6, bytesCome: 5e4, seconds: 2 };
  assert.equal(policy.abandon(state, flight), 0);
  assert.equal(policy.abandon(state, { ...flight, bytesCome: 1.2e6 }), null);
  assert.equal(policy.abandon(state, { ...flight, rung: 0 }), null);
  assert.equal(policy.abandon(state, { ...flight, seconds: 0.1 }), null);
});

test('adaptive bitrate: what was shown low is fetched again for the loop, unless data is to be saved', () => {
  const policy = new AdaptiveBitrate();
  const state = bitrateState({ bufferSeconds: 10, network: at(5e6) });
  assert.equal(policy.upgrade(state, 0), 2);
  assert.equal(policy.upgrade(state, 2), null);
  assert.equal(policy.upgrade({ ...state, bufferSeconds: 1 }, 0), null);
  assert.equal(policy.upgrade({ ...state, network: { ...NETWORK, dataSaver: true } }, 0), null);
  assert.equal(new SeedBitrate().upgrade(), null);
});

test('adaptive preload: this clip first while its buffer is empty, then the next, and an end', () => {
  const policy = new AdaptivePreload(new AdaptiveBitrate());
  assert.deepEqual(policy.next(preloadState([queued(0), queued(0)])), { place: 0, unit: 0, rung: 1 });
  const queue = [queued(5), queued(0), queued(0)];
  assert.equal(policy.next(preloadState(queue, { playedSeconds: 1 }))?.place, 1);
  assert.equal(policy.next(preloadState([queued(5), queued(5), queued(5)])), null);
  assert.equal(policy.next(preloadState([])), null);
});

test('adaptive preload: what it wants exists, is not held, and fits into memory', () => {
  const policy = new AdaptivePreload(new AdaptiveBitrate());
  cases(300, (number) => {
    const queue = [0, 1, 2, 3, 4].map(() => queued(Math.floor(number(0, 5.99)), { clip: clip({ retention: [number(0, 1), 0.4, 0.2, 0] }) }));
    const playedSeconds = number(0, queue[0]!.secondsHeld);
    const network = { ...NETWORK, bitsPerSecond: number(1e5, 3e7), metered: number(0, 1) < 0.5, dataSaver: number(0, 1) < 0.3 };
    const wanted = policy.next(preloadState(queue, { playedSeconds, network }));
    if (wanted) {
      assert.equal(wanted.unit, queue[wanted.place]!.unitsHeld);
      assert.ok(wanted.unit < 5 && RUNGS[wanted.rung]);
    }
    const full = policy.next(preloadState(queue, { playedSeconds, network: { ...network, dataSaver: false }, bytesLimit: 0 }));
    assert.ok(full === null || full.place === 0);
  });
});

test('adaptive preload: never more than one unit ahead of a viewer who saves data', () => {
  const policy = new AdaptivePreload(new AdaptiveBitrate());
  const network = { ...NETWORK, dataSaver: true };
  const wants = (held: number, next: number, playedSeconds: number) =>
    policy.next(preloadState([queued(held), queued(next), queued(0)], { playedSeconds, network }));
  assert.equal(wants(1, 0, 0)?.place, 0);
  assert.equal(wants(2, 0, 0), null);
  assert.equal(wants(2, 0, 3)?.place, 0);
  assert.equal(wants(5, 0, 19), null);
  assert.deepEqual(wants(5, 0, 27), { place: 1, unit: 0, rung: 0 });
  assert.equal(wants(5, 1, 27), null);
});

test('retention: chances fall with time, and an unknown clip has some', () => {
  for (const retention of [[], [0.9, 0.5, 0.5, 0.1], [0, 0, 0, 0], [NaN, 2, -1, 0.5]]) {
    const shown = [0, 5, 10, 20, 29].map((to) => stays(clip({ retention }), 0, to));
    assert.ok(shown.every((chance) => chance >= 0 && chance <= 1), String(shown));
    assert.equal(stays(clip({ retention }), 3, 30), 0);
  }
});

test('codec: an efficient one where it plays smoothly, and cheaply or small; AVC else', () => {
  const policy = new EfficientCodec();
  const said = (smooth: boolean, powerEfficient: boolean): Decoding => ({ supported: true, smooth, powerEfficient });
  const decodes = (av1: Decoding) => new Map<Codec, Decoding>([['avc', said(true, true)], ['av1', av1]]);
  const large = clip({ rungs: [...RUNGS, rung(480, 300, 'av1'), rung(1080, 900, 'av1')] });
  const small = clip({ rungs: [RUNGS[0]!, rung(720, 500, 'av1'), rung(720, 500, 'hevc')] });
  const none = new Set<Codec>();
  assert.equal(policy.choose(large, decodes(said(true, true)), none), 'av1');
  assert.equal(policy.choose(large, decodes(said(true, false)), none), 'avc');
  assert.equal(policy.choose(small, decodes(said(true, false)), none), 'av1');
  assert.equal(policy.choose(small, decodes(said(false, true)), none), 'avc');
  assert.equal(policy.choose(small, decodes(said(true, true)), new Set<Codec>(['av1'])), 'avc');
  assert.equal(policy.choose(clip({ rungs: [rung(480, 500, 'hevc')] }), decodes(said(true, true)), none), null);
  assert.equal(new SeedCodec().choose(small, decodes(said(true, true)), none), 'avc');
});

test('codec: one that failed is remembered for a week, and garbage is not', () => {
  const store = new MemoryStore();
  new FailedCodecs(store, () => 100 * DAY).add('av1');
  assert.deepEqual([...new FailedCodecs(store, () => 106 * DAY).all()], ['av1']);
  assert.deepEqual([...new FailedCodecs(store, () => 108 * DAY).all()], []);
  for (const text of GARBAGE) {
    assert.equal(new FailedCodecs(new MemoryStore(text), () => 100 * DAY).all().size, 0);
  }
});

test('throughput: remembered across visits and by network, and less the older it is', () => {
  const store = new MemoryStore();
  const visit = new Throughput(store, () => 1000);
  for (let n = 0; n < 20; n += 1) {
    visit.add('wifi', { bytes: 1e6, seconds: 1, latencySeconds: 0.03 });
    visit.add('cellular', { bytes: 1e5, seconds: 1, latencySeconds: 0.2 });
  }
  visit.save();
  const later = new Throughput(store, () => 1000 + DAY);
  assert.ok(Math.abs(later.network('wifi').bitsPerSecond! / 8e6 - 1) < 0.01);
  assert.ok(Math.abs(later.network('cellular').bitsPerSecond! / 8e5 - 1) < 0.01);
  assert.ok(later.network('wifi').spread > visit.network('wifi').spread);
  assert.ok(Math.abs(later.network('ethernet').bitsPerSecond! / 8e5 - 1) < 0.01); // the one that was met last
  const [fresh, old] = [visit, later].map((memory) => {
    memory.add('wifi', { bytes: 2e5, seconds: 2, latencySeconds: 0.03 });
    return memory.network('wifi').bitsPerSecond!;
  });
  assert.ok(old! < fresh!);
});

test('throughput: an outage lowers it at once, and what comes from a cache does not raise it', () => {
  const memory = new Throughput(new MemoryStore(), () => 0);
  assert.equal(memory.network('').bitsPerSecond, null);
  memory.add('', { bytes: 1e6, seconds: 1, latencySeconds: 0 });
  for (const odd of [{ bytes: 1e6, seconds: 0.001 }, { bytes: 10, seconds: 1 }, { bytes: NaN, seconds: 1 }, { bytes: 1e6, seconds: NaN }]) {
    memory.add('', { ...odd, latencySeconds: 0 });
  }
  assert.ok(Math.abs(memory.network('').bitsPerSecond! / 8e6 - 1) < 1e-9);
  memory.add('', { bytes: 1e5, seconds: 10, latencySeconds: NaN });
  assert.ok(memory.network('').bitsPerSecond! < 1e6);
});

test('throughput: the store is bounded, and may hold garbage, be full or be forbidden', () => {
  const store = new MemoryStore();
  const memory = new Throughput(store, () => 5);
  for (let n = 0; n < 50; n += 1) {
    memory.add(`kind ${n}`, { bytes: 1e6, seconds: 1, latencySeconds: 0.1 });
  }
  memory.save();
  assert.ok(store.text!.length < 2000);
  for (const text of [...GARBAGE, store.text!.replaceAll('"at":5', '"at":9e9')]) {
    assert.equal(new Throughput(new MemoryStore(text), () => 5).network('4g').bitsPerSecond, null);
  }
  const refuse = () => {
    throw new Error('forbidden');
  };
  new Throughput({ read: refuse, write: refuse }, () => 5).save();
});

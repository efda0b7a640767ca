import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BolaE, L2A, LolPlus, ThroughputRule } from '../../bench/player/comparisons.ts';
import { Link } from '../../bench/player/link.ts';
import { optimum } from '../../bench/player/optimum.ts';
import { type Run, rowsOf } from '../../bench/player/scenarios.ts';
import { bitrateState, numbers } from './policies_world.ts';

const LADDER = { kbps: [500, 1000, 1500], sides: [480, 720, 1080], segmentSeconds: 2, unitSeconds: 2 };
const RUN: Run = {
  ...{ scenario: 'single', ladder: LADDER, bitrates: ['adaptive', 'seed', 'BOLA-E', '500'], preloads: ['none'] },
  ...{ seconds: 60, bufferSeconds: 25, sessions: 1, mostSeconds: 600, seed: 1 },
};

function network(seed: number) {
  const number = numbers(seed);
  const periods = Array.from({ length: 60 }, () => [number(0.5, 4), number(0, 1) < 0.1 ? 0 : number(1e5, 3e6), 0.1] as const);
  return { name: `network ${seed}`, periods };
}

test('a link carries what its trace says, over and over', () => {
  const link = new Link({ name: '', periods: [[2, 1e6, 0.1], [1, 0, 0.2], [1, 3e6, 0.1]] });
  assert.deepEqual([0, 1, 2.5, 3.5, 4, 6].map((at) => link.bitsBy(at)), [0, 1e6, 2e6, 3.5e6, 5e6, 7e6]);
  assert.equal(link.latency(6.5), 0.2);
  for (let seed = 1; seed < 40; seed += 1) {
    const [some, number] = [new Link(network(seed)), numbers(seed)];
    const [from, bits] = [number(0, 400), number(1e3, 1e8)];
    assert.ok(Math.abs(some.bitsBy(some.timeOf(bits, from)) - some.bitsBy(from) - bits) < 1);
  }
});

test('no policy is better than the optimum, and the lowest rung alone waits least', () => {
  for (let seed = 1; seed < 8; seed += 1) {
    const trace = network(seed);
    const question = { kbps: LADDER.kbps, unitSeconds: 2, seconds: 60, bufferSeconds: 25, startSeconds: 0, stallCost: 1.85 };
    const best = optimum(new Link(trace), question);
    const rows = rowsOf([trace], RUN);
    const waited = (policy: string) => rows.find((row) => row.policy === `${policy}/none`)!;
    for (const row of rows) {
      assert.ok(row.kbps * 0.06 - 1.85 * (row.stallSeconds + row.startupSeconds) <= best.value + 1, row.policy);
      assert.ok(waited('500').stallSeconds <= row.stallSeconds + 1, row.policy);
      assert.ok(Math.abs(row.playedSeconds - 60) < 0.01);
    }
  }
});

test('a session plays what it counts, and wastes no more than it loads', () => {
  const ladder = { ...LADDER, unitSeconds: 8 };
  const preloads = ['adaptive', 'seed', 'none', 'no limit', 'fixed'];
  const rows = rowsOf([network(3), network(4)], { ...RUN, scenario: 'swipes', ladder, preloads, bitrates: ['adaptive'], clips: 6 });
  for (const row of rows) {
    assert.equal(row.firstKbps.length, 6);
    assert.ok(row.wastedBits >= 0 && row.wastedBits < row.loadedBits);
    assert.ok(row.kbps >= 500 && row.kbps <= 1500);
  }
  const saving = rowsOf([network(3)], { ...RUN, scenario: 'swipes', ladder, preloads: ['adaptive'], clips: 6, dataSaver: true });
  assert.ok(saving.every((row) => row.mostUnitsAhead <= 1));
});

test('policies to compare with go up with the network, and stay on the ladder', () => {
  for (const make of [() => new BolaE(25), () => new ThroughputRule(), () => new L2A(), () => new LolPlus()]) {
    const policy = make();
    const chosen = [3e5, 3e5, 3e6, 3e6, 3e6, 3e6].map((bitsPerSecond, unit) => {
      const state = bitrateState({ unit, last: unit ? 0 : null, bufferSeconds: 3 * unit, clipSecondsLeft: 60 });
      return policy.choose({ ...state, network: { ...state.network, bitsPerSecond } });
    });
    assert.ok(chosen.every((place) => place >= 0 && place <= 2), policy.name);
    assert.equal(chosen[0], 0);
    assert.equal(make().choose(bitrateState({ network: { ...bitrateState().network, bitsPerSecond: 9e6 } })), 2);
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Showing } from '../../web/player/src/engine/showing.ts';
import type { Slot } from '../../web/player/src/engine/slot.ts';
import { foreignClip } from '../../web/player/src/playback.ts';
import { isTold, measures } from '../../web/src/feed/quality.ts';

const CLIP = foreignClip('c1', '/master.m3u8');
const RUNGS = [{ bitsPerSecond: 800_000 }, { bitsPerSecond: 2_400_000 }];
const UNITS = [{ from: 0, to: 2 }, { from: 2, to: 6 }];

/** A slot whose first unit was loaded at the low rung, the second at the high one. */
function slot(ours = true) {
  const video = { currentTime: 0, playbackRate: 1, getVideoPlaybackQuality: () => ({ droppedVideoFrames: 2, totalVideoFrames: 90 }) };
  const files = { units: UNITS, rungs: RUNGS, loaded: 1_400_000 };
  const feeder = ours ? { files, rungOf: (unit: number) => unit } : null;
  return { video, made: { video, feeder, state: 'ready' } as unknown as Slot };
}

function played({ resumes = false, ours = true } = {}) {
  const { video, made } = slot(ours);
  const showing = new Showing(made, CLIP, resumes);
  showing.frame();
  for (video.currentTime = 0.5; video.currentTime <= 5; video.currentTime += 0.5) {
    showing.moved(made);
  }
  showing.stall(300, 'buffer');
  showing.stall(40, 'device');
  return { showing, quality: showing.quality(made, 3_260_000) };
}

test('what a clip played, in names of CMCD', () => {
  const { quality } = played();
  const { msd, ...found } = measures(quality);
  assert.equal(typeof msd, 'number');
  assert.deepEqual(found, {
    preloaded: true, bsa: 1, bsda: 300, device_stalls: 1, device_stalled_ms: 40, switches: 1, played_ms: 5000, loops: 0, mtp: 3300, first_br: 800, pb: 1920, tb: 2400,
    rendition_ms: { 800: 1500, 2400: 3500 }, bytes: 1_400_000, wasted_bytes: 200_000,
  });
});

test('a clip that goes on after the page came back has started before', () => {
  const { showing, quality } = played({ resumes: true });
  assert.equal(showing.hasStarted, true);
  assert.equal(quality.msd, null);
  assert.equal('msd' in measures(quality), false);
});

test('what the player does not know is left out', () => {
  const { quality } = played({ ours: false });
  assert.deepEqual(Object.keys(measures(quality)).sort(), ['bsa', 'bsda', 'device_stalled_ms', 'device_stalls', 'loops', 'msd', 'mtp', 'played_ms', 'preloaded', 'rendition_ms', 'switches']);
});

test('a clip that was passed before its first picture says nothing, unless it failed', () => {
  const { made } = slot();
  const { quality } = { quality: new Showing(made, CLIP).quality(made, null) };
  assert.equal(isTold(quality), false);
  assert.equal(isTold({ ...quality, ec: ['network'] }), true);
  assert.deepEqual(measures({ ...quality, ec: Array.from({ length: 20 }, () => 'network') })['ec'], Array.from({ length: 16 }, () => 'network'));
});

import { reasonsOf } from './failure.ts';
import { t } from './i18n.ts';
import type { Key } from './messages/keys.ts';
import type { OwnPage, OwnVideo } from './types.ts';

/** States that change no more by themselves. */
const FINAL = new Set(['published', 'rejected', 'failed', 'deleted']);
const REFUSED = new Set(['rejected', 'failed']);
const IN_PRODUCTION = new Set(['queued', 'processing']);

export const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 60_000;
const GROWTH = 1.5;

/** A clip's state as a word or two. */
export function stateOf(video: OwnVideo): string {
  return known('state', video.state);
}

/** Why a clip was refused, in whole sentences; else empty. */
export function reasonOf(video: OwnVideo): string {
  return REFUSED.has(video.state) ? reasonsOf(video) : '';
}

/** How far a production is: "encoding, 3 of 8 renditions, about 2 min left"; empty where no more than the state is known. */
export function progressOf({ progress }: OwnVideo): string {
  if (!progress) {
    return '';
  }
  const parts = progress.stage === 'queued' ? [] : [known('stage', progress.stage)];
  if (progress.renditions_total) {
    parts.push(t('progress.renditions', { done: progress.renditions_done ?? 0, total: progress.renditions_total }));
  }
  if (typeof progress.remaining_seconds === 'number') {
    parts.push(duration(progress.remaining_seconds));
  }
  return parts.join(', ');
}

function duration(seconds: number): string {
  return seconds < 100 ? t('progress.seconds', { n: seconds }) : t('progress.minutes', { n: Math.round(seconds / 60) });
}

/** The word for a state or a stage; a newer service's own where there is none. */
function known(of: 'state' | 'stage', name: string): string {
  const key = `${of}.${name}` as Key;
  const word = t(key);
  return word === key ? name.replaceAll('-', ' ') : word;
}

/** Whether a clip's state will change without its owner. */
export function isUnderWay({ state }: OwnVideo): boolean {
  return !FINAL.has(state);
}

/**
 * The ids whose clips are to be read one by one: those in production, because the list has no progress, and what is under
 * way beyond the first page, because that is not read anew.
 */
export function toAskFor(shown: OwnVideo[], page: OwnPage): string[] {
  const beyond = withNewest(shown, page).slice(page.items.length).filter(isUnderWay);
  return [...page.items.filter(({ state }) => IN_PRODUCTION.has(state)), ...beyond].map(({ video_id }) => video_id);
}

/** The same clips as they were read one by one; null: gone. */
export function withProgress(videos: OwnVideo[], told: Map<string, OwnVideo | null>): OwnVideo[] {
  const now = videos.map((video) => (told.has(video.video_id) ? told.get(video.video_id) : video));
  return now.filter((video): video is OwnVideo => !!video && video.state !== 'deleted');
}

/**
 * What to show after the first page was read anew: that page, and what was shown beyond its end. What is missing within
 * it was deleted.
 */
export function withNewest(shown: OwnVideo[], page: OwnPage): OwnVideo[] {
  const known = new Set(page.items.map(({ video_id }) => video_id));
  const end = page.cursor === null ? Number.NEGATIVE_INFINITY : (page.items.at(-1)?.created_at ?? Number.POSITIVE_INFINITY);
  return [...page.items, ...shown.filter(({ video_id, created_at }) => !known.has(video_id) && created_at < end)];
}

/** What a screen reader is told: the clips whose state has changed, and no step in between. */
export function changesOf(before: OwnVideo[], now: OwnVideo[]): string {
  const states = new Map(before.map(({ video_id, state }) => [video_id, state]));
  const changed = now.filter(({ video_id, state }) => states.has(video_id) && states.get(video_id) !== state);
  return changed.map((video) => `${video.title}: ${[stateOf(video), reasonOf(video)].filter(Boolean).join('. ')}`).join(' ');
}

/** How long to wait before asking again: less after a change, more after none or a failure. Milliseconds. */
export function nextWait(waitMs: number, changed: boolean): number {
  return changed ? FIRST_WAIT_MS : Math.min(waitMs * GROWTH, LONGEST_WAIT_MS);
}

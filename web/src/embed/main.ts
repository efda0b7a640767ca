/**
 * One public clip in a frame on somebody else's page. This page is a build of its own: nothing in it knows who is signed in
 * or keeps anything, and all it asks of the API are two GETs without credentials, so a click that was led here does nothing
 * in anybody's name.
 */

import { ReelstackPlayer } from '../../player/src/element.ts';

interface Card {
  readonly title: string;
  readonly visibility: string;
  readonly playable: boolean;
  readonly archived: boolean;
  readonly author: { readonly handle: string | null; readonly display_name: string } | null;
}

/** The first of the reader's languages that there are words in. The player's element says its own by the page's. */
const isArabic = navigator.languages.map((tag) => tag.split('-')[0]).find((one) => one === 'ar' || one === 'en') === 'ar';
const UNAVAILABLE = isArabic ? 'هذا المقطع غير متاح.' : 'This clip is not available.';
const FAILED = isArabic ? 'تعذّر تحميل المقطع.' : 'The clip could not be loaded.';
if (isArabic) {
  document.documentElement.lang = 'ar';
  document.documentElement.dir = 'rtl';
}
const PATIENCE_MS = 15_000;
/** How the API says that a clip is not there for everybody. */
const TAKEN = new Set([400, 401, 403, 404, 410, 422, 451]);

ReelstackPlayer.hls = () => import('hls.js');
void show(location.pathname.split('/')[2] ?? '');

async function show(videoId: string): Promise<void> {
  const address = `/v1/videos/${encodeURIComponent(videoId)}`;
  try {
    const answer = await fetch(address, { credentials: 'omit', signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!answer.ok) {
      say(TAKEN.has(answer.status) ? UNAVAILABLE : FAILED);
      return;
    }
    const card = (await answer.json()) as Card;
    if (card.visibility !== 'public' || card.archived || !card.playable) {
      say(UNAVAILABLE);
      return;
    }
    play(card, `${address}/playback`, videoId);
  } catch {
    say(FAILED);
  }
}

function play(card: Card, playback: string, videoId: string): void {
  const handle = card.author?.handle;
  const player = document.createElement('reelstack-player');
  const told = { playback, controls: '', loop: '' };
  Object.entries(told).forEach(([name, value]) => player.setAttribute(name, value));
  const link = document.createElement('a');
  link.href = `/@${handle ?? '-'}/${encodeURIComponent(videoId)}`;
  link.target = '_blank';
  link.rel = 'noopener';
  link.dir = 'auto';
  link.textContent = [card.title, handle ? `@${handle}` : card.author?.display_name].filter(Boolean).join(' · ');
  document.title = link.textContent;
  document.body.replaceChildren(player, link);
}

function say(text: string): void {
  const told = document.createElement('p');
  told.setAttribute('role', 'status');
  told.textContent = text;
  document.body.replaceChildren(told);
}

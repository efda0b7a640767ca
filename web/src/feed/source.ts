/** Where a feed's clips come from: a list that grows while it is watched. */
import { effect, type Signal, signal } from '@preact/signals';
import type { Api } from '../api.ts';
import { ofTab } from '../kept.ts';
import { FEED_SESSION } from '../session.ts';
import { account } from '../state.ts';
import type { FeedPage, Page, Video } from '../types.ts';

export interface Source {
  readonly videos: Signal<readonly Video[]>;
  readonly busy: Signal<boolean>;
  readonly error: Signal<unknown>;
  /** Nothing follows the last one. */
  readonly ended: Signal<boolean>;
  /** How the feed was made, where it was not made as usual: `stale`, `hot`. */
  readonly note: Signal<'' | 'stale' | 'hot'>;
  /** Reads one more page, unless one is being read. */
  more(): Promise<void>;
  /** Takes clips out, as those that the viewer is not interested in; of pages that come, too. */
  drop(which: (video: Video) => boolean): void;
}

interface Read extends Page<Video> {
  readonly last?: boolean;
}

function source(read: (known: ReadonlySet<string>) => Promise<Read>, first: readonly Video[] = []): Source {
  const videos = signal(first);
  const busy = signal(false);
  const error = signal<unknown>(null);
  const ended = signal(false);
  const known = new Set(first.map(({ video_id }) => video_id));
  const dropped: ((video: Video) => boolean)[] = [];
  return {
    videos,
    busy,
    error,
    ended,
    note: signal(''),
    async more() {
      if (busy.peek() || ended.peek()) {
        return;
      }
      busy.value = true;
      error.value = null;
      try {
        const page = await read(known);
        const further = page.items.filter(({ video_id }) => !known.has(video_id) && known.add(video_id));
        // A page that brings nothing new changes nothing, so that nobody asks again because of it.
        if (further.length > 0) {
          videos.value = [...videos.peek(), ...further.filter((video) => !dropped.some((is) => is(video)))];
        }
        ended.value = page.last ?? page.cursor === null;
      } catch (failure) {
        error.value = failure;
      } finally {
        busy.value = false;
      }
    },
    drop(which) {
      dropped.push(which);
      videos.value = videos.peek().filter((video) => !which(video));
    },
  };
}

/** So many pages in a row that bring nothing new are the end. */
const VAIN_PAGES = 3;

const isVain = ({ items }: Page<Video>, known: ReadonlySet<string>) => items.every(({ video_id }) => known.has(video_id));

/**
 * The clips that the feed chose, the best first. A clip may be offered twice: one of a ready-made page is in no session, and a
 * session remembers the last ones only. Each request says what the one before showed, so the feed is asked again for others.
 */
export function chosen(api: Api): Source {
  const ask = async (known: ReadonlySet<string>) => {
    const before = ofTab.getItem(FEED_SESSION);
    const answer = await api.feed(before);
    // All was shown to this tab before: it begins again, with what it has seen.
    const isOver = answer.items.length === 0 && known.size === 0 && before !== null;
    const page = isOver ? await api.feed(null) : answer;
    ofTab.setItem(FEED_SESSION, page.session);
    made.note.value = noteOf(page);
    return page;
  };
  const made = source(async (known) => {
    for (let asked = 1; ; asked += 1) {
      const page = await ask(known);
      if (page.ready_made) {
        return { ...page, last: false };
      }
      const isLast = page.cursor === null || asked === VAIN_PAGES;
      if (isLast || !isVain(page, known)) {
        return { ...page, last: page.cursor === null || isVain(page, known) };
      }
    }
  });
  return made;
}

function noteOf(page: FeedPage): '' | 'stale' | 'hot' {
  if (page.ready_made || (page.level ?? 0) >= 3) {
    return 'hot';
  }
  return page.stale ? 'stale' : '';
}

/** A list of the API, by its pages: who I follow, a profile, what a search found. It goes on after `first`, at the cursor `from`. */
export function listed(read: (cursor: string | null) => Promise<Page<Video>>, first: readonly Video[] = [], from: string | null = null): Source {
  let cursor = from;
  const made = source(async (known) => {
    for (let asked = 1; ; asked += 1) {
      const page = await read(cursor);
      cursor = page.cursor;
      // What came in between moves a list on, and a page of it may repeat the one before.
      if (cursor === null || asked === VAIN_PAGES || !isVain(page, known)) {
        return page;
      }
    }
  }, first);
  made.ended.value = first.length > 0 && from === null;
  return made;
}

/** These clips and no others. */
export function these(videos: readonly Video[]): Source {
  const made = source(async () => ({ items: [], cursor: null }), videos);
  made.ended.value = true;
  return made;
}

/** One clip. Throws where it is not there. */
export async function one(api: Api, id: string): Promise<Source> {
  return these([await api.call('GET /v1/videos/{video_id}', { path: { video_id: id }, query: { include: 'playback' } })]);
}

/** The list out of which a clip was opened, from that clip on: what follows it there follows it in the feed, too. */
let opened: Source | null = null;
effect(() => {
  // It may hold what the next person must not see.
  void account.value;
  opened = null;
});

export function openFrom(list: Source): void {
  opened = list;
}

export function openedWith(id: string): Source | null {
  return opened?.videos.peek()[0]?.video_id === id ? opened : null;
}

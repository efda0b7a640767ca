// The built page and an API of canned answers, for the pages of creators and staff.
import { createServer } from 'node:http';
import { existsSync, readFileSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';

const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.html': 'text/html', '.svg': 'image/svg+xml', '.webmanifest': 'application/json' };
const NOW = Date.now();
const DAY_MS = 86_400_000;
const ANN = { id: 'ann', handle: 'ann', display_name: 'Ann', avatar: null, following: false };
const ME = { user_id: 'mia', handle: 'mia', display_name: 'Mia', bio: '', links: [], avatar_url: null, privacy: 'public', created_at: 0, personalised: true, suspended_at: null };
const day = (back) => new Date(NOW - back * DAY_MS).toISOString().slice(0, 10);
const ANALYTICS = {
  first_day: day(28),
  last_day: day(1),
  as_of: NOW - 6 * 3_600_000,
  plays: 18_231,
  watched_ms: 9_731_000_000 / 40,
  finishes: 7123,
  finish_rate: 0.39,
  sources: { feed: 15_000, search: 2031, profile: 1200 },
  days: Array.from({ length: 28 }, (_, at) => ({ day: day(28 - at), plays: 300 + ((at * 97) % 700), viewers: null, watched_ms: (3 + ((at * 31) % 9)) * 3_600_000 })),
};
const RETENTION = [0, 10, 25, 50, 75, 90, 100].map((percent) => ({ percent, share: 1 - percent / 160 }));
const REVIEWS = [
  { video_id: 'v1', title: 'Sun and sea', kind: 'production', labels: { sexual: 0.62, graphic: 0.1 }, appeal: null },
  { video_id: 'v2', title: 'Gold! شمس وبحر', kind: 'reports', labels: { reported: 0.875 }, appeal: null },
  { video_id: 'v3', title: 'Cats', kind: 'policy', labels: {}, appeal: null },
].map((one, at) => ({ ...one, owner_id: 'ann', author: ANN, asked_at: NOW - (5 - at) * 3_600_000, reason: null, reason_detail: null, held_by: null, holder: null, held_until: null }));
const QUEUE = { running: 1, waiting: 3, longest_wait_seconds: 95, arriving: 2, dead: 0 };
const LINE = {
  slots: 4,
  low_slots: 1,
  running: 2,
  queues: { high: { ...QUEUE, waiting: 0 }, normal: QUEUE, low: { ...QUEUE, dead: 2 } },
  decisions: 1,
  today: { day: day(0), spent_microdollars: 1_234_567, allowed_microdollars: 5_000_000, productions: 41, low_stopped: false },
};
const DEAD = { priority: 'low', message_id: 'm1', upload_id: 'u9', attempt: 1, reason: 'The upload is gone', died_at: new Date(NOW).toISOString(), body: '{}' };

/** Method and path -> body; a function gets the request's body, and may give [status, body]. */
function answers(state) {
  const clip = (one) => ({ ...one, description: 'A long summer at the sea.\nWith friends.', tags: ['sea'], state: 'review', evidence: [{ name: 'poster.jpg', url: '/favicon.svg' }], ...state.held });
  return {
    'GET /v1/me': ME,
    'GET /v1/me/notifications/unread': { unread: 0 },
    'GET /v1/me/analytics': ANALYTICS,
    'GET /v1/videos/v1/analytics': { ...ANALYTICS, video_id: 'v1', plays_now: 18_400, retention: RETENTION },
    'GET /v1/videos/v2/analytics': { ...ANALYTICS, as_of: null, plays: 0, watched_ms: 0, finishes: 0, finish_rate: null, sources: {}, days: [], video_id: 'v2', plays_now: 3, retention: [] },
    'GET /v1/videos/v2': { video_id: 'v2', title: 'Gold', state: 'published', author: ANN },
    'GET /v1/videos/v1': { video_id: 'v1', title: 'Sun and sea', state: 'published', author: ANN },
    'GET /v1/videos': { items: [{ video_id: 'v1', title: 'Sun and sea', plays: 1234, state: 'published', author: ANN }], cursor: null },
    'GET /v1/health': { status: 'ok', stage: 'test' },
    'GET /v1/feed': { items: [], cursor: null, session: 's', level: 1, label: null, answer_id: 'a', stale: false },
    'GET /v1/production': LINE,
    'GET /v1/production/dead-letters': { items: state.redriven ? [] : [DEAD] },
    'POST /v1/production/redrive': () => { state.redriven = true; return { moved: { low: 2 } }; },
    'GET /v1/reviews': { items: REVIEWS.filter(({ video_id }) => !state.decided.some(([id]) => id === video_id)), cursor: null },
    ...Object.fromEntries(REVIEWS.flatMap((one) => [
      [`GET /v1/reviews/${one.video_id}`, clip(one)],
      [`POST /v1/reviews/${one.video_id}/claim`, () => { state.held = { held_by: 'mia', holder: { ...ANN, handle: 'mia' }, held_until: NOW + 900_000 }; return clip(one); }],
      [`DELETE /v1/reviews/${one.video_id}/claim`, () => { state.held = {}; return [204, null]; }],
      [`POST /v1/videos/${one.video_id}/verdict`, (body) => { state.decided.push([one.video_id, body.verdict, body.reason]); state.held = {}; return { video_id: one.video_id, decision: body.verdict, carried_out: true }; }],
      [`GET /v1/videos/${one.video_id}/audit`, { items: [{ entry_id: 'e1', at: NOW, actor: 'system', action: 'review asked', reason: null, before: {}, after: {}, actor_user: null, subject_user: null }], cursor: null }],
      [`GET /v1/videos/${one.video_id}/reports`, { items: [{ reporter_id: 'bob', reporter: { ...ANN, handle: 'bob' }, reason: 'spam', detail: 'sells gold', reported_at: NOW - 60_000 }], cursor: null }],
    ])),
  };
}

export async function studioSite({ page, csp }) {
  const state = { held: {}, decided: [], redriven: false, unknown: [], feedAskedAs: [] };
  const server = createServer(async (request, answer) => {
    const { pathname } = new URL(request.url, 'http://site');
    let text = '';
    for await (const block of request) {
      text += String(block);
    }
    if (pathname === '/config.json') {
      json(answer, 200, { stage: 'test', region: 'us-east-1', user_pool_id: 'p', client_id: 'c', auth: 'password', hosted_ui: '' });
    } else if (pathname.startsWith('/v1/')) {
      const name = `${request.method} ${pathname}`;
      if (name === 'GET /v1/feed') {
        state.feedAskedAs.push(request.headers.authorization ?? 'nobody');
      }
      let found = answers(state)[name];
      if (found === undefined) {
        state.unknown.push(name);
        found = [404, { type: 'https://reelstack.dev/problems/video-not-found', title: 'Not here', status: 404, detail: '', instance: '', correlation_id: null }];
      }
      const told = typeof found === 'function' ? found(text ? JSON.parse(text) : {}) : found;
      json(answer, ...(Array.isArray(told) ? told : [200, told]));
    } else {
      file(answer, page, pathname, csp);
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, state, close: () => { server.closeAllConnections(); server.close(); } };
}

function json(answer, status, body) {
  answer.writeHead(status, { 'content-type': 'application/json' }).end(body === null ? '' : JSON.stringify(body));
}

function file(answer, page, pathname, csp) {
  const asked = join(page, normalize(pathname));
  const path = existsSync(asked) && extname(asked) ? asked : join(page, 'index.html');
  answer.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream', 'content-security-policy': csp });
  answer.end(readFileSync(path));
}

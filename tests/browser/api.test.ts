import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { newKey, Refused, Unreachable } from '@reelstack/client';
import { Api } from '../../web/src/api.ts';

const real = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = real;
  refused.length = waits.length = 0;
  next = null;
});

const refused: string[] = [];
let next: string | null = null;
const waits: number[] = [];
/** Waits take no time, and are kept as long as they can be. */
const quick = { sleep: async (ms: number) => void waits.push(ms), random: () => 0.999999 };

function apiOf(signedIn: boolean): Api {
  return new Api({ signedIn, token: async () => 'token', refused: async (token) => (refused.push(token), next) }, quick);
}

const api = apiOf(true);
const video = { path: { video_id: 'v1' } };

/** Answers one request after the other with these; 0 is a network that is away. The requests. */
function answering(...statuses: number[]): RequestInit[] {
  const asked: RequestInit[] = [];
  globalThis.fetch = async (_, init) => {
    const status = statuses[asked.push(init ?? {}) - 1] ?? 500;
    if (status === 0) {
      throw new TypeError('Failed to fetch');
    }
    if (status === 204) {
      return new Response(null, { status });
    }
    const headers = status === 429 ? { 'retry-after': '7' } : undefined;
    return Response.json(status === 200 ? { master_url: '/v/v1/m' } : { message: 'No' }, { status, ...(headers ? { headers } : {}) });
  };
  return asked;
}

const header = (asked: RequestInit | undefined, name: string) => new Headers(asked?.headers).get(name);

test('the app repeats as the client does: what may succeed, after the wait that the service asks for', async () => {
  const asked = answering(503, 0, 429, 200);
  assert.equal((await api.call('GET /v1/videos/{video_id}/playback', video)).master_url, '/v/v1/m');
  assert.deepEqual([asked.length, Math.max(...waits)], [4, 7000]);
  const made = answering(503, 200);
  await api.call('POST /v1/videos/{video_id}/comments', { ...video, body: { text: 'Hi' }, key: newKey() });
  assert.equal(header(made[0], 'idempotency-key'), header(made[1], 'idempotency-key'));
  assert.equal(made.length, 2);
});

test('a refusal is told at once, and trouble that lasts is told in the end', async () => {
  let asked = answering(403);
  await assert.rejects(api.call('GET /v1/videos/{video_id}/playback', video), { name: 'Refused', status: 403, message: 'No' });
  assert.equal(asked.length, 1);
  asked = answering(503, 503, 503, 503, 503, 503);
  await assert.rejects(api.call('PUT /v1/videos/{video_id}/like', video), { status: 503 });
  assert.equal(asked.length, 6);
  asked = answering(0, 0, 0, 0, 0, 0);
  await assert.rejects(api.call('PUT /v1/videos/{video_id}/like', video), Unreachable);
  assert.equal(asked.length, 6);
});

test('a change of password is sent once, because a second one would be told that the old password is wrong', async () => {
  const asked = answering(503, 204);
  const body = { old_password: 'old', new_password: 'new' };
  await assert.rejects(api.call('POST /v1/me/password', { body }), /No/);
  assert.equal(asked.length, 1);
});

test('who is not signed in reads, and is told to sign in for all else without a request', async () => {
  const asked = answering(200);
  await apiOf(false).call('GET /v1/videos/{video_id}/playback', video);
  assert.equal(header(asked[0], 'authorization'), null);
  await assert.rejects(apiOf(false).call('PUT /v1/videos/{video_id}/like', video), { status: 401, type: 'signed-out' });
  assert.equal(asked.length, 1);
});

test('a token that the service refuses is told of, and no other', async () => {
  answering(401, 401, 403);
  await assert.rejects(apiOf(false).call('GET /v1/me'), { status: 401 });
  assert.deepEqual(refused, []);
  await assert.rejects(api.call('GET /v1/me'), { status: 401 });
  await assert.rejects(api.call('GET /v1/me'), { status: 403 });
  assert.deepEqual(refused, ['token']);
});

test('with the next token the same is asked once more, and a second refusal is told, too', async () => {
  next = 'next';
  const asked = answering(401, 200, 401, 401);
  const comment = { ...video, body: { text: 'Hi' }, key: newKey() };
  await api.call('POST /v1/videos/{video_id}/comments', comment);
  assert.deepEqual(asked.map((one) => [header(one, 'authorization'), one.body]), [['Bearer token', '{"text":"Hi"}'], ['Bearer next', '{"text":"Hi"}']]);
  await assert.rejects(api.call('GET /v1/me'), { status: 401 });
  assert.deepEqual([asked.length, refused], [4, ['token', 'token', 'next']]);
});

test('events are sent once, by whoever watches, and the last ones outlive the page', async () => {
  const batch = { sent_at: 1, events: [{ id: 'e1' }] };
  const asked = answering(200, 200, 503);
  await api.report(batch, false);
  await apiOf(false).report(batch, true);
  assert.deepEqual(asked.map(({ keepalive, body }) => [keepalive ?? false, body]), [[false, JSON.stringify(batch)], [true, JSON.stringify(batch)]]);
  assert.deepEqual(asked.map((one) => header(one, 'authorization')), ['Bearer token', null]);
  await assert.rejects(api.report(batch, false), Refused);
  assert.equal(asked.length, 3);
});

/** The feed answers with this status (0: not at all), the CDN has these pages. What was asked, in order. */
function feedAnswering(status: number, ready: Record<string, unknown>): string[] {
  const asked: string[] = [];
  globalThis.fetch = async (input, init) => {
    const path = String(input);
    asked.push(path.split('?')[0] ?? '');
    if (path in ready) {
      assert.equal(init && 'headers' in init, false, 'nobody in particular asks the CDN');
      return Response.json(ready[path]);
    }
    if (path.startsWith('/v1/feed') && status === 0) {
      return new Promise((_, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
      });
    }
    return Response.json({ message: 'No' }, { status: path.startsWith('/v1/feed') ? status : 403 });
  };
  return asked;
}

const WORLD = '/feed/hot-world.json';
const PAGE = { items: [{ video_id: 'v1' }], cursor: null, session: '', level: 3 };

for (const [status, says] of [[503, 'fails'], [500, 'breaks'], [0, 'is silent for two seconds']] as const) {
  test(`while the feed ${says}, its page comes from the CDN and the session stays`, async () => {
    const asked = feedAnswering(status, { [WORLD]: PAGE });
    const page = await api.feed('mine');
    assert.deepEqual([page.items.length, page.session, page.ready_made], [1, 'mine', true]);
    assert.equal(asked[0], '/v1/feed');
    assert.equal(asked.filter((path) => path === '/v1/feed').length, 1);
    assert.equal(asked.at(-1), WORLD);
  });
}

test('a page of the reader\'s country goes before the world\'s', async () => {
  const own = `/feed/hot-${new Intl.Locale(navigator.language).region}.json`;
  const asked = feedAnswering(503, { [own]: PAGE, [WORLD]: PAGE });
  await api.feed(null);
  assert.deepEqual(asked, ['/v1/feed', own]);
});

test('a refusal of the feed is told, and without a ready-made page the feed is asked as patiently as ever', async () => {
  await assert.rejects((feedAnswering(401, { [WORLD]: PAGE }), api.feed(null)), /No/);
  const asked = feedAnswering(503, { [WORLD]: { items: [] } });
  await assert.rejects(api.feed(null), /No/);
  assert.equal(asked.filter((path) => path === '/v1/feed').length, 7);
});

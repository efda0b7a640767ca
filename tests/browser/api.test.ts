import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { Api } from '../../web/src/api.ts';

const real = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = real;
});

/** Answers one request after the other with these; 0 is a network that is away. */
function answering(...statuses: number[]): () => number {
  let asked = 0;
  globalThis.fetch = async () => {
    const status = statuses[asked++] ?? 500;
    if (status === 0) {
      throw new TypeError('Failed to fetch');
    }
    return new Response(JSON.stringify(status === 200 ? { master_url: '/v/v1/m' } : { title: 'No' }), { status });
  };
  return () => asked;
}

const api = new Api(async () => 'token');

test('a busy service and a network that is away for a moment are asked again', async () => {
  const asked = answering(503, 0, 429, 200);
  assert.equal((await api.playback('v1')).master_url, '/v/v1/m');
  assert.equal(asked(), 4);
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
    return new Response(JSON.stringify({ title: 'No' }), { status: path.startsWith('/v1/feed') ? status : 403 });
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
  assert.equal(asked.filter((path) => path === '/v1/feed').length, 5);
});

test('a refusal is told at once, and trouble that lasts is told in the end', async () => {
  let asked = answering(403);
  await assert.rejects(api.playback('v1'), /No/);
  assert.equal(asked(), 1);
  asked = answering(503, 503, 503, 503);
  await assert.rejects(api.setLiked('v1', true), /No/);
  assert.equal(asked(), 4);
});

test('a change of password is sent once, because a second one would be told that the old password is wrong', async () => {
  const asked = answering(503, 204);
  await assert.rejects(api.changePassword('old', 'new'), /No/);
  assert.equal(asked(), 1);
});

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

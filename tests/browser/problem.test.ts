import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inWords, Problem, problemOf } from '../../web/src/problem.ts';

function answer(body: unknown, status: number): Response {
  return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status });
}

test('problem+json is told by its title and detail', async () => {
  const problem = await problemOf(
    answer({ type: 'https://reelstack.dev/problems/video-private', title: 'Private', detail: 'Ask ann' }, 403),
  );
  assert.deepEqual([problem.status, problem.kind, problem.message], [403, 'video-private', 'Private: Ask ann']);
});

test('a detail that only repeats the title is not said twice', async () => {
  assert.equal((await problemOf(answer({ title: 'Gone', detail: 'Gone' }, 410))).message, 'Gone');
});

test('what Cognito and its token endpoint say is told too', async () => {
  const cognito = await problemOf(answer({ __type: 'x#NotAuthorizedException', message: 'Incorrect password.' }, 400));
  assert.deepEqual([cognito.kind, cognito.message], ['NotAuthorizedException', 'Incorrect password.']);
  const oauth = await problemOf(answer({ error: 'invalid_grant' }, 400));
  assert.deepEqual([oauth.kind, oauth.message], ['invalid_grant', 'The answer was 400']);
});

test('an answer that is no JSON is told by its status', async () => {
  assert.match((await problemOf(answer('<html>', 502))).message, /502/);
});

test('everything thrown has words', () => {
  assert.equal(inWords(new Problem(404, 'video-not-found', 'There is no such video')), 'There is no such video');
  assert.match(inWords(new TypeError('fetch failed')), /network/);
  assert.match(inWords(new DOMException('', 'TimeoutError')), /too long/);
});

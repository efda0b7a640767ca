import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isBusy, refusal } from '../../web/src/cognito.ts';

const told = (body: unknown, status = 400) => refusal(new Response(typeof body === 'string' ? body : JSON.stringify(body), { status }));

test('what Cognito and its token endpoint say is told', async () => {
  const cognito = await told({ __type: 'x#NotAuthorizedException', message: 'Incorrect password.' });
  assert.deepEqual([cognito.status, cognito.type, cognito.message], [400, 'NotAuthorizedException', 'Incorrect password.']);
  const oauth = await told({ error: 'invalid_grant' });
  assert.deepEqual([oauth.type, oauth.message], ['invalid_grant', 'The answer was 400']);
  assert.equal((await told({ error: 'invalid_request', error_description: 'No code' })).message, 'No code');
});

test('an answer that is no JSON is told by its status', async () => {
  assert.match((await told('<html>', 502)).message, /502/);
});

test('a service that has too much to do, or fails, refuses nobody', async () => {
  assert.deepEqual(await Promise.all([told({}, 429), told({}, 503), told({ __type: 'TooManyRequestsException' })].map(async (one) => isBusy(await one))), [true, true, true]);
  assert.equal(isBusy(await told({ __type: 'NotAuthorizedException' })), false);
});

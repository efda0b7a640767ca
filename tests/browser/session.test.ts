import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { ownPath } from '../../web/src/addresses.ts';
import type { Config } from '../../web/src/config.ts';
import { challenge, Session } from '../../web/src/session.ts';

const KEPT = 'reelstack.session';
const HOUR_MS = 3_600_000;
const ELSEWHERE = { auth: 'code', hosted_ui: 'https://auth.example.com' } as const;
const HERE = { auth: 'password', hosted_ui: '' } as const;

const realFetch = globalThis.fetch;
const stored = new Map<string, string>();
Object.defineProperty(globalThis, 'sessionStorage', {
  value: {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, value: string) => stored.set(name, value),
    removeItem: (name: string) => stored.delete(name),
  },
});
afterEach(() => {
  globalThis.fetch = realFetch;
  stored.clear();
});

function signedIn(flow: Pick<Config, 'auth' | 'hosted_ui'>, lastsMs = HOUR_MS): Session {
  stored.set(KEPT, JSON.stringify({ access: 'a', refresh: 'r', expires: Date.now() + lastsMs }));
  return new Session({ stage: 'test', region: 'us-east-1', user_pool_id: 'p', client_id: 'c', ...flow });
}

/** Notes what is asked, by whom, and whether the tokens were still there. */
function answering(answer: (path: string, signal: AbortSignal) => Promise<Response>): unknown[][] {
  const asked: unknown[][] = [];
  globalThis.fetch = async (path, { method, headers, body, signal } = {}) => {
    const bearer = (headers as Record<string, string> | undefined)?.authorization;
    asked.push([method ?? 'GET', String(path), bearer ?? String(body), stored.has(KEPT)]);
    return answer(String(path), signal as AbortSignal);
  };
  return asked;
}

const sessions = { items: [{ session_id: 'other', current: false }, { session_id: 'own/1', current: true }] };

test('the PKCE challenge is that of RFC 7636, appendix B', async () => {
  assert.equal(
    await challenge('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'),
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  );
});

test('signing out ends the sign-in and its refresh token before it forgets them', async () => {
  const asked = answering(async () => Response.json(sessions));
  const session = signedIn(ELSEWHERE);
  await session.signOut();
  assert.deepEqual(asked, [
    ['POST', 'https://auth.example.com/oauth2/revoke', 'client_id=c&token=r', true],
    ['GET', '/v1/me/sessions', 'Bearer a', true],
    ['DELETE', '/v1/me/sessions/own%2F1', 'Bearer a', true],
  ]);
  assert.deepEqual([session.signedIn, stored.size], [false, 0]);
});

test('where there are no pages to sign in at, only the sign-in is ended', async () => {
  const asked = answering(async () => Response.json(sessions));
  await signedIn(HERE).signOut();
  assert.deepEqual(asked.map(([method]) => method), ['GET', 'DELETE']);
});

test('with an access token that has expired, only the refresh token is revoked', async () => {
  const asked = answering(async () => new Response());
  await signedIn(ELSEWHERE, -1).signOut();
  assert.deepEqual(asked.map(([, path]) => path), ['https://auth.example.com/oauth2/revoke']);
});

test('a network that is away, or a service that never answers, keeps nobody signed in', async () => {
  answering(() => Promise.reject(new TypeError('Failed to fetch')));
  const away = signedIn(ELSEWHERE);
  await away.signOut();
  assert.deepEqual([away.signedIn, stored.size], [false, 0]);
  answering((_, signal) => new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  }));
  const silent = signedIn(ELSEWHERE);
  const began = Date.now();
  await Promise.race([silent.signOut(), new Promise((resolve) => setTimeout(resolve, 10_000))]);
  assert.deepEqual([silent.signedIn, stored.size], [false, 0]);
  assert.ok(Date.now() - began < 5_000);
});

test('tokens that are refused are forgotten without asking anybody', async () => {
  const asked = answering(async () => Response.json({ error: 'invalid_grant' }, { status: 400 }));
  const session = signedIn(ELSEWHERE, 0);
  await assert.rejects(session.token(), { status: 401, message: 'Your sign-in has ended. Sign in again.' });
  assert.deepEqual([asked.length, session.signedIn, stored.size], [1, false, 0]);
});

const renewed = (access: string) => Response.json({ access_token: access, expires_in: 3600 });

test('a token that the service refuses is renewed, once for all who ask, and no other sign-in is touched', async () => {
  const asked = answering(async () => renewed('b'));
  const session = signedIn(ELSEWHERE);
  assert.equal(await session.refused('of-before'), null);
  assert.deepEqual([await Promise.all([session.refused('a'), session.refused('a')]), asked.length], [['b', 'b'], 1]);
  assert.deepEqual([await session.refused('a'), asked.length], ['b', 1], 'of a request that took longer');
});

test('a sign-in is over once the token that it was renewed to is refused as well, or none is given', async () => {
  answering(async () => renewed('b'));
  const session = signedIn(ELSEWHERE);
  assert.equal(await session.refused('a'), 'b');
  assert.deepEqual([await session.refused('b'), session.signedIn, stored.size], [null, false, 0]);
  answering(async () => Response.json({ error: 'invalid_grant' }, { status: 400 }));
  const ended = signedIn(ELSEWHERE);
  assert.deepEqual([await ended.refused('a'), ended.signedIn, stored.size], [null, false, 0]);
});

test('a token that cannot be renewed for now ends no sign-in', async () => {
  answering(() => Promise.reject(new TypeError('Failed to fetch')));
  const session = signedIn(ELSEWHERE);
  await assert.rejects(session.refused('a'), TypeError);
  assert.deepEqual([session.signedIn, stored.size], [true, 1]);
});

test('what was asked before somebody else signed in is not asked again as they', async () => {
  const session = signedIn(HERE);
  answering(async () => Response.json({ AuthenticationResult: { AccessToken: 'c', RefreshToken: 'r', ExpiresIn: 3600 } }));
  await session.signIn('bob', 'secret');
  assert.deepEqual([await session.refused('a'), await session.token()], [null, 'c']);
});

test('a token ends in time though the clock of the device was set back', async (t) => {
  let access = 'one';
  const asked = answering(async () => Response.json({ AuthenticationResult: { AccessToken: access, RefreshToken: 'r', ExpiresIn: 3600 } }));
  const session = signedIn(HERE);
  await session.signIn('ann', 'secret');
  assert.deepEqual([await session.token(), asked.length], ['one', 1]);
  const [clock, steady] = [Date.now(), performance.now()];
  t.mock.method(Date, 'now', () => clock - 3 * HOUR_MS);
  t.mock.method(performance, 'now', () => steady + HOUR_MS);
  access = 'two';
  assert.deepEqual([await session.token(), asked.length], ['two', 2]);
});

test('a sign-in service in trouble ends no sign-in', async () => {
  answering(async () => Response.json({ message: 'Try later' }, { status: 503 }));
  const session = signedIn(ELSEWHERE, 0);
  await assert.rejects(session.token(), { status: 503 });
  assert.deepEqual([session.signedIn, stored.size], [true, 1]);
});

test('whoever signs out while a token is renewed stays signed out', async () => {
  let answer = (_: Response): void => undefined;
  answering(async (path) => (path.endsWith('/token') ? new Promise<Response>((resolve) => { answer = resolve; }) : Response.json(sessions)));
  const session = signedIn(ELSEWHERE, 0);
  const asked = assert.rejects(session.token(), { type: 'signed-out' });
  session.forget();
  answer(Response.json({ access_token: 'b', expires_in: 3600 }));
  await asked;
  assert.deepEqual([session.signedIn, stored.size], [false, 0]);
});

test('a pool that is busy ends no sign-in', async () => {
  answering(async () => Response.json({ __type: 'TooManyRequestsException', message: 'Rate exceeded' }, { status: 400 }));
  const session = signedIn(HERE, 0);
  await assert.rejects(session.token(), { type: 'TooManyRequestsException' });
  assert.equal(session.signedIn, true);
});

test('one is led back to this site alone', () => {
  assert.deepEqual(['/@me/1?a=1', '/', null].map(ownPath), ['/@me/1?a=1', '/', '/']);
  for (const other of ['//evil.com', '/\\evil.com', '/\t/evil.com', '/\n/evil.com', '/.//evil.com', 'https://evil.com', 'javascript:alert(1)']) {
    assert.equal(ownPath(other), '/', other);
  }
});

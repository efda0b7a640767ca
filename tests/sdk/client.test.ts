import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, test } from 'node:test';
import { Client, newKey, type Options, OtherForm, Refused, refusalOf, type Route, Unreachable } from '../../sdk/typescript/src/index.ts';
import { delayMs, BACKOFF } from '../../sdk/typescript/src/retry.ts';

interface Asked {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: IncomingMessage['headers'];
  body: string;
}
type Answering = (answer: ServerResponse, asked: Asked) => void;

const asked: Asked[] = [];
const waits: number[] = [];
/** Answers of the requests to come, in their order; the last one stays. */
let answers: Answering[] = [];
let server: Server;
let site = '';

before(async () => {
  server = createServer(async (request, answer) => {
    const url = new URL(request.url ?? '', 'http://site');
    let body = '';
    for await (const block of request) {
      body += String(block);
    }
    const { method = '', headers } = request;
    const told = { method, path: url.pathname, query: Object.fromEntries(url.searchParams), headers, body };
    asked.push(told);
    (answers.length > 1 ? answers.shift() : answers[0])?.(answer, told);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});
afterEach(() => {
  asked.length = waits.length = 0;
});

function json(status: number, body: unknown, headers: Record<string, string> = {}): Answering {
  return (answer) => answer.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body === undefined ? '' : JSON.stringify(body));
}

function problem(status: number, type: string, more: Record<string, unknown> = {}, headers: Record<string, string> = {}): Answering {
  const body = { type: `https://reelstack.dev/problems/${type}`, title: 'No', status, detail: 'Not now', instance: '/', correlation_id: 'c', ...more };
  return json(status, body, { 'content-type': 'application/problem+json', ...headers });
}

const cut: Answering = (answer) => answer.destroy();
const silent: Answering = () => {};

/** A client whose waits take no time and are kept in `waits`, as long as they can be. */
function client(more: Partial<Options> = {}): Client {
  const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    signal?.throwIfAborted();
    waits.push(ms);
  };
  return new Client({ site, token: () => 'access', sleep, random: () => 0.999999, ...more });
}

interface Described {
  operationId: string;
  parameters?: { name: string; in: string; schema: { type?: string } }[];
  requestBody?: unknown;
  responses: Record<string, { description: string; content?: Record<string, { schema: Schema }> }>;
}
interface Schema {
  $ref?: string;
  oneOf?: Schema[];
}
const description = JSON.parse(readFileSync(new URL('../../docs/api/openapi.json', import.meta.url), 'utf8')) as {
  paths: Record<string, Record<string, Described>>;
};
const operations = Object.entries(description.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ route: `${method.toUpperCase()} ${path}`, path, method, operation })),
);

/** A call of any route, with every parameter it has. */
function callAny(of: Client, { route, operation }: (typeof operations)[number]): Promise<unknown> {
  const named = (place: string) => (operation.parameters ?? []).filter((one) => one.in === place).map(({ name }) => name);
  const given = {
    path: Object.fromEntries(named('path').map((name) => [name, `${name}/ü &?`])),
    query: Object.fromEntries(named('query').map((name) => [name, `${name}=ü &`])),
    ...(operation.requestBody ? { body: { said: route } } : {}),
    ...(named('header').length > 0 ? { key: 'key-of-this-call' } : {}),
    attempts: 1,
  };
  return (of.call as (name: string, given: unknown) => Promise<unknown>).call(of, route, given);
}

test('every operation of the description is asked for as it is described', async () => {
  assert.ok(operations.length > 100);
  for (const one of operations) {
    const { path, method, operation } = one;
    const [status = '', done] = Object.entries(operation.responses).find(([code]) => code < '300') ?? [];
    answers = [json(Number(status), done?.content ? { says: one.route } : undefined)];
    assert.deepEqual(await callAny(client(), one), done?.content ? { says: one.route } : undefined, one.route);
    const told = asked.pop();
    assert.equal(told?.method, method.toUpperCase());
    // A tag is encoded twice.
    const decoded = path.includes('{tag}') ? decodeURIComponent(told.path) : told.path;
    assert.equal(decodeURIComponent(decoded), path.replace(/\{(\w+)\}/g, '$1/ü &?'), one.route);
    assert.equal(told.path.split('/').length, path.split('/').length, 'no parameter makes a path longer');
    const query = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query').map(({ name }) => [name, `${name}=ü &`]);
    assert.deepEqual(told.query, Object.fromEntries(query));
    assert.equal(told.body, operation.requestBody ? JSON.stringify({ said: one.route }) : '');
    assert.equal(told.headers['content-type'], operation.requestBody ? 'application/json' : undefined);
    assert.equal(told.headers.authorization, 'Bearer access');
    const keeps = operation.parameters?.some(({ name }) => name === 'Idempotency-Key') ?? false;
    assert.equal(told.headers['idempotency-key'], keeps ? 'key-of-this-call' : undefined);
  }
});

test('every refusal of every operation is told by its type', async () => {
  for (const one of operations) {
    for (const [status, { description: says }] of Object.entries(one.operation.responses).filter(([code]) => code >= '400')) {
      for (const type of says.split('; ').flatMap((part) => part.match(/^([a-z0-9-]+): /)?.[1] ?? [])) {
        const body = { type: `https://reelstack.dev/problems/${type}`, title: 'No', detail: 'No', status: Number(status) };
        const refused = callAny(client({ fetch: async () => Response.json(body, { status: Number(status) }) }), one);
        await assert.rejects(refused, { name: 'Refused', type, status: Number(status), message: 'No' });
      }
    }
  }
});

test('the generated types are no code', () => {
  const text = readFileSync(new URL('../../sdk/typescript/src/api.d.ts', import.meta.url), 'utf8');
  assert.doesNotMatch(text, /^export (?!interface|type)/m);
  for (const name of ['index', 'client', 'routes', 'problems', 'retry']) {
    const code = readFileSync(new URL(`../../sdk/typescript/src/${name}.ts`, import.meta.url), 'utf8');
    assert.doesNotMatch(code, /import (?!type)[^;]*api\.d\.ts/);
  }
});

test('what may be repeated is asked again after a busy service and a lost connection', async () => {
  answers = [problem(503, 'storage-busy'), cut, json(502, { message: 'Bad gateway' }), json(200, { user_id: 'u1' })];
  assert.deepEqual(await client().call('GET /v1/me'), { user_id: 'u1' });
  assert.equal(asked.length, 4);
  assert.deepEqual(waits.map(Math.round), [200, 200, 400], 'refusals and losses are counted apart');
});

test('what may not be repeated is asked once, unless it carries a key', async () => {
  const comment = { path: { video_id: 'v1' }, body: { text: 'Hi' } };
  answers = [problem(503, 'storage-busy')];
  await assert.rejects(client().call('POST /v1/videos/{video_id}/comments', comment), { type: 'storage-busy' });
  assert.equal(asked.length, 1);
  answers = [cut];
  await assert.rejects(client().call('POST /v1/videos/{video_id}/comments', comment), Unreachable);
  assert.equal(asked.length, 2);
  answers = [cut, problem(503, 'storage-busy'), json(201, { comment_id: 'c1' })];
  const key = newKey();
  assert.equal((await client().call('POST /v1/videos/{video_id}/comments', { ...comment, key })).comment_id, 'c1');
  assert.deepEqual(asked.slice(2).map(({ headers }) => headers['idempotency-key']), [key, key, key]);
  answers = [cut, json(200, { accepted: 0 })];
  await client().call('POST /v1/events', { body: { sent_at: 1, events: [] }, repeatable: true });
  assert.equal(asked.length, 7);
});

test('what is still being answered is asked for again under its key', async () => {
  answers = [cut, problem(409, 'request-in-progress'), json(200, {})];
  await client().call('POST /v1/videos/{video_id}/retry', { path: { video_id: 'v1' }, key: newKey() });
  assert.equal(asked.length, 3);
  assert.equal(new Set(asked.map(({ headers }) => headers['idempotency-key'])).size, 1);
});

test('a tag arrives whatever signs it has', async () => {
  answers = [json(204, undefined)];
  for (const tag of ['sea', 'a/b', '..', '50%']) {
    await client().call('PUT /v1/feed/hidden/tags/{tag}', { path: { tag } });
  }
  const words = asked.map(({ path }) => decodeURIComponent(decodeURIComponent(path.replace('/v1/feed/hidden/tags/', ''))));
  assert.deepEqual(words, ['sea', 'a/b', '..', '50%']);
  assert.ok(asked.every(({ path }) => decodeURIComponent(path).split('/').length === 6), 'one word to the gateway');
});

test('Retry-After is waited for, up to a minute; a longer one is told at once', async () => {
  answers = [problem(429, 'too-many-requests', {}, { 'retry-after': '7' }), json(200, {})];
  await client().call('GET /v1/me');
  assert.deepEqual(waits, [7000]);
  answers = [problem(429, 'too-many-requests', {}, { 'retry-after': '3600' })];
  await assert.rejects(client().call('GET /v1/me'), { type: 'too-many-requests', retryAfterSeconds: 3600 });
  assert.equal(asked.length, 3);
});

test('who has little patience is told of a long wait at once', async () => {
  answers = [problem(503, 'service-overloaded', {}, { 'retry-after': '30' })];
  await assert.rejects(client({ backoff: { patienceMs: 15_000 } }).call('GET /v1/me'), { status: 503, retryAfterSeconds: 30 });
  assert.deepEqual([asked.length, waits], [1, []]);
});

test('trouble that lasts is told in the end', async () => {
  answers = [json(500, { message: 'Internal Server Error' })];
  await assert.rejects(client().call('GET /v1/me'), { type: 'unknown', status: 500, message: 'Internal Server Error' });
  assert.equal(asked.length, BACKOFF.attempts);
  answers = [cut];
  await assert.rejects(client().call('GET /v1/me'), Unreachable);
  assert.equal(asked.length, 2 * BACKOFF.attempts);
  answers = [json(404, 'no problem at all')];
  await assert.rejects(client().call('GET /v1/me'), { type: 'unknown', status: 404 });
});

test('an answer that breaks off, or is another network\'s page, is no answer', async () => {
  const page: Answering = (answer) => answer.writeHead(200, { 'content-type': 'text/html' }).end('<html>Pay for the network</html>');
  const short: Answering = (answer) => {
    answer.writeHead(200, { 'content-length': '100' }).write('{"user_id": ');
    setImmediate(() => answer.destroy());
  };
  answers = [page, short, json(200, { user_id: 'u1' })];
  assert.equal((await client().call('GET /v1/me')).user_id, 'u1');
  assert.equal(asked.length, 3);
});

test('waits are random below a bound that doubles', () => {
  const at = (attempt: number, random: number, lost = false) => delayMs(BACKOFF, attempt, { lost }, () => random);
  assert.deepEqual([0, 1, 2, 20].map((attempt) => at(attempt, 0.5)), [100, 200, 400, 5000]);
  assert.equal(at(20, 0.5, true), 1500);
  assert.equal(at(3, 0), 0);
});

test('each attempt asks for a token, and without one nobody in particular asks', async () => {
  let made = 0;
  answers = [cut, json(200, {})];
  await client({ token: async () => `token-${++made}` }).call('GET /v1/me');
  assert.deepEqual(asked.map(({ headers }) => headers.authorization), ['Bearer token-1', 'Bearer token-2']);
  await client({ token: () => null }).call('GET /v1/feed/latest');
  assert.equal(asked.at(-1)?.headers.authorization, undefined);
  const renewals = [() => Promise.reject(new TypeError('Failed to fetch')), async () => 'renewed'];
  await client({ token: () => renewals.shift()?.() ?? 'late' }).call('GET /v1/me');
  assert.equal(asked.at(-1)?.headers.authorization, 'Bearer renewed');
  const ended = client({ token: () => Promise.reject(new Error('sign in again')) });
  await assert.rejects(ended.call('GET /v1/me'), { message: 'sign in again' });
});

test('an aborted request ends at once with the reason, also while it waits', async () => {
  const controller = new AbortController();
  answers = [
    (answer) => {
      silent(answer, asked[0] as Asked);
      controller.abort(new Error('gone elsewhere'));
    },
  ];
  await assert.rejects(client().call('GET /v1/me', { signal: controller.signal }), { message: 'gone elsewhere' });
  const waiting = new AbortController();
  answers = [problem(503, 'storage-busy', {}, { 'retry-after': '50' })];
  const refused = new Client({ site }).call('GET /v1/health', { signal: waiting.signal });
  setTimeout(() => waiting.abort(), 50);
  await assert.rejects(refused, { name: 'AbortError' });
  assert.equal(asked.length, 2);
});

test('a token that is waited for too long, or whose service fails, is asked for again', async () => {
  const failures = [new DOMException('slow', 'TimeoutError'), Object.assign(new Error('busy'), { status: 503 }), new TypeError('no network')];
  answers = [json(200, {})];
  const token = (): string => {
    const failure = failures.shift();
    if (failure) {
      throw failure;
    }
    return 'access';
  };
  await client({ token }).call('GET /v1/me');
  assert.deepEqual([asked.length, waits.length], [1, 3]);
  const refused = Object.assign(new Error('sign in'), { status: 401 });
  await assert.rejects(client({ token: () => Promise.reject(refused) }).call('GET /v1/me'), refused);
});

test('what is no token is told at once, without naming it, and is not sent', async () => {
  for (const token of ['', ' ', 'se\ncret', 'two words', 'snow\u2603']) {
    const before = asked.length;
    const error = await client({ token: () => token }).call('GET /v1/me').then(() => null, (thrown: unknown) => thrown as Error);
    assert.ok(error instanceof Refused && error.type === 'token-invalid');
    assert.ok(token.trim() === '' || !JSON.stringify([error.message, error.cause]).includes(token));
    assert.equal(asked.length, before);
  }
});

test('an aborted request waits for no token', async () => {
  const stop = new AbortController();
  const call = client({ token: () => new Promise<string>(() => {}) }).call('GET /v1/me', { signal: stop.signal });
  stop.abort(new Error('enough'));
  await assert.rejects(call, { message: 'enough' });
});

test('a list that does not go on is told', async () => {
  answers = [json(200, { items: [], cursor: 'again' })];
  await assert.rejects(Array.fromAsync(client().items('GET /v1/me/likes')), /does not go on/);
  assert.equal(asked.length, 2);
});

test('an answer of another form is told at once', async () => {
  for (const form of [null, [], 5, 'text']) {
    answers = [json(200, form)];
    await assert.rejects(client().call('GET /v1/me'), OtherForm);
    await assert.rejects(client().attempt('GET /v1/me'), OtherForm);
  }
  for (const form of [{}, { items: 5, cursor: null }, { items: null, cursor: null }]) {
    answers = [json(200, form)];
    await assert.rejects(Array.fromAsync(client().items('GET /v1/me/likes')), /GET \/v1\/me\/likes answered in another form: no list items/);
  }
  assert.equal(asked.length, 11);
});

test('an empty answer is a lost connection', async () => {
  answers = [json(200, undefined), json(200, { user_id: 'u1' })];
  assert.equal((await client().call('GET /v1/me')).user_id, 'u1');
});

test('silence is a lost connection', async () => {
  answers = [silent, json(200, { user_id: 'u1' })];
  assert.equal((await client().call('GET /v1/me', { timeoutMs: 50 })).user_id, 'u1');
});

test('a list is gone through page by page, and only as far as it is wanted', async () => {
  answers = [(answer, { query }) => json(200, { items: [{ video_id: query.cursor ?? 'first' }], cursor: query.cursor === 'b' ? null : query.cursor === 'a' ? 'b' : 'a' })(answer, asked[0] as Asked)];
  const ids: string[] = [];
  for await (const video of client().items('GET /v1/videos', { query: { limit: 1 } })) {
    ids.push(video.video_id);
  }
  assert.deepEqual(ids, ['first', 'a', 'b']);
  assert.deepEqual(asked.map(({ query }) => query), [{ limit: '1' }, { limit: '1', cursor: 'a' }, { limit: '1', cursor: 'b' }]);
  for await (const page of client().pages('GET /v1/videos', { query: { cursor: 'a' } })) {
    assert.equal(page.items.length, 1);
    break;
  }
  assert.equal(asked.length, 4);
});

test('a refusal is a value for who tells refusals apart', async () => {
  answers = [problem(409, 'parts-missing', { missing: [2, 5] })];
  const done = await client().attempt('POST /v1/uploads/{upload_id}/complete', { path: { upload_id: 'u1' } });
  assert.ok(!done.ok && done.refusal.type === 'parts-missing' && done.refusal instanceof Refused);
  assert.deepEqual(done.refusal.problem.missing, [2, 5]);
  assert.equal(done.refusal.message, 'No: Not now');
  assert.equal(refusalOf('GET /v1/me', new Error('another')), null);
  const route: Route = 'GET /v1/me';
  assert.equal(refusalOf(route, done.refusal)?.type, 'parts-missing');
});

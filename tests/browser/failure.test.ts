import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { Refused, Unreachable } from '@reelstack/client';
import { noticesOf, reasonsOf, ReadableError, words } from '../../web/src/failure.ts';
import { speak, use } from '../../web/src/i18n.ts';
import { problems } from '../../web/src/messages/problems.ts';
import { shell } from '../../web/src/messages/shell.ts';

Object.defineProperty(globalThis, 'document', { value: { documentElement: { lang: '', dir: '' } } });

const ROOT = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');
/** What stands between the quotes of each match. */
const all = (text: string, pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))];

/** Every type of the description of the API: whoever adds one gives it words. */
const OF_THE_API = all(read('docs/api/openapi.json'), /"const": "https:\/\/reelstack\.dev\/problems\/([^"]+)"/g);
/** What the app itself throws. */
const OF_THE_APP = readdirSync(new URL('web/src/', ROOT))
  .filter((name) => name.endsWith('.ts'))
  .flatMap((name) => all(read(`web/src/${name}`), /new Refused\(\d+, '([\w-]+)'/g));
const REASONS = all(read('layers/common/python/reelstack/failure_reasons.py'), /Reason\("([\w-]+)"/g);
const NOTICES = all(read('layers/common/python/reelstack/media/notices.py'), /^ {4}[A-Z_]+ = "([\w-]+)"/gm);

const ARABIC = /[\u0600-\u06ff]/;
const SENTENCE = /[a-z]+ [a-z]+ [a-z]+/i;

before(() => use(shell));

/** The words once they have come. */
async function settled(error: unknown): Promise<string> {
  for (let turn = 0; turn < 1000 && words(error) === ''; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return words(error);
}

test('the first refusal loads the words, and is told once they are there', async () => {
  const error = new Refused(403, 'video-private', 'Private: Ask ann');
  assert.equal(words(error), '');
  assert.equal(await settled(error), 'This clip is private.');
});

test('while the app says that it is offline, a failure says only what became of the act', async () => {
  const says = () => [new TypeError('Failed to fetch'), new Unreachable(new TypeError('Failed to fetch'))].map(words);
  const navigator = Object.getOwnPropertyDescriptor(globalThis, 'navigator') ?? {};
  Object.defineProperty(globalThis, 'navigator', { value: { onLine: false }, configurable: true });
  assert.deepEqual(says(), Array(2).fill('That did not work. Try again once you are online.'));
  Object.defineProperty(globalThis, 'navigator', navigator);
  assert.deepEqual(says(), Array(2).fill('The network is not there. Try again.'));
});

test('every type of problem, reason and notice has words in both languages', async () => {
  const names = [...[...OF_THE_API, ...OF_THE_APP].map((type) => `problem.${type}`), ...REASONS.map((code) => `refused.${code}`), ...NOTICES.map((code) => `notice.${code}`)];
  assert.ok(OF_THE_API.length > 100 && OF_THE_APP.length > 3 && REASONS.length > 20 && NOTICES.length > 5);
  const [en, ar] = [problems.en as Record<string, string>, (await problems.ar()).default as Record<string, string>];
  // It comes with the shell.
  const told = names.filter((name) => name !== 'problem.signed-out');
  assert.deepEqual(told.filter((name) => !en[name] || !ar[name]), []);
  for (const name of Object.keys(en)) {
    assert.match(ar[name] ?? '', ARABIC, name);
    assert.doesNotMatch(ar[name] ?? '', SENTENCE, name);
    assert.doesNotMatch(en[name] ?? '', ARABIC, name);
  }
});

test('no words are kept for what nothing answers any more', () => {
  const elsewhere = /^problem\.(\w+Exception|invalid_grant|route-not-found|method-not-allowed)$/;
  const known = new Set([...OF_THE_API, ...OF_THE_APP].map((type) => `problem.${type}`).concat(REASONS.map((code) => `refused.${code}`), NOTICES.map((code) => `notice.${code}`)));
  assert.deepEqual(Object.keys(problems.en).filter((name) => !known.has(name) && !elsewhere.test(name)), []);
});

test('what needs no refusal of the service has words at once', () => {
  assert.equal(words(new Refused(401, 'signed-out', 'Who?')), 'Sign in first');
  assert.match(words(new Unreachable(new TypeError('fetch failed'))), /network/);
  assert.match(words(new Unreachable(new DOMException('', 'TimeoutError'))), /too long/);
  assert.match(words(new TypeError('fetch failed')), /network/);
  assert.equal(words(new Error('Not here')), 'Not here');
  assert.match(words(new DOMException("Failed to execute 'put' on 'IDBObjectStore'", 'QuotaExceededError')), /^That did not work/);
  assert.match(words(new SyntaxError('Unexpected token <')), /^That did not work/);
});

test('a refusal without words is told by the service in English, and by one sentence in Arabic', async () => {
  const unknown = new Refused(409, 'of-tomorrow', 'Not today: It is closed');
  assert.equal(await settled(unknown), 'Not today: It is closed');
  await speak('ar');
  assert.match(words(unknown), ARABIC);
  assert.doesNotMatch(words(unknown), /[a-z]/i);
  await speak('en');
});

test('what answers in place of the service is told by its status', async () => {
  assert.match(await settled(new Refused(503, 'unknown', 'Service Unavailable')), /at the moment/);
  assert.equal(await settled(new Refused(401, 'unknown', 'Unauthorized')), 'Sign in again.');
});

test('in Arabic nothing that is thrown is told in English', async () => {
  await speak('ar');
  const thrown = [
    ...OF_THE_API.map((type) => new Refused(400, type, 'English')),
    ...[new Refused(503, 'unknown', 'English'), new Refused(401, 'signed-out', 'English'), new Error('English'), new TypeError('English'), new DOMException('', 'TimeoutError'), 'English'],
    new Unreachable(new TypeError('English')),
  ];
  for (const error of thrown) {
    assert.match(words(error), ARABIC, String(error));
    assert.doesNotMatch(words(error), /English/);
  }
  await speak('en');
});

test('a failure that was written for the reader stays as it is', () => {
  assert.equal(words(new ReadableError('هنا')), 'هنا');
});

test('why a clip was refused, and what became of it, is told in the reader\'s language', async () => {
  const file = { reason: 'too-long', reason_message: 'The clip is longer.', reason_detail: 'It lasts 900 s.' };
  const person = { reason: 'taken-down', reason_message: 'Taken down.', reason_detail: 'Spam, twice' };
  const noticed = { notices: [{ code: 'sound-dropped', message: 'No sound.' }, { code: 'of-tomorrow', message: 'Else.' }] };
  assert.deepEqual([reasonsOf(file), noticesOf(noticed)], ['The clip is longer. It lasts 900 s.', 'No sound. Else.']);
  await speak('ar');
  assert.equal(reasonsOf(file), 'المقطع أطول مما تقبله هذه الخدمة.');
  assert.match(reasonsOf(person), /^[\u0600-\u06ff .]+ Spam, twice$/, 'what a moderator wrote stays');
  assert.match(noticesOf(noticed), ARABIC);
  assert.doesNotMatch(noticesOf(noticed), /[a-z]/i);
  await speak('en');
});

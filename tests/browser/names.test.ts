import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { speak, t, use } from '../../web/src/i18n.ts';
import { people } from '../../web/src/messages/people.ts';
import { shell } from '../../web/src/messages/shell.ts';
import { addressOfPerson, askedAs, initialOf, nameOf, shownNameOf } from '../../web/src/names.ts';

Object.defineProperty(globalThis, 'document', { value: { documentElement: { lang: '', dir: '' } } });

const ANN = { handle: 'ann', display_name: 'Ann B.' };
const NAMED = { handle: null, display_name: '\u{1f3d6} Beach' };
const NEITHER = { handle: null, display_name: '' };

before(async () => {
  await use(shell);
  await use(people);
});

test('a person is called by handle or name, and somebody where there is neither', async () => {
  const all = [ANN, NAMED, NEITHER];
  assert.deepEqual([...all, null].map(nameOf), ['@ann', '\u{1f3d6} Beach', 'Somebody', 'Somebody']);
  assert.deepEqual([...all, null, { handle: 'ann', display_name: '' }].map(shownNameOf), ['Ann B.', '\u{1f3d6} Beach', 'Somebody', 'Somebody', '@ann']);
  assert.deepEqual(all.map(initialOf), ['A', '\u{1f3d6}', 'S'], 'no sign is halved, and nobody is a question mark');
  await speak('ar');
  assert.deepEqual([nameOf(NEITHER), initialOf(NEITHER), nameOf(ANN)], ['شخص ما', 'ش', '\u2066@ann\u2069']);
  await speak('en');
});

test('a person without a handle has a page all the same', () => {
  const id = '0a1b2c3d-1111-4222-8333-444455556666';
  assert.deepEqual([addressOfPerson({ id, handle: null }), addressOfPerson({ id, handle: 'ann' })], [`/@${id}`, '/@ann']);
  assert.deepEqual([id, 'ann', 'Ann.b_2', '-'].map(askedAs), [id, '@ann', '@Ann.b_2', '-']);
});

test('no page makes up a name of its own', () => {
  const root = new URL('../../web/src/', import.meta.url);
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name) && name !== 'names.ts');
  assert.ok(files.length > 80);
  assert.deepEqual(files.filter((name) => /display_name\s*(\|\||\?\?)/.test(readFileSync(new URL(name, root), 'utf8'))), []);
});

test('in Arabic a name is where any name fits: never the object, which has another form', async () => {
  const texts = await Promise.all(readdirSync(new URL('../../web/src/messages/ar/', import.meta.url)).map((part) => import(`../../web/src/messages/ar/${part}`)));
  const oblique = texts.flatMap(({ default: words }) => Object.entries(words)).filter(([, says]) => JSON.stringify(says).includes('{name} وآخرين'));
  assert.deepEqual(oblique, [], 'others beside a subject are in the nominative');
  await speak('ar');
  const name = t('common.somebody');
  assert.deepEqual(
    [t('inbox.like', { n: 1, name }), t('inbox.comment-like', { n: 5, name }), t('profile.blocked', { name }), t('feed.followed', { name })],
    ['أبدى شخص ما إعجابه بمقطعك', 'أبدى شخص ما وآخرون إعجابهم بتعليقك', 'حُظر شخص ما', 'صار شخص ما ممن تتابعهم'],
  );
  await speak('en');
});

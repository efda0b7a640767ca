import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, test } from 'node:test';
import { Refused } from '@reelstack/client';
import { Api } from '../../web/src/api.ts';
import { forgetAsked, noteAsked, wasAsked } from '../../web/src/interests/asked.ts';
import { isNew, offered } from '../../web/src/interests/offer.ts';
import { isAmong, joined, languagesOf, MOST_LANGUAGES, MOST_TAGS, mostUsed, toggled } from '../../web/src/interests/tags.ts';

const stored = new Map<string, string>();
Object.defineProperty(globalThis, 'localStorage', {
  value: {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, value: string) => stored.set(name, value),
    removeItem: (name: string) => stored.delete(name),
  },
});
const real = globalThis.fetch;
beforeEach(() => stored.clear());
afterEach(() => { globalThis.fetch = real; });

const api = new Api({ signedIn: true, token: async () => 'token', refused: () => undefined }, { sleep: async () => undefined });

/** Answers these paths with these bodies, and every other one with 503. What was asked. */
function answering(bodies: Record<string, unknown>): string[] {
  const asked: string[] = [];
  globalThis.fetch = async (input) => {
    const path = String(input).split('?')[0] ?? '';
    asked.push(path);
    return path in bodies ? Response.json(bodies[path]) : Response.json({ title: 'Away' }, { status: 503 });
  };
  return asked;
}

test('as many may be chosen as the service takes', () => {
  const described = JSON.parse(readFileSync(new URL('../../docs/api/openapi.json', import.meta.url), 'utf8'));
  const { tags, languages } = described.components.schemas.ChosenInterests.properties;
  assert.deepEqual([MOST_TAGS, MOST_LANGUAGES], [tags.maxItems, languages.maxItems]);
});

test('tags of most clips come first, each once however it is spelled, twice on a clip as once', () => {
  const clips = [{ tags: ['Sea', '#sea', 'calm'] }, { tags: ['SEA', ' # '] }, { tags: ['dogs'] }, {}, { tags: null }];
  assert.deepEqual(mostUsed(clips), ['Sea', 'calm', 'dogs']);
  assert.equal(mostUsed(Array.from({ length: 60 }, (_, n) => ({ tags: [`t${n}`] }))).length, 40);
});

test('a press takes a tag in or out, and one too many changes nothing', () => {
  assert.deepEqual(toggled(['a'], 'b', 2), ['a', 'b']);
  assert.deepEqual(toggled(['a', '#B'], 'b', 2), ['a']);
  const full = ['a', 'b'];
  assert.equal(toggled(full, 'c', 2), full);
  assert.deepEqual(joined(['a', 'B'], ['b', 'c', '#A']), ['a', 'B', 'c']);
  assert.equal(isAmong('#Été', ['été']), true);
});

test('languages are offered as the service writes them: chosen ones, the browser\'s, the app\'s', () => {
  assert.deepEqual(languagesOf(['fr'], ['de-AT', 'de', 'EN-GB', 'x-klingon'], ['en', 'ar']), ['fr', 'de', 'en', 'ar']);
});

const HOT = '/feed/hot-world.json';
const LATEST = '/v1/feed/latest';

test('tags are offered of popular and of new clips; one of the two is enough', async () => {
  const popular = { items: [{ tags: ['sea'] }] };
  const latest = { items: [{ tags: ['dogs'] }, { tags: ['dogs', 'sea'] }], cursor: null };
  answering({ [HOT]: popular, [LATEST]: latest });
  assert.deepEqual(await offered(api), ['sea', 'dogs']);
  answering({ [HOT]: popular });
  assert.deepEqual(await offered(api), ['sea']);
  answering({ [LATEST]: latest });
  assert.deepEqual(await offered(api), ['dogs', 'sea']);
  answering({});
  await assert.rejects(offered(api), Refused);
});

const [CHOSEN, LIKES, FOLLOWS] = ['/v1/me/interests', '/v1/me/likes', '/v1/users/ann/following'];
const none = { items: [], cursor: null };

test('who chose nothing, likes nothing and follows nobody is new', async () => {
  const nobody = { [CHOSEN]: { tags: [], languages: [] }, [LIKES]: none, [FOLLOWS]: none };
  const past: Record<string, unknown>[] = [
    { [CHOSEN]: { tags: ['sea'], languages: [] } },
    { [CHOSEN]: { tags: [], languages: ['de'] } },
    { [LIKES]: { items: [{}], cursor: null } },
    // What they liked is not to be seen any more.
    { [LIKES]: { items: [], cursor: 'more' } },
    { [FOLLOWS]: { items: [{}], cursor: null } },
  ];
  assert.deepEqual((answering(nobody), await isNew(api, 'ann')), true);
  for (const one of past) {
    answering({ ...nobody, ...one });
    assert.equal(await isNew(api, 'ann'), false, JSON.stringify(one));
  }
  const asked = answering({ ...nobody, [CHOSEN]: { tags: ['sea'] } });
  await isNew(api, 'ann');
  assert.deepEqual(asked, [CHOSEN], 'no further request once it is known');
  await assert.rejects((answering({}), isNew(api, 'ann')), Refused);
});

test('an account is asked once on a device, and again after a sign-out', () => {
  noteAsked('ann');
  noteAsked('bob');
  noteAsked('ann');
  assert.deepEqual([wasAsked('ann'), wasAsked('bob'), wasAsked('eve')], [true, true, false]);
  forgetAsked('ann');
  assert.deepEqual([wasAsked('ann'), wasAsked('bob')], [false, true]);
  forgetAsked('bob');
  assert.equal(stored.size, 0);
});

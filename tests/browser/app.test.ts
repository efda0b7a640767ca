import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { beforeEach, test, type TestContext } from 'node:test';
import { signal } from '@preact/signals';
import { Refused } from '@reelstack/client';
import { ago, follow, type Language, language, type Languages, preferred, speak, t, use } from '../../web/src/i18n.ts';
import { shell } from '../../web/src/messages/shell.ts';
import { forgetLikes, keep, LikeSender, sendLikes, settle } from '../../web/src/offline_likes.ts';
import type { Video } from '../../web/src/types.ts';

const MESSAGES = new URL('../../web/src/messages/', import.meta.url);
const stored = new Map<string, string>();
Object.defineProperty(globalThis, 'localStorage', {
  value: {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, value: string) => stored.set(name, value),
    removeItem: (name: string) => stored.delete(name),
  },
});
Object.defineProperty(globalThis, 'document', { value: { documentElement: { lang: '', dir: '' } } });
beforeEach(() => stored.clear());

await use(shell);
const { actionsOf } = await import('../../web/src/feed/actions.ts');
const { account } = await import('../../web/src/state.ts');

test('a text has the form of its number, and says numbers as the language does', () => {
  assert.equal(t('feed.like', { title: 'Sea', n: 1 }), 'Like Sea, 1 like');
  assert.equal(t('feed.like', { title: 'Sea', n: 12_345 }), 'Like Sea, 12K likes');
});

/** What a message has to be given. */
const values = (message: unknown) => [...new Set(JSON.stringify(message).match(/\{\w+\}/g) ?? [])].sort();
const PARTS = readdirSync(new URL('en', MESSAGES));

for (const part of PARTS) {
  test(`the translation of ${part} fills in the values that English does, in every form of a number`, async () => {
    const [en, ar] = (await Promise.all(['en', 'ar'].map((code) => import(new URL(`${code}/${part}`, MESSAGES).href)))).map((found) => found.default);
    for (const [name, message] of Object.entries(en)) {
      // Arabic has forms that say none, one and two by a word.
      assert.deepEqual(values(ar[name]), values(message), name);
      // "11 قرارًا": its own ending, where there is another one for three to ten.
      const forms = Object.keys(typeof ar[name] === 'string' ? {} : ar[name]);
      assert.ok(!forms.includes('few') || forms.includes('many'), name);
    }
  });
}

test('an installed app says the same in both languages', () => {
  const [en, ar] = ['', '.ar'].map((code) => JSON.parse(readFileSync(new URL(`../../web/public/manifest${code}.webmanifest`, import.meta.url), 'utf8')));
  assert.deepEqual([ar.lang, ar.dir, ar.shortcuts.length], ['ar', 'rtl', en.shortcuts.length]);
  const same = ({ lang: _lang, dir: _dir, description: _says, shortcuts, ...rest }: typeof en) => [rest, shortcuts.map(({ url }: { url: string }) => url)];
  assert.deepEqual(same(ar), same(en));
});

test('the first of the reader\'s languages that the app speaks is taken', () => {
  assert.equal(preferred(['de-CH', 'ar-EG', 'en']), 'ar');
  assert.equal(preferred(['de']), 'en');
});

test('a language whose words do not come is chosen no more, and can be chosen again', async () => {
  let isThere = false;
  const part: Languages = {
    en: { sea: 'sea' },
    ar: async () => (isThere ? { default: { sea: 'بحر' } } : Promise.reject(new TypeError('Failed to fetch'))),
  };
  await use(part);
  const chosen = signal<Language>('en');
  const failures: unknown[] = [];
  const end = follow(chosen, (error) => failures.push(error));
  const settled = () => new Promise((resolve) => setTimeout(resolve, 20));
  chosen.value = 'ar';
  await settled();
  assert.deepEqual([chosen.value, language.value, failures.length], ['en', 'en', 1]);
  isThere = true;
  chosen.value = 'ar';
  await settled();
  assert.deepEqual([chosen.value, language.value, failures.length], ['ar', 'ar', 1]);
  chosen.value = 'en';
  await settled();
  assert.equal(language.value, 'en');
  end();
});

test('a time is told by its largest unit', () => {
  assert.equal(ago(0, 3 * 86_400_000), '3 days ago');
  assert.equal(ago(0, 30_000), '30 sec. ago');
});

test('words that come at the same time do not push one another out', async () => {
  const part = (name: string, after: Promise<unknown>) => ({ en: { [name]: name }, ar: async () => (await after, { default: { [name]: `${name} ar` } }) });
  let come = (): void => undefined;
  const slow = part('slow', new Promise<void>((resolve) => { come = resolve; }));
  await speak('ar');
  const both = Promise.all([use(slow), use(part('quick', Promise.resolve()))]);
  const back = speak('en');
  come();
  await Promise.all([both, back]);
  assert.deepEqual(['slow', 'quick', 'nav.home'].map((name) => t(name as 'nav.home')), ['slow', 'quick', 'For you']);
});

test('likes without a network are sent later, once for each clip, as they were wanted last', async () => {
  keep('me', 'a', true);
  keep('me', 'b', true);
  keep('me', 'a', false);
  const away = async () => Promise.reject(new TypeError('Failed to fetch'));
  assert.ok((await sendLikes('me', away)).left instanceof TypeError);
  const sent: unknown[] = [];
  assert.deepEqual(await sendLikes('me', async (id, liked) => void sent.push([id, liked])), { left: null });
  assert.deepEqual(sent, [['a', false], ['b', true]]);
  assert.equal(stored.size, 0);
});

test('a like that waits is shown as done by a page that is opened meanwhile, to its account alone', () => {
  keep('me', 'a', true);
  keep('me', 'b', false);
  const shown = (id: string, likes: number, liked: boolean) => {
    const video = { video_id: id, title: '', likes, liked } as Video;
    return actionsOf(video, String).likes.peek();
  };
  account.value = 'me';
  assert.deepEqual(shown('a', 4, false), { likes: 5, liked: true });
  assert.deepEqual(shown('a', 5, true), { likes: 5, liked: true }, 'it came, and its answer did not');
  assert.deepEqual(shown('b', 5, true), { likes: 4, liked: false });
  assert.deepEqual(shown('c', 4, false), { likes: 4, liked: false });
  account.value = 'you';
  assert.deepEqual(shown('a', 4, false), { likes: 4, liked: false });
  account.value = null;
});

test('a like that is refused later is dropped, and those after it are sent', async () => {
  keep('me', 'gone', true);
  keep('me', 'b', true);
  const sent: string[] = [];
  await sendLikes('me', async (id) => {
    if (id === 'gone') {
      throw new Refused(404, 'video-not-found', 'There is no such video');
    }
    sent.push(id);
  });
  assert.deepEqual([sent, stored.size], [['b'], 0]);
});

test('a busy service, or a sign-in that is over, loses no like', async () => {
  keep('me', 'a', true);
  for (const status of [401, 429, 503]) {
    const refusal = new Refused(status, '', '');
    assert.equal((await sendLikes('me', async () => Promise.reject(refusal))).left, refusal);
  }
  const sent: string[] = [];
  await sendLikes('me', async (id) => void sent.push(id));
  assert.deepEqual(sent, ['a']);
});

/** A sender with a clock of its own, whose requests end as these say. */
function sending(t: TestContext, ...answers: (Error | null)[]) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const asked: string[] = [];
  const sender = new LikeSender(async (id) => {
    asked.push(id);
    const error = answers.shift() ?? null;
    if (error) {
      throw error;
    }
  }, () => 1);
  const after = async (ms: number) => {
    t.mock.timers.tick(ms);
    await new Promise(setImmediate);
    return asked.length;
  };
  return { sender, asked, after };
}

test('likes that a busy service did not take are sent again by themselves, when it asks for it and not before', async (t) => {
  keep('me', 'a', true);
  const { sender, after } = sending(t, new Refused(429, '', '', null, 120), new Refused(503, '', ''), new TypeError('Failed to fetch'));
  sender.start('me');
  assert.deepEqual([await after(0), await after(119_000), await after(1000)], [1, 1, 2], 'Retry-After');
  assert.deepEqual([await after(19_000), await after(1000), await after(39_000), await after(1000)], [2, 3, 3, 4], 'later and later');
  assert.deepEqual([stored.size, await after(86_400_000)], [0, 4], 'nothing waits, so nobody asks');
});

test('nobody sends likes after the sign-in has ended', async (t) => {
  keep('me', 'a', true);
  const { sender, asked, after } = sending(t, new Refused(503, '', ''), new Refused(401, '', ''));
  sender.start('me');
  await after(0);
  sender.stop();
  assert.equal(await after(86_400_000), 1);
  sender.start('me');
  await after(0);
  assert.deepEqual([await after(86_400_000), asked], [2, ['a', 'a']], 'it begins anew with the next one');
});

test('a like that was taken back meanwhile is not sent', async () => {
  keep('me', 'a', true);
  keep('me', 'b', true);
  const sent: string[] = [];
  await sendLikes('me', async (id) => {
    sent.push(id);
    settle('me', 'b');
  });
  assert.deepEqual([sent, stored.size], [['a'], 0]);
});

test('likes of one account are not sent by another', async () => {
  keep('me', 'a', true);
  keep('you', 'b', true);
  const sent: string[] = [];
  const send = async (id: string) => void sent.push(id);
  await sendLikes('you', send);
  forgetLikes('you');
  assert.deepEqual(sent, ['b']);
  await sendLikes('me', send);
  assert.deepEqual([sent, stored.size], [['b', 'a'], 0]);
});

test('silence that the browser forces is not kept as the choice of the viewer', async () => {
  Object.assign(globalThis, { matchMedia: () => ({ matches: false }) });
  const { isSilent, muted, silenced, toggleSound } = await import('../../web/src/prefs.ts');
  const now = () => [isSilent.value, stored.get('reelstack.prefs.muted') ?? 'false'];
  silenced.value = true;
  assert.deepEqual(now(), [true, 'false']);
  toggleSound();
  assert.deepEqual(now(), [false, 'false']);
  toggleSound();
  assert.deepEqual([...now(), muted.value], [true, 'true', true]);
});

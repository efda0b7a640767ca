import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refused, type Schema } from '@reelstack/client';
import { Events, trimmed, uuid7 } from '../../web/src/events.ts';

function storage(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  } as unknown as Storage;
}

type Taken = Schema<'Taken'>;
type Sent = { sent_at: number; events: { id: string; type: string; receipt?: string; view_id?: string }[] };

/** A service that answers each request as the next of `answers` says. */
function service(...answers: (Taken | Error)[]) {
  const sent: Sent[] = [];
  const send = async (batch: Schema<'Batch'>) => {
    sent.push(batch as unknown as Sent);
    const answer = answers.shift() ?? taken();
    if (answer instanceof Error) {
      throw answer;
    }
    return answer;
  };
  return { sent, send };
}

function taken(...retry: number[]): Taken {
  return { accepted: 1, refused: [], retry, kept: 'all' };
}

test('an event brings the receipt of its card and a UUIDv7 of its own', async () => {
  const { sent, send } = service();
  const events = new Events(storage(), send);
  const view = events.add('play', { video_id: 'v1', receipt: '1.abc' }, { muted: false });
  events.add('finish', { video_id: 'v1', receipt: '1.abc' }, { view_id: view });
  await events.flush();
  assert.deepEqual(sent[0]?.events.map(({ type }) => type), ['play', 'finish']);
  assert.equal(sent[0]?.events[0]?.receipt, '1.abc');
  assert.equal(sent[0]?.events[1]?.view_id, sent[0]?.events[0]?.id);
  assert.match(view, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('what was taken is not sent again, and what is to be sent again is', async () => {
  const { sent, send } = service(taken(1));
  const events = new Events(storage(), send);
  for (const video_id of ['v1', 'v2', 'v3']) {
    events.add('impression', { video_id });
  }
  await events.flush();
  await events.flush();
  await events.flush();
  assert.deepEqual(sent.map((batch) => batch.events.length), [3, 1]);
  assert.equal(sent[1]?.events[0]?.id, sent[0]?.events[1]?.id);
});

test('events wait while the network or the service is away, also over a reload', async () => {
  const store = storage();
  const away = service(new TypeError('no network'), new Refused(503, 'unknown', 'Busy'));
  const before = new Events(store, away.send);
  before.add('play', { video_id: 'v1' });
  await before.flush();
  await before.flush();
  const { sent, send } = service();
  await new Events(store, send).flush();
  assert.deepEqual(sent[0]?.events.map(({ type }) => type), ['play']);
});

test('a batch that nobody will ever take does not hold back what comes after it', async () => {
  const { sent, send } = service(new Refused(400, 'unknown', 'No'));
  const events = new Events(storage(), send);
  events.add('play', { video_id: 'v1' });
  await events.flush();
  await events.flush();
  assert.equal(sent.length, 1);
});

/** A service that cannot read a batch with one of these clips in it, and is away after so many requests. */
function reading(spoiled: readonly number[], most = Infinity) {
  const asked: number[][] = [];
  const taken_: number[] = [];
  const send = async ({ events }: Schema<'Batch'>) => {
    const clips = events.map((event) => Number(event.video_id));
    if (asked.push(clips) > most) {
      throw new Refused(503, 'unknown', 'Busy');
    }
    if (clips.some((clip) => spoiled.includes(clip))) {
      throw new Refused(422, 'invalid-request', 'No');
    }
    taken_.push(...clips);
    return taken();
  };
  return { asked, taken: taken_, send };
}

function fifty(events: Events): void {
  Array.from({ length: 50 }, (_, clip) => events.add('play', { video_id: String(clip) }));
}

test('of a batch that the service cannot read, all is taken but what spoils it', async () => {
  const { asked, taken: done, send } = reading([7, 30]);
  const events = new Events(storage(), send);
  fifty(events);
  await events.flush();
  assert.deepEqual(done, Array.from({ length: 50 }, (_, clip) => clip).filter((clip) => clip !== 7 && clip !== 30));
  const requests = asked.length;
  assert.ok(requests <= 25, String(requests));
  await events.flush();
  assert.equal(asked.length, requests, 'nothing waits');
});

/** A service that refuses every request so, and how many it got. */
async function refusing(refused: (batch: Schema<'Batch'>) => Refused): Promise<{ asked: number[]; left: string | null }> {
  const asked: number[] = [];
  const store = storage();
  const events = new Events(store, async (batch) => {
    asked.push(batch.events.length);
    throw refused(batch);
  });
  fifty(events);
  await events.flush();
  return { asked, left: store.getItem('reelstack.events') };
}

function unreadable(...fields: string[]): Refused {
  const errors = fields.map((field) => ({ field, says: 'No' }));
  return new Refused(422, 'invalid-request', 'No', { type: '', title: '', status: 422, detail: '', instance: '', correlation_id: null, errors });
}

test('what the refusal of a batch names is left out at once', async () => {
  const asked: number[][] = [];
  const events = new Events(storage(), async ({ events: told }) => {
    asked.push(told.map(({ video_id }) => Number(video_id)));
    if (asked.length === 1) {
      throw unreadable('body.events.3', 'body.events.41.at', 'body.events.41');
    }
    return taken();
  });
  fifty(events);
  await events.flush();
  await events.flush();
  assert.equal(asked.length, 2);
  assert.deepEqual(asked[1], Array.from({ length: 50 }, (_, clip) => clip).filter((clip) => clip !== 3 && clip !== 41));
});

test('a batch that is refused for something else than its events is given up at once, and one without a reason soon', async () => {
  assert.deepEqual(await refusing(() => unreadable('body.sent_at')), { asked: [50], left: '[]' });
  const { asked, left } = await refusing(() => new Refused(400, 'unknown', 'No'));
  assert.deepEqual([asked.length, left], [10, '[]']);
  const { asked: everyOne } = await refusing(({ events }) => unreadable(...events.map((_, place) => `body.events.${place}`)));
  assert.deepEqual(everyOne, [50]);
  const { asked: long } = await refusing(() => unreadable('body.events'));
  assert.deepEqual(long.slice(0, 3), [50, 25, 13], 'a service that takes fewer at once');
});

test('a service that goes away meanwhile loses nothing of a spoiled batch', async () => {
  const store = storage();
  const away = reading([7], 3);
  const events = new Events(store, away.send);
  fifty(events);
  await events.flush();
  const back = reading([7]);
  await new Events(store, back.send).flush();
  assert.deepEqual([...away.taken, ...back.taken].sort((one, other) => one - other), Array.from({ length: 50 }, (_, clip) => clip).filter((clip) => clip !== 7));
});

test('the rest of a spoiled batch is not told by who signs in meanwhile', async () => {
  let whose = 'me';
  const asked: number[] = [];
  const events = new Events(storage(), async ({ events: told }) => {
    asked.push(told.length);
    whose = 'you';
    throw new Refused(400, 'unknown', 'No');
  }, () => whose);
  fifty(events);
  await events.flush();
  assert.deepEqual(asked, [50]);
});

test('what is told while a page is left goes in requests that outlive it', async () => {
  const asked: [types: string[], last: boolean][] = [];
  const events = new Events(storage(), (batch, last) => {
    asked.push([(batch as unknown as Sent).events.map(({ type }) => type), last]);
    return last ? Promise.resolve(taken()) : new Promise(() => undefined);
  });
  events.add('play', { video_id: 'v1' });
  void events.flush();
  events.add('finish', { video_id: 'v1' });
  events.leave();
  events.add('quality', { video_id: 'v1' }, { played_ms: 10, bsa: 0, bsda: 0 });
  events.leave();
  assert.deepEqual(asked, [[['play'], false], [['play', 'finish'], true], [['quality'], true]], 'and nothing twice in those');
  await new Promise((resolve) => setTimeout(resolve));
  events.leave();
  assert.equal(asked.length, 3, 'nothing waits');
});

test('of a full queue the oldest reports of progress go first, then of how clips played, and then the oldest of all', () => {
  const plays = Array.from({ length: 499 }, () => ({ type: 'play' as const, place: 0 }));
  const full = [{ type: 'progress' as const, place: 1 }, ...plays, { type: 'progress' as const, place: 2 }];
  assert.deepEqual(trimmed(full).filter(({ type }) => type === 'progress').map(({ place }) => place), [2]);
  const both = trimmed([{ type: 'quality' as const, place: 1 }, ...full, { type: 'quality' as const, place: 3 }]);
  assert.deepEqual(both.map(({ type, place }) => [type, place]).filter(([, place]) => place !== 0), [['quality', 3]]);
  const older = Array.from({ length: 502 }, (_, place) => ({ type: 'play' as const, place }));
  assert.equal(trimmed(older)[0]?.place, 2);
});

test('ids of later events are greater', () => {
  assert.ok(uuid7(1_795_420_800_000) < uuid7(1_795_420_800_001));
});

test('what another person at this browser did is forgotten', async () => {
  const { sent, send } = service();
  const events = new Events(storage(), send);
  events.add('play', { video_id: 'v1' });
  events.clear();
  await events.flush();
  assert.equal(sent.length, 0);
});

test('what another account did still waits for it when somebody signs out', async () => {
  const { sent, send } = service();
  let whose: string | null = 'me';
  const events = new Events(storage(), send, () => whose);
  events.add('play', { video_id: 'v1' });
  whose = 'you';
  events.add('play', { video_id: 'v2' });
  events.clear('you');
  await events.flush();
  whose = 'me';
  await events.flush();
  assert.deepEqual(sent.map(({ events: told }) => told.map((event) => (event as { video_id?: string }).video_id)), [['v1']]);
});

test('what one account did is not told as the act of another', async () => {
  const { sent, send } = service();
  let whose: string | null = 'me';
  const events = new Events(storage(), send, () => whose);
  events.add('play', { video_id: 'v1' });
  whose = 'you';
  events.add('play', { video_id: 'v2' });
  await events.flush();
  whose = 'me';
  await events.flush();
  assert.deepEqual(sent.map((one) => one.events.map((event) => Object.keys(event).concat((event as { video_id?: string }).video_id ?? ''))), [
    [['id', 'type', 'at', 'video_id', 'v2']],
    [['id', 'type', 'at', 'video_id', 'v1']],
  ]);
});

import assert from 'node:assert/strict';
import { afterEach, test, type TestContext } from 'node:test';
import { loadConfig } from '../../web/src/config.ts';

const real = globalThis.fetch;
afterEach(() => { globalThis.fetch = real; });

/** Answers one request after the other; pauses take no time. How often was asked. */
function answering(t: TestContext, ...answers: (Response | Error)[]): { asked: number } {
  const found = { asked: 0 };
  globalThis.fetch = async () => {
    const answer = answers[found.asked++];
    if (answer instanceof Error) {
      throw answer;
    }
    return answer ?? new Response('', { status: 500 });
  };
  t.mock.method(globalThis, 'setTimeout', (act: () => void) => void queueMicrotask(act));
  return found;
}

test('the app asks again for its configuration where the first answer is late or is no answer', async (t) => {
  const found = answering(t, new DOMException('', 'TimeoutError'), new Response('<h1>Hotel</h1>'), Response.json({ stage: 'test' }));
  assert.equal((await loadConfig()).stage, 'test');
  assert.equal(found.asked, 3);
});

test('in the end it says what it met, and at once that there is none', async (t) => {
  const busy = answering(t, new TypeError('Failed to fetch'));
  await assert.rejects(loadConfig(), /no \/config\.json \(500\)/);
  assert.equal(busy.asked, 3);
  const none = answering(t, new Response('', { status: 404 }));
  await assert.rejects(loadConfig(), /404/);
  assert.equal(none.asked, 1);
});

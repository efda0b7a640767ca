/** Notifications as they come in, over a WebSocket. Pushes may be lost; the inbox loses nothing, so it is asked as well. */
import { effect, signal } from '@preact/signals';
import { Refused } from '@reelstack/client';
import { account, api, signedIn, unread } from './state.ts';
import type { Notification } from './types.ts';

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
/** A timer takes no more than 24 days; nobody asks for more than one. */
const LONGEST_ASKED_MS = 86_400_000;
/** After so long without a push the number of unread ones is asked for. */
const QUIET_MS = 60_000;

/** The newest push; the inbox shows it at its top. */
export const pushed = signal<Notification | null>(null);
export const connected = signal(false);

effect(() => {
  void account.value;
  pushed.value = null;
});

let listening = false;

/** Listens until the sign-in ends. Called twice, it listens once. */
export function listen(): void {
  if (!listening) {
    listening = true;
    void run().finally(() => { listening = false; });
  }
}

async function run(): Promise<void> {
  let lost = 0;
  while (signedIn.peek()) {
    let askedMs = 0;
    try {
      await seen();
      const whose = account.peek();
      const { url } = await api().call('POST /v1/me/connection');
      await hear(url, whose, () => { lost = 0; });
    } catch (error) {
      // The next turn tries again.
      askedMs = error instanceof Refused ? error.retryAfterSeconds * 1000 : 0;
    }
    // A connection is wanted only where somebody looks: a hidden tab waits until it is shown.
    await shown();
    await pause(Math.max(askedMs, Math.random() * Math.min(FIRST_WAIT_MS * 2 ** lost, LONGEST_WAIT_MS)));
    lost++;
  }
}

/** Waits so long; who signs in meanwhile was asked to wait for nothing. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const whose = account.peek();
    let stop = (): void => undefined;
    const done = () => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = setTimeout(done, Math.min(ms, LONGEST_ASKED_MS));
    stop = effect(() => {
      if (account.value !== whose) {
        done();
      }
    });
  });
}

async function seen(): Promise<void> {
  const whose = account.peek();
  const found = await api().call('GET /v1/me/notifications/unread');
  unread.value = account.peek() === whose ? found.unread : unread.peek();
}

/** Resolves once the connection is over, which it is with the sign-in that it was opened for. */
function hear(url: string, whose: string | null, opened: () => void): Promise<void> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url);
    const quiet = setInterval(() => void seen().catch(() => undefined), QUIET_MS);
    const stop = effect(() => {
      if (account.value !== whose) {
        socket.close();
      }
    });
    socket.addEventListener('open', () => {
      connected.value = true;
      opened();
    });
    socket.addEventListener('message', ({ data }) => account.peek() === whose && take(String(data)));
    socket.addEventListener('close', () => {
      connected.value = false;
      clearInterval(quiet);
      stop();
      resolve();
    });
  });
}

function take(data: string): void {
  const { notification } = JSON.parse(data) as { notification?: Notification };
  if (notification) {
    pushed.value = { ...notification, unread: true };
    unread.value = Math.min(unread.peek() + 1, 50);
  }
}

function shown(): Promise<void> {
  return new Promise((resolve) => {
    if (document.visibilityState === 'visible') {
      resolve();
    } else {
      document.addEventListener('visibilitychange', () => resolve(), { once: true });
    }
  });
}

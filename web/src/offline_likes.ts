/** Likes that found no network: kept on this device, sent once it is back. The last wish for a clip counts. */

const KEPT = 'reelstack.likes';

function waiting(): Record<string, boolean> {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? '{}') as Record<string, boolean>;
  } catch {
    return {};
  }
}

function write(left: Record<string, boolean>): void {
  if (Object.keys(left).length > 0) {
    localStorage.setItem(KEPT, JSON.stringify(left));
  } else {
    localStorage.removeItem(KEPT);
  }
}

export function keep(id: string, liked: boolean): void {
  write({ ...waiting(), [id]: liked });
}

/** For the next person at this browser. */
export function forgetLikes(): void {
  localStorage.removeItem(KEPT);
}

/**
 * Sends what waits, one after the other. What the service refuses is dropped, since it would be refused again; what
 * finds no network stays. How many were sent.
 */
export async function sendLikes(send: (id: string, liked: boolean) => Promise<void>): Promise<number> {
  let sent = 0;
  for (const [id, liked] of Object.entries(waiting())) {
    try {
      await send(id, liked);
      sent++;
    } catch (error) {
      if (error instanceof TypeError) {
        return sent;
      }
    }
    const left = waiting();
    // Another wish may have come meanwhile.
    if (left[id] === liked) {
      delete left[id];
      write(left);
    }
  }
  return sent;
}

/** Accounts that were asked on this device what they like, so that a no is heard once. Forgotten with the sign-out. */

const KEPT = 'reelstack.interests-asked';

function all(): string[] {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? '[]') as string[];
  } catch {
    return [];
  }
}

export function wasAsked(whose: string): boolean {
  return all().includes(whose);
}

export function noteAsked(whose: string): void {
  write([...all().filter((one) => one !== whose), whose]);
}

export function forgetAsked(whose: string): void {
  write(all().filter((one) => one !== whose));
}

function write(accounts: readonly string[]): void {
  try {
    if (accounts.length > 0) {
      localStorage.setItem(KEPT, JSON.stringify(accounts));
    } else {
      localStorage.removeItem(KEPT);
    }
  } catch {
    // A browser that keeps nothing asks again in the next tab.
  }
}

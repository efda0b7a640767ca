/** Accounts that were asked on this device what they like, so that a no is heard once. Forgotten with the sign-out. */
import { ofDevice } from '../kept.ts';

const KEPT = 'reelstack.interests-asked';

function all(): string[] {
  try {
    return JSON.parse(ofDevice.getItem(KEPT) ?? '[]') as string[];
  } catch {
    return [];
  }
}

const others = (whose: string): string[] => all().filter((one) => one !== whose);

export function wasAsked(whose: string): boolean {
  return all().includes(whose);
}

export function noteAsked(whose: string): void {
  ofDevice.setItem(KEPT, JSON.stringify([...others(whose), whose]));
}

export function forgetAsked(whose: string): void {
  const left = others(whose);
  if (left.length > 0) {
    ofDevice.setItem(KEPT, JSON.stringify(left));
  } else {
    ofDevice.removeItem(KEPT);
  }
}

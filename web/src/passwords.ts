import type { Key } from './messages/keys.ts';

/** Why a form is not sent, as the name of a message; null if it is. */
export function whyNot(current: string, wanted: string, repeated: string): Key | null {
  if (wanted !== repeated) {
    return 'settings.password.differs';
  }
  return wanted === current ? 'settings.password.same' : null;
}

/** The typed client of the pages for creators and staff, made when the first of them is loaded. */
import { Client } from '@reelstack/client';
import { session, signedIn } from './state.ts';

let made: Client | null = null;

export function client(): Client {
  made ??= new Client({
    site: '',
    token: () => session().token(),
    fetch: async (input, init) => {
      const answer = await fetch(input, init);
      // A sign-in that is over is forgotten; the shell then leads to sign in.
      if (answer.status === 401 && signedIn.peek()) {
        session().forget();
      }
      return answer;
    },
  });
  return made;
}

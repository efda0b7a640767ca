/** What a deployment tells the page; written beside it as /config.json. */
export interface Config {
  stage: string;
  region: string;
  user_pool_id: string;
  client_id: string;
  /** `password`: name and password here, on a laptop. `code`: authorization code with PKCE at `hosted_ui`. */
  auth: 'password' | 'code';
  /** Address of the sign-in pages, https://…, without a slash at the end; empty with `password`. */
  hosted_ui: string;
  /** Who may upload: who is signed in, or who was invited to a role that may. */
  creators: 'everybody' | 'invited';
}

/** How long each try is waited for. The page shows nothing meanwhile, so the first one is short. */
const PATIENCE_MS = [4000, 8000, 8000] as const;
const PAUSE_MS = 500;

/** Rejects with what the last try met; a deployment without the file is not asked again. */
export async function loadConfig(): Promise<Config> {
  let met: unknown;
  for (const patienceMs of PATIENCE_MS) {
    try {
      const answer = await fetch('/config.json', { signal: AbortSignal.timeout(patienceMs) });
      if (answer.ok) {
        return (await answer.json()) as Config;
      }
      met = new Error(`This deployment has no /config.json (${answer.status})`);
      if (answer.status < 500 && answer.status !== 429) {
        break;
      }
    } catch (error) {
      // Nothing answered in time, or the page of a hotel's network did.
      met = error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw met;
}

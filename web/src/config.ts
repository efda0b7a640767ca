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
}

export async function loadConfig(): Promise<Config> {
  const answer = await fetch('/config.json', { signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) {
    throw new Error(`This deployment has no /config.json (${answer.status})`);
  }
  return (await answer.json()) as Config;
}

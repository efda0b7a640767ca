import { Client, Refused } from '@reelstack/client';
import { ownPath } from './addresses.ts';
import { cognito, isBusy, post } from './cognito.ts';
import type { Config } from './config.ts';
import { ofTab } from './kept.ts';

const KEPT = 'reelstack.session';
/** Under this name the tab keeps what it was shown, so that a reload goes on from there. */
export const FEED_SESSION = 'reelstack.feed-session';
const PENDING = 'reelstack.pkce';
const EARLY_MS = 60_000;
/** Nobody waits longer for being signed out. */
const SIGN_OUT_MS = 3_000;

interface Tokens {
  access: string;
  refresh: string;
  /** Unix milliseconds. */
  expires: number;
}

/** As a token endpoint names them. */
interface Given {
  access: unknown;
  refresh: unknown;
  seconds: unknown;
}

interface Pending {
  verifier: string;
  state: string;
  /** Where to go on afterwards; the sign-in pages lead to / alone. */
  at: string;
}

/** Who is signed in. Tokens live as long as the tab: sessionStorage, which the content security policy keeps to us. */
export class Session {
  readonly #config: Config;
  readonly #changed: (signedIn: boolean) => void;
  #tokens: Tokens | null;
  #renewing: Promise<void> | null = null;
  /** When they came and when they end, by a clock that nobody sets; of those of an earlier page, the device's clock alone tells. */
  #came = -Infinity;
  #ends = Infinity;
  /** The access token that the one of now was renewed from. */
  #replaced = '';

  /** `changed` is told of every sign-in and of its end. */
  constructor(config: Config, changed: (signedIn: boolean) => void = () => undefined) {
    this.#config = config;
    this.#changed = changed;
    this.#tokens = JSON.parse(ofTab.getItem(KEPT) ?? 'null') as Tokens | null;
  }

  /** Groups of the pool, which say what the person may: creator, moderator, admin. The API decides; this only hides. */
  get roles(): readonly string[] {
    return (this.#claims()['cognito:groups'] as string[] | undefined) ?? [];
  }

  /** Id of who is signed in; empty for nobody. */
  get whose(): string {
    return String(this.#claims().sub ?? '');
  }

  get signedIn(): boolean {
    return this.#tokens !== null;
  }

  /** An access token with at least a minute to go. Concurrent callers share one renewal. */
  async token(): Promise<string> {
    if (this.#tokens && Math.min(this.#tokens.expires - Date.now(), this.#ends - performance.now()) < EARLY_MS) {
      await this.#renewal();
    }
    if (!this.#tokens) {
      throw new Refused(401, 'signed-out', 'Sign in first');
    }
    return this.#tokens.access;
  }

  async signIn(username: string, password: string): Promise<void> {
    this.#keep(await this.#initiate('USER_PASSWORD_AUTH', { USERNAME: username, PASSWORD: password }));
  }

  /** Makes an account where the page itself asks for names and passwords. Whether it may sign in at once. */
  async signUp(username: string, email: string, password: string): Promise<boolean> {
    const body = { ClientId: this.#config.client_id, Username: username, Password: password, UserAttributes: [{ Name: 'email', Value: email }] };
    const answer = await post('/_local/cognito', JSON.stringify(body), cognito('SignUp'));
    return answer.UserConfirmed === true;
  }

  /** With the code that came by mail. */
  async confirm(username: string, code: string): Promise<void> {
    const body = { ClientId: this.#config.client_id, Username: username, ConfirmationCode: code };
    await post('/_local/cognito', JSON.stringify(body), cognito('ConfirmSignUp'));
  }

  /** Leaves for the hosted pages, to sign in or to make an account; they lead back to `finishSignIn`. */
  async leaveToSignIn(at = location.pathname, page: 'oauth2/authorize' | 'signup' = 'oauth2/authorize'): Promise<void> {
    const pending: Pending = { verifier: random(), state: random(), at };
    ofTab.setItem(PENDING, JSON.stringify(pending));
    const asked = new URLSearchParams({
      response_type: 'code',
      client_id: this.#config.client_id,
      redirect_uri: here(),
      scope: 'openid email profile',
      state: pending.state,
      code_challenge: await challenge(pending.verifier),
      code_challenge_method: 'S256',
    });
    location.assign(`${this.#config.hosted_ui}/${page}?${asked}`);
  }

  /** Takes the code out of the address, if there is one. */
  async finishSignIn(): Promise<void> {
    const answer = new URLSearchParams(location.search);
    const pending = JSON.parse(ofTab.getItem(PENDING) ?? 'null') as Pending | null;
    if (!answer.has('code') && !answer.has('error')) {
      return;
    }
    ofTab.removeItem(PENDING);
    history.replaceState(null, '', location.pathname);
    if (!pending || answer.get('state') !== pending.state) {
      throw new Refused(400, 'sign-in-not-ours', 'That sign-in did not begin in this tab. Try again.');
    }
    const code = answer.get('code');
    if (!code) {
      throw new Refused(400, 'sign-in-refused', answer.get('error_description') ?? 'Signing in was refused');
    }
    this.#keep(await this.#exchange({ grant_type: 'authorization_code', code, redirect_uri: here(), code_verifier: pending.verifier }));
    history.replaceState(null, '', ownPath(pending.at));
  }

  /** Ends this sign-in for whoever holds its tokens, as far as that can be told in time, and forgets them. */
  async signOut(): Promise<void> {
    const tokens = this.#tokens;
    if (tokens) {
      const signal = AbortSignal.timeout(SIGN_OUT_MS);
      await Promise.allSettled([this.#endSession(tokens, signal), this.#revoke(tokens, signal)]);
    }
    this.forget();
  }

  /** Leaves for the hosted pages once more, which would else sign the next person in as this one; they lead back. */
  leaveSignedOut(): void {
    if (this.#config.hosted_ui) {
      const asked = new URLSearchParams({ client_id: this.#config.client_id, logout_uri: here() });
      location.assign(`${this.#config.hosted_ui}/logout?${asked}`);
    }
  }

  /**
   * The service refuses this token: the one to ask again with; null if the sign-in is over, and what follows reads as nobody.
   * A token may have ended unseen, on a device whose clock was set back, so it is renewed; one that came a moment ago has
   * not. Rejects with what keeps it from being renewed.
   */
  async refused(token: string): Promise<string | null> {
    if (this.#tokens?.access === token) {
      if (performance.now() - this.#came < EARLY_MS) {
        this.forget();
      } else {
        await this.#renewal().catch((error: unknown) => {
          if (this.#tokens) {
            throw error;
          }
        });
      }
    }
    // A token of somebody who signed in meanwhile is none to ask again with.
    return token === this.#replaced ? (this.#tokens?.access ?? null) : null;
  }

  /** For tokens that are refused already. */
  forget(): void {
    this.#tokens = null;
    this.#replaced = '';
    ofTab.removeItem(KEPT);
    ofTab.removeItem(FEED_SESSION);
    this.#changed(false);
  }

  /** Which sign-in a token is of depends on its issuer, so the API is asked. */
  async #endSession(tokens: Tokens, signal: AbortSignal): Promise<void> {
    if (tokens.expires <= Date.now()) {
      return;
    }
    const own = new Client({ site: '', token: () => tokens.access });
    const { items } = await own.call('GET /v1/me/sessions', { signal, attempts: 1 });
    const current = items.find((session) => session.current);
    if (current) {
      await own.call('DELETE /v1/me/sessions/{session_id}', { path: { session_id: current.session_id }, signal, attempts: 1 });
    }
  }

  /** RFC 7009. A laptop's user pool has no pages of its own, and no such address. */
  async #revoke(tokens: Tokens, signal: AbortSignal): Promise<void> {
    if (this.#config.hosted_ui) {
      const body = new URLSearchParams({ client_id: this.#config.client_id, token: tokens.refresh });
      await fetch(`${this.#config.hosted_ui}/oauth2/revoke`, { method: 'POST', body, signal });
    }
  }

  /** Concurrent callers share one. */
  #renewal(): Promise<void> {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #renew(): Promise<void> {
    const before = this.#tokens;
    const refresh = before?.refresh ?? '';
    // Who signed out, or in as somebody else, while this was asked is not signed in by its answer.
    const isStill = () => this.#tokens === before;
    try {
      const given = await (this.#config.auth === 'password'
        ? this.#initiate('REFRESH_TOKEN_AUTH', { REFRESH_TOKEN: refresh })
        : this.#exchange({ grant_type: 'refresh_token', refresh_token: refresh }));
      if (isStill()) {
        this.#keep(given);
        this.#replaced = before?.access ?? '';
      }
    } catch (error) {
      if (error instanceof Refused && !isBusy(error) && isStill()) {
        this.forget();
        throw new Refused(401, 'sign-in-ended', 'Your sign-in has ended. Sign in again.');
      }
      throw error;
    }
  }

  async #initiate(flow: string, parameters: Record<string, string>): Promise<Given> {
    const asked = { AuthFlow: flow, ClientId: this.#config.client_id, AuthParameters: parameters };
    const body = await post('/_local/cognito', JSON.stringify(asked), cognito('InitiateAuth'));
    const given = body.AuthenticationResult as Record<string, unknown> | undefined;
    if (!given) {
      throw new Refused(403, 'challenge', 'This account needs a step that only the hosted sign-in knows');
    }
    return { access: given.AccessToken, refresh: given.RefreshToken, seconds: given.ExpiresIn };
  }

  async #exchange(parameters: Record<string, string>): Promise<Given> {
    const form = new URLSearchParams({ client_id: this.#config.client_id, ...parameters });
    const given = await post(`${this.#config.hosted_ui}/oauth2/token`, form, {});
    return { access: given.access_token, refresh: given.refresh_token, seconds: given.expires_in };
  }

  #keep({ access, refresh, seconds }: Given): void {
    this.#tokens = {
      access: String(access),
      // A renewal brings no new refresh token.
      refresh: refresh ? String(refresh) : (this.#tokens?.refresh ?? ''),
      expires: Date.now() + Number(seconds) * 1000,
    };
    this.#replaced = '';
    this.#came = performance.now();
    this.#ends = this.#came + Number(seconds) * 1000;
    ofTab.setItem(KEPT, JSON.stringify(this.#tokens));
    this.#changed(true);
  }

  /** What the access token says of its owner; nothing where it is none of ours. */
  #claims(): Record<string, unknown> {
    try {
      const part = this.#tokens?.access.split('.')[1] ?? '';
      return JSON.parse(atob(part.replaceAll('-', '+').replaceAll('_', '/'))) as Record<string, unknown>;
    } catch {
      return {};
    }
  }
}

function here(): string {
  return `${location.origin}/`;
}

function random(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

/** RFC 7636, S256. */
export async function challenge(verifier: string): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

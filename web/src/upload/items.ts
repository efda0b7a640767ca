/** What is known of an upload: by its creator, by this browser, by this page. */
import type { Wishes } from '@reelstack/client/uploads';
import type { OwnVideo } from '../types.ts';

/** What its creator says of a clip. */
export interface Draft {
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly visibility: NonNullable<Wishes['visibility']>;
}

/** What of a failure can be kept: a class of its own can not. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  /** Of a refusal: of HTTP, and the last part of the problem's address. */
  readonly status?: number;
  readonly type?: string;
}

/** What of it outlives the tab. */
export interface Kept extends Draft {
  readonly id: string;
  readonly fileName: string;
  readonly size: number;
  /** Whose upload it is. */
  readonly whose: string;
  readonly addedAt: number;
  readonly paused: boolean;
  /** The service's video, once there is one. */
  readonly videoId: string | null;
  /** All bytes are there. */
  readonly sent: boolean;
  /** By the camera of this device: its file exists nowhere else. */
  readonly recorded?: boolean;
  /** Its creator has not sent it off yet. */
  readonly draft?: boolean;
  /** What ended it, until somebody tries again. */
  readonly failure?: Failure | null;
}

/** draft: not begun. lost: its file is to be chosen again. elsewhere: another tab sends it. */
export type State = 'draft' | 'waiting' | 'sending' | 'paused' | 'failed' | 'lost' | 'elsewhere' | 'sent';

export interface Item extends Kept {
  readonly state: State;
  readonly sentBytes: number;
  readonly error: unknown;
  /** A recording that the browser has no room for: this page alone has it. */
  readonly unkept?: boolean;
  /** What production says of it. */
  readonly video: OwnVideo | null;
}

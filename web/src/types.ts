/** Answers of /v1, as far as the app reads them: docs/api/openapi.json has all of it. Times are unix milliseconds. */

export interface Page<Item> {
  items: Item[];
  cursor: string | null;
}

/** `<name>.mp4` beside the master playlist. A newer service may say more of it. */
export interface MediaFile {
  name: string;
  /** Where the byte ranges end that are best fetched at once; the first begins at 0. */
  unit_ends?: number[];
}

export interface Playback {
  /** Null while its owner has it archived: there is a poster, and nothing to play. */
  master_url: string | null;
  poster_url: string | null;
  sprites_url?: string | null;
  color?: string | null;
  /** Unix seconds. */
  expires_at: number;
  duration_ms?: number | null;
  renditions?: MediaFile[];
  sound?: MediaFile | null;
}

export interface Likes {
  likes: number;
  liked: boolean;
}

export interface Author {
  id: string;
  handle: string | null;
  display_name: string;
  avatar?: string | null;
  following?: boolean;
}

export interface Video {
  video_id: string;
  title: string;
  description: string;
  tags?: string[];
  duration_ms: number | null;
  width: number | null;
  height: number | null;
  /** "#rrggbb", what to show in place of the poster. */
  color?: string | null;
  author: Author;
  likes: number | null;
  comments?: number | null;
  shares?: number | null;
  bookmarks?: number | null;
  plays?: number | null;
  liked: boolean;
  bookmarked?: boolean;
  /** Whether the viewer follows its author. */
  following?: boolean;
  /** Where the viewer left it, in milliseconds from its start. */
  resume_ms: number | null;
  poster_url?: string | null;
  playback: Playback | null;
  /** Of a list: how the clip came to be shown; events bring it back. */
  receipt?: string | null;
  /** What production changed about the clip; only its owner is told. */
  notices?: { code: string; message: string }[] | null;
  preload?: Preload | null;
}

export interface Preload {
  renditions: { name: string; header_bytes: number; first_segment_bytes: number }[];
  /** Chance that it is watched to 25, 50, 75 and 100 %. */
  p_watch: number[];
}

/** A clip as its owner is told of it. */
export interface OwnVideo {
  video_id: string;
  title: string;
  /** uploading, queued, processing, review, published, restoring, rejected, failed or deleted; a newer service may add. */
  state: string;
  author: Author;
  /** Code of why it was refused or failed. */
  reason?: string | null;
  reason_message: string | null;
  reason_detail: string | null;
  attempt: number;
  created_at: number;
  color: string | null;
  poster_url: string | null;
  /** While it is queued or processing; lists leave it out. */
  progress?: Progress | null;
  notices?: { code: string; message: string }[] | null;
  visibility?: string;
}

export interface Progress {
  /** queued, probing, first-rung, encoding or packaging; a newer service may add. */
  stage: string;
  renditions_done: number;
  /** Null until the file was looked at. */
  renditions_total: number | null;
  /** Null: there is no estimate. */
  remaining_seconds: number | null;
}

export type OwnPage = Page<OwnVideo>;

export interface FeedPage extends Page<Video> {
  /** To be sent back with the next request: what was shown is in it. */
  session: string;
  /** 0 is the whole of it; the more, the less it was chosen for this viewer. */
  level?: number;
  label?: string | null;
  /** The page is one that was kept, since the service could not make a new one. */
  stale?: boolean;
  /** It comes from the CDN, since the service did not answer: the next request may find it again. */
  ready_made?: boolean;
}

export interface Comment {
  comment_id: string;
  author_id: string | null;
  author: Author | null;
  /** Null of one that was deleted. */
  text: string | null;
  state: 'visible' | 'held' | 'deleted';
  created_at: number;
  edited_at: number | null;
  likes: number;
  replies: number;
  liked: boolean;
  pinned?: boolean;
}

export interface CommentPage extends Page<Comment> {
  pinned: Comment | null;
}

export type Reason = 'spam' | 'sexual' | 'violence' | 'hate' | 'harassment' | 'self-harm' | 'minors' | 'copyright' | 'other';
export type Privacy = 'public' | 'private' | 'friends';

export interface Profile {
  user_id: string;
  handle: string | null;
  display_name: string;
  bio: string;
  links: string[];
  avatar_url: string | null;
  privacy: Privacy;
  created_at: number;
}

export interface OwnProfile extends Profile {
  personalised: boolean;
  suspended_at: number | null;
}

export interface FoundUser extends Profile {
  following: boolean;
}

export interface Follow {
  user_id: string;
  /** Null: not followed. `requested`: a private account has not answered yet. */
  state: 'following' | 'requested' | null;
  follows_you: boolean;
  followers: number;
  following: number;
}

export interface Notification {
  subject: string;
  kind: string;
  video_id: string | null;
  about_comment_id: string | null;
  comment_id: string | null;
  users: Author[];
  count: number;
  at: number;
  unread: boolean;
}

export interface SignIn {
  session_id: string;
  agent: string;
  created_at: number;
  seen_at: number;
  current: boolean;
}

export interface Export {
  export_id: string;
  state: string;
  percent: number;
  asked_at: number;
  expires_at: number | null;
  files: { name: string; size_bytes: number; download_url: string }[];
}

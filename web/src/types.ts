/** Shapes of /v1 under the names that the app has for them, out of the description (@reelstack/client). Times are unix milliseconds. */
import type { Schema } from '@reelstack/client';

export interface Page<Item> {
  items: Item[];
  cursor: string | null;
}

/** A card; those of the feed say what to load of it beforehand, too. */
export type Video = Schema<'VideoCard'> & Partial<Pick<Schema<'FeedItem'>, 'preload'>>;
/** A clip as its owner is told of it. */
export type OwnVideo = Schema<'VideoCard'>;
export type OwnPage = Page<OwnVideo>;
export type Playback = Schema<'Playback'>;
export type Likes = Pick<Schema<'LikesView'>, 'likes' | 'liked'>;
export type Author = Pick<Schema<'UserCard'>, 'id' | 'handle' | 'display_name'> & Partial<Schema<'UserCard'>>;
export type Comment = Schema<'CommentCard'>;
export type Reason = Schema<'Reason'>;
export type Privacy = Schema<'Privacy'>;
export type Profile = Schema<'Profile'>;
export type OwnProfile = Schema<'OwnProfile'>;
export type Follow = Schema<'FollowView'>;
export type Notification = Schema<'NotificationView'>;

/** A page of the feed, or one that was made before for everybody. */
export interface FeedPage extends Page<Video> {
  /** To be sent back with the next request: what was shown is in it. */
  session: string;
  /** 0 is the whole of it; the more, the less it was chosen for this viewer. */
  level?: number;
  /** The page is one that was kept, since the service could not make a new one. */
  stale?: boolean;
  /** It comes from the CDN, since the service did not answer: the next request may find it again. */
  ready_made?: boolean;
}

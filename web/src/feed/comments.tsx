import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { newKey } from '@reelstack/client';
import { ago, count, t } from '../i18n.ts';
import { LikeToggle } from '../likes.ts';
import { type Paged, usePages } from '../load.ts';
import { addressOfPerson, nameOf } from '../names.ts';
import { account, api, attempt, say, signedIn, tell, whoAmI } from '../state.ts';
import type { Comment, Likes } from '../types.ts';
import { Avatar, More } from '../ui/bits.tsx';
import { Icon } from '../ui/icons.tsx';
import { Limited } from '../ui/limited.tsx';
import { signInAddress } from '../ui/navigation.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { Report } from './report.tsx';
import type { SheetProps } from './sheets.tsx';

const MOST_LETTERS = 500;

/** What a list of comments does to the one that was opened with it. */
interface Talk {
  readonly video_id: string;
  readonly mine: string | null;
  readonly answering: Signal<Comment | null>;
  readonly reporting: Signal<Comment | null>;
  readonly gone: (comment: Comment) => void;
}

export default function Comments({ video, actions, open }: SheetProps) {
  const { video_id } = video;
  const order = useSignal<'top' | 'newest'>('top');
  const mine = useSignal<string | null>(null);
  const answering = useSignal<Comment | null>(null);
  const reporting = useSignal<Comment | null>(null);
  const written = useSignal<readonly Comment[]>([]);
  const pages = useComments(video_id, order.value);
  const keyOf = useKey();
  useEffect(() => void whoAmI().then((me) => { mine.value = me?.user_id ?? null; }, tell), []);
  const gone = (comment: Comment) => {
    pages.change((items) => items.filter((one) => one !== comment));
    written.value = written.peek().filter((one) => one !== comment);
    actions.comments.value = Math.max(0, actions.comments.peek() - 1);
  };
  const talk: Talk = { video_id, mine: mine.value, answering, reporting, gone };
  const known = new Set(written.value.map(({ comment_id }) => comment_id));
  const send = async (text: string) => {
    const body = { text, ...(answering.value ? { answers: answering.value.comment_id } : {}) };
    const made = await api().call('POST /v1/videos/{video_id}/comments', { path: { video_id }, body, key: keyOf(JSON.stringify(body)) });
    keyOf('');
    written.value = [made, ...written.peek()];
    answering.value = null;
    actions.comments.value++;
    say(t('comments.sent'));
  };
  if (reporting.value) {
    const path = { video_id, comment_id: reporting.value.comment_id };
    return <Report send={(body) => api().call('PUT /v1/videos/{video_id}/comments/{comment_id}/report', { path, body })} close={() => { reporting.value = null; }} />;
  }
  return (
    <Sheet title={t('comments.title')} onClose={() => open(null)}>
      <Order chosen={order} />
      <ul class="comments" aria-label={t('comments.title')} aria-busy={pages.busy}>
        {[...written.value, ...pages.items.filter(({ comment_id }) => !known.has(comment_id))].map((comment) => (
          <One key={comment.comment_id} comment={comment} talk={talk} />
        ))}
      </ul>
      {written.value.length === 0 || pages.busy ? <More pages={pages} empty={t('comments.empty')} /> : null}
      <Write video_id={video_id} answering={answering} send={send} />
    </Sheet>
  );
}

/** The key of what is sent: the same for as long as the same is sent, since a first one may have come though its answer did not. */
function useKey(): (said: string) => string {
  const last = useRef({ said: '', key: '' });
  return (said) => {
    last.current = last.current.said === said ? last.current : { said, key: newKey() };
    return last.current.key;
  };
}

/** The comment that its creator pinned comes first, in either order. */
function useComments(video_id: string, order: 'top' | 'newest'): Paged<Comment> {
  return usePages<Comment>(async (cursor) => {
    const page = await api().call('GET /v1/videos/{video_id}/comments', { path: { video_id }, query: { order, limit: 20, cursor } });
    return { cursor: page.cursor, items: page.pinned && cursor === null ? [page.pinned, ...page.items] : page.items };
  }, [order]);
}

function Order({ chosen }: { chosen: Signal<'top' | 'newest'> }) {
  return (
    <div class="choices" role="group" aria-label={t('comments.order')}>
      {(['top', 'newest'] as const).map((one) => (
        <button key={one} type="button" class="chip" aria-pressed={chosen.value === one} onClick={() => { chosen.value = one; }}>
          {t(`comments.${one}`)}
        </button>
      ))}
    </div>
  );
}

function One({ comment, talk }: { comment: Comment; talk: Talk }) {
  const { author, text } = comment;
  const name = nameOf(author);
  const own = comment.author_id !== null && comment.author_id === talk.mine;
  if (text === null || !author) {
    return <li class="comment"><p class="soft">{t('comments.deleted')}</p><Replies comment={comment} talk={talk} /></li>;
  }
  const remove = () => attempt(async () => {
    await api().call('DELETE /v1/videos/{video_id}/comments/{comment_id}', { path: { video_id: talk.video_id, comment_id: comment.comment_id } });
    talk.gone(comment);
  });
  return (
    <li class="comment">
      <Avatar author={author} size={36} />
      <div class="comment-words">
        <p class="soft">
          <a href={addressOfPerson(author)}>{name}</a> · <time dateTime={new Date(comment.created_at).toISOString()}>{ago(comment.created_at)}</time>
          {comment.edited_at && ` · ${t('comments.edited')}`}
          {comment.pinned && ` · ${t('comments.pinned')}`}
        </p>
        <p><bdi>{text}</bdi></p>
        {comment.state === 'held' && <p class="soft">{t('comments.held')}</p>}
        <p class="comment-acts">
          <button type="button" class="text" aria-label={t('comments.reply', { name })} onClick={() => { talk.answering.value = comment; }}>{t('comments.reply.short')}</button>
          {own ? (
            <button type="button" class="text" aria-label={t('comments.delete')} onClick={() => void remove()}><Icon name="trash" /></button>
          ) : (
            <button type="button" class="text" aria-label={t('comments.report', { name })} onClick={() => { talk.reporting.value = comment; }}><Icon name="flag" /></button>
          )}
        </p>
        <Replies comment={comment} talk={talk} />
      </div>
      <CommentLike comment={comment} name={name} />
    </li>
  );
}

function CommentLike({ comment, name }: { comment: Comment; name: string }) {
  const { video_id, comment_id } = comment;
  const likes = useSignal<Likes>({ likes: comment.likes, liked: comment.liked });
  const toggle = useRef<LikeToggle | null>(null);
  toggle.current ??= new LikeToggle(
    likes.peek(),
    (liked) => api().call(`${liked ? 'PUT' : 'DELETE'} /v1/videos/{video_id}/comments/{comment_id}/like`, { path: { video_id, comment_id } }),
    (now) => { likes.value = now; },
  );
  return (
    <button type="button" class="text like" aria-pressed={likes.value.liked} aria-label={t('comments.like', { name, n: likes.value.likes })} onClick={() => void toggle.current?.toggle().catch(tell)}>
      <Icon name="heart" filled />
      <span class="count" aria-hidden="true">{count(likes.value.likes)}</span>
    </button>
  );
}

function Replies({ comment, talk }: { comment: Comment; talk: Talk }) {
  const shown = useSignal(false);
  if (comment.replies === 0) {
    return null;
  }
  return shown.value ? (
    <Answers comment={comment} talk={talk} />
  ) : (
    <button type="button" class="text" onClick={() => { shown.value = true; }}>{t('comments.replies', { n: comment.replies })}</button>
  );
}

function Answers({ comment, talk }: { comment: Comment; talk: Talk }) {
  const path = { video_id: talk.video_id, comment_id: comment.comment_id };
  const pages = usePages<Comment>((cursor) => api().call('GET /v1/videos/{video_id}/comments/{comment_id}/replies', { path, query: { limit: 20, cursor } }), []);
  return (
    <>
      <ul class="comments">
        {pages.items.map((one) => <One key={one.comment_id} comment={one} talk={{ ...talk, gone: (left) => { pages.change((items) => items.filter((other) => other !== left)); } }} />)}
      </ul>
      <More pages={pages} empty="" />
    </>
  );
}

/** What somebody began to write about a clip, and closed the sheet or was signed out over. */
const begun = new Map<string, string>();

function Write({ video_id, answering, send }: { video_id: string; answering: Signal<Comment | null>; send: (text: string) => Promise<void> }) {
  const draft = `${account.value}/${video_id}`;
  const text = useSignal(begun.get(draft) ?? '');
  const busy = useSignal(false);
  const field = useRef<HTMLInputElement | HTMLTextAreaElement | null>(null);
  const write = (now: string) => {
    text.value = now;
    begun.set(draft, now);
  };
  const to = answering.value;
  useEffect(() => { if (to) { field.current?.focus(); } }, [to]);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    busy.value = true;
    const said = text.peek();
    // On its way it is nothing that a sheet opened anew may offer, and send, again.
    begun.delete(draft);
    const isSent = await attempt(() => send(said.trim()));
    // What was written on meanwhile was not sent.
    if (isSent && text.peek() === said) {
      text.value = '';
    } else if (!begun.has(draft)) {
      begun.set(draft, text.peek());
    }
    busy.value = false;
  };
  if (!signedIn.value) {
    return <p class="write soft"><a class="button" href={signInAddress(location.pathname)}>{t('nav.signIn')}</a></p>;
  }
  return (
    <form class="write" onSubmit={(event) => void submit(event)}>
      {to && (
        <p class="soft">
          {t('comments.replying', { name: nameOf(to.author) })}{' '}
          <button type="button" class="text" onClick={() => { answering.value = null; }}>{t('common.cancel')}</button>
        </p>
      )}
      <Limited field={field} data-kept rows={1} most={MOST_LETTERS} required label={t('comments.write')} value={text.value} typed={write} />
      <button type="submit" class="round" disabled={busy.value || text.value.trim() === ''} aria-label={t('comments.send')}><Icon name="send" filled /></button>
    </form>
  );
}

import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { noticesOf } from '../failure.ts';
import { language, t } from '../i18n.ts';
import * as progress from '../progress.ts';
import { announce, attempt } from '../state.ts';
import { addressOf } from '../ui/bits.tsx';
import { Limited } from '../ui/limited.tsx';
import { canGoOn, why } from './failures.ts';
import type { Draft, Item as Entry } from './items.ts';
import type { Queue } from './queue.ts';
import { MOST_OF_TITLE, MOST_TAGS, tagsOf, tooLong } from './words.ts';

/** Characters that the service takes. */
const MOST_OF_DESCRIPTION = 2000;
const VISIBILITIES = ['public', 'unlisted', 'friends', 'private'] as const;

/** One clip on its way. */
export function Item({ item, queue }: { item: Entry; queue: Queue }) {
  const says = item.video ? progress.stateOf(item.video) : t(`upload.state.${item.state}`);
  const settled = item.state !== 'sending' && item.state !== 'draft';
  useEffect(() => {
    if (settled) {
      announce(`${item.title}: ${says}`);
    }
  }, [says, settled]);
  const reason = item.video ? progress.reasonOf(item.video) : '';
  const notices = noticesOf(item.video ?? {});
  return (
    <li class="card upload" data-state={item.video?.state ?? item.state} data-video-id={item.videoId ?? ''}>
      <h2>{item.video?.state === 'published' ? <a href={addressOf(item.video)}><bdi>{item.title}</bdi></a> : <bdi>{item.title}</bdi>}</h2>
      <p class="soft">{item.fileName} · {bytes(item.size)}</p>
      {item.unkept && !item.sent && <p class="problem" role="alert">{t('upload.unkept')}</p>}
      {item.state === 'draft' ? (
        <Form item={item} queue={queue} />
      ) : (
        <>
          <p class="state">{says}</p>
          {reason && <p class="reason">{reason}</p>}
          {item.error !== null && <p class="problem" role="alert">{why(item.error)}</p>}
          {item.state === 'lost' && <p>{item.recorded ? t('upload.lost.recording') : t('upload.again', { name: item.fileName })}</p>}
          {!item.sent && <Sent item={item} />}
          {item.video && <Making item={item} />}
          {notices && <p class="notices">{notices}</p>}
          <Acts item={item} queue={queue} />
        </>
      )}
    </li>
  );
}

function Sent({ item }: { item: Entry }) {
  return (
    <>
      <progress max={item.size} value={item.sentBytes} aria-label={t('upload.sent', { title: item.title })} />
      <p class="soft how-far">{t('upload.bytes', { done: bytes(item.sentBytes), all: bytes(item.size) })}</p>
    </>
  );
}

function Making({ item }: { item: Entry }) {
  const howFar = item.video ? progress.progressOf(item.video) : '';
  const { renditions_total: total = null, renditions_done: done = 0 } = item.video?.progress ?? {};
  return (
    <>
      {total ? <progress max={total} value={done} aria-label={t('clips.progress', { title: item.title })} /> : null}
      {howFar && <p class="soft how-far">{howFar}</p>}
    </>
  );
}

function Acts({ item, queue }: { item: Entry; queue: Queue }) {
  const { id, state, title } = item;
  const goesOn = state === 'paused' || (state === 'failed' && canGoOn(item.error));
  return (
    <p class="acts">
      {(state === 'sending' || state === 'waiting') && (
        <button type="button" aria-label={t('upload.pause.of', { title })} onClick={() => queue.pause(id)}>{t('upload.pause')}</button>
      )}
      {goesOn && (
        <button type="button" class="primary" aria-label={t('upload.resume.of', { title })} onClick={() => queue.resume(id)}>
          {t(state === 'failed' ? 'common.retry' : 'upload.resume')}
        </button>
      )}
      {!item.sent && state !== 'elsewhere' && (
        <button type="button" class="quiet" aria-label={t('upload.drop.of', { title })} onClick={() => void attempt(() => queue.remove(id))}>{t('upload.remove')}</button>
      )}
    </p>
  );
}

/** What its creator says of it, before it is sent. */
function Form({ item, queue }: { item: Entry; queue: Queue }) {
  const problem = useSignal('');
  const before = useRef(queue.written(item)).current;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const draft = draftIn(event.currentTarget as HTMLFormElement);
    problem.value = whyNot(draft);
    if (!problem.value) {
      void attempt(() => queue.start(item.id, draft));
    }
  };
  return (
    <form onSubmit={submit} onInput={(event) => queue.note(item.id, draftIn(event.currentTarget))} aria-label={t('upload.about', { title: item.title })}>
      <label>{t('upload.clipTitle')}<Limited name="title" most={MOST_OF_TITLE} required first={before.title} /></label>
      <label>{t('upload.description')}<Limited name="description" most={MOST_OF_DESCRIPTION} rows={3} first={before.description} /></label>
      <label>{t('upload.tags')}<input name="tags" placeholder={t('upload.tags.like')} defaultValue={before.tags.join(', ')} /></label>
      <label>{t('upload.visibility')}
        <select name="visibility">
          {VISIBILITIES.map((one) => <option key={one} value={one} selected={one === before.visibility}>{t(`visibility.${one}`)}</option>)}
        </select>
      </label>
      {problem.value && <p class="problem" role="alert">{problem.value}</p>}
      <p class="acts">
        <button type="submit" class="primary">{t('upload.send')}</button>
        <button type="button" class="quiet" onClick={() => void attempt(() => queue.remove(item.id))}>{t('upload.remove')}</button>
      </p>
    </form>
  );
}

function draftIn(form: HTMLFormElement): Draft {
  const given = new FormData(form);
  const text = (name: string) => String(given.get(name) ?? '').trim();
  return {
    title: text('title'),
    description: text('description'),
    tags: tagsOf(text('tags')),
    visibility: VISIBILITIES.find((one) => one === text('visibility')) ?? 'public',
  };
}

/** Why it is not sent yet; empty if it is. */
function whyNot({ title, tags }: Draft): string {
  const long = tooLong(tags);
  if (title === '' || long !== undefined) {
    return title === '' ? t('upload.untitled') : t('upload.tags.long', { tag: long ?? '' });
  }
  return tags.length > MOST_TAGS ? t('upload.tags.many', { n: MOST_TAGS }) : '';
}

/** 12_345_678 -> "12.3 MB" */
export function bytes(n: number): string {
  const [unit, size] = n < 1e6 ? (['kilobyte', 1e3] as const) : n < 1e9 ? (['megabyte', 1e6] as const) : (['gigabyte', 1e9] as const);
  return new Intl.NumberFormat(language.value, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 }).format(n / size);
}

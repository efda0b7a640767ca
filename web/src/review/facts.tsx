import type { Answer } from '@reelstack/client';
import { reasonsOf } from '../failure.ts';
import { ago, has, language, moment, t } from '../i18n.ts';
import { usePages } from '../load.ts';
import type { Key } from '../messages/keys.ts';
import { addressOfPerson, nameOf } from '../names.ts';
import { api } from '../state.ts';
import { More } from '../ui/bits.tsx';
import { CODES, isMixed, type Script, unread } from './texts.ts';

type Clip = Answer<'GET /v1/reviews/{video_id}'>;

/** What is written about a clip, by whom, and why somebody asks. */
export function Facts({ clip }: { clip: Clip }) {
  const labels = Object.entries(clip.labels).sort(([, one], [, other]) => other - one);
  return (
    <dl class="facts-list">
      <dt>{t('review.by')}</dt>
      <dd><a href={addressOfPerson(clip.author)}>{nameOf(clip.author)}</a></dd>
      <dt>{t('review.why')}</dt>
      <dd>{t(`review.kind.${clip.kind}`)} <span class="soft">{ago(clip.asked_at)}</span></dd>
      {labels.length > 0 && <dt>{t('review.labels')}</dt>}
      {labels.length > 0 && <dd class="labels">{labels.map(([name, score]) => <Label key={name} name={name} score={score} />)}</dd>}
      <Words name={t('upload.clipTitle')} text={clip.title} />
      <Words name={t('upload.description')} text={clip.description} />
      <Words name={t('upload.tags')} text={clip.tags.map((tag) => `#${tag}`).join(' ')} />
      {clip.reason && <><dt>{t('review.verdict')}</dt><dd>{reasonsOf({ reason: clip.reason, reason_message: clip.reason, reason_detail: clip.reason_detail })}</dd></>}
      <Words name={t('review.appeal')} text={clip.appeal ?? ''} />
    </dl>
  );
}

function Label({ name, score }: { name: string; score: number }) {
  const percent = new Intl.NumberFormat(language.value, { style: 'percent' }).format(score);
  return <span class="tag" data-high={score >= 0.8}>{name} {percent}</span>;
}

/** A text, with a note if this reader may not read all of it. */
function Words({ name, text }: { name: string; text: string }) {
  if (!text) {
    return null;
  }
  const script = unread(text, language.value);
  const note = isMixed(text) ? t('review.mixed') : script ? t('review.unread', { script: scriptName(script) }) : '';
  return (
    <>
      <dt>{name}</dt>
      <dd><bdi class="written">{text}</bdi>{note && <small class="note">{note}</small>}</dd>
    </>
  );
}

/** "Latin" in the moderator's language. */
function scriptName(script: Script): string {
  return new Intl.DisplayNames(language.value, { type: 'script' }).of(CODES[script]) ?? script;
}

/** A newer service's own word where there is none. */
function wordFor(of: 'did' | 'actor', name: string): string {
  const key = `review.${of}.${name}`;
  return has(key) ? t(key) : name;
}

/** Who did what to the clip, and who reported it. */
export function Log({ clip }: { clip: Clip }) {
  const path = { video_id: clip.video_id };
  const audit = usePages<Answer<'GET /v1/videos/{video_id}/audit'>['items'][number]>((cursor) => api().call('GET /v1/videos/{video_id}/audit', { path, query: { limit: 50, cursor } }), [clip.video_id]);
  const reports = usePages<Answer<'GET /v1/videos/{video_id}/reports'>['items'][number]>((cursor) => api().call('GET /v1/videos/{video_id}/reports', { path, query: { limit: 50, cursor } }), [clip.video_id]);
  return (
    <section aria-label={t('review.log')}>
      <h3>{t('review.log')}</h3>
      <ul class="log">
        {audit.items.map((one) => (
          <li key={one.entry_id}><time dateTime={new Date(one.at).toISOString()}>{moment(one.at)}</time> <strong>{wordFor('did', one.action)}</strong> {one.actor_user ? nameOf(one.actor_user) : wordFor('actor', one.actor)} {one.reason}</li>
        ))}
      </ul>
      <More pages={audit} empty={t('review.log.empty')} />
      {(reports.items.length > 0 || reports.error !== null) && (
        <>
          <h3>{t('review.reports')}</h3>
          <ul class="log">
            {reports.items.map((one) => <li key={one.reporter_id}><strong>{t(`report.${one.reason}` as Key)}</strong> <bdi>{one.detail}</bdi> <span class="soft">{nameOf(one.reporter)}, {ago(one.reported_at)}</span></li>)}
          </ul>
          <More pages={reports} empty="" />
        </>
      )}
    </section>
  );
}

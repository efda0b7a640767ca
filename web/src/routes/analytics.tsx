import '../styles/studio.css';
import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { Answer } from '@reelstack/client';
import { Chart, type Curve, Table } from '../analytics/chart.tsx';
import { count, has, language, moment, t } from '../i18n.ts';
import { useLoad, usePages } from '../load.ts';
import { analytics as messages } from '../messages/analytics.ts';
import { place } from '../router.ts';
import { api } from '../state.ts';
import type { Video } from '../types.ts';
import { Empty, Failed, More, Spinner } from '../ui/bits.tsx';
import { useTitle } from '../ui/title.ts';

export { messages };

type Analytics = Answer<'GET /v1/me/analytics'> | Answer<'GET /v1/videos/{video_id}/analytics'>;
const RANGES = [7, 28, 90] as const;

/** How one's clips are watched: all of them, or the one that the address names. */
export default function AnalyticsPage() {
  const id = place.value.searchParams.get('video');
  useTitle(() => t('analytics.title'));
  const days = useSignal<number>(28);
  const range = days.value;
  const found = useLoad<Analytics>(
    () => (id ? api().call('GET /v1/videos/{video_id}/analytics', { path: { video_id: id }, query: { days: range } }) : api().call('GET /v1/me/analytics', { query: { days: range } })),
    [id, range],
  );
  const title = useLoad<string>(async () => (id ? (await api().call('GET /v1/videos/{video_id}', { path: { video_id: id } })).title : ''), [id]);
  return (
    <div class="page studio">
      <h1>{id ? (title.value ?? t('analytics.clip')) : t('analytics.title')}</h1>
      {id && <p><a href="/analytics">{t('analytics.all')}</a></p>}
      <p class="acts" role="group" aria-label={t('analytics.range')}>
        {RANGES.map((n) => (
          <button key={n} type="button" class="chip" aria-pressed={range === n} onClick={() => { days.value = n; }}>{t('analytics.days', { n })}</button>
        ))}
      </p>
      {found.error ? <Failure error={found.error} retry={found.reload} /> : null}
      {found.value ? <Told of={found.value} /> : !found.error && <Spinner />}
      {!id && <Clips />}
    </div>
  );
}

function Failure({ error, retry }: { error: unknown; retry: () => void }) {
  const status = (error as { status?: number }).status;
  return status === 404 ? <Empty title={t('analytics.none')} says={t('analytics.none.says')} /> : <Failed error={error} retry={retry} />;
}

function Told({ of }: { of: Analytics }) {
  const byDay = useMemo(() => dayCurves(of), [of]);
  const retention = useMemo(() => retentionOf(of), [of]);
  const sources = Object.entries(of.sources).sort(([, one], [, other]) => other - one);
  return (
    <>
      <dl class="tiles">
        <Tile name={t('analytics.plays')} value={count(of.plays)} />
        <Tile name={t('analytics.watched')} value={time(of.watched_ms)} />
        <Tile name={t('analytics.finishRate')} value={of.finish_rate === null ? '–' : percent(of.finish_rate)} />
        {'plays_now' in of && <Tile name={t('analytics.playsNow')} value={count(of.plays_now)} />}
      </dl>
      <p class="soft">{of.as_of ? t('analytics.asOf', { when: moment(of.as_of) }) : t('analytics.notYet')}</p>
      {'plays_now' in of && of.plays_now > of.plays && <p class="soft">{t('analytics.live')}</p>}
      {retention && <Chart curve={retention} title={t('analytics.retention')} head={[t('analytics.place'), t('analytics.still')]} />}
      {of.days.length > 0 && <Chart curve={byDay.plays} title={t('analytics.playsByDay')} head={[t('analytics.day'), t('analytics.plays')]} />}
      {of.days.length > 0 && <Chart curve={byDay.watched} title={t('analytics.watchedByDay')} head={[t('analytics.day'), t('analytics.watched')]} />}
      {sources.length > 0 && (
        <section class="card">
          <h2>{t('analytics.sources')}</h2>
          <Table summary={t('analytics.table', { title: t('analytics.sources') })} head={[t('analytics.source'), t('analytics.plays')]}>
            {sources.map(([name, plays]) => <tr key={name}><th scope="row">{sourceName(name)}</th><td>{count(plays)}</td></tr>)}
          </Table>
        </section>
      )}
    </>
  );
}

/** Where a clip was shown; a newer service's own word where there is none. */
function sourceName(source: string): string {
  const key = `analytics.source.${source}`;
  return has(key) ? t(key) : source;
}

function Tile({ name, value }: { name: string; value: string }) {
  return <div class="card tile"><dt>{name}</dt><dd>{value}</dd></div>;
}

function dayCurves(of: Analytics): { plays: Curve; watched: Curve } {
  const x = of.days.map(({ day }) => Date.parse(`${day}T00:00:00Z`) / 1000);
  const across = (seconds: number) => new Intl.DateTimeFormat(language.value, { month: 'short', day: 'numeric', timeZone: 'UTC' }).format(seconds * 1000);
  const common = { x, across, dates: true, bars: true };
  return {
    plays: { ...common, y: of.days.map(({ plays }) => plays), name: t('analytics.plays'), shown: (n) => (Number.isInteger(n) ? count(n) : '') },
    watched: { ...common, y: of.days.map(({ watched_ms }) => watched_ms), name: t('analytics.watched'), shown: time },
  };
}

/** Of one clip: the share of views that were still going on. Null where nothing was counted. */
function retentionOf(of: Analytics): Curve | null {
  if (!('retention' in of) || of.retention.length === 0) {
    return null;
  }
  return {
    x: of.retention.map((point) => point.percent),
    y: of.retention.map(({ share }) => share),
    name: t('analytics.still'),
    dates: false,
    bars: false,
    shown: percent,
    across: (n) => percent(n / 100),
  };
}

/** The clips that one can look at by themselves. */
function Clips() {
  const pages = usePages<Pick<Video, 'video_id' | 'title' | 'plays'>>((cursor) => api().call('GET /v1/videos', { query: { limit: 20, cursor } }), []);
  return (
    <section class="card">
      <h2>{t('analytics.byClip')}</h2>
      {pages.items.length > 0 && <p class="soft">{t('analytics.byClip.says')}</p>}
      <ul class="rows">
        {pages.items.map((video) => (
          <li key={video.video_id}>
            <a class="row" href={`/analytics?video=${video.video_id}`}><span>{video.title}</span><span class="soft">{t('analytics.played', { n: video.plays ?? 0 })}</span></a>
          </li>
        ))}
      </ul>
      <More pages={pages} empty={t('clips.empty')} />
    </section>
  );
}

function percent(share: number): string {
  return new Intl.NumberFormat(language.value, { style: 'percent', maximumFractionDigits: 0 }).format(share);
}

/** Milliseconds -> "12.5 hr", "3 min" or "40 sec". */
function time(ms: number): string {
  const [unit, size] = ms >= 3_600_000 ? (['hour', 3_600_000] as const) : ms >= 60_000 ? (['minute', 60_000] as const) : (['second', 1000] as const);
  return new Intl.NumberFormat(language.value, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 }).format(ms / size);
}

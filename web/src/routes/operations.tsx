import '../styles/studio.css';
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { type Answer, Client, newKey } from '@reelstack/client';
import { words } from '../failure.ts';
import { ago, count, language, moment, t } from '../i18n.ts';
import { useAct, useLoad } from '../load.ts';
import { operations as messages } from '../messages/operations.ts';
import { api, say } from '../state.ts';
import { Failed, Spinner } from '../ui/bits.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { useTitle } from '../ui/title.ts';

export { messages };

const AGAIN_MS = 15_000;
const PRIORITIES = ['high', 'normal', 'low'] as const;
type Priority = (typeof PRIORITIES)[number];
type Line = Answer<'GET /v1/production'>;
type Letters = Answer<'GET /v1/production/dead-letters'>['items'];

/** Nobody in particular: the feed notes what it shows to a person, and a look at its level would use up the operator's own clips. */
const nobody = new Client({ site: '' });

/** Each part is read by itself: what does not answer hides nothing of the rest. */
function useParts() {
  return {
    health: useLoad(() => nobody.call('GET /v1/health', { attempts: 1 }), []),
    feed: useLoad(() => nobody.call('GET /v1/feed', { query: { limit: 1 }, attempts: 1 }), []),
    line: useLoad(() => api().call('GET /v1/production'), []),
    reviews: useLoad(() => api().call('GET /v1/reviews', { query: { limit: 50 } }), []),
    dead: useLoad(() => api().call('GET /v1/production/dead-letters', { query: { limit: 50 } }), []),
  };
}

type Parts = ReturnType<typeof useParts>;

/** How the service is at this moment. It reads again by itself while it is looked at. */
export default function Operations() {
  useTitle(() => t('operations.title'));
  const parts = useParts();
  const at = useSignal(Date.now());
  const reload = () => {
    at.value = Date.now();
    for (const part of Object.values(parts)) {
      part.reload();
    }
  };
  useEffect(() => {
    const timer = setInterval(() => { if (!document.hidden) { reload(); } }, AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  const { line } = parts;
  return (
    <div class="page studio">
      <h1>{t('operations.title')}</h1>
      <p class="soft">{t('operations.asOf', { when: moment(at.value) })} <button type="button" class="text" onClick={reload}>{t('common.reload')}</button></p>
      <Tiles parts={parts} />
      {line.error ? <Failed error={line.error} retry={line.reload} /> : null}
      {line.value ? <Queues line={line.value} /> : !line.error && <Spinner />}
      {line.value && <Dead line={line.value} dead={parts.dead.value?.items ?? []} reload={reload} />}
    </div>
  );
}

function Tiles({ parts: { health, feed, line, reviews } }: { parts: Parts }) {
  const waiting = reviews.value?.items.length ?? 0;
  const oldest = reviews.value?.items[0]?.asked_at;
  const level = feed.value?.level;
  return (
    <dl class="tiles">
      <Tile name={t('operations.health')} of={health} value={health.value && (health.value.status === 'ok' ? t('operations.health.ok') : health.value.status)} says={t('operations.stage', { stage: health.value?.stage ?? '' })} good={health.value?.status === 'ok'} />
      <Tile name={t('operations.level')} of={feed} value={level?.toString()} says={t(level === 0 ? 'operations.level.whole' : 'operations.level.less')} good={level === 0 && !feed.value?.stale} />
      <Tile name={t('operations.running')} of={line} value={line.value && `${line.value.running} / ${line.value.slots}`} says={t('operations.decisions', { n: line.value?.decisions ?? 0 })} good />
      <Tile name={t('operations.reviews')} of={reviews} value={reviews.value && `${count(waiting)}${reviews.value.cursor ? '+' : ''}`} says={oldest ? t('operations.oldest', { when: ago(oldest) }) : ''} good={waiting === 0} />
      <Tile name={t('operations.cost')} of={line} value={line.value && money(line.value.today.spent_microdollars)} says={line.value ? spent(line.value) : ''} good={!line.value?.today.low_stopped} />
    </dl>
  );
}

function spent({ today }: Line): string {
  const made = t('operations.productions', { n: today.productions });
  return [made, today.allowed_microdollars ? t('operations.allowed', { most: money(today.allowed_microdollars) }) : '', today.low_stopped ? t('operations.lowStopped') : ''].filter(Boolean).join(' · ');
}

interface TileProps {
  name: string;
  of: { value: unknown; error: unknown };
  value: string | null | undefined;
  says: string;
  good: boolean;
}

function Tile({ name, of, value, says, good }: TileProps) {
  const known = of.value !== null;
  return (
    <div class="card tile" data-good={of.error ? false : !known || good}>
      <dt>{name}</dt>
      <dd>{of.error ? '–' : (value ?? '…')}</dd>
      <dd class="says">{of.error ? words(of.error) : known ? says : ''}</dd>
    </div>
  );
}

function Queues({ line }: { line: Line }) {
  return (
    <section class="card" aria-labelledby="queues">
      <h2 id="queues">{t('operations.queues')}</h2>
      <div class="scrolls" tabIndex={0} role="region" aria-labelledby="queues">
        <table>
          <thead>
            <tr>{(['priority', 'arriving', 'waiting', 'longest', 'running', 'dead'] as const).map((name) => <th key={name} scope="col">{t(`operations.${name}`)}</th>)}</tr>
          </thead>
          <tbody>
            {PRIORITIES.map((priority) => {
              const queue = line.queues[priority];
              return queue && (
                <tr key={priority}>
                  <th scope="row">{t(`operations.priority.${priority}`)}</th>
                  <td>{count(queue.arriving)}</td><td>{count(queue.waiting)}</td><td>{seconds(queue.longest_wait_seconds)}</td><td>{queue.running}</td>
                  <td data-good={queue.dead === 0}>{queue.dead}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Dead({ line, dead: letters, reload }: { line: Line; dead: Letters; reload: () => void }) {
  const asked = useSignal<Priority | null>(null);
  const dead = PRIORITIES.filter((priority) => (line.queues[priority]?.dead ?? 0) > 0);
  const run = useAct();
  const redrive = (priority: Priority) => run(async () => {
    const { moved } = await api().call('POST /v1/production/redrive', { body: { priority, limit: 50 }, key: newKey() });
    say(t('operations.moved', { n: moved[priority] ?? 0 }));
    asked.value = null;
    reload();
  });
  return (
    <section class="card" aria-labelledby="dead">
      <h2 id="dead">{t('operations.deadLetters')}</h2>
      {letters.length === 0 && <p class="soft">{t('operations.noDead')}</p>}
      <p class="acts">
        {dead.map((priority) => <button key={priority} type="button" aria-haspopup="dialog" onClick={() => { asked.value = priority; }}>{t('operations.redrive.of', { priority: t(`operations.priority.${priority}`) })}</button>)}
      </p>
      <ul class="log">
        {letters.map((one) => <li key={one.message_id}><strong>{t(`operations.priority.${one.priority}`)}</strong> {one.reason} <span class="soft">{one.upload_id} · {moment(Date.parse(one.died_at))}</span></li>)}
      </ul>
      {asked.value && (
        <Sheet title={t('operations.redrive')} onClose={() => { asked.value = null; }}>
          <p>{t('operations.redrive.says')}</p>
          <p class="acts">
            <button type="button" onClick={() => { asked.value = null; }}>{t('common.cancel')}</button>
            <button type="button" class="primary" onClick={() => asked.value && void redrive(asked.value)}>{t('operations.redrive')}</button>
          </p>
        </Sheet>
      )}
    </section>
  );
}

function money(microdollars: number): string {
  return new Intl.NumberFormat(language.value, { style: 'currency', currency: 'USD', maximumFractionDigits: microdollars < 1e6 ? 4 : 2 }).format(microdollars / 1e6);
}

function seconds(n: number): string {
  const [unit, size] = n < 120 ? (['second', 1] as const) : n < 7200 ? (['minute', 60] as const) : (['hour', 3600] as const);
  return new Intl.NumberFormat(language.value, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 0 }).format(n / size);
}

import '../styles/studio.css';
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { newKey, type Answer } from '@reelstack/client';
import { client } from '../client.ts';
import { ago, count, language, moment, t } from '../i18n.ts';
import { useLoad } from '../load.ts';
import { operations as messages } from '../messages/operations.ts';
import { attempt, say } from '../state.ts';
import { Failed, Spinner } from '../ui/bits.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { useTitle } from '../ui/title.ts';

export { messages };

const AGAIN_MS = 15_000;
const PRIORITIES = ['high', 'normal', 'low'] as const;
type Priority = (typeof PRIORITIES)[number];
type Line = Answer<'GET /v1/production'>;

interface State {
  readonly health: string;
  readonly stage: string;
  readonly level: number;
  readonly stale: boolean;
  readonly line: Line;
  /** Clips that wait for a moderator; `more`: there are others. */
  readonly reviews: number;
  readonly more: boolean;
  readonly oldest: number | null;
  readonly dead: Answer<'GET /v1/production/dead-letters'>['items'];
  readonly at: number;
}

async function read(): Promise<State> {
  const api = client();
  const [health, feed, line, reviews, dead] = await Promise.all([
    api.call('GET /v1/health'),
    api.call('GET /v1/feed', { query: { limit: 1 } }),
    api.call('GET /v1/production'),
    api.call('GET /v1/reviews', { query: { limit: 50 } }),
    api.call('GET /v1/production/dead-letters', { query: { limit: 50 } }),
  ]);
  return {
    health: health.status,
    stage: health.stage,
    level: feed.level,
    stale: feed.stale ?? false,
    line,
    reviews: reviews.items.length,
    more: reviews.cursor !== null,
    oldest: reviews.items[0]?.asked_at ?? null,
    dead: dead.items,
    at: Date.now(),
  };
}

/** How the service is at this moment. It reads again by itself while it is looked at. */
export default function Operations() {
  useTitle(() => t('operations.title'));
  const state = useLoad(read, []);
  useEffect(() => {
    const timer = setInterval(() => { if (!document.hidden) { state.reload(); } }, AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  const { value } = state;
  return (
    <div class="page studio">
      <h1>{t('operations.title')}</h1>
      {state.error ? <Failed error={state.error} retry={state.reload} /> : null}
      {value ? <Told state={value} reload={state.reload} /> : !state.error && <Spinner />}
    </div>
  );
}

function Told({ state, reload }: { state: State; reload: () => void }) {
  const { line } = state;
  return (
    <>
      <p class="soft">{t('operations.asOf', { when: moment(state.at) })} <button type="button" class="text" onClick={reload}>{t('common.reload')}</button></p>
      <dl class="tiles">
        <Tile name={t('operations.health')} value={state.health} says={t('operations.stage', { stage: state.stage })} good={state.health === 'ok'} />
        <Tile name={t('operations.level')} value={String(state.level)} says={t(state.level === 0 ? 'operations.level.whole' : 'operations.level.less')} good={state.level === 0 && !state.stale} />
        <Tile name={t('operations.running')} value={`${line.running} / ${line.slots}`} says={t('operations.decisions', { n: line.decisions })} good />
        <Tile name={t('operations.reviews')} value={`${count(state.reviews)}${state.more ? '+' : ''}`} says={state.oldest ? t('operations.oldest', { when: ago(state.oldest) }) : ''} good={state.reviews === 0} />
        <Tile name={t('operations.cost')} value={money(line.today.spent_microdollars)} says={spent(line)} good={!line.today.low_stopped} />
      </dl>
      <Queues line={line} />
      <Dead state={state} reload={reload} />
    </>
  );
}

function spent({ today }: Line): string {
  const made = t('operations.productions', { n: today.productions });
  return [made, today.allowed_microdollars ? t('operations.allowed', { most: money(today.allowed_microdollars) }) : '', today.low_stopped ? t('operations.lowStopped') : ''].filter(Boolean).join(' · ');
}

function Tile({ name, value, says, good }: { name: string; value: string; says: string; good: boolean }) {
  return <div class="card tile" data-good={good}><dt>{name}</dt><dd>{value}</dd><dd class="says">{says}</dd></div>;
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

function Dead({ state, reload }: { state: State; reload: () => void }) {
  const asked = useSignal<Priority | null>(null);
  const dead = PRIORITIES.filter((priority) => (state.line.queues[priority]?.dead ?? 0) > 0);
  const redrive = (priority: Priority) => attempt(async () => {
    const { moved } = await client().call('POST /v1/production/redrive', { body: { priority, limit: 50 }, key: newKey() });
    say(t('operations.moved', { n: moved[priority] ?? 0 }));
    asked.value = null;
    reload();
  });
  return (
    <section class="card" aria-labelledby="dead">
      <h2 id="dead">{t('operations.deadLetters')}</h2>
      {state.dead.length === 0 && <p class="soft">{t('operations.noDead')}</p>}
      <p class="acts">
        {dead.map((priority) => <button key={priority} type="button" aria-haspopup="dialog" onClick={() => { asked.value = priority; }}>{t('operations.redrive.of', { priority: t(`operations.priority.${priority}`) })}</button>)}
      </p>
      <ul class="log">
        {state.dead.map((one) => <li key={one.message_id}><strong>{t(`operations.priority.${one.priority}`)}</strong> {one.reason} <span class="soft">{one.upload_id} · {one.died_at}</span></li>)}
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

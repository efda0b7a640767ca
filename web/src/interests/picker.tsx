import { type Signal, useSignal } from '@preact/signals';
import type { Schema } from '@reelstack/client';
import type { ComponentChildren } from 'preact';
import { LANGUAGES, language, t } from '../i18n.ts';
import { useLoad } from '../load.ts';
import { account, announce, api, online, say } from '../state.ts';
import { tagsOf, tooLong } from '../upload/words.ts';
import { Failed, Spinner } from '../ui/bits.tsx';
import { noteAsked } from './asked.ts';
import { offered } from './offer.ts';
import { bare, isAmong, joined, languagesOf, MOST_LANGUAGES, MOST_TAGS, toggled } from './tags.ts';
import '../styles/interests.css';

type Chosen = Required<Schema<'ChosenInterests'>>;

interface Offer extends Chosen {
  /** What may be pressed: what was chosen before, then what is offered. */
  readonly offered: readonly string[];
}

async function read(): Promise<Offer> {
  const [{ tags = [], languages = [] }, found] = await Promise.all([api().call('GET /v1/me/interests'), offered(api())]);
  return { tags, languages, offered: joined(tags, found) };
}

/** Lets somebody choose what they like. `done`: they chose, or do not want to. */
export function Picker({ done }: { done: () => void }) {
  const found = useLoad(read, []);
  const skip = <button type="button" onClick={() => { note(); done(); }}>{t('interests.later')}</button>;
  if (found.error || !found.value) {
    return (
      <>
        {found.error ? <Failed error={found.error} retry={found.reload} /> : <Spinner />}
        <p class="acts">{skip}</p>
      </>
    );
  }
  return <Choice from={found.value} done={done}>{skip}</Choice>;
}

function note(): void {
  const whose = account.peek();
  if (whose !== null) {
    noteAsked(whose);
  }
}

function Choice({ from, done, children }: { from: Offer; done: () => void; children: ComponentChildren }) {
  const tags = useSignal<readonly string[]>(from.tags);
  const languages = useSignal<readonly string[]>(from.languages);
  const options = useSignal(from.offered);
  const busy = useSignal(false);
  const failure = useSignal<unknown>(null);
  const save = async () => {
    busy.value = true;
    failure.value = null;
    try {
      const body = { tags: [...tags.peek()], languages: [...languages.peek()] };
      // Without a network nobody waits for a second try.
      await api().call('PUT /v1/me/interests', { body, ...(online.peek() ? {} : { attempts: 1 }) });
      note();
      say(t('interests.saved'));
      done();
    } catch (error) {
      failure.value = error;
    } finally {
      busy.value = false;
    }
  };
  const spoken = languagesOf(from.languages, navigator.languages, LANGUAGES.map(({ code }) => code));
  return (
    <>
      <Chips title={t('interests.tags')} options={options.value} chosen={tags} most={MOST_TAGS} nameOf={(tag) => `#${bare(tag)}`} />
      {options.value.length === 0 && <p class="soft">{t('interests.none')}</p>}
      <Add options={options} chosen={tags} />
      <Chips title={t('interests.languages')} says={t('interests.languages.says')} options={spoken} chosen={languages} most={MOST_LANGUAGES} nameOf={nameOfLanguage} />
      {failure.value ? <Failed error={failure.value} /> : null}
      <p class="acts">
        <button type="button" class="primary" disabled={busy.value} onClick={() => void save()}>{t('common.save')}</button>
        {children}
      </p>
    </>
  );
}

interface ChipsProps {
  title: string;
  says?: string;
  options: readonly string[];
  chosen: Signal<readonly string[]>;
  most: number;
  nameOf: (one: string) => string;
}

/** Buttons that stay pressed, at most so many of them. */
function Chips({ title, says, options, chosen, most, nameOf }: ChipsProps) {
  const isFull = chosen.value.length >= most;
  const press = (one: string) => {
    const before = chosen.peek();
    chosen.value = toggled(before, one, most);
    if (chosen.peek() === before) {
      announce(t('interests.full', { most }));
    }
  };
  return (
    <section class="picker-part">
      <h2>{title}</h2>
      {says && <p class="soft">{says}</p>}
      <div class="choices" role="group" aria-label={title}>
        {options.map((one) => {
          const isChosen = isAmong(one, chosen.value);
          return (
            <button key={one} type="button" class="chip" aria-pressed={isChosen} aria-disabled={isFull && !isChosen} onClick={() => press(one)}>
              <bdi>{nameOf(one)}</bdi>
            </button>
          );
        })}
      </div>
      <p class="soft" role="status">{t('interests.count', { n: chosen.value.length, most })}</p>
    </section>
  );
}

/** A tag that is not offered: it joins the buttons, pressed. */
function Add({ options, chosen }: { options: Signal<readonly string[]>; chosen: Signal<readonly string[]> }) {
  const add = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const typed = tagsOf(String(new FormData(form).get('tag') ?? ''));
    const left = typed.filter((tag) => !isAmong(tag, chosen.peek()));
    const taken = left.filter((tag) => tooLong([tag]) === undefined).slice(0, MOST_TAGS - chosen.peek().length);
    options.value = joined(options.peek(), taken);
    chosen.value = joined(chosen.peek(), taken);
    // What is not taken stays where it was typed.
    const others = left.filter((tag) => !taken.includes(tag));
    const long = tooLong(others);
    if (others.length > 0) {
      say(long === undefined ? t('interests.full', { most: MOST_TAGS }) : t('interests.long', { tag: long }));
    }
    (form.elements.namedItem('tag') as HTMLInputElement).value = others.join(', ');
  };
  return (
    <form class="picker-add" onSubmit={add}>
      <label>
        {t('interests.own')}
        <input name="tag" dir="auto" autocomplete="off" autocapitalize="none" enterkeyhint="done" required />
      </label>
      <button type="submit">{t('interests.add')}</button>
    </form>
  );
}

function nameOfLanguage(code: string): string {
  return new Intl.DisplayNames([language.value], { type: 'language' }).of(code) ?? code;
}

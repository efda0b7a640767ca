import { useSignal } from '@preact/signals';
import type { Schema } from '@reelstack/client';
import { SHOWN } from '../api.ts';
import { listed, openFrom } from '../feed/source.ts';
import { t } from '../i18n.ts';
import { usePages } from '../load.ts';
import { people } from '../messages/people.ts';
import { addressOfPerson, shownNameOf } from '../names.ts';
import { go, place } from '../router.ts';
import { api } from '../state.ts';
import type { Video } from '../types.ts';
import { Avatar, Grid, More } from '../ui/bits.tsx';
import { Icon } from '../ui/icons.tsx';
import { useTitle } from '../ui/title.ts';

export const messages = people;

/** Clips by words or tag, and people by name. What is searched for stands in the address. */
export default function Search() {
  const { searchParams } = place.value;
  const q = searchParams.get('q') ?? '';
  const tag = searchParams.get('tag') ?? '';
  const kind = useSignal<'clips' | 'people'>('clips');
  useTitle(() => t('search.title'));
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const wanted = String(new FormData(event.currentTarget as HTMLFormElement).get('q') ?? '').trim();
    go(wanted ? `/search?${new URLSearchParams({ q: wanted })}` : '/search');
  };
  return (
    <div class="page">
      <h1 class="unseen">{t('search.title')}</h1>
      <form class="search" role="search" onSubmit={submit}>
        <Icon name="search" />
        <input key={q || tag} name="q" type="search" dir="auto" defaultValue={q || (tag && `#${tag}`)} aria-label={t('search.query')} placeholder={t('search.query')} enterkeyhint="search" />
      </form>
      {q || tag ? (
        <>
          {q && (
            <div class="choices" role="group" aria-label={t('search.title')}>
              {(['clips', 'people'] as const).map((one) => (
                <button key={one} type="button" class="chip" aria-pressed={kind.value === one} onClick={() => { kind.value = one; }}>{t(`search.${one}`)}</button>
              ))}
            </div>
          )}
          {kind.value === 'clips' || !q ? <Clips q={q} tag={tag} /> : <People q={q} />}
        </>
      ) : (
        <p class="nothing">{t('search.hint')}</p>
      )}
    </div>
  );
}

function Clips({ q, tag }: { q: string; tag: string }) {
  const read = (cursor: string | null) => api().call('GET /v1/search/videos', { query: { ...SHOWN, ...(q ? { q } : { tag }), cursor } });
  const pages = usePages<Video>(read, [q, tag]);
  const open = (at: number) => openFrom(listed(read, pages.items.slice(at), pages.cursor));
  return (
    <>
      <Grid videos={pages.items} label={t('search.clips')} open={open} />
      <More pages={pages} empty={t('search.none', { q: q || `#${tag}` })} />
    </>
  );
}

function People({ q }: { q: string }) {
  const pages = usePages<Schema<'FoundUser'>>((cursor) => api().call('GET /v1/search/users', { query: { q, cursor, limit: 20 } }), [q]);
  return (
    <>
      <ul class="rows" aria-label={t('search.people')}>
        {pages.items.map(({ user_id: id, handle, display_name, avatar_url: avatar }) => (
          <li key={id}>
            <a class="row" href={addressOfPerson({ id, handle })}>
              <Avatar author={{ id, handle, display_name, avatar }} size={48} />
              <span>
                <b>{shownNameOf({ handle, display_name })}</b>
                {handle && <span class="soft" dir="ltr">@{handle}</span>}
              </span>
            </a>
          </li>
        ))}
      </ul>
      <More pages={pages} empty={t('search.none', { q })} />
    </>
  );
}

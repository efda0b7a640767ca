import { t } from '../i18n.ts';
import { bare } from '../interests/tags.ts';
import { useLoad } from '../load.ts';
import { api } from '../state.ts';
import { Failed, Spinner } from '../ui/bits.tsx';

/** Which tags somebody chose, and the way to the page where they choose. */
export function Interests() {
  const found = useLoad(() => api().call('GET /v1/me/interests'), []);
  const tags = found.value?.tags ?? [];
  return (
    <section class="card" aria-labelledby="interests">
      <h2 id="interests">{t('interests.title')}</h2>
      {found.error ? <Failed error={found.error} retry={found.reload} /> : !found.value && <Spinner />}
      {found.value && tags.length === 0 && <p class="soft">{t('interests.nothing')}</p>}
      {tags.length > 0 && <ul class="choices">{tags.map((tag) => <li key={tag} class="tag"><bdi>#{bare(tag)}</bdi></li>)}</ul>}
      <p class="acts"><a class="button" href="/interests?to=/settings">{t('interests.choose')}</a></p>
    </section>
  );
}

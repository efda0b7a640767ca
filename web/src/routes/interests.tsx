import { ownPath } from '../addresses.ts';
import { t } from '../i18n.ts';
import { Picker } from '../interests/picker.tsx';
import { interests } from '../messages/interests.ts';
import { go, place } from '../router.ts';
import { useTitle } from '../ui/title.ts';

export const messages = interests;

/** Where a feed begins: what somebody says that they like. It may be left as it is. */
export default function Interests() {
  useTitle(() => t('interests.title'));
  return (
    <div class="page settings">
      <h1>{t('interests.title')}</h1>
      <p class="soft">{t('interests.says')}</p>
      <Picker done={() => go(ownPath(place.peek().searchParams.get('to')))} />
    </div>
  );
}

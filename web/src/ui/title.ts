import { effect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { t } from '../i18n.ts';

/** Names the page in the browser's list of tabs, in whatever language is chosen. */
export function useTitle(text: () => string): void {
  useEffect(
    () =>
      effect(() => {
        const own = text();
        document.title = own ? `${own} · ${t('app.name')}` : t('app.name');
      }),
    [text],
  );
}

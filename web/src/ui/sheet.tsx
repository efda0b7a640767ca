import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../i18n.ts';
import { Icon } from './icons.tsx';

/**
 * A modal dialog that comes from below on a phone and from the side on a desktop. The browser's own <dialog> keeps the
 * focus in it, closes it by Escape and gives the focus back.
 */
export function Sheet({ title, onClose, children }: { title: string; onClose: () => void; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const opened = dialog.current;
    const before = document.activeElement;
    opened?.showModal();
    return () => {
      opened?.close();
      // What opened it may have gone meanwhile, as with a clip that was hidden or a sheet that this one took the place of.
      const back = before instanceof HTMLElement && before.isConnected && before !== document.body ? before : document.getElementById('main');
      back?.focus({ preventScroll: true });
    };
  }, []);
  const outside = (event: MouseEvent) => {
    // A tap beside it may be a slip, which must not cost what was written.
    if (event.target === dialog.current && !isWrittenIn(dialog.current)) {
      onClose();
    }
  };
  return (
    <dialog class="sheet" ref={dialog} aria-label={title} onCancel={(event) => { event.preventDefault(); onClose(); }} onClick={outside}>
      <div class="sheet-body">
        <header>
          <h2>{title}</h2>
          <button type="button" class="round" aria-label={t('common.close')} onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}

function isWrittenIn(dialog: HTMLDialogElement | null): boolean {
  const fields = dialog?.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('textarea:not([data-kept]), input:not([type=radio], [type=checkbox])');
  return [...(fields ?? [])].some(({ value, defaultValue }) => value.trim() !== defaultValue.trim());
}

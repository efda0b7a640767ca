import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../i18n.ts';
import { lengthOf } from './lengths.ts';

/** From so few characters on, it is told how many are left. */
const NEAR = 40;

type Field = HTMLInputElement | HTMLTextAreaElement;

interface LimitedProps {
  /** Characters, as the service counts them. */
  most: number;
  name?: string;
  /** One line, if it is not said how many. */
  rows?: number;
  /** What stands in it at first; `value`: always. */
  first?: string;
  value?: string;
  required?: boolean;
  autocomplete?: 'nickname';
  /** Its text outlives the sheet that it stands in. */
  'data-kept'?: boolean;
  /** Where nothing around it names it. */
  label?: string;
  typed?: (text: string) => void;
  field?: { current: Field | null };
}

/**
 * A field whose form is not sent while its text is too long, which is told. `maxlength` would cut what is pasted without a word,
 * and count an emoji as two. It is read out here, since what lies outside of a modal dialog is not.
 */
export function Limited({ most, rows, first, value, label, typed, field, ...given }: LimitedProps) {
  const own = useRef<Field | null>(null);
  const left = useSignal(most);
  const told = useSignal('');
  const check = () => {
    const now = most - lengthOf(own.current?.value ?? '');
    const says = now < 0 ? t('common.tooLong', { n: -now }) : '';
    if (!says || left.peek() >= 0) {
      told.value = says;
    }
    left.value = now;
    own.current?.setCustomValidity(says);
  };
  // After each drawing: a text may be set, and a limit changed, by more than typing.
  useEffect(check);
  const props = {
    ...given,
    dir: 'auto' as const,
    ...(first === undefined ? {} : { defaultValue: first }),
    ...(value === undefined ? {} : { value }),
    ...(label === undefined ? {} : { 'aria-label': label, placeholder: label }),
    onInput: ({ currentTarget }: { currentTarget: Field }) => {
      typed?.(currentTarget.value);
      check();
    },
    ref: (element: Field | null) => {
      own.current = element;
      if (field) {
        field.current = element;
      }
    },
  };
  const n = left.value;
  return (
    <>
      {rows === undefined ? <input {...props} /> : <textarea {...props} rows={rows} />}
      <span class="unseen" role="status">{told}</span>
      {n < NEAR && <small class="limit" data-over={n < 0} aria-hidden="true">{n < 0 ? t('common.tooLong', { n: -n }) : t('common.left', { n })}</small>}
    </>
  );
}

import { useSignal } from '@preact/signals';
import type { FunctionComponent } from 'preact';
import { useEffect } from 'preact/hooks';
import { use } from '../i18n.ts';
import { comments } from '../messages/comments.ts';
import { tell } from '../state.ts';
import type { Video } from '../types.ts';
import type { Actions } from './actions.ts';
import type { Source } from './source.ts';

export type SheetName = 'comments' | 'more' | 'report';

export interface SheetProps {
  video: Video;
  actions: Actions;
  source: Source;
  /** Another sheet in place of this one; null closes it. */
  open: (name: SheetName | null) => void;
}

const LOADS: Readonly<Record<SheetName, () => Promise<{ default: FunctionComponent<SheetProps> }>>> = {
  comments: () => import('./comments.tsx'),
  more: () => import('./more.tsx'),
  report: () => import('./report.tsx'),
};

/** The sheets of a clip. Their code and words are loaded when the first one is opened. */
export function Sheets({ name, ...props }: SheetProps & { name: SheetName }) {
  const loaded = useSignal<{ name: SheetName; Sheet: FunctionComponent<SheetProps> } | null>(null);
  useEffect(() => {
    Promise.all([LOADS[name](), use(comments)]).then(
      ([found]) => { loaded.value = { name, Sheet: found.default }; },
      (error: unknown) => {
        tell(error);
        props.open(null);
      },
    );
  }, [name]);
  const { value } = loaded;
  return value?.name === name ? <value.Sheet {...props} /> : null;
}

import type { Languages } from '../i18n.ts';
import en from './en/clips.ts';

export const clips: Languages<keyof typeof en> = { en, ar: () => import('./ar/clips.ts') };

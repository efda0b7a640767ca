import type { Languages } from '../i18n.ts';
import en from './en/interests.ts';

export const interests: Languages<keyof typeof en> = { en, ar: () => import('./ar/interests.ts') };

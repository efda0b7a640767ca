import type { Languages } from '../i18n.ts';
import en from './en/settings.ts';

export const settings: Languages<keyof typeof en> = { en, ar: () => import('./ar/settings.ts') };

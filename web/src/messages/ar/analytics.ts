import type { Catalogue } from '../../i18n.ts';
import type en from '../en/analytics.ts';

export default {
  'analytics.title': 'الإحصاءات',
  'analytics.clip': 'مقطع واحد',
  'analytics.all': 'كل المقاطع معًا',
  'analytics.range': 'المدة',
  'analytics.days': { zero: '{n} يوم', one: 'يوم واحد', two: 'يومان', few: '{n} أيام', many: '{n} يومًا', other: '{n} يوم' },
  'analytics.plays': 'المشاهدات',
  'analytics.played': { zero: 'لا مشاهدات', one: 'مشاهدة واحدة', two: 'مشاهدتان', few: '{n} مشاهدات', many: '{n} مشاهدة', other: '{n} مشاهدة' },
  'analytics.playsNow': 'المشاهدات حتى الآن',
  'analytics.watched': 'وقت المشاهدة',
  'analytics.finishRate': 'شوهد حتى نهايته',
  'analytics.asOf': 'محسوب حتى {when}. يُحسب كل يوم في الليلة التالية.',
  'analytics.notYet': 'لم يُحسب شيء بعد: يُحسب كل يوم في الليلة التالية.',
  'analytics.retention': 'إلى أي حد يُشاهَد',
  'analytics.place': 'الموضع في المقطع',
  'analytics.still': 'ما زالوا يشاهدون',
  'analytics.playsByDay': 'المشاهدات حسب اليوم',
  'analytics.watchedByDay': 'وقت المشاهدة حسب اليوم',
  'analytics.day': 'اليوم',
  'analytics.sources': 'أين عُثر عليه',
  'analytics.source': 'المكان',
  'analytics.byClip': 'مقطعًا مقطعًا',
  'analytics.table': '{title}، في جدول',
  'analytics.none': 'لا إحصاءات هنا',
  'analytics.none.says': 'هذا المقطع ليس لك، أو أن هذا النظام لا يحسب شيئًا.',
} satisfies Catalogue<keyof typeof en>;

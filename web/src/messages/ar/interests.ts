import type { Catalogue } from '../../i18n.ts';
import type en from '../en/interests.ts';

export default {
  'interests.title': 'ما يعجبك',
  'interests.says': 'تُختار مقاطعك بحسبه إلى أن نعرف المزيد. يمكنك تغييره متى شئت.',
  'interests.tags': 'الوسوم',
  'interests.none': 'لا وسوم لأي مقطع بعد. أضف وسمًا بنفسك.',
  'interests.own': 'وسم آخر',
  'interests.add': 'إضافة',
  'interests.languages': 'لغات المقاطع',
  'interests.languages.says': 'إن لم تختر شيئًا، تأتي المقاطع بكل اللغات.',
  'interests.count': 'اخترت {n} من {most}',
  'interests.long': '«{tag}» أطول من وسم: 40 حرفًا على الأكثر.',
  'interests.full': 'يمكنك اختيار {most} على الأكثر. ألغِ اختيارًا أولًا.',
  'interests.saved': 'تم الحفظ. المقاطع التالية بحسب اختيارك.',
  'interests.later': 'ليس الآن',
  'interests.choose': 'اختر',
  'interests.invite': 'ما الذي يعجبك؟',
  'interests.invite.says': 'اختر بعض الوسوم لتبدأ بها مقاطعك.',
  'interests.nothing': 'لم تختر شيئًا.',
} satisfies Catalogue<keyof typeof en>;

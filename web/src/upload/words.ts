/** What a file's name and a line of tags come to. Pure. */
import type { Draft } from './items.ts';
import { firstOf, lengthOf } from '../ui/lengths.ts';

/** What the service takes: characters of a title and of a tag, and tags of one clip. */
export const MOST_OF_TITLE = 150;
const MOST_OF_TAG = 40;
export const MOST_TAGS = 20;

/** "IMG_2041.mov" -> "IMG 2041" */
export function titleOf(fileName: string): string {
  return firstOf(fileName.replace(/\.[^.]+$/, '').replaceAll('_', ' ') || fileName, MOST_OF_TITLE);
}

/** "#sea, holiday" -> ["sea", "holiday"]; Arabic has a comma of its own. Nothing is cut: `tooLong` says which of them the service does not take. */
export function tagsOf(text: string): string[] {
  const words = text.split(/[,،#\n]+/).map((word) => word.trim());
  return [...new Set(words.filter(Boolean))];
}

/** The first tag that is too long; none: undefined. */
export function tooLong(tags: readonly string[]): string | undefined {
  return tags.find((tag) => lengthOf(tag) > MOST_OF_TAG);
}

/** The words that a draft begins with: those that it had, which may be what was refused, or what its file is called. */
export function draftOf(file: File, before?: Draft): Draft {
  const { title, description, tags, visibility } = before ?? { title: titleOf(file.name), description: '', tags: [], visibility: 'public' };
  return { title, description, tags, visibility };
}

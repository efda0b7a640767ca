/** What a file's name and a line of tags come to. Pure. */

/** "IMG_2041.mov" -> "IMG 2041" */
export function titleOf(fileName: string): string {
  return fileName.replace(/\.[^.]+$/, '').replaceAll('_', ' ').slice(0, 150) || fileName.slice(0, 150);
}

/** "#sea, holiday" -> ["sea", "holiday"] */
export function tagsOf(text: string): string[] {
  const words = text.split(/[,#\n]+/).map((word) => word.trim().slice(0, 40));
  return [...new Set(words.filter(Boolean))].slice(0, 20);
}

/** How long a text is for the service, which counts characters (code points) of its normal form. Pure. */

/** An emoji beyond the basic plane is one character of the service and two units of a JavaScript string. */
export function lengthOf(text: string): number {
  return [...text.normalize('NFC').trim()].length;
}

/** The first so many characters; none of them is halved. */
export function firstOf(text: string, most: number): string {
  return [...text.normalize('NFC')].slice(0, most).join('');
}

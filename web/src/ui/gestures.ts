const DOUBLE_MS = 260;

/** Tells a tap from a double tap on the same place: a single one counts once no second one has followed. */
export function taps(single: () => unknown, double: (x: number, y: number) => void): (event: MouseEvent) => void {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  return (event) => {
    if (waiting !== undefined) {
      clearTimeout(waiting);
      waiting = undefined;
      double(event.clientX, event.clientY);
      return;
    }
    waiting = setTimeout(() => {
      waiting = undefined;
      single();
    }, DOUBLE_MS);
  };
}

/** Icons of 24 by 24 units, drawn with the colour of the text. They say nothing: the control around them has a name. */

const PATHS = {
  home: 'M4 11 12 4l8 7v8a1 1 0 0 1-1 1h-4v-6H9v6H5a1 1 0 0 1-1-1z',
  following: 'M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7 9c0-3.5 3-6 7-6s7 2.5 7 6M16 4a4 4 0 0 1 0 7m2.500 4c2.200.900 3.500 2.700 3.500 5',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 5 5',
  upload: 'M12 5v14M5 12h14',
  inbox: 'M6 10a6 6 0 1 1 12 0c0 5 2 6 2 7H4c0-1 2-2 2-7Zm4 10a2 2 0 0 0 4 0',
  me: 'M12 12a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9Zm-8 9c0-4 3.500-6.500 8-6.500s8 2.500 8 6.500',
  heart: 'M12 20.500 4.300 12.900a5 5 0 0 1 7-7.100l.7.700.7-.7a5 5 0 0 1 7 7.100z',
  comment: 'M4 5h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1h-8l-5 4v-4H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1Z',
  bookmark: 'M6 4h12v17l-6-4.500L6 21z',
  share: 'M13 5l7 6-7 6v-4c-5 0-8 2-10 5 0-6 4-9 10-9z',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  close: 'M6 6l12 12M18 6 6 18',
  back: 'M15 5l-7 7 7 7',
  up: 'M5 15l7-7 7 7',
  down: 'M5 9l7 7 7-7',
  play: 'M8 5v14l11-7z',
  pause: 'M8 5v14M16 5v14',
  sound: 'M4 9v6h4l5 4V5L8 9zM16.500 9a4 4 0 0 1 0 6M19 6.500a8 8 0 0 1 0 11',
  mute: 'M4 9v6h4l5 4V5L8 9zM17 9.500l5 5m0-5-5 5',
  settings: 'M12 15.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7ZM4 12h2m12 0h2M12 4v2m0 12v2M6.300 6.300l1.500 1.500m8.400 8.400 1.500 1.500m0-11.400-1.500 1.500m-8.400 8.400-1.500 1.500',
  clips: 'M4 5h16v14H4zM9 5v14M15 5v14M4 12h16',
  flag: 'M5 21V4h13l-2.500 4.500L18 13H5',
  hide: 'M3 3l18 18M10 6.200A9 9 0 0 1 21 12a12 12 0 0 1-2.500 3.300M6 7.500A12 12 0 0 0 3 12a9 9 0 0 0 12 5.500',
  plus: 'M12 7v10M7 12h10',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  send: 'M4 12 20 4l-5 16-4-6z',
  chart: 'M4 20V4m0 16h16M8 16v-4m4 4V8m4 8v-6',
  shield: 'M12 3l8 3v6c0 5-4 8-8 9-4-1-8-4-8-9V6z',
  pulse: 'M3 12h4l3-8 4 16 3-8h4',
} as const;

export type IconName = keyof typeof PATHS;

/** `filled`: its surface, not its line. */
export function Icon({ name, filled = false }: { name: IconName; filled?: boolean }) {
  const turned = name === 'back' || name === 'send' || name === 'share';
  return (
    <svg class={`icon${turned ? ' turns' : ''}`} viewBox="0 0 24 24" aria-hidden="true" data-filled={filled}>
      <path d={PATHS[name]} />
    </svg>
  );
}

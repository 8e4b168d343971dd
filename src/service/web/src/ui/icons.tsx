// The few pictures that the pages need, drawn here: no icon font, no outside file.

import type { JSX } from 'preact';

const paths: Record<string, string> = {
  upload: 'M12 16V4m0 0L7 9m5-5 5 5M4 16v3a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-3',
  review: 'M12 21s-6.5-5.6-6.5-10.5a6.5 6.5 0 0 1 13 0C18.5 15.4 12 21 12 21Zm0-8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z',
  field: 'M9 4h6v3H9zM9 5H6v15h12V5h-3M9 12l2 2 4-4',
  plan: 'M4 6h9M4 12h14M4 18h7M17 6h3M15 18h5',
  jobs: 'M12 3v3m0 12v3M3 12h3m12 0h3M5.6 5.6l2.1 2.1m8.6 8.6 2.1 2.1m0-12.8-2.1 2.1m-8.6 8.6-2.1 2.1M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6Z',
  admin: 'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-6 9a6 6 0 0 1 12 0m1-15.5a3.5 3.5 0 0 1 0 6.5m2 3a6 6 0 0 1 3 6',
  menu: 'M4 7h16M4 12h16M4 17h16',
  close: 'M6 6l12 12M18 6 6 18',
  check: 'M5 12.5 10 17.5 19 7',
  cross: 'M6 6l12 12M18 6 6 18',
  merge: 'M6 4v4c0 4 6 4 6 8v4m6-16v4c0 4-6 4-6 8',
  note: 'M5 4h14v11l-5 5H5zM14 20v-5h5',
  folder: 'M3 6h6l2 2h10v11H3z',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  camera: 'M4 8h4l1.5-2.5h5L16 8h4v11H4zm8 8.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Z',
  pause: 'M8 5v14M16 5v14',
  play: 'M8 5l11 7-11 7z',
  locate: 'M12 3v4m0 10v4M3 12h4m10 0h4M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z',
  arrow: 'M12 3l6 17-6-4-6 4z',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 4.5 4.5',
  filter: 'M4 5h16l-6 8v6l-4-2v-4z',
  layers: 'M12 4 3 9l9 5 9-5zM4 13.5l8 4.5 8-4.5',
  keyboard: 'M3 7h18v10H3zM7 11h0M11 11h0M15 11h0M8 14h8',
  download: 'M12 4v12m0 0 5-5m-5 5-5-5M4 20h16',
  retry: 'M20 12a8 8 0 1 1-2.5-5.8M20 4v4h-4',
  whole: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  back: 'M15 5l-7 7 7 7',
  link: 'M4 8a12 12 0 0 1 16 0M7 12a7.5 7.5 0 0 1 10 0M10 16a3 3 0 0 1 4 0',
  more: 'M5 12h0M12 12h0M19 12h0',
};

export function Icon({ name, size = 20 }: { name: string; size?: number }): JSX.Element {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name] ?? ''} />
    </svg>
  );
}

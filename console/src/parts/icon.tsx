/** Outlines on a 16-pixel grid, drawn for this console. */
const PATHS = {
  overview: 'M2 13.5h12M4 11V7.5M8 11V3.5M12 11V6',
  traffic: 'M2 4.5h9.5M9 2l2.5 2.5L9 7M14 11.5H4.5M7 9l-2.5 2.5L7 14',
  approvals: 'M8 1.8a6.2 6.2 0 1 0 6.2 6.2M5.3 7.8l2.2 2.2 6-6.4',
  principals:
    'M6 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM1.5 13.5c.4-2.4 2.2-3.7 4.5-3.7s4.1 1.3 4.5 3.7M10.7 2.8a2.5 2.5 0 0 1 0 4.4M12.3 10.3c1.2.5 2 1.6 2.2 3.2',
  keys: 'M5 13.5a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4ZM7 9l6.5-6.5M10.5 5.5l2 2M12.2 3.8l1.3 1.3',
  rules: 'M8 1.8l5 1.8v4c0 3.2-2 5.4-5 6.6-3-1.2-5-3.4-5-6.6v-4ZM5.8 7.8l1.6 1.6 2.9-3',
  playground: 'M6 2.5h4M7 2.5v4L3.2 12.2a.9.9 0 0 0 .8 1.3h8a.9.9 0 0 0 .8-1.3L9 6.5v-4M5 10h6',
  config:
    'M2 4.5h6.5M11.5 4.5H14M2 11.5h2.5M7.5 11.5H14M10 6a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3ZM6 13a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3Z',
  ledger: 'M3 2.5h8.5a1.5 1.5 0 0 1 1.5 1.5v9.5H4.5A1.5 1.5 0 0 1 3 12ZM3 12a1.5 1.5 0 0 1 1.5-1.5H13M6 5.5h4M6 8h2.5',
  sun: 'M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6ZM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9',
  moon: 'M13 9.8A5.7 5.7 0 0 1 6.2 3a5.4 5.4 0 1 0 6.8 6.8Z',
  system: 'M2 3h12v8H2ZM6 13.5h4M8 11v2.5',
  copy: 'M5.5 5.5h8v8h-8ZM10.5 5.5v-3h-8v8h3',
  check: 'M3 8.5 6.5 12 13 4.5',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  play: 'M5 3l8 5-8 5Z',
  download: 'M8 2v8M5 7.5 8 10.5l3-3M2.5 13.5h11',
  warning: 'M8 2.3l6.3 11.2H1.7ZM8 6.5v3M8 11.4v.1',
  error: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 5v3.5M8 10.9v.1',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 7.5V11M8 5.1V5',
  back: 'M13 8H3M7 4 3 8l4 4',
  plus: 'M8 3v10M3 8h10',
  reload: 'M13.5 8a5.5 5.5 0 1 1-1.7-4M13.5 2v3h-3',
  out: 'M6.5 2.5h-4v11h4M10.5 5l3 3-3 3M13.5 8H6',
} as const;

export type IconName = keyof typeof PATHS;

/** Decoration: what it means stands beside it, or in the label of its button. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Logo() {
  return (
    <svg className="logo" width="22" height="22" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="7" />
      <path d="M6 9h5v4h3V9h4v4h3V9h5v14H6z" />
    </svg>
  );
}

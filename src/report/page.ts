import { escapeMarkup } from './escape-markup.ts';

const STYLE = `
:root { color-scheme: light dark; --line: #d5d9e0; --soft: #f4f6f9; --text: #1b2230; --quiet: #57606f; --critical: #a3123a; --high: #b4400a; --medium: #8a6100; --low: #2b5f8f; --info: #57606f; --good: #1f6b3a; --tone-1: #2b5f8f; --tone-2: #b4400a; --tone-3: #1f6b3a; --tone-4: #7a3e9d; --tone-5: #8a6100; --tone-6: #57606f; }
@media (prefers-color-scheme: dark) { :root { --line: #333b48; --soft: #1b212b; --text: #e6eaf1; --quiet: #a3adbb; --critical: #ff8fab; --high: #ffab7a; --medium: #f0c35e; --low: #8fc1f0; --info: #a3adbb; --good: #7fd39a; --tone-1: #8fc1f0; --tone-2: #ffab7a; --tone-3: #7fd39a; --tone-4: #d3a4ef; --tone-5: #f0c35e; --tone-6: #a3adbb; } body { background: #12161d; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); margin: 0 auto; max-width: 62rem; padding: 2rem 1.25rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; } h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
.quiet { color: var(--quiet); } code { font-size: .9em; overflow-wrap: anywhere; }
.counts { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1rem 0; padding: 0; list-style: none; }
.counts li { border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .9rem; min-width: 5rem; } .counts b { display: block; font-size: 1.4rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .45rem .6rem; border-bottom: 1px solid var(--line); } th { font-weight: 600; background: var(--soft); }
.critical { color: var(--critical); } .high { color: var(--high); } .medium { color: var(--medium); } .low { color: var(--low); } .info { color: var(--info); } .good { color: var(--good); }
.severity { font-weight: 600; white-space: nowrap; } details { border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .9rem; margin: .5rem 0; } summary { cursor: pointer; font-weight: 600; }
`;

/** One HTML page that needs nothing else: no script, no address of elsewhere; pictures are part of it. */
export function page(title: string, body: readonly string[], style = ''): string {
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">`,
    `<title>${escapeMarkup(title)}</title><style>${STYLE}${style}</style></head><body>`,
    ...body,
    '</body></html>',
  ].join('\n');
}

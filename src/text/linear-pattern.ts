import { RE2JS } from 're2js';

/**
 * Whether one of some expressions in RE2 syntax is found in a text: in one pass, whatever the text, as the engine has no
 * backtracking. Compiled when it is first asked, since most processes never ask.
 */
export function linearPattern(sources: readonly string[]): () => RE2JS {
  let compiled: RE2JS | null = null;
  return () => (compiled ??= RE2JS.compile(sources.map((source) => `(?:${source})`).join('|')));
}

/** The text with each match replaced by what `replacement` makes of it, from left to right, once. */
export function replaceMatches(text: string, pattern: RE2JS, replacement: (match: string) => string): string {
  const matcher = pattern.matcher(text);
  let out = '';
  let at = 0;
  while (matcher.find()) {
    const [start, end] = [matcher.start(), matcher.end()];
    out += text.slice(at, start) + replacement(text.slice(start, end));
    at = end;
  }
  return out + text.slice(at);
}

import { cleanText } from './clean-text.ts';
import { isObject } from './rpc-message.ts';

/** One difference between two definitions. */
export interface Change {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

const MOST = 200;

/** What differs, member by member, in an order that does not depend on the server's. */
export function describeChange(before: unknown, after: unknown): readonly Change[] {
  const changes: Change[] = [];
  const visit = (a: unknown, b: unknown, path: string): void => {
    if (changes.length >= MOST) return;
    if (isObject(a) && isObject(b)) {
      for (const key of [...new Set([...Object.keys(a), ...Object.keys(b)])].toSorted())
        visit(a[key], b[key], path === '' ? key : `${path}.${key}`);
    } else if (Array.isArray(a) && Array.isArray(b)) {
      for (let i = 0; i < Math.max(a.length, b.length); i++) visit(a[i], b[i], `${path}[${i}]`);
    } else if (JSON.stringify(a) !== JSON.stringify(b)) changes.push({ path, before: shown(a), after: shown(b) });
  };
  visit(before, after, '');
  return changes;
}

/** For a terminal: what does not show is told, and nothing in it is obeyed. */
export function shown(value: unknown): string | null {
  if (value === undefined) return null;
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  const { text: clean, removed } = cleanText(text);
  const said = clean.replace(/\s+/g, ' ');
  const cut = said.length > 2000 ? `${said.slice(0, 2000)} … (${said.length} characters)` : said;
  return removed.size === 0 ? cut : `${cut} [hidden: ${[...removed].join(', ')}]`;
}

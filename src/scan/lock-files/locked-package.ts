import type { Ecosystem } from '../advisories/compare-versions.ts';

/** A package and its exact version, as a lock file names it. */
export interface LockedPackage {
  readonly ecosystem: Ecosystem;
  readonly name: string;
  readonly version: string;
  /** Where it stands, in UTF-16 units of the text. */
  readonly at: number;
}

/** What a lock file holds. */
export interface LockFile {
  readonly packages: readonly LockedPackage[];
  /** What could not be read of it. */
  readonly gaps: readonly { readonly reason: string; readonly at: number }[];
}

/** A kind of lock file. */
export interface LockKind {
  /** `npm lock file`: what a message calls it. */
  readonly title: string;
  /** Content decides; the name (without folders, in lower case) helps where the content is like that of something else. */
  sniff(text: string, name: string): boolean;
  read(text: string): LockFile;
}

/** A line of a text without its end, and where it begins in UTF-16 units. */
export interface TextLine {
  readonly text: string;
  readonly at: number;
}

export function* linesOf(text: string): Generator<TextLine> {
  for (let at = 0; at <= text.length;) {
    const end = text.indexOf('\n', at);
    const stop = end === -1 ? text.length : end;
    yield { text: text.slice(at, text[stop - 1] === '\r' && stop > at ? stop - 1 : stop), at };
    at = stop + 1;
  }
}

/** A value without the quotes around it. */
export function unquoted(text: string): string {
  const first = text[0];
  return text.length > 1 && (first === '"' || first === "'") && text.endsWith(first) ? text.slice(1, -1) : text;
}

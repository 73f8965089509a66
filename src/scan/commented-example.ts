import { extensionOf } from './artifact.ts';

/** Kinds that are found by their place (a name in front, a login in an address) and not by a form of their own. */
const BY_PLACE: ReadonlySet<string> = new Set(['generic-secret', 'database-password', 'url-password']);
/** Texts in which `#` begins a heading or nothing at all, so that nothing in them is a comment. */
const WITHOUT_COMMENTS: ReadonlySet<string> = new Set([
  '.md', '.rst', '.txt', '.json', '.jsonl', '.html', '.xml', '.pem', '.key', '.ipynb',
]); // prettier-ignore

/** Words by which a comment says that a value is only shown. */
const SHOWN =
  /\b(?:examples?|e\.g\.|i\.e\.|samples?|defaults?|placeholders?|dummy|replace|change (?:this|it|me)|instance|such as)\b/i;
/** Names of files that are there to be copied and filled in. */
const TEMPLATE = /(?:^|[./\\_-])(?:examples?|samples?|templates?|dist|defaults?|override)(?:[./\\_-]|$)/i;
/** What the documentation of databases uses for passwords. */
const USUAL =
  /^(?:postgres|mysql|mariadb|mongo|redis|secret|pass(?:word|wd)?|changeme|admin|root|test|user|db)\d{0,4}$/i;

const LONGEST_LINE = 4000;
const MOST_LINES_ABOVE = 6;
const MOST_COUNTED = 1 << 20;

/** A credential in a text: what kind, and where in UTF-16 units. */
export interface SecretPlace {
  readonly rule: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Whether a credential in a comment only shows what one looks like: a setting that documentation of a file of settings leaves switched off, a login whose
 * password is its own name, a value that is said to be an example. Credentials with a form of their own (keys of clouds, private keys, tokens) never are: people
 * leave real ones in comments.
 * @param name of the file
 */
export function commentedExamples(text: string, name: string): (secret: SecretPlace) => boolean {
  if (WITHOUT_COMMENTS.has(extensionOf(name))) return () => false;
  let template: boolean | undefined;
  return ({ rule, start, end }) => {
    if (!BY_PLACE.has(rule)) return false;
    const lineStart = Math.max(text.lastIndexOf('\n', start - 1) + 1, start - LONGEST_LINE);
    const before = text.slice(lineStart, start);
    if (!/^[ \t]*(?:#|\/\/|;|!)|[ \t]#/.test(before)) return false;
    if (rule !== 'generic-secret' && isItsOwnName(text, start, end)) return true;
    if (SHOWN.test(before) || SHOWN.test(commentAbove(text, lineStart))) return true;
    return rule === 'generic-secret' && (template ??= TEMPLATE.test(baseOf(name)) || isSwitchedOff(text));
  };
}

/** `user:user@host`, `user:x@x/db`, or a password of documentation. */
function isItsOwnName(text: string, start: number, end: number): boolean {
  const password = text.slice(start, end).toLowerCase();
  const user = /([^\s:/@]{1,128}):$/.exec(text.slice(Math.max(0, start - 140), start))?.[1]?.toLowerCase();
  const place = /^@([^\s"'?#]{1,200})/.exec(text.slice(end, end + 210))?.[1]?.toLowerCase() ?? '';
  return password === user || USUAL.test(password) || place.split(/[^a-z0-9_-]+/).includes(password);
}

/** Lines of comment right above, without those that are settings themselves. */
function commentAbove(text: string, lineStart: number): string {
  const said: string[] = [];
  let end = lineStart - 1;
  while (end > 0 && said.length < MOST_LINES_ABOVE) {
    const begin = Math.max(text.lastIndexOf('\n', end - 1) + 1, end - LONGEST_LINE);
    const line = text.slice(begin, end);
    if (!/^[ \t]*(?:#|\/\/|;|!)/.test(line)) break;
    if (!/^[ \t]*\W{1,4}[\w.-]{1,80}\s{0,9}[:=]\s{0,9}\S/.test(line)) said.push(line);
    end = begin - 1;
  }
  return said.join('\n');
}

/** A file of settings nearly all of which are switched off: documentation of what could be set. */
function isSwitchedOff(text: string): boolean {
  let off = 0;
  let on = 0;
  for (const [line] of text.slice(0, MOST_COUNTED).matchAll(/^[ \t]{0,20}(?:#[# ]{0,4})?[A-Z][A-Z0-9_]{2,60}=/gm))
    if (line.trimStart().startsWith('#')) off++;
    else on++;
  return off >= 5 && on * 4 <= off;
}

const baseOf = (name: string): string => name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);

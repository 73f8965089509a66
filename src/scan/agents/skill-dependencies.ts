import type { LineIndex } from '../../formats/located/line-index.ts';
import { memberAt, membersOf, textOf } from '../../formats/located/located.ts';
import { parseJsonc } from '../../formats/located/jsonc.ts';
import type { Spot } from '../fact.ts';

/** A package that comes with a skill because a list of it says so. */
export interface SkillDependency {
  readonly ecosystem: 'PyPI' | 'npm';
  readonly name: string;
  /** Exact version; null for a range, a tag or nothing. */
  readonly version: string | null;
  readonly at: Spot;
}

const MOST = 500;
/** PEP 508: a name, extras, and what is asked of the version. */
const REQUIREMENT =
  /^([A-Za-z0-9](?:[\w.-]{0,80}[A-Za-z0-9])?)[ \t]{0,4}(?:\[[\w., -]{0,100}\])?[ \t]{0,4}((?:[<>=!~]=?=?|@)[^;#\n]{1,120})?[ \t]{0,4}(?:;[^\n]{0,200})?$/;
const EXACT_PYTHON = /^={2,3}[ \t]{0,4}(\d[\w.!+-]{0,60})$/;
const EXACT_NPM = /^v?(\d{1,6}\.\d{1,6}\.\d{1,6}(?:[-+][\w.+-]{1,60})?)$/;

function python(text: string, at: Spot): SkillDependency | null {
  const match = REQUIREMENT.exec(text.trim());
  if (match === null) return null;
  const version = EXACT_PYTHON.exec((match[2] ?? '').trim())?.[1] ?? null;
  // An address with a commit or digest cannot change.
  if (/^@.*(?:@[0-9a-f]{40}|#sha256=[0-9a-f]{64})/.test(match[2] ?? '')) return null;
  return { ecosystem: 'PyPI', name: match[1]!, version, at };
}

/**
 * What the lists in a skill name: inline metadata of a Python script (PEP 723), `package.json`, requirement files, and `[project]` of a `pyproject.toml`.
 * Which file it is, its name says; a script says it itself. Without a list there are none.
 */
export function skillDependencies(name: string, text: string, lines: LineIndex): readonly SkillDependency[] {
  const found: SkillDependency[] = [];
  const add = (one: SkillDependency | null): void => {
    if (one !== null && found.length < MOST) found.push(one);
  };
  const base = name.replaceAll('\\', '/').split('/').at(-1)!.toLowerCase();
  if (base === 'package.json') {
    const parsed = parseJsonc(text);
    if (!parsed.ok) return [];
    for (const key of ['dependencies', 'optionalDependencies']) {
      for (const { name: one, at, value } of membersOf(memberAt(parsed.root, key))) {
        const wanted = textOf(value) ?? '';
        if (/^(?:file|link|workspace|portal):/.test(wanted) || /#[0-9a-f]{40}$/.test(wanted)) continue;
        add({ ecosystem: 'npm', name: one, version: EXACT_NPM.exec(wanted)?.[1] ?? null, at: lines.place(at) });
      }
    }
    return found;
  }
  const block = /\.pyw?$/.test(base)
    ? /^# \/\/\/ script[ \t]*\r?\n((?:#[^\n]*\n){1,200}?)# \/\/\/[ \t]*$/m.exec(text.slice(0, 64 << 10))
    : null;
  const list =
    block === null && base !== 'pyproject.toml'
      ? null
      : /^#?[ \t]{0,4}dependencies[ \t]{0,4}=[ \t]{0,4}\[([^\]]{0,8000})\]/m.exec(block?.[1] ?? text.slice(0, 256 << 10));
  if (list !== null) {
    const start = (block === null ? 0 : block.index + block[0].indexOf(block[1]!)) + list.index + list[0].indexOf('[');
    for (const entry of list[0].slice(list[0].indexOf('[')).matchAll(/["']([^"'\n]{1,200})["']/g))
      add(python(entry[1]!, lines.place(start + entry.index)));
    return found;
  }
  if (!/^requirements[\w.-]{0,40}\.(?:txt|in)$/.test(base)) return [];
  // With digests in it, what is installed cannot change, whatever the ranges say.
  if (/--hash=sha(?:256|384|512):/.test(text)) return [];
  for (let at = 0; at < text.length && found.length < MOST;) {
    const end = text.indexOf('\n', at);
    const line = text.slice(at, end === -1 ? text.length : end).slice(0, 400);
    const bare = line.replace(/(?:^|[ \t])#.*$/, '').trim();
    if (bare !== '' && !bare.startsWith('-')) add(python(bare, lines.place(at)));
    at = end === -1 ? text.length : end + 1;
  }
  return found;
} // prettier-ignore

/** Packages of PyPI and npm that a text installs by an exact version: `pip install x==1.2`, `npx x@1.2.3`. */
export function pinnedInstalls(text: string, lines: LineIndex): readonly SkillDependency[] {
  const found = new Map<string, SkillDependency>();
  const commands =
    /\b(pip3?|uv pip|pipx|uv add|uvx|uv tool|npm|npx|pnpm|bunx?|yarn)[ \t]{1,4}(?:install|i|add|dlx|run|x|exec)?[ \t]{0,4}([^\n`;&|#]{1,300})/g;
  for (const { 1: tool, 2: rest, index } of text.matchAll(commands)) {
    if (found.size >= MOST) break;
    const ecosystem = /^(?:pip|uv)/.test(tool!) ? 'PyPI' : 'npm';
    const words = ecosystem === 'PyPI'
      ? rest!.matchAll(/(?<![\w./@-])([A-Za-z0-9][\w.-]{0,80})(?:\[[\w,. -]{1,80}\])?(?:={2,3}|@)(\d[\w.!+-]{0,60})/g)
      : rest!.matchAll(/(?<![\w./])((?:@[\w.-]{1,60}\/)?[a-z0-9][\w.-]{0,80})@(\d{1,6}\.\d{1,6}\.\d{1,6}[\w.+-]{0,40})/gi);
    for (const [, name, version] of words)
      found.set(`${name} ${version}`, { ecosystem, name: name!, version: version!, at: lines.place(index) });
  }
  return [...found.values()];
} // prettier-ignore

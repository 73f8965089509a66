import { linesOf, type LockedPackage, type LockKind, unquoted } from './locked-package.ts';

/**
 * `yarn.lock`, of Yarn 1 (its own format) and of Yarn 2 and later (YAML that Yarn itself writes): entries that begin at the margin, with their version
 * indented below.
 */
export const yarnLock: LockKind = {
  title: 'Yarn lock file',
  sniff: (text, name) =>
    /^# yarn lockfile v1$/m.test(text.slice(0, 4096)) ||
    /^__metadata:\s{0,9}$/m.test(text.slice(0, 4096)) ||
    (name === 'yarn.lock' && !text.includes('\0')),
  read: (text) => {
    const packages: LockedPackage[] = [];
    const gaps: { readonly reason: string; readonly at: number }[] = [];
    let entry: { readonly name: string | null; readonly at: number } | null = null;
    let version: string | null = null;
    let resolved: string | null = null;
    const close = (): void => {
      if (entry === null) return;
      const real = resolved ?? entry.name;
      if (real !== null && version !== null) packages.push({ ecosystem: 'npm', name: real, version, at: entry.at });
      else if (real !== null) gaps.push({ reason: `an entry of the lock file has no version`, at: entry.at });
    };
    for (const { text: line, at } of linesOf(text)) {
      if (line === '' || line.startsWith('#')) continue;
      if (line[0] !== ' ' && line[0] !== '\t') {
        close();
        [version, resolved] = [null, null];
        const key = unquoted(line.replace(/:\s*$/, '').split(',')[0]!.trim());
        entry = key === '__metadata' ? null : { name: nameIn(key), at };
        continue;
      }
      const [, word, value] = /^ {2}"?(version|resolution)"?:?[ \t]{1,9}(\S.{0,500})$/.exec(line) ?? [];
      if (word === 'version') version = unquoted(value!.trim());
      // What it is, whatever it is called: `"lodash@npm:4.17.21"`.
      else if (word === 'resolution') resolved = nameIn(unquoted(value!.trim()));
    }
    close();
    return { packages, gaps };
  },
};

/** The package of `name@range`; of the target for `alias@npm:name@range`; null for what is no package of a registry. */
function nameIn(key: string): string | null {
  const at = key.indexOf('@', 1);
  const [name, range] = at === -1 ? [key, ''] : [key.slice(0, at), key.slice(at + 1)];
  if (/^(?:workspace|link|portal|file):/.test(range)) return null;
  const target = /^npm:(@?[^@\s]{1,214})@/.exec(range)?.[1];
  return target ?? name;
}

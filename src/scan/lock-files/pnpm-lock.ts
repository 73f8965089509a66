import { linesOf, type LockedPackage, type LockKind, unquoted } from './locked-package.ts';

/** `pnpm-lock.yaml`, versions 5 to 9, as pnpm writes it: each package is a key two spaces deep below `packages`. */
export const pnpmLock: LockKind = {
  title: 'pnpm lock file',
  sniff: (text, name) =>
    name === 'pnpm-lock.yaml' ||
    (/^lockfileVersion:\s{0,9}['"]?\d/m.test(text.slice(0, 4096)) &&
      /^(?:importers|packages|dependencies):/m.test(text)),
  read: (text) => {
    const packages: LockedPackage[] = [];
    const gaps: { readonly reason: string; readonly at: number }[] = [];
    let inside = false;
    for (const { text: line, at } of linesOf(text)) {
      if (/^\S/.test(line) && !line.startsWith('#')) {
        inside = /^packages:\s{0,9}$/.test(line);
        if (/^packages:\s{0,9}\{\s{0,9}\S/.test(line) && !/^packages:\s{0,9}\{\s{0,9}\}/.test(line))
          gaps.push({ reason: 'the packages of the lock file are not written as pnpm writes them', at });
        continue;
      }
      if (!inside || !/^ {2}\S/.test(line) || line.startsWith('  #')) continue;
      const key = unquoted(/^ {2}(\S.{0,500}?):(?:\s|$)/.exec(line)?.[1] ?? '');
      const one = packageIn(key);
      if (one !== null) packages.push({ ecosystem: 'npm', ...one, at: at + 2 });
      else if (key === '') gaps.push({ reason: 'a package of the lock file is not written as pnpm writes it', at });
    }
    return { packages, gaps };
  },
};

/** `/name/1.0.0_peer@2.0.0` (5), `/name@1.0.0(peer@2.0.0)` (6), `name@1.0.0` (9); null for what comes from elsewhere than a registry. */
function packageIn(key: string): { readonly name: string; readonly version: string } | null {
  const bare = key.replace(/^\//, '').replace(/\(.*$/, '');
  const [, name, version] = /^((?:@[^@/]{1,214}\/)?[^@/]{1,214})[@/](\d[^/@_]{0,100})(?:_.{0,500})?$/.exec(bare) ?? [];
  return name === undefined ? null : { name, version: version! };
}

import { parseJsonc } from '../../formats/located/jsonc.ts';
import { memberAt, membersOf, textOf } from '../../formats/located/located.ts';
import type { LockedPackage, LockKind } from './locked-package.ts';

/** `Pipfile.lock` (pipenv): groups of packages, each pinned with `==`. */
export const pipfileLock: LockKind = {
  title: 'Pipfile.lock',
  sniff: (text) => /^\s{0,100}\{/.test(text) && /"_meta"\s{0,9}:/.test(text) && /"pipfile-spec"\s{0,9}:/.test(text),
  read: (text) => {
    const parsed = parseJsonc(text);
    if (!parsed.ok)
      return { packages: [], gaps: [{ reason: `the lock file cannot be read: ${parsed.reason}`, at: parsed.at }] };
    const packages: LockedPackage[] = [];
    for (const group of membersOf(parsed.root)) {
      if (group.name === '_meta') continue;
      for (const { name, at, value } of membersOf(group.value)) {
        const version = /^={2,3}(.{1,100})$/.exec(textOf(memberAt(value, 'version')) ?? '')?.[1];
        if (version !== undefined) packages.push({ ecosystem: 'PyPI', name, version, at });
      }
    }
    return { packages, gaps: [] };
  },
};

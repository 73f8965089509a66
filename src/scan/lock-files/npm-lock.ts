import { parseJsonc } from '../../formats/located/jsonc.ts';
import { type Located, memberAt, membersOf, textOf } from '../../formats/located/located.ts';
import type { LockedPackage, LockFile, LockKind } from './locked-package.ts';

const MOST_LEVELS = 100;

/** `package-lock.json` and `npm-shrinkwrap.json`, versions 1 to 3 (docs.npmjs.com, "package-lock.json"). */
export const npmLock: LockKind = {
  title: 'npm lock file',
  sniff: (text) =>
    /^\s{0,100}\{/.test(text) &&
    (/"lockfileVersion"\s{0,9}:\s{0,9}\d/.test(text) || /"npm-shrinkwrap-version"\s{0,9}:/.test(text)) &&
    /"(?:packages|dependencies)"\s{0,9}:\s{0,9}\{/.test(text),
  read: (text) => {
    const parsed = parseJsonc(text);
    if (!parsed.ok)
      return { packages: [], gaps: [{ reason: `the lock file cannot be read: ${parsed.reason}`, at: parsed.at }] };
    const packages = memberAt(parsed.root, 'packages');
    return packages === undefined ? readTree(parsed.root) : readList(packages);
  },
};

/** Versions 2 and 3: places in the tree of folders, and what lies there. */
function readList(packages: Located): LockFile {
  const found: LockedPackage[] = [];
  for (const { name: place, at, value } of membersOf(packages)) {
    const folder = place.lastIndexOf('node_modules/');
    // The project itself, its workspaces, and links to them.
    if (folder === -1 || memberAt(value, 'link') !== undefined) continue;
    const version = textOf(memberAt(value, 'version'));
    const name = textOf(memberAt(value, 'name')) ?? place.slice(folder + 'node_modules/'.length);
    if (version !== undefined) found.push({ ecosystem: 'npm', name, version, at });
  }
  return { packages: found, gaps: [] };
}

/** Version 1: dependencies inside dependencies. */
function readTree(root: Located): LockFile {
  const found: LockedPackage[] = [];
  let levels = [root];
  let depth = 0;
  for (; levels.length > 0 && depth < MOST_LEVELS; depth++) {
    const below: Located[] = [];
    for (const node of levels) {
      for (const { name, at, value } of membersOf(memberAt(node, 'dependencies'))) {
        below.push(value);
        const version = textOf(memberAt(value, 'version'));
        if (version === undefined) continue;
        // `npm:other@1.0.0` is a package under another name.
        const alias = /^npm:(@?[^@\s]{1,214})@(.{1,100})$/.exec(version);
        found.push({ ecosystem: 'npm', name: alias?.[1] ?? name, version: alias?.[2] ?? version, at });
      }
    }
    levels = below;
  }
  return {
    packages: found,
    gaps: levels.length === 0 ? [] : [{ reason: `dependencies lie deeper than ${MOST_LEVELS} levels`, at: 0 }],
  };
}

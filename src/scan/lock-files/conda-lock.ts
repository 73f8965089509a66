import { linesOf, type LockedPackage, type LockKind, unquoted } from './locked-package.ts';

/**
 * Files of conda: environments (`environment.yml`), lists of addresses (`conda list --explicit`) and `conda-lock.yml`. Packages of conda are held
 * against the advisories of the package of PyPI that has their name, because there is no list of conda's own.
 */
export const condaLock: LockKind = {
  title: 'conda file',
  sniff: (text, name) =>
    /^@EXPLICIT\s{0,9}$/m.test(text) ||
    (/^dependencies:\s{0,9}$/m.test(text) &&
      (/^channels:/m.test(text) ||
        /^environment[\w.-]{0,60}\.ya?ml$/.test(name) ||
        /^conda[\w.-]{0,60}\.ya?ml$/.test(name))) ||
    (/^package:\s{0,9}$/m.test(text) && /^\s{1,9}manager:\s{0,9}(?:conda|pip)\s{0,9}$/m.test(text)),
  read: (text) => {
    const packages: LockedPackage[] = [];
    const add = (name: string, version: string, at: number): void => {
      packages.push({ ecosystem: 'PyPI', name, version, at });
    };
    let section = '';
    let name: string | null = null;
    for (const { text: line, at } of linesOf(text)) {
      const address =
        /^https?:\/\/\S{1,500}\/([\w.-]{1,100})-([\w.!+]{1,60})-[\w.]{1,60}\.(?:conda|tar\.bz2)(?:#|\s|$)/.exec(line);
      if (address !== null) add(address[1]!, address[2]!, at);
      const top = /^([a-z_]{1,40}):/.exec(line)?.[1];
      if (top !== undefined) section = top;
      if (section === 'dependencies') {
        const item = unquoted(/^\s{0,20}-\s{1,9}(\S.{0,200}?)\s{0,9}(?:\s#.{0,200})?$/.exec(line)?.[1] ?? '');
        const one = dependencyIn(item);
        if (one !== null) add(one.name, one.version, at);
      } else if (section === 'package') {
        const [, key, value] = /^[\s-]{1,12}(name|version):\s{1,9}(\S{1,200})/.exec(line) ?? [];
        if (key === 'name') name = unquoted(value!);
        else if (key === 'version' && name !== null) {
          add(name, unquoted(value!), at);
          name = null;
        }
      }
    }
    return { packages, gaps: [] };
  },
};

/** `name=1.2.3`, `name=1.2.3=build`, `name==1.2.3` (also below `pip:`), `channel::name=…`. `=1.2` stands for every 1.2.x: no version. */
function dependencyIn(item: string): { readonly name: string; readonly version: string } | null {
  const [, name, equals, version, build] =
    /^(?:[\w./-]{1,100}::)?([A-Za-z0-9][\w.-]{0,80})(?:\[[\w.,-]{1,100}\])?\s{0,9}(={1,3})\s{0,9}(\d[\w.!+]{0,60})(=[\w.*]{1,60})?$/.exec(
      item,
    ) ?? [];
  if (name === undefined) return null;
  const exact = equals !== '=' || build !== undefined || version!.split('.').length > 2;
  return exact ? { name, version: version! } : null;
}

import { decodeLoose } from '../../../formats/decode-text.ts';
import { LineIndex } from '../../../formats/located/line-index.ts';
import type { Artifact } from '../../artifact.ts';
import { condaLock } from '../../lock-files/conda-lock.ts';
import type { LockKind } from '../../lock-files/locked-package.ts';
import { npmLock } from '../../lock-files/npm-lock.ts';
import { pipfileLock } from '../../lock-files/pipfile-lock.ts';
import { pnpmLock } from '../../lock-files/pnpm-lock.ts';
import { pythonLock } from '../../lock-files/python-lock.ts';
import { yarnLock } from '../../lock-files/yarn-lock.ts';
import { plainText } from '../../plain-text.ts';
import type { Reader } from '../../reader.ts';

const MAX_BYTES = 32 << 20;
const KINDS: readonly LockKind[] = [npmLock, pipfileLock, yarnLock, pnpmLock, pythonLock, condaLock];
/** Names under which they travel; under any other name the beginning decides. */
const NAME =
  /(?:\.lock|lock\.json|shrinkwrap\.json|lock\.ya?ml|pylock[\w.-]{0,100}\.toml|(?:environment|conda)[\w.-]{0,100}\.ya?ml)$/i;
/** Gaps that are told one by one. */
const MOST_GAPS = 5;

/** Lock files of npm, Yarn, pnpm, Poetry, uv, PDM, pipenv and conda: what will be installed, to the version. */
export const lockFile: Reader<'lock-file'> = {
  id: 'lock-file',
  title: 'lock file',
  extensions: [],
  sniff: (artifact) => kindOf(artifact) !== null,
  read: (artifact, observer) => {
    const { source } = artifact;
    const kind = kindOf(artifact)!;
    if (source.size > MAX_BYTES)
      return observer.incomplete(`a lock file of ${source.size} bytes is not compared with advisories`);
    const text = textOf(artifact);
    const lines = new LineIndex(text);
    const { packages, gaps } = kind.read(text);
    for (const { reason, at } of gaps.slice(0, MOST_GAPS)) observer.incomplete(reason, lines.place(at));
    if (gaps.length > MOST_GAPS) observer.incomplete(`${gaps.length - MOST_GAPS} more entries could not be read`);
    const seen = new Set<string>();
    for (const { ecosystem, name, version, at } of packages) {
      const key = `${name}\n${version}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const says = `The ${kind.title} pins ${plainText(name, 100)} ${plainText(version, 60)}`;
      observer.fact({ kind: 'package', ...lines.place(at), ecosystem, name, version, says, by: 'lock' });
    }
  },
};

function textOf({ source }: Artifact): string {
  return decodeLoose(source.read(0, source.size)).replace(/^\ufeff/, '');
}

function kindOf(artifact: Artifact): LockKind | null {
  const { name, head, source } = artifact;
  if (head.includes(0) || head.length === 0) return null;
  const base = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1).toLowerCase();
  const text =
    NAME.test(name) && source.size <= MAX_BYTES ? textOf(artifact) : decodeLoose(head).replace(/^\ufeff/, '');
  return KINDS.find((kind) => kind.sniff(text, base)) ?? null;
}

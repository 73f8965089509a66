import { plainText } from '../plain-text.ts';
import type { AdvisoryBook } from './advisory-book.ts';
import { isVersion } from './compare-versions.ts';
import type { PackageUse } from './package-use.ts';

/** Advisories that one sentence names. */
const MOST_NAMED = 3;

/** What of a book a package and its version could not be compared with, as the end of a sentence that begins "Not looked at:"; null where all could. */
export function notCompared(
  { ecosystem, name, version }: Pick<PackageUse, 'ecosystem' | 'name' | 'version'>,
  book: AdvisoryBook,
): string | null {
  if (version === null) return null;
  const unclear = book.unclear(ecosystem, name, version);
  if (unclear.length === 0) return null;
  const ids = unclear.slice(0, MOST_NAMED).map(({ id }) => id);
  const rest = unclear.length > ids.length ? ` and ${unclear.length - ids.length} more` : '';
  const why = isVersion(ecosystem, version)
    ? (unclear[0]!.unclear ?? 'its ranges cannot be compared')
    : `that is no version of ${ecosystem}`;
  return `${plainText(name, 100)} ${plainText(version, 60)} cannot be compared with ${ids.join(', ')}${rest}: ${why}`;
}

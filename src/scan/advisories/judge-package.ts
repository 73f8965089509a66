import type { Severity } from '../../core/severity.ts';
import type { Judgement } from '../rule.ts';
import type { AdvisoryBook } from './advisory-book.ts';
import { sourceOf } from './advisory.ts';
import { KNOWN_BOOK } from './known-advisories.ts';
import type { PackageUse } from './package-use.ts';

/** What a book says of a package; nothing of a version that is not named, unless no version is good. */
export function judgePackage(
  { ecosystem, name, version, says }: Pick<PackageUse, 'ecosystem' | 'name' | 'version' | 'says'>,
  book: AdvisoryBook = KNOWN_BOOK,
  passOver: ReadonlySet<string> = new Set(),
): (Judgement & { readonly severity: Severity }) | null {
  if (version === null) {
    const bad = book.alwaysBad(ecosystem, name);
    if (bad === null || passOver.has(bad.id)) return null;
    return { severity: bad.severity, message: `${says}, which ${bad.what} (${bad.id}: ${sourceOf(bad.id)}).` };
  }
  const said = book.say(ecosystem, name, version, passOver);
  return said === null ? null : { severity: said.worst.severity, message: `${says}, ${said.text}` };
}

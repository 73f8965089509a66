import type { VersionRange } from './advisory.ts';

/**
 * Ranges as advisories write them: `>=0.6.5 <0.8.5`, `<=1.6.9`, `=3.0.5`, several with `||` between them.
 * @throws TypeError for anything else
 */
export function parseRanges(text: string): readonly VersionRange[] {
  return text.split('||').map((part) => {
    const range = { from: null as string | null, until: null as string | null, last: null as string | null };
    for (const word of part.trim().split(/\s+/)) {
      const [, sign, version] = /^(>=|<=|<|=)(\S+)$/.exec(word) ?? [];
      if (sign === '>=') range.from = version!;
      else if (sign === '<') range.until = version!;
      else if (sign === '<=') range.last = version!;
      else if (sign === '=') [range.from, range.last] = [version!, version!];
      else throw new TypeError(`"${word}" is no range of versions`);
    }
    return range;
  });
}

import { toFindings } from '../detect/secret-leak/findings.ts';
import { createScanner, type Scanner } from '../detect/secret-leak/scan.ts';
import type { Severity } from '../core/severity.ts';
import { commentedExamples } from './commented-example.ts';
import type { Observer } from './reader.ts';

/** Texts are looked at in parts; a secret that lies across a border is found in the overlap. */
const PART = 1 << 20;
const OVERLAP = 1 << 14;
const MAX_SECRETS = 100;
/** Findings of a value that only looks random are the least sure. */
const MIN_SEVERITY: Severity = 'low';

let scanner: Scanner | undefined;

/**
 * Tells of credentials in a text, as the guard's detector finds them, one fact each.
 * @param firstLine line of the file at which the text begins
 * @param name of the file, where the text is the whole of it: its comments may show what a credential looks like, which weighs little
 */
export function tellSecrets(text: string, observer: Observer, firstLine = 1, name?: string): void {
  scanner ??= createScanner({ enabled: () => true, regions: false });
  const isExample = name === undefined ? () => false : commentedExamples(text, name);
  const seen = new Set<number>();
  let line = firstLine;
  let counted = 0;
  let bytes = 0;
  for (let from = 0; from < text.length; from += PART - OVERLAP) {
    const part = text.slice(from, from + PART);
    for (const finding of toFindings(part, scanner.scan(part).candidates, { minSeverity: MIN_SEVERITY, allow: [] })) {
      const start = from + finding.span.start;
      if (seen.has(start)) continue;
      seen.add(start);
      if (seen.size > MAX_SECRETS)
        return observer.incomplete(`credentials after the first ${MAX_SECRETS} are not told`);
      const between = text.slice(counted, Math.max(counted, start));
      bytes += Buffer.byteLength(between);
      for (const unit of between) if (unit === '\n') line++;
      counted += between.length;
      observer.fact({
        kind: 'secret',
        offset: bytes,
        line,
        title: finding.message.replace(/^Contains a secret: /, '').replace(/\.$/, ''),
        mask: finding.mask,
        severity: isExample({ rule: finding.rule.replace(/^secret-leak\//, ''), start, end: from + finding.span.end })
          ? 'low'
          : finding.severity,
      });
    }
    if (from + PART >= text.length) return;
  }
}

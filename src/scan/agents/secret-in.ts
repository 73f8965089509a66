import { secretLeak } from '../../detect/secret-leak/detector.ts';
import type { Inspector } from '../../detect/detector.ts';
import { isPlaceholder } from '../../detect/secret-leak/plausible.ts';
import { isAtLeast } from '../../core/severity.ts';
import { plainText } from '../plain-text.ts';

/** A credential in a text: what it is and a mask of it, never itself. */
export interface FoundSecret {
  /** Of the detector, without its name: `github-token`. */
  readonly rule: string;
  /** UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** `github-token, ghp_****` */
  readonly shown: string;
}

const SUBJECT = { stage: 'input', role: 'system', origin: 'configuration', kind: 'text' } as const;
let inspector: Inspector | null = null;

/** Credentials in a text, by the house's own detector; placeholders and references to variables are none. */
export function secretsIn(text: string): readonly FoundSecret[] {
  // Without the second opinion the detector answers at once.
  inspector ??= secretLeak.create({ ...secretLeak.defaults, secretlint: false });
  const findings = inspector.inspect(text, SUBJECT);
  if (findings instanceof Promise) throw new TypeError('the detector of secrets answers at once');
  return findings
    .filter(({ severity, span }) => isAtLeast(severity, 'low') && !isPlaceholder(text.slice(span.start, span.end)))
    .map(({ rule, mask, span }) => {
      const id = rule.replace(/^secret-leak\//, '');
      return { rule: id, start: span.start, end: span.end, shown: `${id}, ${plainText(mask)}` };
    });
}

/** The text with every credential in it replaced, for files and messages that others read. */
export function withoutSecrets(text: string): string {
  let out = '';
  let at = 0;
  for (const { start, end } of secretsIn(text)) {
    if (start < at) continue;
    out += `${text.slice(at, start)}****`;
    at = end;
  }
  return out + text.slice(at);
}

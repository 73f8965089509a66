import { type Steps, wait } from '../core/drive.ts';
import type { Finding } from '../core/finding.ts';
import { CLEAN, type Outcome } from '../core/outcome.ts';
import type { Subject } from '../detect/detector.ts';
import type { OffsetMap } from '../text/offset-map.ts';
import { unescapeJson } from '../text/json/unescape-json.ts';
import type { Look } from './inspect-segments.ts';
import type { Rule } from './rule.ts';

/** Escapes within escapes (JSON in a string of JSON) that are followed. */
const DEEPEST = 4;

/** What was found in the text as it stands. */
export interface Seen {
  readonly rule: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Looks at a tool call's arguments as whoever parses them will read them: `\u0041KIA…` is not what a rule looks for in
 * the raw text, and it is what the tool gets. Parsers of arguments are forgiving, so it does not matter here whether they
 * are good JSON. A key that stands twice, and JSON inside a string, are read too.
 * @param seen not found again where it stands.
 * @returns what was found besides, at its place in `text`.
 */
export function* lookBehindEscapes(
  rule: Rule,
  text: string,
  subject: Subject,
  look: Look,
  seen: readonly Seen[],
): Steps<Outcome> {
  const findings: Finding[] = [];
  let map: OffsetMap | null = null;
  let layer = text;
  for (let depth = 0; depth < DEEPEST; depth++) {
    const read = unescapeJson(layer);
    if (read === null) break;
    map = map === null ? read.map : read.map.after(map);
    layer = read.text;
    const outcome = yield* wait(look(rule, layer, subject));
    if (outcome.status === 'failed') return outcome;
    if (outcome.status !== 'found') continue;
    for (const finding of outcome.findings) {
      const { start, end } = finding.span;
      if (start >= end) continue;
      const span = map.span(start, end);
      const covers = (one: Seen): boolean =>
        one.rule === finding.rule && one.start <= span.start && one.end >= span.end;
      if (seen.some(covers) || findings.some(({ rule: id, span: at }) => covers({ rule: id, ...at }))) continue;
      findings.push({ ...finding, span });
    }
  }
  return findings.length === 0 ? CLEAN : { status: 'found', findings };
}

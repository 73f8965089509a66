import type { Severity } from '../../core/severity.ts';
import type { Inspector } from '../../detect/detector.ts';
import { embeddedInstruction } from '../../detect/embedded-instruction/detector.ts';
import { firstOfEach } from './first-of-each.ts';
import { phrasesIn } from './instruction-phrases.ts';

export interface HiddenMarkup {
  readonly at: number;
  readonly severity: Severity;
  readonly says: string;
}

const SUBJECT = { stage: 'input', role: 'tool', origin: 'document', kind: 'text' } as const;
/** What programs write into comments for other programs. */
const TOOLING =
  /^\s{0,8}(?:prettier|eslint|markdownlint|toc|\/?tocstop|textlint|vale|cspell|lint|doctoc|start|end|begin|generated|auto-?generated|copyright|spdx|license|todo|fixme|note|last updated|region|endregion|\/|@|#)/i;
/** An image whose address has a place for text that is not there yet. */
const IMAGE =
  /!\[[^\]\n]{0,200}\]\(\s{0,4}(https?:\/\/[^)\s]{1,500})\)|<img\b[^>\n]{0,200}\bsrc\s{0,4}=\s{0,4}["']?(https?:\/\/[^"'>\s]{1,500})/gi;
const CARRIES =
  /[?&=/](?:\{\{?|\$\{?|%s|<)[\w .-]{0,40}(?:data|secret|conversation|history|context|content|summary|message|token|key|env|user|prompt|base64|encoded|text)\w{0,20}|[?&](?:data|q|d|c|payload|exfil|secret|leak|content|conversation)=(?:\{|\$|<|\[|%s|YOUR_|ENCODED|BASE64)/i;
const UNDRAWN =
  /<(?:div|span|p|section|details|font|small|template)\b[^>]{0,300}(?:display\s{0,4}:\s{0,4}none|visibility\s{0,4}:\s{0,4}hidden|font-size\s{0,4}:\s{0,4}0(?![.\d])|opacity\s{0,4}:\s{0,4}0(?![.\d])|color\s{0,4}:\s{0,4}(?:white|#fff(?:fff)?|transparent)|\bhidden\b)[^>]{0,300}>([^<]{1,4000})/gi;

let inspector: Inspector | null = null;

/**
 * Comments and undrawn elements that instruct, and images that carry data.
 * @param strict any comment counts: in a definition of a tool nobody has a reason to write one.
 */
export function hiddenMarkup(text: string, strict = false): readonly HiddenMarkup[] {
  const found: HiddenMarkup[] = [];
  for (let at = text.indexOf('<!--'); at !== -1;) {
    const close = text.indexOf('-->', at + 4);
    const end = close === -1 ? text.length : close;
    const inner = text.slice(at + 4, end);
    const judged = judgeHidden(inner, 'a comment', strict);
    // A comment inside code is an example of one.
    if (judged !== null && !insideCode(text, at)) found.push({ at, ...judged });
    at = text.indexOf('<!--', end);
  }
  for (const match of text.matchAll(
    /^\[(?:\/\/|comment|_metadata_[^\]]{0,40})\]:[ \t]{0,4}(?:#|<>)[ \t]{0,4}[("']([^\n]{1,2000})$/gim,
  )) {
    const judged = judgeHidden(match[1]!, 'a comment', strict);
    if (judged !== null) found.push({ at: match.index, ...judged });
  }
  for (const match of text.matchAll(UNDRAWN)) {
    const judged = judgeHidden(match[1]!, 'an element that is not drawn', strict);
    if (judged !== null && !insideCode(text, match.index)) found.push({ at: match.index, ...judged });
  }
  for (const match of text.matchAll(IMAGE)) {
    if (CARRIES.test(match[1] ?? match[2]!)) {
      found.push({
        at: match.index,
        severity: insideCode(text, match.index) ? 'low' : 'high',
        says: 'an image whose address takes text along',
      });
    }
  }
  return firstOfEach(found, 10);
}

function judgeHidden(inner: string, what: string, strict: boolean): Pick<HiddenMarkup, 'severity' | 'says'> | null {
  const words = inner.match(/[\p{L}]{2,}/gu)?.length ?? 0;
  const phrases = phrasesIn(inner, ['override', 'concealment', 'send-away', 'remote']);
  if (phrases.some(({ quoted }) => !quoted))
    return { severity: 'high', says: `${what} that ${phrases.find(({ quoted }) => !quoted)!.phrase.says}` };
  if (strict && words >= 3) return { severity: 'medium', says: what };
  if (words < 5 || TOOLING.test(inner)) return null;
  inspector ??= embeddedInstruction.create({ ...embeddedInstruction.defaults, sensitivity: 'low' });
  const judged = inspector.inspect(inner, SUBJECT);
  if (judged instanceof Promise) throw new TypeError('the detector of instructions answers at once');
  return judged.length === 0 ? null : { severity: 'low', says: `${what} that reads like an instruction` };
}

/** Whether a place lies between backticks or in a fenced block. */
function insideCode(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 20_000), at);
  const fences = before.match(/^[ \t]{0,8}(?:```|~~~)/gm)?.length ?? 0;
  if (fences % 2 === 1) return true;
  const line = before.slice(before.lastIndexOf('\n') + 1);
  return (line.match(/`/g)?.length ?? 0) % 2 === 1;
}

import { COMMAND_DANGERS } from './command-danger.ts';

/**
 * How a text stands to a phrase in it:
 * - `said`: it is an instruction like any other.
 * - `shown`: it is quoted on one line, and what stands around says that it is an example or an attack; or a sentence tells what attackers try.
 * - `loaded`: shown, and with a command that runs something or sends something away, which an agent may take up all the same.
 */
export type Standing = 'said' | 'shown' | 'loaded';

/** Words with which people show what they do not want to be done. */
const ABOUT =
  /\b(?:examples?|e\.g\.|patterns?|phrases?|attack\w{0,5}|inject\w{0,5}|malicious|detect\w{0,5}|prevent\w{0,4}|refuse\w?|reject\w{0,3}|flag\w{0,3}|payloads?|jailbreak\w{0,4}|adversar\w{0,6}|untrusted|suspicious|attempts?|red.?flags?|vulnerab\w{0,7}|threats?|anti-?patterns?|technique|vector|indicators?|signs?)\b|✗|❌|\bbad:/i;
/** Of these, those with which a sentence tells what somebody else tries. */
const HOSTILE =
  /\b(?:attempt\w{0,3}|tries|trying|tricks?|tricking|attack\w{0,5}|adversar\w{0,6}|malicious|inject\w{0,5}|jailbreak\w{0,4}|detect\w{0,5}|prevent\w{0,4}|refus\w{1,3}|reject\w{0,3}|flag\w{0,4}|block\w{0,3}|resist\w{0,3}|untrusted)\b/gi;
/** Words with which a text makes a quotation its own: `You must do as follows: "…"`. */
const ADOPTED =
  /\b(?:you|must|shall|always|now|follow|obey|comply|execute|perform|adopt|act|apply|treat|begin|start|say|reply|respond|repeat|remember|important|mandatory|critical instruction)\b/i;

const LONGEST_LINE = 2000;
const LONGEST_QUOTATION = 240;
/** Rows of a table or list between a quotation and what introduces it. */
const MOST_ROWS = 40;

/** @param begin of the phrase, and `end` behind it, in UTF-16 units */
export function standingOf(text: string, begin: number, end: number): Standing {
  // `| Override | "Ignore previous instructions" |`: a phrase may begin before the quotation that the most of it is in.
  const mark = text.slice(begin, end).search(/["“«`]/);
  const start = mark === -1 ? begin : begin + mark + 1;
  const lineStart = Math.max(text.lastIndexOf('\n', start - 1) + 1, start - LONGEST_LINE);
  const next = text.indexOf('\n', end);
  const lineEnd = Math.min(next === -1 ? text.length : next, end + LONGEST_LINE);
  const before = text.slice(lineStart, start);
  const after = text.slice(end, lineEnd);
  const quotation = quotationOf(before, after);
  const shown =
    quotation === null
      ? isReported(before)
      : isIntroduced(text, lineStart, before.slice(0, quotation.from), after.slice(quotation.to)) ||
        isReported(before.slice(quotation.from), true);
  if (!shown) return 'said';
  const from = Math.max(0, lineStart - 200);
  const around = text.slice(from, Math.min(text.length, lineEnd + 200));
  return COMMAND_DANGERS.some(({ pattern }) => new RegExp(pattern.source, 'im').test(around)) ? 'loaded' : 'shown';
}

/** Where the quotation begins in the line before the phrase, and where it ends behind it; null where the phrase stands in none that ends on its line. */
function quotationOf(before: string, after: string): { readonly from: number; readonly to: number } | null {
  for (const [opening, closing] of [
    ['"', '"'],
    ['“', '”'],
    ['«', '»'],
    ['`', '`'],
    ["'", "'"],
  ] as const) {
    const from = before.lastIndexOf(opening);
    const to = after.indexOf(closing);
    if (from === -1 || to === -1 || before.length - from + to > LONGEST_QUOTATION) continue;
    // An even number of marks before it means that the last one closes.
    if (opening === closing && before.split(opening).length % 2 === 1) continue;
    if (opening !== closing && before.lastIndexOf(closing) > from) continue;
    // An apostrophe is no mark of quotation.
    if (opening === "'" && /[\w]$/.test(before.slice(0, from))) continue;
    return { from, to: to + 1 };
  }
  return null;
}

/** Whether what stands around a quotation says what it is: its line, the lead of its list or table, the heading above; and does not make it its own. */
function isIntroduced(text: string, lineStart: number, before: string, after: string): boolean {
  if (ADOPTED.test(withoutQuotations(before))) return false;
  if (ABOUT.test(before) || ABOUT.test(after)) return true;
  let end = lineStart - 1;
  for (let rows = 0; end > 0 && rows < MOST_ROWS; rows++) {
    const begin = Math.max(text.lastIndexOf('\n', end - 1) + 1, end - LONGEST_LINE);
    const line = text.slice(begin, end).trim();
    const row = /^(?:[|>]|[*+-]\s|\d{1,3}[.)])/.test(line) && !/^\|[\s|:-]*$/.test(line);
    // The head of a table is a row, too.
    if (ABOUT.test(line) && !ADOPTED.test(withoutQuotations(line)) && (!row || line.startsWith('|'))) return true;
    if (!row && line !== '' && !/^\|[\s|:-]*$/.test(line)) return false;
    end = begin - 1;
  }
  return false;
}

const withoutQuotations = (line: string): string => line.replace(/"[^"]{0,300}"|“[^”]{0,300}”|`[^`]{0,300}`/g, '');

/**
 * Whether the sentence tells what somebody else tries: "attackers try to have the model ignore previous instructions". A comma would begin another thought, in
 * which the phrase is an order again: "to prevent mistakes, ignore previous instructions".
 * @param named a colon may stand between: "override attempt: ignore previous instructions"
 */
function isReported(before: string, named = false): boolean {
  const sentence = before.slice(Math.max(0, before.length - 240)).replace(/^.*[.!?](?=\s)/s, '');
  const last = [...sentence.matchAll(HOSTILE)].at(-1);
  if (last === undefined) return false;
  const between = sentence.slice(last.index + last[0].length);
  return !(named ? /[,;–—()]/ : /[,;:–—()]/).test(between) && !ADOPTED.test(between);
}

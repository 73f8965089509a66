import { isFault } from '../../core/fault.ts';
import type { Span } from '../../core/span.ts';
import { readJson } from '../../text/json/read-json.ts';

const LIMITS = { bytes: 8 << 20, depth: 128, items: 200_000 };

export type AnswerValue = { readonly value: unknown } | { readonly problem: string };

/**
 * The JSON value of a text. A repeated key is a problem: readers differ in which one counts.
 * @param fenced the text may be one Markdown code block.
 */
export function readAnswer(text: string, fenced: boolean): AnswerValue {
  const { start, end } = fenced ? insideFence(text) : { start: 0, end: text.length };
  try {
    return { value: readJson(Buffer.from(text.slice(start, end), 'utf8'), LIMITS) };
  } catch (error) {
    if (!isFault(error)) throw error;
    if (error.code === 'ERR_BODY_TOO_DEEP') return { problem: `nested more than ${LIMITS.depth} levels deep` };
    if (error.code === 'ERR_BODY_TOO_LARGE') return { problem: 'too large to be read' };
    // Where it ends to be JSON is said within the block, if it is in one.
    return { problem: error.where ?? 'somewhere' };
  }
}

/** What stands in the one code block that a text is, or all of it. */
function insideFence(text: string): Span {
  const whole = { start: 0, end: text.length };
  const from = text.length - text.trimStart().length;
  const to = text.trimEnd().length;
  const mark = text.startsWith('~~~', from) ? '~' : '`';
  let ticks = 0;
  while (text[from + ticks] === mark) ticks++;
  if (ticks < 3) return whole;
  const line = text.indexOf('\n', from);
  if (line === -1 || line >= to) return whole;
  let closing = to;
  while (closing > line && text[closing - 1] === mark) closing--;
  if (to - closing < ticks || !/^[\w+-]*\s*$/.test(text.slice(from + ticks, line))) return whole;
  return { start: line + 1, end: closing };
}

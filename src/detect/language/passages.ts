import type { Span } from '../../core/span.ts';

/** Units from which on a passage ends with the next sentence or line, and at which it ends in any case. */
const SHORT = 160;
export const LONGEST = 480;
/** Units of a paragraph that is a passage by itself. */
const PARAGRAPH = 60;
/** Units before the longest end in which a space is looked for. */
const SPACE = 80;

export interface Passage extends Span {
  /** Whether more text would leave it as it is. */
  readonly closed: boolean;
}

/** Cuts a text from its beginning into passages of some sentences; how one is cut depends on nothing after it. */
export function* passagesOf(text: string): Generator<Passage> {
  let start = 0;
  while (start < text.length) {
    const end = passageEnd(text, start);
    yield end < 0 ? { start, end: text.length, closed: false } : { start, end, closed: true };
    if (end < 0) return;
    start = end;
  }
}

/** End of the passage that begins at `start`, or -1 where the text ends first. */
function passageEnd(text: string, start: number): number {
  const last = start + LONGEST;
  let space = -1;
  for (let i = start; i < text.length && i < last; i++) {
    const unit = text.charCodeAt(i);
    const size = i + 1 - start;
    if (size >= LONGEST - SPACE && unit <= 0x20) space = i + 1;
    if (unit === 0x0a && size >= PARAGRAPH && text[i - 1] === '\n') return i + 1;
    if (size < SHORT) continue;
    // A line's end, the space after a sentence's end, or a full stop of a script without spaces.
    if (unit === 0x0a || unit === 0x3002 || unit === 0xff01 || unit === 0xff1f) return i + 1;
    if (unit === 0x20 && '.!?…:;؟।'.includes(text[i - 1]!)) return i + 1;
  }
  if (text.length < last) return -1;
  if (space > 0) return space;
  // Not between the halves of a surrogate pair.
  return (text.charCodeAt(last - 1) & 0xfc00) === 0xd800 ? last - 1 : last;
}

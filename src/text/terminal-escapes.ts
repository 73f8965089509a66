import { MappedTextBuilder, type MappedText, type UndoneStretch } from './mapped-text.ts';

export interface WithoutEscapes extends MappedText {
  readonly stretches: readonly Pick<UndoneStretch, 'start' | 'end'>[];
}

/** Introducers of control sequences, as two units and as one. */
const ESC = '\u001b';
const CSI = '\u009b';
/** A control sequence has this many parameters at most before it is no sequence (ECMA-48 §5.4 sets no bound). */
const LONGEST = 64;
const LONGEST_STRING = 1024;

/**
 * The text without terminal control sequences (ECMA-48: CSI … final byte; OSC, DCS and the like up to their terminator),
 * which colour, hide or overwrite what a person sees and split the words that a model reads. Null when there are none.
 */
export function removeTerminalEscapes(text: string): WithoutEscapes | null {
  if (!text.includes(ESC) && !text.includes(CSI)) return null;
  const out = new MappedTextBuilder(text);
  const stretches: { start: number; end: number }[] = [];
  let plain = 0;
  for (let i = 0; i < text.length; i++) {
    const end = sequenceEnd(text, i);
    if (end === i) continue;
    out.copy(plain, i);
    const last = stretches.at(-1);
    if (last !== undefined && last.end === i) last.end = end;
    else stretches.push({ start: i, end });
    plain = end;
    i = end - 1;
  }
  if (plain === 0) return null;
  out.copy(plain, text.length);
  return { ...out.build(), stretches };
}

/** End of the control sequence that begins at `at`, or `at` when none does. */
function sequenceEnd(text: string, at: number): number {
  const unit = text[at];
  if (unit !== ESC && unit !== CSI) return at;
  const second = unit === CSI ? '[' : text[at + 1];
  let i = at + (unit === CSI ? 1 : 2);
  if (second === undefined) return at;
  if (second === '[') {
    for (const limit = Math.min(text.length, i + LONGEST); i < limit; i++) {
      const code = text.charCodeAt(i);
      if (code >= 0x40 && code <= 0x7e) return i + 1;
      if (code < 0x20 || code > 0x3f) return at;
    }
    return at;
  }
  if (']PX^_'.includes(second)) {
    for (const limit = Math.min(text.length, i + LONGEST_STRING); i < limit; i++) {
      if (text[i] === '\u0007' || text[i] === '\u009c') return i + 1;
      if (text[i] === ESC) return text[i + 1] === '\\' ? i + 2 : at;
    }
    return at;
  }
  return second >= '0' && second <= '~' ? i : at;
}

import { charEntropy } from '../../text/char-entropy.ts';
import { isIn, runEnd } from './run.ts';

/** An armoured private key in a text, or what of it has arrived. */
export interface KeyBlock {
  readonly start: number;
  readonly end: number;
  /** True when the text ends before the block's end is certain. */
  readonly open: boolean;
  /** True when there is key material in it: a mention of the header alone is none. */
  readonly keyed: boolean;
}

const HEADER = /^-----BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----/;
const LONGEST_HEADER = 80;
/** A header that is still arriving. */
const HEADER_SO_FAR = /^-----BEGIN [A-Z0-9 ]{0,60}-{0,4}$/;
const FOOTER = /^-----END (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----/;
const FOOTER_SO_FAR = /^-{1,5}$|^-----[A-Z0-9 ]{0,60}-{0,4}$/;
/** Shorter runs are words, or the end of the last line. */
const LINE = 16;
const LEAST_MATERIAL = 40;
const LONGEST_FIELD = 256;
const MOST_FIELDS = 8;

/**
 * Reads a block from its `-----BEGIN`. The body is taken however it is laid out: with line breaks, on one line, as the
 * `\n` of a JSON string, as concatenated string literals, indented, quoted or commented out, with or without footer.
 * Reading stops at the first thing that cannot belong to it, so that prose after a mention of the header stays out.
 */
export function readKeyBlock(text: string, start: number): KeyBlock | null {
  const head = text.slice(start, start + LONGEST_HEADER);
  const header = HEADER.exec(head);
  if (header === null) {
    const open = HEADER_SO_FAR.test(head) && start + head.length === text.length;
    return open ? { start, end: text.length, open, keyed: false } : null;
  }
  return { ...readBody(text, start + header[0].length), start };
}

/** The base64 lines after `from`, up to a footer. */
export function readBody(text: string, from: number): Omit<KeyBlock, 'start'> {
  let material = 0;
  let sample = '';
  let short = 0;
  let fields = 0;
  let end = from;
  let i = from;
  const done = (open: boolean): Omit<KeyBlock, 'start'> => {
    const keyed = material >= LEAST_MATERIAL && charEntropy(sample) >= 3.5;
    return { end: open ? text.length : end, open, keyed };
  };
  while (i < text.length) {
    const unit = text[i]!;
    if (unit === '-') {
      const tail = text.slice(i, i + LONGEST_HEADER);
      const footer = FOOTER.exec(tail);
      if (footer !== null) {
        end = i + footer[0].length;
        return done(false);
      }
      return done(i + tail.length === text.length && FOOTER_SO_FAR.test(tail));
    }
    if (unit === '\\') {
      // An escape: two units, of which the second is no base64.
      i += 2;
      continue;
    }
    if (!isIn('base64', text.charCodeAt(i))) {
      if (!' \t\r\n"\'`,;|>#*.()'.includes(unit)) return done(false);
      i++;
      continue;
    }
    const stop = runEnd(text, i, 'base64', text.length);
    const length = stop - i;
    if (stop === text.length) return done(true);
    if (text[stop] === ':' || (text[stop] === '-' && /^-[A-Z]/.test(text.slice(stop, stop + 2)))) {
      // An encapsulated header field: `Proc-Type: 4,ENCRYPTED`, `Comment: …`.
      const line = material > 0 || ++fields > MOST_FIELDS ? -1 : fieldEnd(text, stop);
      if (line === -1) return done(false);
      if (line === text.length) return done(true);
      i = line;
      continue;
    }
    const joint = length === 1 && (unit === '+' || unit === '/');
    if (length >= LINE) {
      material += length;
      if (sample.length < 256) sample += text.slice(i, Math.min(stop, i + 256));
      short = 0;
      end = stop;
    } else if (!joint && ++short > 2) {
      return done(false);
    } else if (!joint && material > 0) {
      end = stop;
    }
    i = stop;
  }
  return done(true);
}

/** End of a header field's line (a line break or the escape of one); -1 when there is none within reach. */
function fieldEnd(text: string, from: number): number {
  const limit = Math.min(text.length, from + LONGEST_FIELD);
  for (let i = from; i < limit; i++) {
    if (text[i] === '\n') return i + 1;
    if (text[i] === '\\' && (text[i + 1] === 'n' || text[i + 1] === 'r')) return i + 2;
    if (text.startsWith('-----', i)) return -1;
  }
  return limit === text.length ? text.length : -1;
}

/** What of encodings a text has room for; cheap to see, so that most patterns need not look at most texts. */
export interface BlockShape {
  /** ASCII digits. */
  readonly digits: number;
  /** Where visible ASCII characters stand in a row, at least `VISIBLE` of them: starts and ends in turn. */
  readonly visible: readonly number[];
  /** Most words of at most four ASCII letters and digits one after the other, at most two other units between them. */
  readonly shortWords: number;
}

/** Shorter stretches without a space are no encoding. */
export const VISIBLE = 12;
const SHORT = 4;
const GAP = 2;

/** One pass over a text. */
export function blockShape(text: string): BlockShape {
  let digits = 0;
  const visible: number[] = [];
  let since = 0;
  let shortWords = 0;
  let chain = 0;
  let word = 0;
  let gap = 0;
  for (let i = 0; i <= text.length; i++) {
    const unit = i < text.length ? text.charCodeAt(i) : 0;
    if (unit <= 0x20 || unit >= 0x7f) {
      if (i - since >= VISIBLE) visible.push(since, i);
      since = i + 1;
    }
    const lower = unit | 0x20;
    const isDigit = unit >= 0x30 && unit <= 0x39;
    if (isDigit) digits++;
    if (isDigit || (unit < 0x80 && lower >= 0x61 && lower <= 0x7a)) {
      if (word === 0 && gap > GAP) chain = 0;
      word++;
      gap = 0;
      continue;
    }
    if (word > 0) {
      chain = word <= SHORT ? chain + 1 : 0;
      if (chain > shortWords) shortWords = chain;
    }
    word = 0;
    gap++;
  }
  return { digits, visible, shortWords };
}

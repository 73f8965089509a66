const WORD = new Uint8Array(128);
for (const unit of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789') WORD[unit.charCodeAt(0)] = 1;
/** The widest gap that is looked over, in units. */
const GAP = 4;

/**
 * An upper bound for how many ASCII letters and digits stand alone one after the other, with at most four units between two of them whatever these
 * are. One cheap pass, so that ordinary text need not be searched for words that are spelt out.
 */
export function mostLoneLetters(text: string): number {
  const { length } = text;
  let most = 0;
  let run = 0;
  let last = -GAP - 2;
  /** Of the last three units, which are letters or digits; one that stands alone is 0b010. */
  let seen = 0;
  for (let at = 0; at < length; at++) {
    const unit = text.charCodeAt(at);
    seen = ((seen << 1) | (unit < 128 ? WORD[unit]! : 0)) & 0b111;
    if (seen === 0b010) {
      run = at - 1 - last <= GAP + 1 ? run + 1 : 1;
      last = at - 1;
      if (run > most) most = run;
    }
  }
  // The last unit has nothing behind it.
  if ((seen & 0b11) === 0b01) most = Math.max(most, length - 1 - last <= GAP + 1 ? run + 1 : 1);
  return most;
}

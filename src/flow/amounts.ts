const NUMBER =
  /(?<![\p{L}\d.,-])(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?)\s?(%|percent|per cent|prozent|pour cent|por ciento|per cento|por cento|procent)?(?![\p{L}\d-])/gu;
const WORDS: Readonly<Record<string, number>> = {
  half: 0.5,
  third: 1 / 3,
  quarter: 0.25,
  double: 2,
  twice: 2,
  triple: 3,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  ten: 10,
};

export interface NamedAmounts {
  readonly plain: readonly number[];
  /** Shares, as fractions: 10 % is 0.1. */
  readonly shares: readonly number[];
}

/** Amounts and shares that a canonical text names. Dates, codes and ids are not amounts. */
export function amountsIn(text: string): NamedAmounts {
  const plain: number[] = [];
  const shares: number[] = [];
  for (const [, digits, percent] of text.matchAll(NUMBER)) {
    const number = Number(/^\d+,\d{1,2}$/.test(digits!) ? digits!.replace(',', '.') : digits!.replaceAll(',', ''));
    if (!Number.isFinite(number)) continue;
    if (percent === undefined) plain.push(number);
    else shares.push(number / 100);
  }
  for (const [word, factor] of Object.entries(WORDS)) {
    if (new RegExp(`\\b${word}\\b`).test(text)) shares.push(factor);
  }
  return { plain, shares };
}

/** Numbers that are looked at together, at most: named ones come first. */
const MOST = 48;

/**
 * True when `amount` comes of named numbers by what people do with money: a sum or difference of two, a share of one, a
 * share with a fee, an equal part (`we were two`). Never more than the largest sum of two of them.
 * @param named what the user named. @param recorded fields of records that the user's words point to.
 */
export function isDerived(amount: number, named: NamedAmounts, recorded: readonly number[]): boolean {
  const near = (value: number): boolean => Math.abs(value - amount) < 0.005 + Math.abs(amount) * 1e-9;
  const base = [...new Set([...named.plain, ...recorded])].filter((value) => value > 0).slice(0, MOST);
  const shares = [...new Set([...named.shares, 0.5])];
  const parts = base.flatMap((value) => [value, ...shares.map((share) => value * share)]);
  if (parts.some(near)) return true;
  for (const a of base) {
    for (const b of parts) if (near(a - b) || near(b - a) || near(a + b)) return true;
    for (const share of shares)
      if (named.plain.some((fee) => near(a * share + fee) || near(a * share - fee))) return true;
    for (const share of shares) if (near(a * (1 + share)) || near(a * (1 - share))) return true;
  }
  // A total of what was found.
  if (recorded.length > 1 && near(recorded.reduce((sum, value) => sum + value, 0))) return true;
  return false;
}

const DECIMAL = /^\s*-?\d{1,20}(?:\.\d{1,20})?(?:e[-+]?\d{1,3})?\s*$/i;
/** UTF-16 units that no name of a column has. */
const LONGEST_NAME = 100;
const FEWEST_WORDS = 8;

/**
 * True where the names of columns read like a row, whose file has then no line of names: numbers that are not counted through (`0, 1, 2` and years in a
 * row are names), or sentences.
 */
export function isHeaderLikeRow(names: readonly string[]): boolean {
  if (names.some((name) => name.length > LONGEST_NAME || name.trim().split(/\s+/, FEWEST_WORDS).length >= FEWEST_WORDS))
    return true;
  const numbers = names.filter((name) => DECIMAL.test(name)).map(Number);
  if (numbers.length === 0) return false;
  return (
    !numbers.every(
      (value, at) => Number.isSafeInteger(value) && value >= 0 && (at === 0 || value > numbers[at - 1]!),
    ) || startsFar(numbers, names)
  );
}

/** One number among words, which is neither the first of a count nor a year. */
function startsFar(numbers: readonly number[], names: readonly string[]): boolean {
  const [first] = numbers as [number];
  const counted = numbers.every((value, at) => value === first + at);
  const years = numbers.every((value) => value >= 1800 && value <= 2200);
  return !(years || (counted && (first <= 1 || numbers.length === names.length)));
}

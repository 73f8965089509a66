/** Check digit schemes that many formats share. All take digits (and capitals where said); none allocates much. */

/** Value of the unit at `i`: digits 0 to 9, capitals 10 to 35. */
export function valueAt(text: string, i: number): number {
  const code = text.charCodeAt(i);
  return code <= 57 ? code - 48 : code - 55;
}

export function isDigits(text: string): boolean {
  if (text === '') return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  return true;
}

export function isRepeated(text: string): boolean {
  for (let i = 1; i < text.length; i++) if (text.charCodeAt(i) !== text.charCodeAt(0)) return false;
  return true;
}

/** ISO/IEC 7812-1 annex B. */
export function luhn(digits: string): boolean {
  let sum = 0;
  for (let i = digits.length - 1, double = false; i >= 0; i--, double = !double) {
    const digit = digits.charCodeAt(i) - 48;
    sum += double ? (digit > 4 ? 2 * digit - 9 : 2 * digit) : digit;
  }
  return sum % 10 === 0;
}

/** Sum of values times weights, over as many places as there are weights. */
export function weighted(text: string, weights: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += valueAt(text, i) * weights[i]!;
  return sum;
}

/** Rest of a number of any length. */
export function modulo(digits: string, modulus: number): number {
  let rest = 0;
  for (let i = 0; i < digits.length; i++) rest = (rest * 10 + digits.charCodeAt(i) - 48) % modulus;
  return rest;
}

/** ISO/IEC 7064 MOD 97-10 with letters as 10 to 35; holds when the rest is 1. */
export function iso97(text: string): boolean {
  let rest = 0;
  for (let i = 0; i < text.length; i++) {
    const value = valueAt(text, i);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** ISO/IEC 7064 MOD 11,10. */
export function iso1110(digits: string): boolean {
  let product = 10;
  for (let i = 0; i < digits.length - 1; i++) {
    const sum = (digits.charCodeAt(i) - 48 + product) % 10;
    product = ((sum === 0 ? 10 : sum) * 2) % 11;
  }
  return (11 - product) % 10 === digits.charCodeAt(digits.length - 1) - 48;
}

const DIHEDRAL = [
  '0123456789', '1234067895', '2340178956', '3401289567', '4012395678',
  '5987604321', '6598710432', '7659821043', '8765932104', '9876543210',
]; // prettier-ignore
const PERMUTATION = [
  '0123456789', '1576283094', '5803796142', '8916043527', '9453126870', '4286573901', '2793806415', '7046913258',
]; // prettier-ignore

/** Verhoeff, "Error detecting decimal codes", Mathematical Centre Tracts 29 (1969). */
export function verhoeff(digits: string): boolean {
  let state = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = valueAt(digits, digits.length - 1 - i);
    state = valueAt(DIHEDRAL[state]!, valueAt(PERMUTATION[i % 8]!, digit));
  }
  return state === 0;
}

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** True for a day that exists; 29 February only in leap years unless `year` is null. */
export function isDay(year: number | null, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1 || day > DAYS[month - 1]!) return false;
  if (month !== 2 || day !== 29 || year === null) return true;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Two digits as a number. */
export function pair(text: string, at: number): number {
  return valueAt(text, at) * 10 + valueAt(text, at + 1);
}

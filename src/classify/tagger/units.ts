/** What a UTF-16 unit is to the tokenizer. */
export const OTHER = 0;
export const LOWER = 1;
export const UPPER = 2;
export const DIGIT = 3;
/** Letters of scripts without case. From here on, what ends a word and all that hangs on it. */
export const UNCASED = 4;
export const SPACE = 5;
export const NEWLINE = 6;

export interface UnitTables {
  readonly kind: Uint8Array;
  /** Lower case of each unit that has one of a single unit; else the unit itself. */
  readonly lower: Uint16Array;
}

let tables: UnitTables | undefined;

/** Tables over the basic plane, made at first use: a lookup is a tenth of what a property test costs. */
export function unitTables(): UnitTables {
  return (tables ??= makeTables());
}

/** What each kind is written as; later ones do not change what earlier ones said. */
const CLASSES: readonly (readonly [pattern: RegExp, kind: number])[] = [
  [/[\n\r\u2028\u2029]+/gu, NEWLINE],
  [/\s+/gu, SPACE],
  [/[\p{Lu}\p{Lt}]+/gu, UPPER],
  [/[\p{Ll}\p{M}]+/gu, LOWER],
  [/\p{L}+/gu, UNCASED],
  [/[0-9]+/gu, DIGIT],
];

function makeTables(): UnitTables {
  // One pass of each pattern over all units at once; surrogates, which would join, are blanked out.
  const codes = Uint16Array.from({ length: 0x10000 }, (_, code) => (code >= 0xd800 && code <= 0xdfff ? 0 : code));
  let all = '';
  for (let at = 0; at < codes.length; at += 4096) all += String.fromCharCode(...codes.subarray(at, at + 4096));
  const kind = new Uint8Array(0x10000);
  for (const [pattern, value] of CLASSES)
    for (const { 0: run, index } of all.matchAll(pattern))
      for (let i = index; i < index + run.length; i++) if (kind[i] === OTHER) kind[i] = value;
  const lower = codes.slice();
  for (let code = 0; code < 0x10000; code++) {
    if (kind[code] !== UPPER) continue;
    const small = all[code]!.toLowerCase();
    if (small.length === 1) lower[code] = small.charCodeAt(0);
  }
  return { kind, lower };
}

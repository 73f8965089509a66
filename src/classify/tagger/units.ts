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

function makeTables(): UnitTables {
  const kind = new Uint8Array(0x10000);
  const lower = new Uint16Array(0x10000);
  for (let code = 0; code < 0x10000; code++) {
    lower[code] = code;
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const unit = String.fromCharCode(code);
    const small = unit.toLowerCase();
    if (small.length === 1) lower[code] = small.charCodeAt(0);
    if (code === 10 || code === 13 || code === 0x2028 || code === 0x2029) kind[code] = NEWLINE;
    else if (/\s/.test(unit)) kind[code] = SPACE;
    else if (/\p{Lu}|\p{Lt}/u.test(unit)) kind[code] = UPPER;
    else if (/\p{Ll}|\p{M}/u.test(unit)) kind[code] = LOWER;
    else if (/\p{L}/u.test(unit)) kind[code] = UNCASED;
    else if (code >= 48 && code <= 57) kind[code] = DIGIT;
  }
  return { kind, lower };
}

/** Pickle streams written opcode by opcode. For tests: nothing here is ever loaded. */

/** Latin-1 text and bytes, one after another. */
export function bytes(...parts: readonly (string | number | Uint8Array)[]): Uint8Array {
  return Buffer.concat(
    parts.map((part) =>
      typeof part === 'string' ? Buffer.from(part, 'latin1') : typeof part === 'number' ? Uint8Array.of(part) : part,
    ),
  );
}

/** SHORT_BINUNICODE. */
export function text(value: string): Uint8Array {
  const encoded = Buffer.from(value);
  return bytes(0x8c, encoded.length, encoded);
}

/** Protocol 0: imports `module.name` and applies it to one string. */
export function callOf(module: string, name: string, argument = 'true'): Uint8Array {
  return bytes(`c${module}\n${name}\n(S'${argument}'\ntR.`);
}

/** Protocol 4: the same by STACK_GLOBAL. */
export function stackCallOf(module: string, name: string, argument = 'true'): Uint8Array {
  return bytes(0x80, 4, text(module), text(name), 0x93, text(argument), 0x85, 'R.');
}

/** A dictionary of two small values, protocol 2. */
export function plain(): Uint8Array {
  return bytes(0x80, 2, '}q', 0, '(X', 1, 0, 0, 0, 'aK', 1, 'X', 1, 0, 0, 0, 'bK', 2, 'u.');
}

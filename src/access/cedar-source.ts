/** Where in a policy text something stands, for people: both count from 1, columns in UTF-16 code units. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
}

/** The position of an offset in UTF-8 bytes, which is what Cedar reports. */
export function positionOfByte(text: string, offset: number): SourcePosition {
  return positionOf(text, Buffer.from(text, 'utf8').subarray(0, offset).toString('utf8').length);
}

/** The position of an offset in UTF-16 code units. */
export function positionOf(text: string, offset: number): SourcePosition {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: before.length - start + 1 };
}

/** The text with every comment replaced by spaces, so that offsets stay. Cedar has line comments only. */
export function withoutComments(text: string): string {
  return text.replaceAll(/"(?:[^"\\]|\\[^])*"|\/\/[^\n]*/g, (part) =>
    part.startsWith('//') ? ' '.repeat(part.length) : part,
  );
}

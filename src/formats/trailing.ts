import type { Extraction } from './extraction.ts';

/**
 * What follows the end of an image: a second file for programs that look for another format, or junk. It is noted and
 * read as a file of its own; that it is of no known format is not held against the image.
 */
export async function readTrailing(bytes: Uint8Array, end: number, out: Extraction): Promise<void> {
  if (end >= bytes.length) return;
  const rest = bytes.subarray(end);
  if (rest.every((byte) => byte === 0)) return;
  out.note(`trailing data: ${rest.length} bytes after the end`);
  await out.inside('trailing', rest);
}

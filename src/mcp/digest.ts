import { createHash } from 'node:crypto';
import { canonicalJson } from '../text/json/canonical-json.ts';

/**
 * SHA-256 (hex) of the canonical text of a value (RFC 8785), by which definitions are pinned and calls are bound.
 * @throws RangeError for a value that has no canonical text: half a character in a string, or nested too deep.
 */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

/** `digestOf`, or null for a value that has no canonical text: nobody could say later whether it is still the same. */
export function digestOrNull(value: unknown): string | null {
  try {
    return digestOf(value);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

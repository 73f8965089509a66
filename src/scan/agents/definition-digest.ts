import { createHash } from 'node:crypto';
import { canonicalJson } from '../../text/json/canonical-json.ts';

/** SHA-256 (hex) of the canonical text of a value (RFC 8785); of its JSON where it has none, so that every definition has a digest. */
export function definitionDigest(value: unknown): string {
  let text;
  try {
    text = canonicalJson(value);
  } catch {
    text = JSON.stringify(value) ?? '';
  }
  return createHash('sha256').update(text).digest('hex');
}

/** SHA-256 (hex) of a text or of bytes. */
export function textDigest(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex');
}

import { hash, randomBytes } from 'node:crypto';

/** Hexadecimal digits that are kept: 128 bits, so that no two texts share a hash, and the rest of the digest is not known. */
const KEPT = 32;

/** A hash of texts that means nothing without this process: equal texts have equal hashes, and nothing can be tried on them. */
export type KeyedHash = (about: string, text: string) => string;

/**
 * SHA-256 under a secret prefix, cut to half its length (a truncated digest cannot be extended, which is what HMAC is
 * otherwise for, at a tenth of the time on short texts). Exact on UTF-16: in UTF-8 two texts with different lone surrogates
 * would be one.
 */
export function createKeyedHash(): KeyedHash {
  const key = randomBytes(32).toString('hex');
  return (about, text) => {
    const before = `${key}${about.length}:${about}`;
    const digest = text.isWellFormed()
      ? hash('sha256', `${before}8${text}`, 'hex')
      : hash('sha256', Buffer.from(`${before}16${text}`, 'utf16le'), 'hex');
    return digest.slice(0, KEPT);
  };
}

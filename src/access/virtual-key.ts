import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * The text of a virtual key: `pk_<public id>_<secret><checksum>`.
 *
 *     pk_4tq7hzkm2vxa_9fQ2mB7xLrVt0cYw3KpNs8dHgJz1Ra0Zk3Uq
 *        └ 12 of a–z2–7 ┘ └ 30 of 0–9A–Za–z: 178 bits  ┘└ 6 ┘
 *
 * The public id is written to logs and the ledger; the secret exists only in the caller's hands. The
 * checksum is the CRC-32 of everything before it, base 62, so that a mistyped key is told from a wrong
 * one without a database, and a scanner that finds one in a repository knows that it is real. It
 * protects nothing: anyone can compute it.
 */
export interface VirtualKey {
  readonly id: string;
  readonly secret: string;
  /** The whole text. */
  readonly text: string;
}

/** For secret scanners: matches every virtual key and, with the checksum, nothing else. Linear in time. */
export const VIRTUAL_KEY_PATTERN = /\bpk_[a-z2-7]{12}_[0-9A-Za-z]{36}\b/;

export const VIRTUAL_KEY_PREFIX = 'pk_';

const WHOLE = /^pk_([a-z2-7]{12})_([0-9A-Za-z]{30})([0-9A-Za-z]{6})$/;
const PUBLIC_ID = /^[a-z2-7]{12}$/;
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const LENGTH = 'pk_'.length + 12 + 1 + 36;

/** A new key from the operating system's random source. */
export function generateVirtualKey(): VirtualKey {
  const id = randomText(BASE32, 12);
  const secret = randomText(BASE62, 30);
  const head = `${VIRTUAL_KEY_PREFIX}${id}_${secret}`;
  return { id, secret, text: head + checksum(head) };
}

/** Null when the text is not a virtual key or its checksum does not hold. */
export function parseVirtualKey(text: string): VirtualKey | null {
  if (text.length !== LENGTH) return null;
  const [, id, secret, sum] = WHOLE.exec(text) ?? [];
  if (id === undefined || secret === undefined) return null;
  return checksum(text.slice(0, -6)) === sum ? { id, secret, text } : null;
}

/** True for what can be a key's public id, so that a whole key pasted by mistake is noticed. */
export function isPublicId(text: string): boolean {
  return PUBLIC_ID.test(text);
}

/** Where a key's public id stands, without any check: for looking up a key that has proved itself before. */
export function idIn(text: string): string {
  return text.slice(VIRTUAL_KEY_PREFIX.length, VIRTUAL_KEY_PREFIX.length + 12);
}

function checksum(head: string): string {
  let rest = crc32(head);
  let text = '';
  for (let i = 0; i < 6; i++) {
    text = BASE62[rest % 62]! + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}

/** Uniform over the alphabet: bytes beyond its largest multiple are drawn again. */
function randomText(alphabet: string, length: number): string {
  const ceiling = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length * 2)) {
      if (byte < ceiling && text.length < length) text += alphabet[byte % alphabet.length]!;
    }
  }
  return text;
}

import { createHash } from 'node:crypto';
import { keccak256 } from './keccak.ts';

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/**
 * Bitcoin P2PKH and P2SH: version 0 or 5, twenty bytes, and four of their double SHA-256.
 * https://en.bitcoin.it/wiki/Base58Check_encoding
 */
export function isBase58Address(word: string): boolean {
  let number = 0n;
  for (const unit of word) {
    const value = BASE58.indexOf(unit);
    if (value === -1) return false;
    number = number * 58n + BigInt(value);
  }
  if (number >> 200n !== 0n) return false;
  const bytes = Buffer.from(number.toString(16).padStart(50, '0'), 'hex');
  if (bytes[0] !== 0 && bytes[0] !== 5) return false;
  if ((bytes[0] === 0) !== word.startsWith('1')) return false;
  return sha256(sha256(bytes.subarray(0, 21)))
    .subarray(0, 4)
    .equals(bytes.subarray(21));
}

/** Segregated witness: bech32 for version 0 (BIP-173), bech32m above (BIP-350). */
export function isSegwitAddress(word: string): boolean {
  const lower = word.toLowerCase();
  if (word !== lower && word !== word.toUpperCase()) return false;
  if (!lower.startsWith('bc1') || lower.length < 14 || lower.length > 74) return false;
  const values = Array.from(lower.slice(3), (unit) => BECH32.indexOf(unit));
  if (values.includes(-1)) return false;
  const version = values[0]!;
  const program = Math.floor(((values.length - 7) * 5) / 8);
  if (version > 16 || program < 2 || program > 40) return false;
  if (version === 0 && program !== 20 && program !== 32) return false;
  return polymod([3, 3, 0, 2, 3, ...values]) === (version === 0 ? 1 : 0x2bc830a3);
}

function polymod(values: readonly number[]): number {
  const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
  let sum = 1;
  for (const value of values) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    for (let i = 0; i < 5; i++) if ((top >> i) & 1) sum ^= generator[i]!;
  }
  return sum;
}

/** `0x` and forty hex digits; capitals, where both cases occur, carry the checksum of EIP-55. */
export function isEthereumAddress(word: string): boolean {
  if (!/^0x[0-9a-fA-F]{40}$/.test(word)) return false;
  const digits = word.slice(2);
  const lower = digits.toLowerCase();
  if (/^(.)\1*$/.test(lower)) return false;
  if (digits === lower || digits === digits.toUpperCase()) return true;
  const hash = keccak256(Buffer.from(lower, 'latin1'));
  for (let i = 0; i < 40; i++) {
    const unit = lower[i]!;
    if (unit > '9' && hash.charCodeAt(i) > 55 !== (digits[i] !== unit)) return false;
  }
  return true;
}

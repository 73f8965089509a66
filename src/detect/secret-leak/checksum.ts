import { crc32 } from 'node:zlib';
import type { Confidence } from './pattern.ts';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';

/** CRC-32 (ISO-HDLC) as six base-62 digits, most significant first. */
function base62Crc(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let i = 0; i < 6; i++) {
    digits = BASE62[rest % 62]! + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}

const verdict = (holds: boolean): Confidence => (holds ? 'certain' : 'doubtful');

/**
 * `ghp_`, `npm_`, …: the last six of 36 units are the CRC-32 of the thirty before them.
 * https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/
 */
export function checkGithubToken(token: string): Confidence {
  const body = token.slice(token.indexOf('_') + 1);
  return verdict(base62Crc(body.slice(0, 30)) === body.slice(30));
}

/** Parapet's own `pk_…`: the checksum covers everything before it, prefix included. */
export function checkVirtualKey(token: string): Confidence {
  return verdict(base62Crc(token.slice(0, -6)) === token.slice(-6));
}

/**
 * `glsa_<32>_<8>`: the last eight are the CRC-32 of what stands before the underscore, little endian, in hex.
 * https://github.com/grafana/grafana/tree/main/pkg/components/satokengen
 */
export function checkGrafanaToken(token: string): Confidence {
  const cut = token.lastIndexOf('_');
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(token.slice(0, cut)));
  return verdict(sum.toString('hex') === token.slice(cut + 1).toLowerCase());
}

/**
 * Bech32 with its six-symbol checksum (BIP-173), as age writes identities.
 * https://github.com/C2SP/C2SP/blob/main/age.md
 */
export function checkBech32(text: string): Confidence {
  const lower = text.toLowerCase();
  const split = lower.lastIndexOf('1');
  const values = Array.from(lower.slice(split + 1), (unit) => BECH32.indexOf(unit));
  if (split < 1 || values.length < 6 || values.includes(-1)) return 'no';
  const human = Array.from(lower.slice(0, split), (unit) => unit.charCodeAt(0));
  return verdict(polymod([...human.map((c) => c >> 5), 0, ...human.map((c) => c & 31), ...values]) === 1);
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

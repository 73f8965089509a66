import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * Credentials for the demo to leak: made of a fixed seed in the formats that vendors publish, so that a detector takes
 * them for real; they open nothing. They are put together here, and stand nowhere as a text, so that nobody who scans
 * this repository for secrets has to wonder about them.
 */

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function characters(label: string, length: number, alphabet: string): string {
  let text = '';
  for (let block = 0; text.length < length; block += 1) {
    const digest = createHash('sha256').update(`parapet demo ${label} ${block}`).digest();
    for (const byte of digest) text += alphabet[byte % alphabet.length] ?? '';
  }
  return text.slice(0, length);
}

/** `ghp_`, 30 random characters, and their CRC-32 in base 62 (github.blog, "Behind GitHub's new authentication token formats"). */
function githubToken(): string {
  const random = characters('github', 30, BASE62);
  let rest = crc32(random);
  let check = '';
  for (let digit = 0; digit < 6; digit += 1) {
    check = (BASE62[rest % 62] ?? '') + check;
    rest = Math.floor(rest / 62);
  }
  return ['ghp', random + check].join('_');
}

export interface DemoSecrets {
  /** Stands in the assistant's system prompt. */
  readonly paymentsKey: string;
  /** Stand in a message of the customer's inbox. */
  readonly awsKeyId: string;
  readonly awsSecret: string;
  readonly githubToken: string;
}

export const DEMO_SECRETS: DemoSecrets = Object.freeze({
  paymentsKey: ['sk', 'live', characters('payments', 24, BASE62)].join('_'),
  awsKeyId: ['AK', 'IA', characters('aws id', 16, BASE32)].join(''),
  awsSecret: characters('aws secret', 40, BASE62),
  githubToken: githubToken(),
});

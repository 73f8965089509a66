import { checkBech32 } from '../checksum.ts';
import type { Kind, NamedPattern, TokenPattern } from '../pattern.ts';

/** `-----BEGIN … PRIVATE KEY-----`: PKCS #1, PKCS #8, SEC 1, OpenSSH and OpenPGP share the armour. */
export const PRIVATE_KEY: Kind = {
  id: 'private-key',
  title: 'private key',
  severity: 'critical',
  url: 'https://www.rfc-editor.org/rfc/rfc7468',
};

export const PUTTY_KEY: Kind = {
  id: 'putty-private-key',
  title: 'PuTTY private key',
  severity: 'critical',
  url: 'https://the.earth.li/~sgtatham/putty/latest/htmldoc/AppendixC.html',
};

export const PRIVATE_KEY_TOKENS: readonly TokenPattern[] = [
  {
    id: 'age-secret-key',
    title: 'age secret key',
    severity: 'critical',
    keywords: ['AGE-SECRET-KEY-1', 'AGE-SECRET-KEY-PQ-1'],
    bounded: false,
    regex: 'AGE-SECRET-KEY-(?:PQ-)?1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}',
    run: 'token',
    max: 77,
    right: 'token',
    check: checkBech32,
    url: 'https://github.com/C2SP/C2SP/blob/main/age.md',
  },
];

export const PRIVATE_KEY_NAMED: readonly NamedPattern[] = [
  {
    id: 'wireguard-private-key',
    title: 'WireGuard private or preshared key',
    severity: 'critical',
    names: ['privatekey', 'presharedkey'],
    regex: '[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=',
    run: 'base64',
    max: 44,
    right: 'base64',
    entropy: 4,
    url: 'https://www.wireguard.com/quickstart/',
  },
];

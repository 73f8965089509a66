import type { Confidence } from './pattern.ts';

/** RFC 7515 §4.1.1: a JOSE header is a JSON object with `alg`; RFC 7516 §4.1 adds `enc` for encrypted tokens. */
export function checkJwt(token: string): Confidence {
  const header = decodeObject(token.slice(0, token.indexOf('.')));
  return typeof header?.['alg'] === 'string' ? 'certain' : 'no';
}

/** A prefix that ends in `_`, then base64 of a JSON object that has all of `keys`. */
export function checkJsonPayload(...keys: readonly string[]): (token: string) => Confidence {
  return (token) => {
    const body = token.slice(token.indexOf('_') + 1).split('_')[0] ?? '';
    const payload = decodeObject(body);
    if (payload === null) return 'doubtful';
    return keys.every((key) => Object.hasOwn(payload, key)) ? 'certain' : 'doubtful';
  };
}

/** RFC 7617 §2: base64 of `user:password`, both without control characters. */
export function checkBasicCredentials(encoded: string): Confidence {
  const decoded = Buffer.from(encoded.slice(encoded.indexOf(' ') + 1), 'base64').toString('latin1');
  return /^[^\x00-\x1f\x7f:]{0,200}:[^\x00-\x1f\x7f]{1,200}$/.test(decoded) && !/[^\x20-\x7e]/.test(decoded)
    ? 'certain'
    : 'no';
}

function decodeObject(encoded: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

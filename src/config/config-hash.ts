import { createHash } from 'node:crypto';
import type { JsonPath } from '../conversation/segment.ts';
import { keyPath } from './key-path.ts';

/**
 * First 16 hex digits of SHA-256 over the canonical JSON of a configuration (keys sorted, no spaces), in which the
 * values at `secrets` are replaced by their own SHA-256: equal configurations have equal hashes however the file
 * orders its keys, a changed secret changes the hash, and the hash tells nothing about a secret.
 */
export function configHash(config: unknown, secrets: ReadonlySet<string>): string {
  return sha256(canonical(config, [], secrets)).slice(0, 16);
}

function canonical(value: unknown, path: JsonPath, secrets: ReadonlySet<string>): string {
  if (Array.isArray(value)) return `[${value.map((item, i) => canonical(item, [...path, i], secrets)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member, [...path, key], secrets)}`);
    return `{${members.join(',')}}`;
  }
  const text = JSON.stringify(value ?? null);
  return secrets.has(keyPath(path)) ? JSON.stringify(sha256(text)) : text;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

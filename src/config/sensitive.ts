import type { JsonPath } from '../conversation/segment.ts';

/**
 * Keys whose value is a credential or may carry one, wherever it was written. Their values are never shown; when
 * one is written into the file itself, loading warns.
 */
export function isSensitive(path: JsonPath): boolean {
  const [room, second, third] = path;
  if (room === 'upstreams') return third === 'key' || (third === 'headers' && path.length === 4);
  // A judge's key, in the options of its own detector or of one that has tiers.
  if (room === 'rules') return third === 'options' && path.at(-1) === 'key';
  if (room === 'mcp') {
    if (second === 'servers') {
      const [, , , part, key] = path;
      if (part === 'oauth') return key === 'clientSecret';
      if (part === 'callToken') return key === 'secret';
      return (part === 'headers' || part === 'env') && path.length === 5;
    }
    return second === 'listen' && third === 'tokens' && path.length === 4;
  }
  if (room === 'flow') return second === 'callTokens' && third === 'secret';
  if (room === 'approvals') return second === 'webhook' && third === 'secret';
  return room === 'admin' && second === 'oidc' && third === 'clientSecret';
}

/** True for a URL that carries a password. */
export function hasPassword(url: string): boolean {
  return /^[a-z][a-z+.-]*:\/\/[^/?#]*:[^/?#@]+@/i.test(url);
}

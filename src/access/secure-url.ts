import { Fault } from '../core/fault.ts';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Accepts `https:`, and `http:` only to this machine: whoever can change a key set or a discovery document on
 * its way can sign in as anyone.
 * @throws Fault `ERR_CONFIG`.
 */
export function secureUrl(text: string, where: string): URL {
  const url = URL.parse(text);
  if (url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname)))) {
    return url;
  }
  throw new Fault('ERR_CONFIG', 'Keys may be fetched over https only (http is for this machine alone).', {
    where,
    hint: 'Give an https URL, or save the key set and name it as a file.',
  });
}

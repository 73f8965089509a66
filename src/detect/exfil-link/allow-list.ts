import { getDomain } from 'tldts';

const PRIVATE_TOO = { allowPrivateDomains: true } as const;

/** A host name, an IP address as URLs write it, or `*.` and a domain below which everything has one owner. */
const SHAPE =
  /^(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$|^\[[0-9a-f:.]+\]$/;

/**
 * What is wrong with an entry of an allow-list, or null. `*.github.io` or `*.co.uk` is refused, because anybody can
 * register a name below a public suffix (https://publicsuffix.org).
 */
export function troubleWithHost(entry: string): string | null {
  if (!SHAPE.test(entry)) return 'is no host: write it in lower case, without scheme, port or path (IDN as xn--…)';
  if (entry.startsWith('*.') && getDomain(entry.slice(2), PRIVATE_TOO) === null)
    return 'would allow names that anybody can register: name a registrable domain after "*."';
  return null;
}

/** Says of a host (as `URL.hostname` gives it) whether it is on the list. */
export function createAllowList(entries: readonly string[]): (host: string) => boolean {
  const exact = new Set(entries.filter((entry) => !entry.startsWith('*.')));
  const below = entries.filter((entry) => entry.startsWith('*.')).map((entry) => entry.slice(1));
  return (host) => {
    const name = host.endsWith('.') ? host.slice(0, -1) : host;
    return exact.has(name) || below.some((suffix) => name.endsWith(suffix));
  };
}

/** The part of a host that somebody registered, or the host itself where there is none (an address, `localhost`). */
export function registrable(host: string): string {
  return getDomain(host, PRIVATE_TOO) ?? host;
}

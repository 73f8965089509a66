/** Host of an address, in lower case and without brackets; `''` where there is none. */
function hostOf(address: string): string {
  return (/^[a-z][a-z0-9+.-]{0,20}:\/\/(?:[^@/?#]{0,500}@)?(\[[^\]]{1,60}\]|[^:/?#]{1,260})/i.exec(address)?.[1] ?? '').toLowerCase().replace(/^\[|\]$/g, ''); // prettier-ignore
}

/** True for this machine, as a program on it or in a container on it calls it. */
export function isLocalAddress(address: string): boolean {
  const host = hostOf(address);
  return (
    host === 'localhost' || host.endsWith('.localhost') || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host) || host === '::1' || host === '0.0.0.0' ||
    host === 'host.docker.internal' || host === 'host.containers.internal'
  ); // prettier-ignore
}

/** True for networks that are not routed (RFC 1918, RFC 4193, RFC 6762) and for names without a dot, as containers have. */
export function isPrivateAddress(address: string): boolean {
  const host = hostOf(address);
  return (
    /^(?:10\.\d{1,3}|192\.168|172\.(?:1[6-9]|2\d|3[01])|169\.254)\.\d{1,3}\.\d{1,3}$/.test(host) || /^10\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host) ||
    /^f[cd][0-9a-f]{2}:/.test(host) || /\.(?:local|internal|lan|home\.arpa|svc|cluster\.local)$/.test(host) || /^[a-z0-9][a-z0-9_-]{0,62}$/.test(host)
  ); // prettier-ignore
}

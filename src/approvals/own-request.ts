/**
 * Whether an administrator and a principal are one person: nobody decides on a request of his own. Names are compared without case,
 * and without the prefix that the configuration puts before an issuer's principals.
 */
export function isOwnRequest(admin: string, principal: string, prefixes: readonly string[]): boolean {
  const name = fold(admin);
  const names = [
    principal,
    ...prefixes.filter((p) => p !== '' && principal.startsWith(p)).map((p) => principal.slice(p.length)),
  ];
  return names.some((one) => fold(one) === name);
}

function fold(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}

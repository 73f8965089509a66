/**
 * The canonical form of a JSON value by RFC 8785 (JSON Canonicalization Scheme): members sorted by the UTF-16 code units of
 * their names, no blanks, numbers and texts as ECMAScript writes them, which is what the RFC prescribes. A lone surrogate, which
 * the RFC does not let through, stays an escape, so that two values never share a form.
 * @throws TypeError for what no JSON text can say: NaN, infinities, functions, undefined inside a list.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('A number that JSON cannot write has no canonical form.');
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object') {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      // Default order of `sort`: UTF-16 code units.
      .map(([name, member]) => [name, `${JSON.stringify(name)}:${canonicalJson(member)}`] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${members.map(([, text]) => text).join(',')}}`;
  }
  throw new TypeError(`A ${typeof value} has no canonical form.`);
}

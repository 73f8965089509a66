/**
 * Matches names against a pattern in which `*` stands for any characters (none too) and everything else for
 * itself, upper and lower case apart. The pattern comes from the configuration, the name from outside:
 * time is linear in the name for each star, with no backtracking.
 */
export type Wildcard = (name: string) => boolean;

export function wildcard(pattern: string): Wildcard {
  const parts = pattern.split('*');
  const head = parts[0]!;
  if (parts.length === 1) return (name) => name === pattern;
  const tail = parts.at(-1)!;
  const middle = parts.slice(1, -1).filter((part) => part !== '');
  return (name) => {
    if (name.length < head.length + tail.length || !name.startsWith(head) || !name.endsWith(tail)) return false;
    const end = name.length - tail.length;
    let at = head.length;
    for (const part of middle) {
      const found = name.indexOf(part, at);
      if (found === -1) return false;
      at = found + part.length;
    }
    return at <= end;
  };
}

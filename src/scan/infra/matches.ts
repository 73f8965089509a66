/** Places in a text at which a pattern matches. The pattern is global and linear. */
export function matches(text: string, pattern: RegExp): readonly number[] {
  return Array.from(text.matchAll(pattern), ({ index }) => index);
}

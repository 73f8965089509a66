/** Places in a text at which a pattern matches, the first fifty. The pattern is global and linear. */
export function matches(text: string, pattern: RegExp): readonly number[] {
  const found: number[] = [];
  for (const { index } of text.matchAll(pattern)) if (found.push(index) >= 50) break;
  return found;
}

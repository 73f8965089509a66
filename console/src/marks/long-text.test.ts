import { describe, expect, it } from 'vitest';
import { shorten } from './long-text.ts';
import type { Shown } from './long-text.ts';
import { splitMarks } from './split-marks.ts';

const lengthOf = (shown: readonly Shown[]) =>
  shown.reduce((sum, part) => sum + ('hidden' in part ? part.hidden : part.text.length), 0);

describe('shorten', () => {
  it('leaves a short text whole', () => {
    const pieces = splitMarks('short', []);
    expect(shorten(pieces)).toBe(pieces);
  });

  it('keeps evidence whole, with its surroundings, and says how much is hidden', () => {
    const text = `${'a'.repeat(9000)}SECRET${'b'.repeat(9000)}`;
    const shown = shorten(splitMarks(text, [{ start: 9000, end: 9006, rule: 'r' }]));
    expect(shown).toContainEqual({ text: 'SECRET', rules: ['r'] });
    expect(shown.filter((part) => 'hidden' in part)).toHaveLength(2);
    expect(lengthOf(shown)).toBe(text.length);
  });

  it('shows the beginning of a long text without evidence', () => {
    const shown = shorten(splitMarks('x'.repeat(10_000), []), 4000);
    expect(shown).toEqual([{ text: 'x'.repeat(4000), rules: [] }, { hidden: 6000 }]);
  });
});

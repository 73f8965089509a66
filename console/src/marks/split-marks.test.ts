import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../test/console/seeded-random.ts';
import { splitMarks } from './split-marks.ts';
import type { Mark } from './split-marks.ts';

const mark = (start: number, end: number, rule = 'a'): Mark => ({ start, end, rule });

describe('splitMarks', () => {
  it('cuts a text where a mark begins and ends', () => {
    expect(splitMarks('my key is KEY.', [mark(10, 13)])).toEqual([
      { text: 'my key is ', rules: [] },
      { text: 'KEY', rules: ['a'] },
      { text: '.', rules: [] },
    ]);
  });

  it('gives a run under two marks both rules, and a rule once', () => {
    expect(splitMarks('abcdef', [mark(0, 4, 'x'), mark(2, 6, 'y'), mark(2, 4, 'x')])).toEqual([
      { text: 'ab', rules: ['x'] },
      { text: 'cd', rules: ['x', 'y'] },
      { text: 'ef', rules: ['y'] },
    ]);
  });

  it('leaves out what is empty or beyond the text', () => {
    expect(splitMarks('abc', [mark(1, 1), mark(3, 9), mark(9, 12), mark(2, 1), mark(Number.NaN, 0)])).toEqual([
      { text: 'abc', rules: [] },
    ]);
    expect(splitMarks('abc', [mark(-5, 99)])).toEqual([{ text: 'abc', rules: ['a'] }]);
    expect(splitMarks('', [mark(0, 1)])).toEqual([]);
  });

  it('never splits a character of two code units', () => {
    expect(splitMarks('a🔑b', [mark(2, 4)])).toEqual([
      { text: 'a', rules: [] },
      { text: '🔑b', rules: ['a'] },
    ]);
    expect(splitMarks('a🔑b', [mark(0, 2)])).toEqual([
      { text: 'a🔑', rules: ['a'] },
      { text: 'b', rules: [] },
    ]);
  });

  it('gives the text back, whatever the marks, and marks every unit that a mark covers', () => {
    const random = seededRandom(3);
    const draw = (most: number) => Math.floor(random() * most);
    for (let round = 0; round < 500; round += 1) {
      const text = Array.from({ length: draw(30) }, () => 'ab🔑\n é'.slice(draw(4))[0] ?? 'x').join('');
      const marks = Array.from({ length: draw(5) }, () => mark(draw(40) - 5, draw(40) - 5, 'abc'[draw(3)]!));
      const pieces = splitMarks(text, marks);
      expect(pieces.map((piece) => piece.text).join('')).toBe(text);
      let at = 0;
      for (const piece of pieces) {
        for (const { start, end, rule } of marks) {
          if (start < at + piece.text.length && end > at && start < end) expect(piece.rules).toContain(rule);
        }
        at += piece.text.length;
      }
    }
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { removeTerminalEscapes } from './terminal-escapes.ts';

test('sequences go, each with its place; what only looks like one stays', () => {
  for (const [text, plain] of [
    ['a\u001b[31mb\u001b[0mc', 'abc'],
    ['a\u001b[2J\u001b[1;1Hb', 'ab'],
    ['\u001b]0;title\u0007x', 'x'],
    ['\u001b]8;;https://a.example\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['a\u009b1mb', 'ab'],
    ['a\u001b7b', 'ab'],
    ['a\u001b[31', 'a\u001b[31'],
    ['a\u001b]0;never ends', 'a\u001b]0;never ends'],
    ['a\u001b[\u0001mb', 'a\u001b[\u0001mb'],
  ] as const)
    assert.equal(removeTerminalEscapes(text)?.text ?? text, plain, JSON.stringify(text));
  assert.equal(removeTerminalEscapes('plain [31m'), null);
  assert.deepEqual(
    removeTerminalEscapes('a\u001b[1m\u001b[31mb')?.stretches,
    [{ start: 1, end: 10 }],
    'neighbours are one',
  );
});

test('every unit that is left is where its map says', () => {
  const piece = fc.constantFrom('a', 'bc', '\u001b', '\u001b[1m', '\u001b]x\u0007', '\u009b', '[', 'm', '\\');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const text = pieces.join('');
      const found = removeTerminalEscapes(text);
      if (found === null) return;
      for (let i = 0; i < found.text.length; i++) {
        const { start, end } = found.map.span(i, i + 1);
        assert.equal(text.slice(start, end), found.text[i]);
      }
    }),
  );
});

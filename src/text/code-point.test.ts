import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codePointAt } from './code-point.ts';
import { normalise } from './normalise.ts';

test('gives what codePointAt gives', () => {
  for (const text of ['aé中', '😊', 'x😊y', '\ud83d', '\ude0a', '\ud83dx', '\ud83d\ud83d\ude0a']) {
    for (let at = 0; at < text.length; at++) assert.equal(codePointAt(text, at), text.codePointAt(at), text);
  }
});

test('a slice that ends between two surrogates has nothing behind its end, compiled or not', () => {
  const whole = `a picture \u{1f60a}${'\u{e0163}\u{e0155}\u{e015e}\u{e0154}\u{e0110}'.repeat(2)}`;
  for (let turn = 0; turn < 20_000; turn++) {
    const slice = whole.slice(2, -1);
    assert.equal(codePointAt(slice, slice.length - 1), 0xdb40);
    const { map, text } = normalise(slice);
    const { end } = map.span(text.length - 1, text.length);
    assert.equal(end, slice.length, `turn ${turn}`);
  }
});

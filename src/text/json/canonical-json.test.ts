import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalDigest, canonicalJson } from './canonical-json.ts';

test('the examples of RFC 8785', () => {
  // Section 3.2.2 and 3.2.3 (https://www.rfc-editor.org/rfc/rfc8785).
  const numbers = {
    numbers: [333333333.3333333, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
    string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
    literals: [null, true, false],
  };
  assert.equal(
    canonicalJson(numbers),
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
      '"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
  const names = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, '\u00f6': 7 };
  assert.equal(canonicalJson(names), '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\u{1f600}":5,"\ufb33":3}');
});

test('the order of members and blanks make no difference, values do', () => {
  assert.equal(canonicalDigest({ b: 1, a: [1, { y: 2, x: 3 }] }), canonicalDigest({ a: [1, { x: 3, y: 2 }], b: 1 }));
  assert.notEqual(canonicalDigest({ a: 1 }), canonicalDigest({ a: '1' }));
  assert.equal(canonicalJson({ a: undefined, b: -0 }), '{"b":0}');
});

test('what JSON does not know has no digest', () => {
  for (const value of [Number.NaN, Infinity, '\ud800', { '\udc00': 1 }, () => 1, 1n])
    assert.throws(() => canonicalDigest(value), RangeError);
  let deep: unknown = 1;
  for (let i = 0; i < 200; i++) deep = [deep];
  assert.throws(() => canonicalJson(deep), RangeError);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalJson } from './canonical-json.ts';

test('the example of RFC 8785, section 3.2.2', () => {
  const value: unknown = JSON.parse(
    '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
  );
  assert.equal(
    canonicalJson(value),
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
});

test('names are sorted by UTF-16 code units, as in section 3.2.3', () => {
  const names = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6'];
  const text = canonicalJson(Object.fromEntries(names.map((name) => [name, 0])));
  assert.deepEqual(Object.keys(JSON.parse(text) as object).toSorted(), names.toSorted());
  assert.ok(text.indexOf('\ud83d\ude00') < text.indexOf('\ufb33'));
  assert.ok(text.startsWith('{"\\r":0,"1":0'));
});

test('the order of members and blanks changes nothing, any value does', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const turned = Object.fromEntries(Object.entries(value).toReversed());
      assert.equal(canonicalJson(turned), canonicalJson(value));
      assert.equal(
        canonicalJson(JSON.parse(JSON.stringify(value, null, 2))),
        canonicalJson(JSON.parse(JSON.stringify(value))),
      );
      assert.notEqual(canonicalJson({ ...value, extra: {} }), canonicalJson({ ...value, extra: [] }));
    }),
  );
});

test('what JSON cannot write is refused', () => {
  for (const value of [NaN, Infinity, [undefined], () => 0]) assert.throws(() => canonicalJson(value), TypeError);
});

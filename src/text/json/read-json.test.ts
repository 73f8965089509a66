import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault } from '../../core/fault.ts';
import type { FaultCode } from '../../core/fault.ts';
import { readJson } from './read-json.ts';

const LIMITS = { bytes: 64 << 20, depth: 64, items: 2_000_000 };
const read = (text: string) => readJson(Buffer.from(text), LIMITS);

function refused(body: string | Uint8Array, code: FaultCode, where?: string, limits = LIMITS): void {
  assert.throws(
    () => readJson(typeof body === 'string' ? Buffer.from(body) : body, limits),
    (error: unknown) => {
      assert.ok(isFault(error), String(error));
      assert.equal(error.code, code);
      if (where !== undefined) assert.equal(error.where, where);
      return true;
    },
  );
}

test('gives what JSON.parse gives, for every document', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), fc.constantFrom(0, 1, 2), (text, indent) => {
      const spaced = JSON.stringify(JSON.parse(text), null, indent);
      assert.deepEqual(read(spaced), JSON.parse(spaced));
    }),
    { numRuns: 500 },
  );
});

test('accepts exactly what JSON.parse accepts, duplicate keys apart', () => {
  const pieces = ['{', '}', '[', ']', ',', ':', '"a"', '"b"', '"\\u0041"', '"\\x"', '"', '1', '-0', '01', '1.', '.5', '1e5', '1E+',
    'true', 'nul', 'null', ' ', '\n', '\t', '\v', '\u00a0', '\ufeff', 'NaN', '/', '\\', 'é', '"\u2028"', '"\u0001"']; // prettier-ignore
  let accepted = 0;
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 9 }), (parts) => {
      const text = parts.join('');
      let expected: unknown;
      let valid = true;
      try {
        expected = JSON.parse(text);
      } catch {
        valid = false;
      }
      try {
        assert.deepEqual(read(text), expected);
        assert.ok(valid, `accepted ${text}`);
        accepted++;
      } catch (error) {
        if (!isFault(error)) throw error;
        const duplicate = error.message.includes('same key twice');
        assert.ok(!valid || duplicate, `refused ${text}: ${error.line}`);
      }
    }),
    { numRuns: 20_000 },
  );
  assert.ok(accepted > 100);
});

test('refuses a key that stands twice, however it is written', () => {
  refused('{"model":"a","model":"b"}', 'ERR_BODY_MALFORMED', 'byte 13 (line 1, column 14)');
  refused('{"a":1,\n "\\u0061":2}', 'ERR_BODY_MALFORMED', 'byte 9 (line 2, column 2)');
  refused('{"é":1,"x":[{"k":{"é":0}},{"k":1,"k":{}}]}', 'ERR_BODY_MALFORMED', 'byte 35 (line 1, column 34)');
  refused('{"a":{"b":1},"a":{}}', 'ERR_BODY_MALFORMED');
  refused('{"1":0,"1":0}', 'ERR_BODY_MALFORMED');
  refused('{"__proto__":1,"__proto__":2}', 'ERR_BODY_MALFORMED');
  assert.deepEqual(read('{"a":{"a":[{"a":1},{"a":1}]},"b":"{\\"a\\":1,\\"a\\":2}"}'), {
    a: { a: [{ a: 1 }, { a: 1 }] },
    b: '{"a":1,"a":2}',
  });
});

test('keeps prototype keys as own data', () => {
  const value = read('{"__proto__":{"admin":true},"constructor":{"prototype":{"x":1}}}') as Record<string, unknown>;
  assert.ok(Object.hasOwn(value, '__proto__'));
  assert.equal((value as { admin?: unknown }).admin, undefined);
  assert.equal(({} as { admin?: unknown }).admin, undefined);
});

test('says where and what, and never quotes the body', () => {
  refused('', 'ERR_BODY_MALFORMED', 'byte 0 (line 1, column 1)');
  refused('{"secret":hunter2}', 'ERR_BODY_MALFORMED', 'byte 10 (line 1, column 11)');
  refused('{"a":1}\n{"b":2}', 'ERR_BODY_MALFORMED', 'byte 8 (line 2, column 1)');
  refused('{"é":tru}', 'ERR_BODY_MALFORMED', 'byte 6 (line 1, column 6)');
  refused('["open', 'ERR_BODY_MALFORMED', 'byte 1 (line 1, column 2)');
  refused('{"a":1,}', 'ERR_BODY_MALFORMED');
  refused('[1,]', 'ERR_BODY_MALFORMED');
  refused('[1 2]', 'ERR_BODY_MALFORMED');
  refused('\u0000', 'ERR_BODY_MALFORMED');
  assert.throws(
    () => read('{"secret":hunter2}'),
    (error: Error) => !error.message.includes('hunter2'),
  );
});

test('refuses what is not UTF-8, with the place', () => {
  refused(Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d]), 'ERR_BODY_MALFORMED', 'byte 0 (line 1, column 1)');
  refused(Buffer.from([0x22, 0x41, 0xff, 0x22]), 'ERR_BODY_MALFORMED', 'byte 2 (line 1, column 3)');
  refused(Buffer.from([0x22, 0xef, 0xbf, 0xbd, 0xc0, 0xaf, 0x22]), 'ERR_BODY_MALFORMED', 'byte 4 (line 1, column 3)');
  refused(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'ERR_BODY_MALFORMED', 'byte 1 (line 1, column 2)'); // a surrogate
  refused(Buffer.from('"a"', 'utf16le'), 'ERR_BODY_MALFORMED');
  assert.equal(readJson(Buffer.from('"\ufffd😀"'), LIMITS), '\ufffd😀');
});

test('holds the limits', () => {
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  assert.ok(Array.isArray(read(nested(64))));
  refused(nested(65), 'ERR_BODY_TOO_DEEP', 'byte 64 (line 1, column 65)');
  refused('{"a":'.repeat(65) + '1' + '}'.repeat(65), 'ERR_BODY_TOO_DEEP');
  refused('['.repeat(32 << 20), 'ERR_BODY_TOO_DEEP', 'byte 64 (line 1, column 65)');
  refused('[1,2,3]', 'ERR_BODY_TOO_LARGE', undefined, { bytes: 100, depth: 4, items: 3 });
  assert.deepEqual(readJson(Buffer.from('[1,2,3]'), { bytes: 7, depth: 1, items: 4 }), [1, 2, 3]);
  refused('[1,2,3]', 'ERR_BODY_TOO_LARGE', undefined, { bytes: 6, depth: 4, items: 10 });
});

test('reads a view into a larger buffer', () => {
  const whole = Buffer.from('xx{"a":1}yy');
  assert.deepEqual(readJson(whole.subarray(2, 9), LIMITS), { a: 1 });
});

test('survives hostile size: a million keys, a million repeated keys, 32 MB of digits, strings and escapes', () => {
  const keys = Array.from({ length: 1_000_000 }, (_, index) => `"k${index}":0`).join(',');
  assert.equal(Object.keys(read(`{${keys}}`) as object).length, 1_000_000);
  refused(`{${keys},"k7":0}`, 'ERR_BODY_MALFORMED');
  refused(`{${'"a":0,'.repeat(1_000_000)}"a":0}`, 'ERR_BODY_MALFORMED', 'byte 7 (line 1, column 8)');
  assert.equal((read(`"${'\\u0041'.repeat(5_000_000)}"`) as string).length, 5_000_000);
  assert.equal(read('9'.repeat(32 << 20)), Infinity);
  refused(`[${'1,'.repeat(3_000_000)}1]`, 'ERR_BODY_TOO_LARGE');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Segment } from '../../conversation/segment.ts';
import { inlineBytes } from './inline-bytes.ts';

const segment = (media: Segment['media']): Segment => ({
  id: 'a.b',
  path: ['a', 'b'],
  role: 'user',
  origin: 'document',
  kind: 'media',
  text: '',
  message: 0,
  ...(media === undefined ? {} : { media }),
});
const decode = (text: unknown, most = 10_000): ReturnType<typeof inlineBytes> =>
  inlineBytes({ a: { b: text } }, segment({ type: 'application/pdf' }), most);

function bytesOf(text: string): Uint8Array {
  const inline = decode(text);
  assert.equal(inline.kind, 'bytes', JSON.stringify(inline));
  return inline.kind === 'bytes' ? inline.bytes : new Uint8Array();
}

function reasonOf(text: unknown, most?: number): string {
  const inline = decode(text, most);
  return inline.kind === 'gap' ? inline.gap.reason : `${inline.bytes.length} bytes`;
}

test('any bytes come back, in either alphabet, with and without padding, lines and a data URL', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.boolean(),
      fc.boolean(),
      fc.boolean(),
      (bytes, url, lined, named) => {
        let text = Buffer.from(bytes).toString(url ? 'base64url' : 'base64');
        if (lined) text = text.replace(/.{1,19}/g, '$&\r\n');
        if (named) text = `data:application/pdf;name=x;base64,${text}`;
        assert.deepEqual(Buffer.from(bytesOf(text)), Buffer.from(bytes));
      },
    ),
  );
});

test('a data URL without base64 is percent-encoded', () => {
  assert.equal(Buffer.from(bytesOf('data:text/html,%3Cp%3Eh%C3%A9%20100%25%zz')).toString(), '<p>hé 100%%zz');
  assert.equal(Buffer.from(bytesOf('DATA:,x')).toString(), 'x');
});

test('what two decoders could read differently is not read', () => {
  for (const text of [
    'aGVsbG8=aGVsbG8=',
    'aGV!bG8=',
    'a',
    'aGVsbA===',
    'aGVsbGé8',
    '\u0141GVs',
    'data:application/pdf;base64',
    7,
    null,
  ]) {
    assert.equal(reasonOf(text), 'damaged', String(text));
  }
});

test('more than may be read is not decoded', () => {
  assert.equal(reasonOf(Buffer.alloc(100).toString('base64'), 100), '100 bytes');
  assert.equal(reasonOf(Buffer.alloc(101).toString('base64'), 100), 'limit');
  assert.equal(reasonOf('A'.repeat(1_000_000), 100), 'limit');
  assert.equal(reasonOf(`data:,${'a'.repeat(101)}`, 100), 'limit');
});

test('what lies elsewhere is a reference', () => {
  for (const media of [
    { type: 'image', url: 'https://x.example/a.png' },
    { type: 'file', url: 'file-1' },
    { type: 'tokens', bytes: 3 },
  ]) {
    const inline = inlineBytes({}, segment(media), 100);
    assert.equal(inline.kind === 'gap' && inline.gap.reason, 'reference');
  }
  const nowhere = inlineBytes({ a: 1 }, segment({ type: 'file' }), 100);
  assert.equal(nowhere.kind === 'gap' && nowhere.gap.reason, 'damaged');
});

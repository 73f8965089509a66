import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertPageBody, type DataPage, type PageColumn } from './parquet-page-body.ts';

const [RLE, DELTA_BINARY, DELTA_BYTES, RLE_DICTIONARY, STREAM_SPLIT] = [3, 5, 7, 8, 9] as const;

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = BigInt(value); ; rest >>= 7n) {
    if (rest < 0x80n) return [...bytes, Number(rest)];
    bytes.push(Number(rest & 0x7fn) | 0x80);
  }
}
const zigzag = (value: number): number[] => unsigned(value < 0 ? -2 * value - 1 : 2 * value);
/** Behind its length in four bytes. */
const prefixed = (bytes: readonly number[]): number[] => [bytes.length, 0, 0, 0, ...bytes];
const repeated = (count: number, ...value: readonly number[]): number[] => [...unsigned(count * 2), ...value];
const packed = (groups: number, ...bytes: readonly number[]): number[] => [...unsigned(groups * 2 + 1), ...bytes];
/** A stream whose numbers are `first`, then each `step` more: no bits but headers, whatever their count. */
const delta = (first: number, step: number, blocks = 1, block = 128, parts = 1): number[] => [
  ...unsigned(block),
  ...unsigned(parts),
  ...unsigned(0),
  ...zigzag(first),
  ...Array.from({ length: blocks }, () => [...zigzag(step), 0]).flat(),
];

const column = (more: Partial<PageColumn> = {}): PageColumn => ({
  maxRepetition: 0,
  maxDefinition: 0,
  type: 'BYTE_ARRAY',
  typeLength: 0,
  ...more,
});
const page = (encoding: number, values: number, more: Partial<DataPage> = {}): DataPage => ({
  version: 1,
  values,
  nulls: 0,
  encoding,
  repetitionBytes: 0,
  definitionBytes: 0,
  ...more,
});
const check = (one: DataPage, own: PageColumn, body: readonly number[]): number =>
  assertPageBody(one, own, null, Uint8Array.from(body));
const refused = (one: DataPage, own: PageColumn, body: readonly number[], message: RegExp): void =>
  assert.throws(() => check(one, own, body), { name: 'RangeError', message });

describe('the body of a Parquet page', () => {
  it('may have runs that are as long as it is, repeated and packed, filled up to eight', () => {
    check(page(RLE_DICTIONARY, 20), column(), [3, ...repeated(12, 5), ...packed(1, 1, 2, 3)]);
    check(page(RLE_DICTIONARY, 3), column(), [1, ...packed(1, 0b101)]);
    check(page(RLE, 9), column({ type: 'BOOLEAN' }), prefixed([...packed(1, 255), ...repeated(1, 1)]));
    // Values that are missing have no place in the dictionary.
    const levels = prefixed([...repeated(4, 1), ...packed(1, 0b0101)]);
    check(page(RLE_DICTIONARY, 12), column({ maxDefinition: 1 }), [...levels, 2, ...repeated(6, 1)]);
    refused(
      page(RLE_DICTIONARY, 12),
      column({ maxDefinition: 1 }),
      [...levels, 2, ...repeated(6 + 513, 1)],
      /run is longer/,
    );
  });

  it('may not have runs of more values than it holds, nor a negative number of them', () => {
    const most = 2 ** 31 - 1;
    for (const run of [repeated(most, 0), packed(2 ** 28, 0), packed(most, 0), unsigned(2 ** 32 - 1)]) {
      refused(page(RLE_DICTIONARY, 10), column(), [1, ...run], /run is longer/);
      refused(page(0, 10), column({ maxDefinition: 1 }), prefixed(run), /run is longer/);
      refused(page(0, 10), column({ maxRepetition: 1 }), prefixed(run), /run is longer/);
      refused(page(RLE, 10), column(), prefixed(run), /run is longer/);
      const second = page(RLE_DICTIONARY, 10, { version: 2, definitionBytes: run.length });
      assert.throws(
        () => assertPageBody(second, column({ maxDefinition: 1 }), Uint8Array.from(run), Uint8Array.of(1)),
        /run is longer/,
      );
    }
    // A width of nothing takes no bytes, and would be counted down from a negative number for ever.
    refused(page(RLE_DICTIONARY, 10), column(), [0, ...unsigned(2 ** 32 - 1)], /run is longer/);
  });

  it('may not have values of more bits than a number, nor levels beyond its end', () => {
    for (const width of [33, 64, 255]) refused(page(RLE_DICTIONARY, 8), column(), [width, ...packed(1, 0)], /bits/);
    check(page(RLE_DICTIONARY, 1), column(), [32, ...repeated(1, 1, 2, 3, 4)]);
    refused(page(0, 8), column({ maxDefinition: 1 }), [255, 255, 255, 255, 2, 0], /longer than it is/);
    refused(page(0, 8), column({ maxDefinition: 1 }), prefixed(repeated(4, 1)), /ends before/);
    refused(page(0, 8), column({ maxDefinition: 1 }), [1], /ends before its levels/);
  });

  it('may not repeat texts beyond what stands before them, and says how much it repeats', () => {
    // Ten texts of a byte more each: 0 + 1, 1 + 1, 2 + 1, …
    const growing = [...delta(0, 1), ...delta(1, 0)];
    assert.equal(check(page(DELTA_BYTES, 10), column(), growing), 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 + 10);
    refused(page(DELTA_BYTES, 3), column(), [...delta(0, 2 ** 30), ...delta(1, 0)], /repeats more/);
    refused(page(DELTA_BYTES, 3), column(), [...delta(0, -1), ...delta(1, 0)], /repeats more/);
    // A million bytes once, and then again with every one of a thousand texts of nothing.
    const bomb = [
      ...unsigned(1024),
      ...unsigned(1),
      0,
      ...zigzag(0),
      ...zigzag(1_000_000),
      0,
      ...unsigned(1024),
      ...unsigned(1),
      0,
      ...zigzag(1_000_000),
      ...zigzag(-1_000_000),
      0,
    ];
    refused(page(DELTA_BYTES, 3), column(), bomb, /repeats more/);
    const long = 1 << 20;
    const flat = [...delta(0, 0, 1, 1024), ...delta(long, 0, 1, 1024)];
    assert.equal(check(page(DELTA_BYTES, 1000), column(), flat), 0);
    const climbing = [...delta(0, long, 1, 1024), ...delta(long, 0, 1, 1024)];
    refused(page(DELTA_BYTES, 1000), column(), climbing, /longer than is read/);
  });

  it('may not have blocks that no writer makes, nor values of any width', () => {
    for (const [block, parts] of [
      [0, 1],
      [128, 0],
      [128, 2 ** 31 - 1],
      [2 ** 31 - 1, 1],
      [128, 3],
    ] as const) {
      refused(page(DELTA_BINARY, 8), column(), delta(0, 0, 1, block, parts), /blocks/);
      refused(page(DELTA_BYTES, 8), column(), delta(0, 0, 1, block, parts), /blocks/);
    }
    refused(page(STREAM_SPLIT, 1 << 20), column({ typeLength: 2 ** 31 - 1 }), [], /too much room/);
    refused(page(10, 8), column(), [0], /unsupported encoding/);
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { memorySource } from '../../bytes/byte-source.ts';
import { runPickle } from './pickle-machine.ts';
import type { PickleStream } from './pickle-stream.ts';
import { readPickles, TORCH_MAGIC } from './pickle-streams.ts';

const latin = (...parts: readonly (string | number | Uint8Array)[]): Uint8Array =>
  Buffer.concat(
    parts.map((part) =>
      typeof part === 'string' ? Buffer.from(part, 'latin1') : typeof part === 'number' ? Uint8Array.of(part) : part,
    ),
  );
const run = (...parts: readonly (string | number | Uint8Array)[]): PickleStream =>
  runPickle(memorySource(latin(...parts)));
const names = (stream: PickleStream): string[] => stream.globals.map((one) => `${one.module}.${one.name}:${one.calls}`);
const kinds = (stream: PickleStream): string[] => stream.anomalies.map((one) => one.kind);
const short = (value: string): Uint8Array => latin(0x8c, value.length, value);

/** `{'od': OrderedDict(a=1), 'dt': datetime(2020, 1, 2), 'dec': Decimal('1.5'), 'set': {1, 2}, 't': (1, (2, (3,)))}` by CPython 3.11. */
const WRITTEN: Readonly<Record<number, string>> = {
  2: 'gAJ9cQAoWAIAAABvZHEBY2NvbGxlY3Rpb25zCk9yZGVyZWREaWN0CnECKVJxA1gBAAAAYXEESwFzWAIAAABkdHEFY2RhdGV0aW1lCmRhdGV0aW1lCnEGY19jb2RlY3MKZW5jb2RlCnEHWAsAAAAHw6QBAgAAAAAAAHEIWAYAAABsYXRpbjFxCYZxClJxC4VxDFJxDVgDAAAAZGVjcQ5jZGVjaW1hbApEZWNpbWFsCnEPWAMAAAAxLjVxEIVxEVJxEnUu',
  4: 'gASVZwAAAAAAAAB9lCiMAm9klIwLY29sbGVjdGlvbnOUjAtPcmRlcmVkRGljdJSTlClSlIwBYZRLAXOMAmR0lIwIZGF0ZXRpbWWUjAhkYXRldGltZZSTlEMKB+QBAgAAAAAAAJSFlFKUdS4=',
};

test('what CPython writes is run to its end', () => {
  const two = runPickle(memorySource(Buffer.from(WRITTEN[2]!, 'base64')));
  assert.equal(two.status, 'complete');
  assert.deepEqual(names(two), [
    'collections.OrderedDict:1',
    'datetime.datetime:1',
    '_codecs.encode:1',
    'decimal.Decimal:1',
  ]);
  assert.deepEqual(two.anomalies, []);
  const four = runPickle(memorySource(Buffer.from(WRITTEN[4]!, 'base64')));
  assert.equal(four.status, 'complete');
  assert.deepEqual(names(four), ['collections.OrderedDict:1', 'datetime.datetime:1']);
});

test('every way of naming and applying is seen', () => {
  assert.deepEqual(names(run("cos\nsystem\n(S'x'\ntR.")), ['os.system:1']);
  assert.deepEqual(names(run("(S'x'\nios\nsystem\n.")), ['os.system:1'], 'INST');
  assert.deepEqual(names(run("(cos\nsystem\nS'x'\no.")), ['os.system:1'], 'OBJ');
  assert.deepEqual(names(run(0x80, 2, "cos\nsystem\nS'x'\n", 0x85, 0x81, '.')), ['os.system:1'], 'NEWOBJ');
  assert.deepEqual(names(run(0x80, 4, 'cos\nsystem\n)}', 0x92, '.')), ['os.system:1'], 'NEWOBJ_EX');
  assert.deepEqual(names(run(0x80, 4, short('os'), short('system'), 0x93, ')R.')), ['os.system:1'], 'STACK_GLOBAL');
  assert.deepEqual(names(run("S'\\x6fs'\nVsyst\\u0065m\n", 0x93, ')R.')), ['os.system:1'], 'escapes');
  assert.deepEqual(names(run("(S'x'\nios\nsystem\n0N.")), ['os.system:1'], 'a result that is thrown away');
});

test('the memo holds what the stack held, not what the last opcode said', () => {
  const tail = (...middle: readonly (string | number | Uint8Array)[]): string[] =>
    names(run(0x80, 4, short('os'), 'q', 0, '0', short('system'), 'q', 1, '0', ...middle, 'h', 5, 'h', 6, 0x93, ')R.'));
  assert.deepEqual(tail('h', 0, 'q', 5, 'h', 1, 'q', 6), ['os.system:1'], 'PUT after GET');
  assert.deepEqual(tail('h', 0, 'N0q', 5, 'h', 1, 'N0q', 6), ['os.system:1'], 'PUT after POP');
  assert.deepEqual(tail('h', 0, '2q', 5, 'h', 1, '2q', 6), ['os.system:1'], 'PUT after DUP');
  assert.deepEqual(tail('h', 0, 'q', 4, 'q', 5, 'h', 1, 'p 6 \n'), ['os.system:1'], 'PUT twice, and with spaces');
  assert.deepEqual(kinds(run('h', 9, '.')), ['missing-memo']);
});

test('what cannot be resolved is said', () => {
  assert.deepEqual(kinds(run(0x80, 4, 'K', 1, short('system'), 0x93, '.')), ['unresolved-global']);
  assert.ok(kinds(run('cos\ngetcwd\n)R)R.')).includes('computed-callable'));
  assert.ok(kinds(run(0x80, 2, 0x82, 7, ')R.')).includes('extension-code'));
  assert.ok(kinds(run(0x80, 2, 0x82, 7, ')R.')).includes('unresolved-callable'));
  assert.deepEqual(kinds(run('csys\nmodules\nNNs.')), ['changes-global']);
  assert.deepEqual(kinds(run('ctorch\nTensor\nNb.')), ['changes-global']);
  assert.deepEqual(kinds(run('(lNNs.')), ['item-on-other-type']);
});

test('frames that opcodes cross are told', () => {
  const frame = (length: number): Uint8Array => latin(0x95, length, 0, 0, 0, 0, 0, 0, 0);
  assert.deepEqual(kinds(run(0x80, 4, frame(5), short('ab'), '.')), []);
  assert.deepEqual(kinds(run(0x80, 4, frame(2), short('ab'), '.')), ['frame-violation']);
  assert.deepEqual(kinds(run(0x80, 4, frame(12), frame(1), 'N.')).includes('frame-violation'), true);
});

test('arrays of joblib are skipped by their exact size', () => {
  const dtype = latin(
    'cnumpy\ndtype\n(',
    short('f8'),
    'I00\nI01\ntR(K',
    3,
    short('<'),
    'NNNJ',
    255,
    255,
    255,
    255,
    'J',
    255,
    255,
    255,
    255,
    'K',
    0,
    'tb',
  );
  const wrapper = (...extra: readonly (string | number | Uint8Array)[]): Uint8Array =>
    latin(
      'cjoblib.numpy_pickle\nNumpyArrayWrapper\n)',
      0x81,
      '}(',
      short('shape'),
      'K',
      3,
      0x85,
      short('dtype'),
      dtype,
      ...extra,
      'ub',
    );
  const data = Buffer.alloc(24, 0x2e);
  const plain = run(0x80, 4, wrapper(), data, '.');
  assert.equal(plain.status, 'complete');
  assert.equal(plain.end, 2 + wrapper().length + 24 + 1);
  const alignment = latin(short('numpy_array_alignment_bytes'), 'K', 16);
  const padded = run(0x80, 4, wrapper(alignment), 5, Buffer.alloc(5, 0xff), data, 'cos\nsystem\n)R0.');
  assert.equal(padded.status, 'complete');
  assert.ok(names(padded).includes('os.system:1'));
});

test('bombs and numbers without end are told', () => {
  let laughs = latin(0x80, 4, ']', 0x94);
  for (let level = 0; level < 12; level++)
    laughs = latin(laughs, '](', ...Array.from({ length: 10 }, () => latin('h', level)), 'e', 0x94);
  assert.ok(kinds(run(laughs, '.')).includes('expansion'));
  const huge = run(0x80, 2, 0x8b, 0x40, 0x42, 0x0f, 0, Buffer.alloc(1_000_000, 1), '.');
  assert.deepEqual(kinds(huge), ['huge-integer']);
  assert.equal(run(0x80, 4, 0x8e, 0, 0, 0, 0, 0, 1, 0, 0, 'x').status, 'truncated');
});

test('after the first stream the next ones are read, and hidden ones are found', () => {
  const streams = latin(0x80, 2, 'N.', 0x80, 2, 'cos\nsystem\n)R.');
  assert.equal(readPickles(memorySource(streams)).streams.length, 2);
  const gap = latin(0x80, 2, 'N.', Buffer.alloc(300, 0xaa), 'cos\nsystem\n)R.');
  assert.deepEqual(readPickles(memorySource(gap)).found.flatMap(names), ['os.system:1']);
  const damaged = latin(0x80, 2, 0xff, Buffer.alloc(20, 0xaa), 0x80, 4, 0x8c, 2, 'os', 0x8c, 6, 'system', 0x93, ')R.');
  assert.deepEqual(readPickles(memorySource(damaged)).found.flatMap(names), ['os.system:1']);
  const magic = latin(0x80, 2, 0x8a, 10, Buffer.from('6cfc9c46f9206aa85019', 'hex'), '.');
  assert.equal(TORCH_MAGIC, 0x1950a86a20f9469cfc6cn);
  assert.equal(readPickles(memorySource(magic)).legacyTorch, true);
});

test('no bytes make it throw, and work grows with the input only', () => {
  const seeds = [
    Buffer.from(WRITTEN[2]!, 'base64'),
    Buffer.from(WRITTEN[4]!, 'base64'),
    Buffer.from("(S'x'\nios\nsystem\n."),
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...seeds),
      fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 0, max: 255 })), { maxLength: 12 }),
      fc.uint8Array({ maxLength: 40 }),
      (seed, changes, tail) => {
        const mutated = Buffer.concat([seed, tail]);
        for (const [at, byte] of changes) mutated[at % mutated.length] = byte;
        const stream = runPickle(memorySource(mutated));
        assert.ok(stream.opcodes <= mutated.length + 1);
        assert.ok(stream.end <= mutated.length);
        readPickles(memorySource(mutated));
      },
    ),
    { numRuns: 2000 },
  );
});

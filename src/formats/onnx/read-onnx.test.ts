import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isFault } from '../../core/fault.ts';
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxTensor } from './onnx-model.ts';
import { readOnnx } from './read-onnx.ts';
import { isInsideFolder } from './read-tensor.ts';
import { bfloatToFloat, halfToFloat } from './tensor-data.ts';
import { writeOnnx } from './write-onnx.ts';

const tensors: Record<string, OnnxTensor> = {
  float: { type: 'float32', dims: [2, 2], data: Float32Array.of(1.5, -2, NaN, Infinity) },
  double: { type: 'float64', dims: [1], data: Float64Array.of(Math.PI) },
  long: { type: 'int64', dims: [3], data: BigInt64Array.of(-1n, 2n ** 62n, 0n) },
  byte: { type: 'uint8', dims: [3], data: Uint8Array.of(1, 2, 255) },
  bool: { type: 'bool', dims: [2], data: Uint8Array.of(0, 1) },
  half: { type: 'float16', dims: [2], data: Uint16Array.of(0x3c00, 0xc000) },
  nibbles: { type: 'int4', dims: [3], data: Uint8Array.of(0x21, 0x0f) },
  fp8: { type: 'float8e5m2', dims: [2], data: Uint8Array.of(7, 9) },
  complex: { type: 'complex64', dims: [1], data: Float32Array.of(1, 2) },
  texts: { type: 'string', dims: [2], data: ['a', 'ü'] },
  scalar: { type: 'int32', dims: [], data: Int32Array.of(-7) },
  empty: { type: 'float32', dims: [0, 5], data: new Float32Array() },
  outside: { type: 'float32', dims: [4], data: null, external: { location: 'w/data.bin', offset: 16, length: 16 } },
};

const inner: OnnxGraph = {
  name: 'inner',
  nodes: [{ name: '', op: 'Identity', domain: '', inputs: ['x'], outputs: ['z'], attributes: new Map() }],
  initializers: new Map(),
  inputs: [],
  outputs: [{ name: 'z', type: null, shape: null }],
  values: [],
};

const attributes: Record<string, OnnxAttribute> = {
  a: { kind: 'float', value: 0.25 },
  b: { kind: 'int', value: -3 },
  c: { kind: 'int', value: 2n ** 60n },
  d: { kind: 'string', value: 'SAME_UPPER' },
  e: { kind: 'tensor', value: tensors['float']! },
  f: { kind: 'graph', value: inner },
  g: { kind: 'floats', value: [1, -0.5] },
  h: { kind: 'ints', value: [1, -1, 300] },
  i: { kind: 'strings', value: ['', 'x'] },
  j: { kind: 'tensors', value: [tensors['long']!] },
  k: { kind: 'graphs', value: [inner, inner] },
  l: { kind: 'ints', value: [] },
  m: { kind: 'reference', value: 'alpha', type: 1 },
};

const model: OnnxModel = {
  irVersion: 10,
  producer: 'test',
  producerVersion: '1',
  opsets: new Map([
    ['', 21],
    ['com.microsoft', 1],
  ]),
  metadata: new Map([['author', 'nobody']]),
  functions: [
    {
      name: 'twice',
      domain: 'own',
      inputs: ['x'],
      outputs: ['y'],
      attributes: ['must'],
      defaults: new Map([['alpha', { kind: 'float', value: 2 }]]),
      opsets: new Map([['', 21]]),
      nodes: [{ name: 'n', op: 'Add', domain: '', inputs: ['x', 'x'], outputs: ['y'], attributes: new Map() }],
    },
  ],
  graph: {
    name: 'main',
    nodes: [
      {
        name: 'first',
        op: 'Loop',
        domain: '',
        inputs: ['x', ''],
        outputs: ['y'],
        attributes: new Map(Object.entries(attributes)),
      },
      { name: '', op: 'twice', domain: 'own', inputs: ['y'], outputs: ['z'], attributes: new Map(), overload: 'o' },
    ],
    initializers: new Map(Object.entries(tensors)),
    inputs: [
      { name: 'x', type: 'float32', shape: ['batch', 3, null] },
      { name: 'any', type: 'int64', shape: null },
    ],
    outputs: [{ name: 'z', type: null, shape: null, otherType: Uint8Array.of(0x22, 0x00) }],
    values: [{ name: 'y', type: 'float16', shape: [] }],
  },
};

describe('readOnnx and writeOnnx', () => {
  it('read back what was written, and write it the same again', () => {
    const bytes = writeOnnx(model);
    const read = readOnnx(bytes);
    assert.deepEqual(read, model);
    assert.deepEqual(writeOnnx(read), bytes);
  });

  it('read values in typed fields, packed or one by one', () => {
    // ModelProto { ir_version 8, graph { initializer { dims 2, data_type 1, float_data 1 (unpacked) twice, name "w" } } }
    const tensor = [0x08, 2, 0x10, 1, 0x25, 0, 0, 0x80, 0x3f, 0x25, 0, 0, 0, 0x40, 0x42, 1, 0x77];
    const graph = [0x2a, tensor.length, ...tensor];
    const read = readOnnx(Uint8Array.from([0x08, 8, 0x3a, graph.length, ...graph]));
    assert.deepEqual(read.graph.initializers.get('w')?.data, Float32Array.of(1, 2));
    // int32_data packed for float16
    const half = [0x08, 1, 0x10, 10, 0x2a, 2, 0x80, 0x78, 0x42, 1, 0x77];
    const other = [0x2a, half.length, ...half];
    const bits = readOnnx(Uint8Array.from([0x08, 8, 0x3a, other.length, ...other])).graph.initializers.get('w');
    assert.deepEqual(bits, { type: 'float16', dims: [1], data: Uint16Array.of(0x3c00) });
  });

  it('say where a model is damaged', () => {
    const bytes = writeOnnx(model);
    assert.throws(
      () => readOnnx(bytes.subarray(0, bytes.length - 3)),
      (error) => isFault(error) && error.code === 'ERR_MODEL_MALFORMED' && /byte \d+/.test(error.where ?? ''),
    );
    assert.throws(
      () => readOnnx(new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\n')),
      /ONNX model/,
    );
    assert.throws(() => readOnnx(new Uint8Array()), { code: 'ERR_MODEL_MALFORMED' });
    // A tensor of 2^40 floats with four bytes behind it is refused before anything is allocated.
    const tensor = [0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20, 0x10, 1, 0x4a, 4, 0, 0, 0, 0, 0x42, 1, 0x77];
    const graph = [0x2a, tensor.length, ...tensor];
    assert.throws(() => readOnnx(Uint8Array.from([0x08, 8, 0x3a, graph.length, ...graph])), {
      code: 'ERR_MODEL_MALFORMED',
      where: /graph\.initializer\[0\]/,
    } as never);
  });

  it('refuse nesting and repetition without end', () => {
    let graph = inner;
    for (let depth = 0; depth < 40; depth++) {
      const nested: OnnxAttribute = { kind: 'graph', value: graph };
      graph = { ...inner, nodes: [{ ...inner.nodes[0]!, attributes: new Map([['body', nested]]) }] };
    }
    assert.throws(() => readOnnx(writeOnnx({ ...model, graph })), /nested/);
    assert.throws(() => readOnnx(writeOnnx(model), { maxMessages: 10 }), /too many parts/);
    // Two graphs: protobuf libraries would merge them.
    const twice = writeOnnx(model);
    const graphs = Uint8Array.from([...twice, 0x3a, 0]);
    assert.throws(() => readOnnx(graphs), /twice/);
  });

  it('answer any mutation with a model or a Fault', () => {
    const bytes = writeOnnx({ ...model, graph: { ...model.graph, initializers: new Map(Object.entries(tensors)) } });
    const mutation = fc.record({
      edits: fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 6 }),
      cut: fc.nat(bytes.length),
      insert: fc.uint8Array({ maxLength: 8 }),
    });
    fc.assert(
      fc.property(mutation, ({ edits, cut, insert }) => {
        const mutant = Uint8Array.from([...bytes.subarray(0, cut), ...insert, ...bytes.subarray(cut)]);
        for (const [at, value] of edits) mutant[at] = value;
        try {
          const read = readOnnx(mutant);
          // What was read can be written, and is stable from then on.
          const again = writeOnnx(read);
          assert.deepEqual(writeOnnx(readOnnx(again)), again);
        } catch (error) {
          if (!isFault(error) || error.code !== 'ERR_MODEL_MALFORMED') throw error;
        }
      }),
      { numRuns: 3000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        try {
          readOnnx(noise);
        } catch (error) {
          if (!isFault(error)) throw error;
        }
      }),
      { numRuns: 3000 },
    );
  });
});

it('numbers of which other readers keep 32 bits are none that hide something', () => {
  /** A tensor `data_location` 2^32 + 1, and a field whose key is 2^32 more than that of the external data. */
  const varint = (value: bigint): number[] =>
    value < 128n ? [Number(value)] : [Number(value & 127n) | 128, ...varint(value >> 7n)];
  const part = (field: number, bytes: readonly number[]): number[] => [
    ...varint(BigInt(field * 8 + 2)),
    ...varint(BigInt(bytes.length)),
    ...bytes,
  ];
  const file = (more: readonly number[]): Uint8Array => {
    const tensor = [8, 0, 16, 1, ...part(8, [97]), ...more];
    return Uint8Array.from([8, 8, ...part(7, [...part(2, [103]), ...part(5, tensor)])]);
  };
  const location = [14 * 8, ...varint(2n ** 32n + 1n)];
  assert.equal(readOnnx(file([])).graph.initializers.get('a')!.data!.length, 0);
  assert.throws(() => readOnnx(file(location)), { code: 'ERR_MODEL_MALFORMED', message: /place of kind 4294967297/ });
  const hidden = [...varint(2n ** 32n + 13n * 8n + 2n), 1, 0];
  assert.throws(() => readOnnx(file(hidden)), { code: 'ERR_MODEL_MALFORMED', message: /field has number/ });
});

it('external data stays in the folder of the model', () => {
  for (const good of ['weights.bin', './weights.bin', 'a/b.data', '..x/y'])
    assert.equal(isInsideFolder(good), true, good);
  for (const bad of [
    '',
    '/etc/passwd',
    '../x',
    'a/../../x',
    'C:\\x',
    'c:x',
    'a\\..\\x',
    'a\0b',
    'a//b',
    'https://x/y',
    '*/_ORT_MEM_ADDR_/*',
  ]) {
    assert.equal(isInsideFolder(bad), false, bad);
  }
});

it('small floating point types become numbers', () => {
  assert.deepEqual(
    halfToFloat(Uint16Array.of(0x3c00, 0xbc00, 0x0001, 0x7bff, 0x7c00, 0x8000)),
    Float32Array.of(1, -1, 2 ** -24, 65504, Infinity, -0),
  );
  assert.deepEqual(bfloatToFloat(Uint16Array.of(0x3f80, 0xc000)), Float32Array.of(1, -2));
});

/**
 * Writes ONNX graphs for tests and benchmarks: just the parts of the format that they need (onnx.proto3, field numbers as
 * published with ONNX 1.16).
 */

export type DataType = 'float32' | 'int32' | 'int64';
const DATA_TYPES: Readonly<Record<DataType, number>> = { float32: 1, int32: 6, int64: 7 };

export interface Initializer {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array | Int32Array | BigInt64Array;
}

export interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Integers, lists of integers, and numbers with a fraction (write them as `{ float: 1e-12 }`). */
  readonly attributes?: Readonly<Record<string, number | readonly number[] | { readonly float: number }>>;
}

export interface Port {
  readonly name: string;
  readonly type: DataType;
  readonly shape: readonly (number | string)[];
}

export interface Graph {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly nodes: readonly Node[];
  readonly initializers: readonly Initializer[];
}

/** @param opset version of the default operator set. */
export function writeOnnx(graph: Graph, opset = 17): Buffer {
  return message(
    int(1, 8), // ir_version
    text(2, 'parapet tests'),
    bytes(
      7,
      message(
        ...graph.nodes.map((node) => bytes(1, writeNode(node))),
        text(2, 'graph'),
        ...graph.initializers.map((initializer) => bytes(5, writeInitializer(initializer))),
        ...graph.inputs.map((port) => bytes(11, writePort(port))),
        ...graph.outputs.map((port) => bytes(12, writePort(port))),
      ),
    ),
    bytes(8, message(text(1, ''), int(2, opset))),
  );
}

function writeNode({ op, inputs, outputs, attributes = {} }: Node): Buffer {
  return message(
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, op),
    ...Object.entries(attributes).map(([name, value]) => bytes(5, writeAttribute(name, value))),
  );
}

function writeAttribute(name: string, value: number | readonly number[] | { readonly float: number }): Buffer {
  if (typeof value === 'number') return message(text(1, name), int(3, value), int(20, 2));
  if ('float' in value) return message(text(1, name), float(2, value.float), int(20, 1));
  return message(text(1, name), ...value.map((one) => int(8, one)), int(20, 7));
}

function writeInitializer({ name, dims, data }: Initializer): Buffer {
  const type = data instanceof Float32Array ? 'float32' : data instanceof Int32Array ? 'int32' : 'int64';
  return message(
    ...dims.map((dimension) => int(1, dimension)),
    int(2, DATA_TYPES[type]),
    text(8, name),
    bytes(9, Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
  );
}

function writePort({ name, type, shape }: Port): Buffer {
  const dimensions = shape.map((one) => bytes(1, typeof one === 'number' ? message(int(1, one)) : text(2, one)));
  const tensor = message(int(1, DATA_TYPES[type]), bytes(2, message(...dimensions)));
  return message(text(1, name), bytes(2, bytes(1, tensor)));
}

function message(...fields: readonly Buffer[]): Buffer {
  return Buffer.concat(fields);
}

function varint(value: number | bigint): Buffer {
  let rest = BigInt.asUintN(64, BigInt(value));
  const out: number[] = [];
  do {
    out.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(out);
}

function int(field: number, value: number): Buffer {
  return Buffer.concat([varint(field << 3), varint(value)]);
}

function float(field: number, value: number): Buffer {
  const four = Buffer.alloc(4);
  four.writeFloatLE(value);
  return Buffer.concat([varint((field << 3) | 5), four]);
}

function bytes(field: number, value: Buffer): Buffer {
  return Buffer.concat([varint((field << 3) | 2), varint(value.length), value]);
}

function text(field: number, value: string): Buffer {
  return bytes(field, Buffer.from(value, 'utf8'));
}

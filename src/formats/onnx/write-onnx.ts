import { Fault } from '../../core/fault.ts';
import {
  ONNX_ELEMENT_TYPES,
  type OnnxAttribute,
  type OnnxElementType,
  type OnnxFunction,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from './onnx-model.ts';
import { toBytes } from './tensor-data.ts';
import { WireWriter } from './wire-writer.ts';

const CODES = new Map(Object.entries(ONNX_ELEMENT_TYPES).map(([code, type]) => [type, Number(code)]));
const UTF8 = new TextEncoder();

/** Protobuf's own limit on a message. */
const MAX_BYTES = 2 ** 31 - 1;

/**
 * Writes a model as the bytes of an ONNX file: fields in order of their numbers, numbers as `raw_data`, so that equal models make equal
 * bytes. Tensors with external data stay external.
 * @throws Fault `ERR_MODEL_UNSUPPORTED` when it would be larger than 2 GiB, which protobuf cannot hold.
 */
export function writeOnnx(model: OnnxModel): Uint8Array {
  const estimate = 4096 + tensorBytes(model.graph) + 160 * model.graph.nodes.length;
  if (estimate > MAX_BYTES) tooLarge();
  const writer = new WireWriter(estimate);
  backwards(model.functions, (one) => writer.message(25, () => writeFunction(writer, one)));
  backwards([...model.metadata], (entry) => writer.message(14, () => writeEntry(writer, entry)));
  writeOpsets(writer, 8, model.opsets);
  writer.message(7, () => writeGraph(writer, model.graph));
  if (model.producerVersion !== '') writer.text(3, model.producerVersion);
  if (model.producer !== '') writer.text(2, model.producer);
  writer.int(1, model.irVersion);
  if (writer.size > MAX_BYTES) tooLarge();
  return writer.finish();
}

function tooLarge(): never {
  throw new Fault('ERR_MODEL_UNSUPPORTED', 'The model is larger than 2 GiB, which one ONNX file cannot hold.', {
    hint: 'Keep its weights in external data.',
  });
}

function tensorBytes(graph: OnnxGraph): number {
  let sum = 0;
  for (const { data } of graph.initializers.values())
    sum += data !== null && 'byteLength' in data ? data.byteLength + 64 : 64;
  return sum;
}

function backwards<Item>(items: readonly Item[], write: (item: Item) => void): void {
  for (let index = items.length - 1; index >= 0; index--) write(items[index]!);
}

function writeOpsets(writer: WireWriter, field: number, opsets: ReadonlyMap<string, number>): void {
  backwards([...opsets], ([domain, version]) =>
    writer.message(field, () => {
      writer.int(2, version);
      if (domain !== '') writer.text(1, domain);
    }),
  );
}

function writeEntry(writer: WireWriter, [key, value]: readonly [string, string]): void {
  writer.text(2, value);
  writer.text(1, key);
}

function writeGraph(writer: WireWriter, graph: OnnxGraph): void {
  backwards(graph.values, (value) => writer.message(13, () => writeValue(writer, value)));
  backwards(graph.outputs, (value) => writer.message(12, () => writeValue(writer, value)));
  backwards(graph.inputs, (value) => writer.message(11, () => writeValue(writer, value)));
  backwards([...graph.initializers], ([name, tensor]) => writer.message(5, () => writeTensor(writer, tensor, name)));
  if (graph.name !== '') writer.text(2, graph.name);
  backwards(graph.nodes, (node) => writer.message(1, () => writeNode(writer, node)));
}

function writeNode(writer: WireWriter, node: OnnxNode): void {
  if (node.overload !== undefined) writer.text(8, node.overload);
  if (node.domain !== '') writer.text(7, node.domain);
  backwards([...node.attributes], ([name, attribute]) => writeAttribute(writer, 5, name, attribute));
  writer.text(4, node.op);
  if (node.name !== '') writer.text(3, node.name);
  backwards(node.outputs, (name) => writer.text(2, name));
  backwards(node.inputs, (name) => writer.text(1, name));
}

function writeAttribute(writer: WireWriter, field: number, name: string, attribute: OnnxAttribute): void {
  if (attribute.kind === 'opaque') {
    writer.bytes(field, attribute.value);
    return;
  }
  writer.message(field, () => {
    writeAttributeValue(writer, attribute);
    writer.text(1, name);
  });
}

function writeAttributeValue(writer: WireWriter, attribute: Exclude<OnnxAttribute, { kind: 'opaque' }>): void {
  switch (attribute.kind) {
    case 'float':
      writer.int(20, 1);
      writer.float(2, attribute.value);
      return;
    case 'int':
      writer.int(20, 2);
      writer.int(3, attribute.value);
      return;
    case 'string':
      writer.int(20, 3);
      writer.text(4, attribute.value);
      return;
    case 'tensor':
      writer.int(20, 4);
      writer.message(5, () => writeTensor(writer, attribute.value, ''));
      return;
    case 'graph':
      writer.int(20, 5);
      writer.message(6, () => writeGraph(writer, attribute.value));
      return;
    case 'floats':
      writer.int(20, 6);
      if (attribute.value.length > 0) writer.packedFloats(7, attribute.value);
      return;
    case 'ints':
      writer.int(20, 7);
      if (attribute.value.length > 0) writer.packedInts(8, attribute.value);
      return;
    case 'strings':
      writer.int(20, 8);
      backwards(attribute.value, (value) => writer.text(9, value));
      return;
    case 'tensors':
      writer.int(20, 9);
      backwards(attribute.value, (value) => writer.message(10, () => writeTensor(writer, value, '')));
      return;
    case 'graphs':
      writer.int(20, 10);
      backwards(attribute.value, (value) => writer.message(11, () => writeGraph(writer, value)));
      return;
    case 'reference':
      writer.text(21, attribute.value);
      writer.int(20, attribute.type);
      return;
  }
}

function writeTensor(writer: WireWriter, tensor: OnnxTensor, name: string): void {
  const { data, external } = tensor;
  if (data === null) {
    writer.int(14, 1);
    const entries: [string, string][] = [['location', external!.location]];
    if (external!.offset !== 0) entries.push(['offset', String(external!.offset)]);
    if (external!.length !== undefined) entries.push(['length', String(external!.length)]);
    backwards(entries, (entry) => writer.message(13, () => writeEntry(writer, entry)));
  } else if ('byteLength' in data) {
    writer.bytes(9, toBytes(data));
  }
  if (name !== '') writer.text(8, name);
  if (data !== null && !('byteLength' in data)) backwards(data, (value) => writer.bytes(6, UTF8.encode(value)));
  writer.int(2, codeOf(tensor.type));
  if (tensor.dims.length > 0) writer.packedInts(1, tensor.dims);
}

function writeValue(writer: WireWriter, { name, type, shape, otherType }: OnnxValue): void {
  if (otherType !== undefined) writer.bytes(2, otherType);
  else if (type !== null) {
    writer.message(2, () =>
      writer.message(1, () => {
        if (shape !== null) {
          writer.message(2, () =>
            backwards(shape, (dimension) =>
              writer.message(1, () => {
                if (typeof dimension === 'number') writer.int(1, dimension);
                else if (dimension !== null) writer.text(2, dimension);
              }),
            ),
          );
        }
        writer.int(1, codeOf(type));
      }),
    );
  }
  writer.text(1, name);
}

function writeFunction(writer: WireWriter, one: OnnxFunction): void {
  if (one.overload !== undefined) writer.text(13, one.overload);
  backwards([...one.defaults], ([name, attribute]) => writeAttribute(writer, 11, name, attribute));
  writer.text(10, one.domain);
  writeOpsets(writer, 9, one.opsets);
  backwards(one.nodes, (node) => writer.message(7, () => writeNode(writer, node)));
  backwards(one.attributes, (name) => writer.text(6, name));
  backwards(one.outputs, (name) => writer.text(5, name));
  backwards(one.inputs, (name) => writer.text(4, name));
  writer.text(1, one.name);
}

function codeOf(type: OnnxElementType): number {
  return CODES.get(type)!;
}

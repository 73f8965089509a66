import { bufferedSource } from '../../../bytes/buffered-source.ts';
import type { ByteSource } from '../../../bytes/byte-source.ts';
import { WireError, type WireField, wireFields, wireText } from '../../../formats/protobuf/wire.ts';
import type { Observer, Reader } from '../../reader.ts';

const MAX_DEPTH = 24;

/** ONNX: the graph, its subgraphs and functions, and the files in which weights lie outside. Weights themselves are not read. */
export const onnx: Reader<'onnx'> = {
  id: 'onnx',
  title: 'ONNX',
  extensions: ['.onnx'],
  // ModelProto begins with ir_version, or with whatever field comes first, and has a graph.
  sniff: ({ source, head }) => {
    if (isTensor(source, head)) return true;
    if (head[0] !== 0x08 && head[0] !== 0x12 && head[0] !== 0x3a && head[0] !== 0x42) return false;
    try {
      let graph = false;
      let opsets = false;
      let count = 0;
      for (const field of wireFields(bufferedSource(source))) {
        if (++count > 5000) return false;
        if (field.number === 7 && field.wire === 2) graph = true;
        else if (field.number === 8 && field.wire === 2) opsets = true;
        else if (field.number > 26 || field.number < 1) return false;
      }
      return graph && (opsets || head[0] === 0x08);
    } catch {
      return false;
    }
  },
  read: ({ source: whole }, observer) => {
    const source = bufferedSource(whole);
    const walk = new OnnxWalk(source, observer);
    try {
      if (isTensor(whole, whole.read(0, 16)))
        return walk.tensor({ number: 0, wire: 2, value: Number.NaN, offset: 0, length: whole.size });
      for (const field of wireFields(source)) {
        if (field.number === 7) walk.graph(field, 'graph', 0);
        else if (field.number === 25) walk.function(field, 0);
        else if (field.number === 20 && field.wire === 2) walk.training(field);
        else if (field.number === 14) walk.property(field);
        else if (field.number === 6)
          observer.fact({ kind: 'text', offset: field.offset, path: 'doc_string', text: wireText(source, field) });
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      observer.incomplete(`the graph is damaged: ${error.message}`, error.offset);
    }
  },
};

const MOST_TENSOR_FIELDS = 10_000;

/** A tensor alone (TensorProto), as test data of models is kept: its type, its data, and nothing that a tensor does not have. */
function isTensor(source: ByteSource, head: Uint8Array): boolean {
  if (head[0] !== 0x08 && head[0] !== 0x0a && head[0] !== 0x10) return false;
  let [typed, data, count] = [false, false, 0];
  try {
    for (const { number, wire, value } of wireFields(bufferedSource(source))) {
      if (++count > MOST_TENSOR_FIELDS || number > 16 || number === 15) return false;
      if (number === 1) {
        if (wire !== 0 && wire !== 2) return false;
      } else if (number === 2) {
        if (wire !== 0 || value < 1 || value > 30) return false;
        typed = true;
      } else if (number === 14) {
        if (wire !== 0) return false;
      } else if (number === 9 || number === 13) {
        if (wire !== 2) return false;
        data = true;
      } else if (number === 4 || number === 5 || number === 7 || number === 10 || number === 11 || number === 6)
        data = true;
    }
  } catch (error) {
    if (error instanceof WireError) return false;
    throw error;
  }
  return typed && data;
}

class OnnxWalk {
  readonly #source: ByteSource;
  readonly #observer: Observer;
  readonly #seen = new Set<string>();

  constructor(source: ByteSource, observer: Observer) {
    this.#source = source;
    this.#observer = observer;
  }

  *#fields(parent: WireField): Generator<WireField> {
    yield* wireFields(this.#source, parent.offset, parent.offset + parent.length);
  }

  graph(parent: WireField, place: string, depth: number): void {
    if (depth > MAX_DEPTH)
      return this.#observer.incomplete(`graphs nested deeper than ${MAX_DEPTH} levels`, parent.offset);
    for (const field of this.#fields(parent)) {
      if (field.wire !== 2) continue;
      if (field.number === 1) this.#node(field, place, depth);
      else if (field.number === 5) this.tensor(field);
      else if (field.number === 15) {
        for (const one of this.#fields(field))
          if (one.wire === 2 && (one.number === 1 || one.number === 2)) this.tensor(one);
      }
    }
  }

  /** TrainingInfoProto: a graph that makes first values, and the step itself. */
  training(parent: WireField): void {
    for (const field of this.#fields(parent))
      if (field.wire === 2 && (field.number === 1 || field.number === 2)) this.graph(field, 'training', 1);
  }

  function(parent: WireField, depth: number): void {
    let name = '';
    for (const field of this.#fields(parent))
      if (field.number === 1 && field.wire === 2) name = wireText(this.#source, field, 200);
    for (const field of this.#fields(parent))
      if (field.number === 7 && field.wire === 2) this.#node(field, `function ${name}`, depth);
  }

  #node(parent: WireField, place: string, depth: number): void {
    let op = '';
    let domain = '';
    for (const field of this.#fields(parent)) {
      if (field.wire !== 2) continue;
      if (field.number === 4) op = wireText(this.#source, field, 200);
      else if (field.number === 7) domain = wireText(this.#source, field, 200);
      else if (field.number === 5) this.#attribute(field, `${place}, a node`, depth);
    }
    const key = `${domain}\n${op}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#observer.fact({ kind: 'operator', offset: parent.offset, framework: 'ONNX', domain, name: op, place });
  }

  #attribute(parent: WireField, place: string, depth: number): void {
    for (const field of this.#fields(parent)) {
      if (field.wire !== 2) continue;
      if (field.number === 5 || field.number === 10) this.tensor(field);
      else if (field.number === 6 || field.number === 11) this.graph(field, place, depth + 1);
    }
  }

  /** Where its data lies outside: TensorProto.external_data, keys and values. */
  tensor(parent: WireField): void {
    for (const field of this.#fields(parent)) {
      if (field.number !== 13 || field.wire !== 2) continue;
      let key = '';
      let value = '';
      for (const one of this.#fields(field)) {
        if (one.number === 1 && one.wire === 2) key = wireText(this.#source, one, 200);
        else if (one.number === 2 && one.wire === 2) value = wireText(this.#source, one);
      }
      if (key === 'location') {
        this.#observer.fact({
          kind: 'file-reference',
          offset: field.offset,
          format: 'ONNX',
          path: value,
          why: 'the weights of a tensor lie there',
        });
      } else if ((key === 'offset' || key === 'length') && !/^\d{1,15}$/.test(value)) {
        this.#observer.fact({
          kind: 'header',
          offset: field.offset,
          format: 'ONNX',
          issue: `an impossible ${key} of external data`,
          overflow: true,
        });
      }
    }
  }

  property(parent: WireField): void {
    let key = '';
    let value = '';
    for (const one of this.#fields(parent)) {
      if (one.number === 1 && one.wire === 2) key = wireText(this.#source, one, 200);
      else if (one.number === 2 && one.wire === 2) value = wireText(this.#source, one, 1 << 20);
    }
    if (/template/i.test(key)) this.#observer.fact({ kind: 'template', offset: parent.offset, key, text: value });
    else
      this.#observer.fact({
        kind: 'text',
        offset: parent.offset,
        path: `metadata_props.${key}`,
        text: value.slice(0, 4096),
      });
  }
}

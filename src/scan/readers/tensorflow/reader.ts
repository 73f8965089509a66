import { bufferedSource } from '../../../bytes/buffered-source.ts';
import { type ByteSource, memorySource } from '../../../bytes/byte-source.ts';
import { WireError, type WireField, wireFields, wireText } from '../../../formats/protobuf/wire.ts';
import type { Observer, Reader } from '../../reader.ts';

/** What a file may be at its top level: `SavedModel`, `MetaGraphDef` or `GraphDef` (tensorflow/core/protobuf, core/framework). */
type Shape = 'saved-model' | 'meta-graph' | 'graph';

const OPERATOR = /^(?:[A-Za-z_][\w.]*>)?[A-Z_][A-Za-z0-9_]*$/;
const PROBED = 20_000;

/** TensorFlow graphs: every node of the graph and of its library of functions. */
export const tensorflow: Reader<'tensorflow'> = {
  id: 'tensorflow',
  title: 'TensorFlow graph',
  extensions: ['.pb', '.meta'],
  sniff: ({ source, head }) =>
    (head[0] === 0x08 || head[0] === 0x0a || head[0] === 0x12) && shapesOf(bufferedSource(source)).length > 0,
  read: ({ source: whole }, observer) => {
    const source = bufferedSource(whole);
    const seen = new Set<string>();
    for (const shape of shapesOf(source)) {
      try {
        readShape(source, shape, observer, seen);
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        observer.incomplete(`the graph is damaged: ${error.message}`, error.offset);
      }
    }
  },
};

function* inside(source: ByteSource, parent: WireField): Generator<WireField> {
  yield* wireFields(source, parent.offset, parent.offset + parent.length);
}

const WHOLE = (source: ByteSource): WireField => ({ number: 0, wire: 2, value: 0, offset: 0, length: source.size });

/** The readings under which the bytes are a message with at least one operator. */
function shapesOf(source: ByteSource): readonly Shape[] {
  return (['saved-model', 'meta-graph', 'graph'] as const).filter((shape) => {
    try {
      let fields = 0;
      for (const _ of wireFields(source)) if (++fields > PROBED) break;
      for (const graph of graphsOf(source, shape)) {
        for (const node of nodesOf(source, graph)) if (OPERATOR.test(node.op) && node.name !== '') return true;
      }
    } catch {
      return false;
    }
    return false;
  });
}

function* graphsOf(source: ByteSource, shape: Shape): Generator<WireField> {
  if (shape === 'graph') {
    yield WHOLE(source);
    return;
  }
  for (const meta of shape === 'meta-graph' ? [WHOLE(source)] : inside(source, WHOLE(source))) {
    if (shape === 'saved-model' && (meta.number !== 2 || meta.wire !== 2)) continue;
    for (const field of inside(source, meta)) if (field.number === 2 && field.wire === 2) yield field;
  }
}

interface Node {
  readonly name: string;
  readonly op: string;
  readonly offset: number;
  readonly place: string;
}

function* nodesOf(source: ByteSource, graph: WireField): Generator<Node> {
  for (const field of inside(source, graph)) {
    if (field.wire !== 2) continue;
    if (field.number === 1) yield readNode(source, field, 'graph');
    else if (field.number === 2) {
      for (const one of inside(source, field)) {
        if (one.number !== 1 || one.wire !== 2) continue;
        for (const part of inside(source, one))
          if (part.number === 3 && part.wire === 2) yield readNode(source, part, 'a function of the library');
      }
    }
  }
}

function readNode(source: ByteSource, parent: WireField, place: string): Node {
  let name = '';
  let op = '';
  for (const field of inside(source, parent)) {
    if (field.wire !== 2) continue;
    if (field.number === 1) name = wireText(source, field, 300);
    else if (field.number === 2) op = wireText(source, field, 300);
  }
  return { name, op, offset: parent.offset, place };
}

function readShape(source: ByteSource, shape: Shape, observer: Observer, seen: Set<string>): void {
  for (const graph of graphsOf(source, shape)) {
    for (const node of nodesOf(source, graph)) {
      if (seen.has(node.op)) continue;
      seen.add(node.op);
      observer.fact({
        kind: 'operator',
        offset: node.offset,
        framework: 'TensorFlow',
        domain: '',
        name: node.op,
        place: node.place,
      });
    }
  }
  if (shape !== 'saved-model') return;
  for (const meta of inside(source, WHOLE(source))) {
    if (meta.number !== 2 || meta.wire !== 2) continue;
    for (const field of inside(source, meta)) {
      // Keras writes layer configurations as JSON into the object graph (7): nodes (1), user objects (4), metadata (3).
      if (field.number !== 7 || field.wire !== 2) continue;
      for (const node of inside(source, field)) {
        if (node.number !== 1 || node.wire !== 2) continue;
        for (const user of inside(source, node)) {
          if (user.number !== 4 || user.wire !== 2) continue;
          for (const part of inside(source, user)) {
            if (part.number !== 3 || part.wire !== 2) continue;
            const text = source.read(part.offset, Math.min(part.length, 1 << 20)).slice();
            if (text[0] === 0x7b) observer.member('(Keras metadata).json', memorySource(text));
          }
        }
      }
    }
  }
}

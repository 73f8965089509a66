import type { OnnxElementType, OnnxNode, OnnxTensor } from '../../formats/onnx/onnx-model.ts';
import { intOf, toAttributes } from '../graph/attributes.ts';
import { BLOCKED } from '../graph/blocked-layout.ts';
import { readNames } from '../graph/check-onnx.ts';
import type { ShapedGraph } from '../graph/shaped-graph.ts';
import { product } from './window.ts';

/** Operators whose output for a sample depends on that sample of their first input, and on no sample of the others. */
const BY_SAMPLE: ReadonlySet<string> = new Set(
  (
    'Conv MaxPool AveragePool GlobalAveragePool GlobalMaxPool BatchNormalization InstanceNormalization Relu LeakyRelu Elu Selu Celu ' +
    'Sigmoid Tanh Softplus HardSigmoid HardSwish Mish Gelu Erf Exp Neg Abs Sqrt Clip Identity'
  ).split(' '),
);
const BLOCKED_BY_SAMPLE: ReadonlySet<string> = new Set(['Conv', 'MaxPool', 'ReorderInput', 'ReorderOutput']);
/** Elementwise operators on two values, which broadcast. */
const PAIRWISE: ReadonlySet<string> = new Set(['Add', 'Sub', 'Mul', 'Div', 'PRelu']);

/** Bytes of a part's largest value: with what is made of it, it stays in a processor's second cache. */
const PART_BYTES = 2 ** 21;
const MAX_PARTS = 16;
/** Nodes that parts are made of, at most: opening the graph takes the longer the more there are. */
const MAX_NODES = 4096;

/**
 * The same function with its convolutions done for a part of the batch at a time, so that the values of a part stay in the processor's cache, and
 * so do their gradients: those of the parts come apart by themselves. What follows (dense layers, whose weights are larger than a sample) is
 * done for the batch as a whole, as is a network that mixes samples between its convolutions, which stays as it is.
 */
export function splitBatch(graph: ShapedGraph, kept: Iterable<string> = []): ShapedGraph {
  const batch = graph.inputs[0]?.shape[0] ?? 1;
  const first = new Splitting(graph, batch, kept);
  const size = partSize(batch, graph.block ?? 1, first.sampleBytes);
  const count = first.splits.size * (batch / size);
  const apart = [...first.splits].some(({ op }) => op === 'Conv');
  const together = graph.nodes.some((node) => node.op === 'Conv' && !first.splits.has(node));
  return !apart || together || size === batch || count > MAX_NODES ? graph : first.run(size);
}

/** Samples in a part: as many as the cache holds, or a block's worth where that is not many times as much. */
function partSize(batch: number, block: number, sampleBytes: number): number {
  const step = batch % block === 0 ? block : 1;
  for (let parts = 1; parts <= MAX_PARTS; parts++) {
    const size = batch / parts;
    if (Number.isInteger(size / step) && size * sampleBytes <= PART_BYTES) return size;
  }
  return step === block && block * sampleBytes <= 4 * PART_BYTES && batch / block <= MAX_PARTS ? block : batch;
}

class Splitting {
  readonly #graph: ShapedGraph;
  readonly #batch: number;
  readonly #asked: ReadonlySet<string>;
  readonly #readers = new Map<string, OnnxNode[]>();
  /** Values that are there in parts. */
  readonly #values = new Set<string>();
  /** Values that are made of such values as a whole. */
  readonly #mixed = new Set<string>();
  /** Nodes that are done in parts. */
  readonly splits = new Set<OnnxNode>();
  /** Bytes of the largest value that is there in parts, for one sample. */
  sampleBytes = 0;

  constructor(graph: ShapedGraph, batch: number, kept: Iterable<string>) {
    this.#graph = graph;
    this.#batch = batch;
    this.#asked = new Set([...kept, ...graph.outputs.map(({ name }) => name)]);
    for (const node of graph.nodes) {
      for (const name of readNames(node)) this.#readers.set(name, [...(this.#readers.get(name) ?? []), node]);
    }
    const inputs = new Set(graph.inputs.map(({ name }) => name));
    for (const node of graph.nodes) {
      const reads = readNames(node);
      if (reads.some((name) => this.#mixed.has(name)) || !this.#isBySample(node, inputs)) {
        const mixes = reads.some((name) => this.#values.has(name) || this.#mixed.has(name));
        if (mixes) for (const name of node.outputs) this.#mixed.add(name);
        continue;
      }
      this.splits.add(node);
      for (const name of node.outputs) {
        if (name === '') continue;
        this.#values.add(name);
        this.sampleBytes = Math.max(this.sampleBytes, (4 * product(this.#shapeOf(name))) / batch);
      }
    }
  }

  #shapeOf(name: string): readonly number[] {
    const { shapes, constants, parameters } = this.#graph;
    return shapes.get(name) ?? constants.get(name)?.dims ?? parameters.get(name)?.dims ?? [];
  }

  #isBySample(node: OnnxNode, inputs: ReadonlySet<string>): boolean {
    const inParts = (name: string): boolean => this.#values.has(name) || inputs.has(name);
    const hasBatch = (name: string): boolean => this.#shapeOf(name)[0] === this.#batch;
    const [x = '', ...others] = node.inputs;
    const [y = '', ...more] = node.outputs;
    // Places of maxima count from the beginning of the batch: what reads them is not known here.
    if (more.some((name) => this.#readers.has(name) || this.#asked.has(name))) return false;
    if (!hasBatch(y) || this.#graph.types.get(y) !== 'float32') return false;
    // Its statistics are those of all samples of a run.
    if (node.op === 'BatchNormalization' && intOf(node, 'training_mode', 0) !== 0) return false;
    if (PAIRWISE.has(node.op) && node.domain === '') {
      const rank = this.#shapeOf(y).length;
      const isWhole = (name: string): boolean =>
        !inParts(name) && (this.#shapeOf(name).length < rank || this.#shapeOf(name)[0] === 1);
      const fits = node.inputs.every((name) => (inParts(name) && hasBatch(name)) || isWhole(name));
      return fits && node.inputs.some(inParts);
    }
    const known = node.domain === BLOCKED ? BLOCKED_BY_SAMPLE : node.domain === '' ? BY_SAMPLE : new Set();
    return known.has(node.op) && inParts(x) && hasBatch(x) && !others.some(inParts);
  }

  /** The graph with parts of `size` samples. */
  run(size: number): ShapedGraph {
    const { nodes: before, inputs } = this.#graph;
    const nodes: OnnxNode[] = [];
    const shapes = new Map<string, readonly number[]>(this.#graph.shapes);
    const types = new Map<string, OnnxElementType>(this.#graph.types);
    const constants = new Map<string, OnnxTensor>(this.#graph.constants);
    const taken = new Set([...shapes.keys(), ...types.keys(), ...constants.keys(), ...this.#graph.parameters.keys()]);
    for (const { name, inputs: read, outputs } of before) for (const one of [name, ...read, ...outputs]) taken.add(one);
    const fresh = (stem: string): string => {
      let name = stem;
      for (let number = 2; taken.has(name); number++) name = `${stem}~${number}`;
      taken.add(name);
      return name;
    };
    const declare = (whole: string, part: number): string => {
      const name = fresh(`${whole}~part ${part + 1}`);
      shapes.set(name, [size, ...this.#shapeOf(whole).slice(1)]);
      types.set(name, types.get(whole) ?? 'float32');
      return name;
    };
    const bound = (sample: number): string => {
      const name = fresh(`sample ${sample}`);
      constants.set(name, { type: 'int64', dims: [1], data: BigInt64Array.of(BigInt(sample)) });
      return name;
    };
    const bounds = Array.from({ length: this.#batch / size + 1 }, (_, at) => bound(at * size));
    const partsOf = (name: string): readonly string[] => bounds.slice(1).map((_, part) => declare(name, part));
    const parts = new Map<string, readonly string[]>();
    for (const { name } of inputs) {
      if (this.#shapeOf(name)[0] !== this.#batch || !before.some((node) => this.#readsInParts(node, name))) continue;
      const list = partsOf(name);
      parts.set(name, list);
      list.forEach((output, part) => {
        const read = [name, bounds[part]!, bounds[part + 1]!];
        nodes.push({ name: output, op: 'Slice', domain: '', inputs: read, outputs: [output], attributes: new Map() });
      });
    }
    for (const node of before) {
      if (!this.splits.has(node)) {
        nodes.push(node);
        continue;
      }
      const outputs = node.outputs.map((name) => (name === '' ? [] : partsOf(name)));
      bounds.slice(1).forEach((_, part) => {
        const own = outputs.map((list) => list[part] ?? '');
        const read = node.inputs.map((name) => parts.get(name)?.[part] ?? name);
        nodes.push({ ...node, name: own[0]!, inputs: read, outputs: own });
      });
      node.outputs.forEach((name, at) => {
        if (name === '') return;
        parts.set(name, outputs[at]!);
        const wanted = this.#asked.has(name) || this.#readers.get(name)?.some((reader) => !this.splits.has(reader));
        if (wanted !== true) return;
        const attributes = toAttributes({ axis: 0 });
        nodes.push({ name: fresh(name), op: 'Concat', domain: '', inputs: outputs[at]!, outputs: [name], attributes });
      });
    }
    return { ...this.#graph, nodes, shapes, types, constants };
  }

  #readsInParts(node: OnnxNode, name: string): boolean {
    return this.splits.has(node) && node.inputs.includes(name);
  }
}

import { Fault } from '../../core/fault.ts';
import type { OnnxElementType, OnnxNode, OnnxTensor } from '../../formats/onnx/onnx-model.ts';
import { type AttributeValue, intOf, toAttributes } from '../graph/attributes.ts';
import { BLOCKED } from '../graph/blocked-layout.ts';
import { readNames } from '../graph/check-onnx.ts';
import type { ShapedGraph } from '../graph/shaped-graph.ts';
import { product, type Window, windowAttributes, windowOf } from './window.ts';

/** Operators on one value that work in any layout. */
const ANYWHERE: ReadonlySet<string> = new Set([
  'Relu',
  'LeakyRelu',
  'Elu',
  'Sigmoid',
  'Tanh',
  'Softplus',
  'HardSigmoid',
  'HardSwish',
  'Gelu',
  'Erf',
  'Identity',
]);

/** Multiplications for one pixel below which a convolution alone does not pay for the way into the layout and back. */
const MIN_WORK = 128;

/**
 * The same function with its two-dimensional convolutions, and what stands between them, in the blocked layout: ONNX Runtime puts only
 * convolutions with constant weights there by itself, and no pool whose gradient is wanted. Pools over 2 x 2 become one over pairs in a
 * row, then one over pairs of rows: equal, and the first largest element of a window stays the first. Values keep their names where
 * something reads them in the plain layout; outputs and `kept` do.
 * @param block channels in a block (`channelBlock`)
 */
export function blockConvolutions(graph: ShapedGraph, block: number, kept: Iterable<string> = []): ShapedGraph {
  return new Blocking(graph, block, kept).run();
}

class Blocking {
  readonly #graph: ShapedGraph;
  readonly #block: number;
  readonly #asked: ReadonlySet<string>;
  readonly #readers = new Map<string, OnnxNode[]>();
  readonly #taken: Set<string>;
  readonly #shapes: Map<string, readonly number[]>;
  readonly #types: Map<string, OnnxElementType>;
  readonly #constants: Map<string, OnnxTensor>;
  readonly #nodes: OnnxNode[] = [];
  /** Values of the graph as they are in the layout. */
  readonly #blocked = new Map<string, string>();
  /** Those of them that are not there in the plain layout. */
  readonly #hidden = new Set<string>();

  constructor(graph: ShapedGraph, block: number, kept: Iterable<string>) {
    this.#graph = graph;
    this.#block = block;
    this.#asked = new Set([...kept, ...graph.outputs.map(({ name }) => name)]);
    this.#shapes = new Map(graph.shapes);
    this.#types = new Map(graph.types);
    this.#constants = new Map(graph.constants);
    this.#taken = new Set([...this.#shapes.keys(), ...this.#types.keys(), ...this.#constants.keys(), ...this.#asked]);
    for (const node of graph.nodes) {
      for (const name of [...node.outputs, node.name]) this.#taken.add(name);
      for (const name of readNames(node)) {
        this.#taken.add(name);
        const list = this.#readers.get(name);
        if (list === undefined) this.#readers.set(name, [node]);
        else list.push(node);
      }
    }
  }

  run(): ShapedGraph {
    for (const node of this.#graph.nodes) {
      if (this.#convolution(node) || this.#pool(node) || this.#anywhere(node)) continue;
      for (const name of readNames(node)) this.#show(name);
      this.#nodes.push(node);
    }
    for (const name of this.#asked) this.#show(name);
    if (this.#blocked.size === 0) return this.#graph;
    return {
      ...this.#graph,
      nodes: this.#nodes,
      shapes: this.#shapes,
      types: this.#types,
      constants: this.#constants,
      block: this.#block,
    };
  }

  #shapeOf(name: string): readonly number[] {
    const { constants, parameters } = this.#graph;
    return this.#shapes.get(name) ?? constants.get(name)?.dims ?? parameters.get(name)?.dims ?? [];
  }

  #isPicture(name: string): boolean {
    return this.#graph.types.get(name) === 'float32' && this.#shapeOf(name).length === 4;
  }

  #fresh(stem: string): string {
    let fresh = stem;
    for (let number = 2; this.#taken.has(fresh); number++) fresh = `${stem}~${number}`;
    this.#taken.add(fresh);
    return fresh;
  }

  /** Adds a node; its output is `name`, or made up of it where that is taken. */
  #add(
    op: string,
    inputs: readonly string[],
    shape: readonly number[],
    name: string,
    { attributes = {}, domain = '' }: { attributes?: Readonly<Record<string, AttributeValue>>; domain?: string } = {},
  ): string {
    const output = this.#fresh(name);
    this.#nodes.push({ name: output, op, domain, inputs, outputs: [output], attributes: toAttributes(attributes) });
    this.#shapes.set(output, shape);
    this.#types.set(output, 'float32');
    return output;
  }

  #ints(values: readonly number[]): string {
    const name = this.#fresh(`ints ${values.join(' ')}`);
    this.#constants.set(name, { type: 'int64', dims: [values.length], data: BigInt64Array.from(values, BigInt) });
    return name;
  }

  #reshape(name: string, shape: readonly number[]): string {
    return this.#add('Reshape', [name, this.#ints(shape)], shape, `${name}~reshaped`);
  }

  /** Makes a value readable in the plain layout, under its own name. */
  #show(name: string): void {
    if (!this.#hidden.delete(name)) return;
    const channels = this.#shapeOf(name)[1]!;
    this.#nodes.push({
      name: this.#fresh(`${name}~plain`),
      op: 'ReorderOutput',
      domain: BLOCKED,
      inputs: [this.#blocked.get(name)!],
      outputs: [name],
      attributes: toAttributes({ channels }),
    });
  }

  /** The name of a value in the layout. */
  #inBlocks(name: string): string {
    let found = this.#blocked.get(name);
    if (found === undefined) {
      found = this.#add('ReorderInput', [name], this.#shapeOf(name), `${name}~blocked`, { domain: BLOCKED });
      this.#blocked.set(name, found);
    }
    return found;
  }

  #hide(name: string, blocked: string): void {
    this.#blocked.set(name, blocked);
    this.#hidden.add(name);
  }

  #convolution(node: OnnxNode): boolean {
    const block = this.#block;
    const [x = '', w = '', ...bias] = node.inputs;
    const y = node.outputs[0]!;
    if (node.op !== 'Conv' || node.domain !== '' || intOf(node, 'group', 1) !== 1 || !this.#isPicture(y)) return false;
    const [, channels = 0, ...input] = this.#shapeOf(x);
    const [outputs = 0, , ...kernel] = this.#shapeOf(w);
    const narrow = channels < block;
    if (outputs % block !== 0 || (!narrow && channels % block !== 0)) return false;
    const taps = product(kernel);
    if (channels * taps < MIN_WORK && !this.#isPooled(y)) return false;
    const window = windowOf({ node, unsupported: refused }, input, this.#shapeOf(y).slice(2), kernel);
    if ([...window.begin, ...window.end].some((pad) => pad < 0)) return false;
    // Where it steps, the gradient by its input leaves the layout; with constant weights ONNX Runtime does as well by itself.
    if (window.strides.some((one) => one > 1) && this.#graph.constants.has(w)) return false;
    const dims = narrow
      ? [outputs / block, block, channels, taps]
      : [outputs / block, block, channels / block, block, taps];
    const perm = narrow ? [0, 2, 3, 1] : [0, 2, 4, 3, 1];
    const apart = this.#reshape(w, dims);
    const turned = this.#add(
      'Transpose',
      [apart],
      perm.map((axis) => dims[axis]!),
      `${w}~turned`,
      { attributes: { perm } },
    );
    const weights = this.#reshape(turned, [outputs, channels, ...kernel]);
    if (narrow) this.#show(x);
    const inputs = [narrow ? x : this.#inBlocks(x), weights, ...bias];
    const attributes = { ...windowAttributes(window), group: 1 };
    this.#hide(y, this.#add('Conv', inputs, this.#shapeOf(y), `${y}~blocked`, { attributes, domain: BLOCKED }));
    return true;
  }

  /** Whether a value goes, but for activations, into a pool over pairs and nowhere else. */
  #isPooled(name: string): boolean {
    let at = name;
    for (;;) {
      const readers = this.#readers.get(at) ?? [];
      const [reader] = readers;
      if (readers.length !== 1 || reader === undefined || this.#asked.has(at)) return false;
      if (this.#isPairPool(reader)) return true;
      if (!ANYWHERE.has(reader.op) || reader.domain !== '') return false;
      at = reader.outputs[0]!;
    }
  }

  #isPairPool(node: OnnxNode): boolean {
    const [x = ''] = node.inputs;
    const [y = '', indices = ''] = node.outputs;
    if (node.op !== 'MaxPool' || node.domain !== '' || !this.#isPicture(y)) return false;
    if (this.#asked.has(indices) || this.#readers.has(indices)) return false;
    const [input, output] = [this.#shapeOf(x).slice(2), this.#shapeOf(y).slice(2)];
    const { kernel, strides, dilations, begin, end } = windowOf({ node, unsupported: refused }, input, output);
    const fits = (axis: number): boolean =>
      kernel[axis] === 2 && strides[axis] === 2 && dilations[axis] === 1 && input[axis] === 2 * output[axis]!;
    return fits(0) && fits(1) && [...begin, ...end].every((pad) => pad === 0);
  }

  #pool(node: OnnxNode): boolean {
    const [x = ''] = node.inputs;
    const [y = ''] = node.outputs;
    if (!this.#blocked.has(x) || !this.#isPairPool(node)) return false;
    const [n = 0, channels = 0, height = 0, width = 0] = this.#shapeOf(x);
    const over = (kernel: readonly number[], from: string, shape: readonly number[]): string =>
      this.#add('MaxPool', [from], shape, `${y}~blocked`, {
        attributes: { ...windowAttributes(pairs(kernel)), ceil_mode: 0 },
        domain: BLOCKED,
      });
    const rows = over([1, 2], this.#blocked.get(x)!, [n, channels, height, width / 2]);
    this.#hide(y, over([2, 1], rows, [n, channels, height / 2, width / 2]));
    return true;
  }

  #anywhere(node: OnnxNode): boolean {
    const [x = ''] = node.inputs;
    const [y = ''] = node.outputs;
    const sum = node.op === 'Add' && node.domain === '' && node.inputs.every((name) => this.#hidden.has(name));
    const single = ANYWHERE.has(node.op) && node.domain === '' && node.inputs.length === 1 && this.#hidden.has(x);
    if ((!sum && !single) || node.outputs.length !== 1 || !this.#isPicture(y)) return false;
    const inputs = node.inputs.map((name) => this.#blocked.get(name)!);
    const shape = this.#shapeOf(y);
    if (inputs.some((name) => this.#shapeOf(name).some((length, axis) => length !== shape[axis]))) return false;
    const output = this.#fresh(`${y}~blocked`);
    this.#nodes.push({ ...node, name: output, inputs, outputs: [output] });
    this.#shapes.set(output, shape);
    this.#types.set(output, 'float32');
    this.#hide(y, output);
    return true;
  }
}

function pairs(kernel: readonly number[]): Window {
  const [ones, zeros] = [kernel.map(() => 1), kernel.map(() => 0)];
  return { kernel, strides: kernel, dilations: ones, begin: zeros, end: zeros };
}

/** The graph has been run, so that its convolutions and pools fit; what is left is one larger than gradients are made for. */
function refused(reason: string): never {
  throw new Fault('ERR_MODEL_UNSUPPORTED', `A convolution or pool of the model has no gradient here: ${reason}.`);
}

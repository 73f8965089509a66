import { Fault, isFault } from '../../core/fault.ts';
import { prepare } from '../../engine/graph/prepare.ts';
import type { OnnxModel, OnnxNode, OnnxValue } from '../../formats/onnx/onnx-model.ts';
import type { BoundedNetwork } from './bounded-network.ts';
import { assertPrecision } from './network/assert-precision.ts';
import { constantOf, foldConstants } from './network/fold-constants.ts';
import { type Constant, NetworkDraft } from './network/network-draft.ts';
import { BOUNDED_OPERATORS } from './network/operators.ts';

export interface OnnxBoundedNetwork {
  readonly network: BoundedNetwork;
  readonly inputName: string;
  /** Of one sample, with its batch dimension of 1 where the file has one. */
  readonly inputDims: readonly number[];
  readonly outputName: string;
}

/**
 * Turns an ONNX model into the steps that bounds are computed for, with batch size 1. One input, one output; the operators of
 * `network/operators.ts` where something depends on the input, and constants folded.
 * @throws Fault `ERR_MODEL_UNSUPPORTED`, naming operator and place, for anything else.
 */
export function networkFromOnnx(model: OnnxModel): OnnxBoundedNetwork {
  assertPrecision(model.graph);
  const { graph } = prepare(model);
  const inputs = graph.inputs.filter(({ name }) => !graph.initializers.has(name));
  if (inputs.length !== 1 || graph.outputs.length !== 1)
    throw new Fault(
      'ERR_MODEL_UNSUPPORTED',
      `Certificates need a network with one input and one output, this one has ${inputs.length} and ${graph.outputs.length}.`,
    );
  const input = inputs[0]!;
  const inputDims = dimsOf(input);
  const output = graph.outputs[0]!.name;
  const uses = new Map<string, number>();
  for (const name of [...graph.nodes.flatMap((node) => node.inputs), output]) uses.set(name, (uses.get(name) ?? 0) + 1);
  const draft = new NetworkDraft(inputDims, input.name, uses);
  for (const [name, tensor] of graph.initializers) if (uses.has(name)) draft.set(name, constantOf(name, tensor));
  const take = (node: OnnxNode): void => {
    const [result = ''] = node.outputs;
    const value = node.attributes.get('value');
    if (node.domain !== '' && node.domain !== 'ai.onnx') throw draft.unsupported(node, 'of another operator set');
    if (node.op === 'Constant' && value?.kind === 'tensor') {
      draft.set(result, constantOf(result, value.value));
      return;
    }
    const given = node.inputs.map((_, at) => draft.optional(node, at));
    const importer = BOUNDED_OPERATORS.get(node.op);
    if (given.every((one): one is Constant | undefined => one?.kind !== 'variable') && node.op !== 'Dropout') {
      if (node.outputs.length > 1) throw draft.unsupported(node, 'of constants, with several outputs');
      draft.set(result, foldConstants(draft, node, given));
    } else if (importer === undefined) throw draft.unsupported(node, '');
    else draft.set(result, importer(draft, node));
  };
  graph.nodes.forEach((node, index) => {
    draft.begin(node, index);
    try {
      take(node);
    } catch (error) {
      // A file may say of an operator what no importer was written for.
      throw isFault(error) ? error : draft.unsupported(node, 'with these inputs and attributes', error);
    }
  });
  return { network: draft.finish(output), inputName: input.name, inputDims, outputName: output };
}

function dimsOf({ name, shape }: OnnxValue): readonly number[] {
  if (shape === null)
    throw new Fault('ERR_MODEL_UNSUPPORTED', 'The file does not say the shape of the input.', { where: name });
  return shape.map((dimension, axis) => {
    if (typeof dimension === 'number' && dimension > 0) return dimension;
    if (axis === 0) return 1;
    throw new Fault('ERR_MODEL_UNSUPPORTED', 'Only the batch dimension of the input may be open.', {
      where: `${name}, axis ${axis}`,
    });
  });
}

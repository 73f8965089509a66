import { Fault } from '../core/fault.ts';
import type { OnnxModel, OnnxNode, OnnxValue } from '../formats/onnx/onnx-model.ts';
import { prepare } from './graph/prepare.ts';

/** What ends a network: worked out from the graph, through shape operators. */
export type FinalOperator = 'softmax' | 'log-softmax' | 'sigmoid' | null;

/** The name of the scores of a model: an output, or the value that labels or the best scores at the end are made of. @throws Fault `ERR_MODEL_UNSUPPORTED` */
export function scoresOf(model: OnnxModel): string {
  return chooseOutput(prepare(model), undefined);
}

/** The output that was named, or the one that holds the scores of a prepared model. @throws Fault `ERR_USAGE`, `ERR_MODEL_UNSUPPORTED` */
export function chooseOutput({ graph }: OnnxModel, output: string | undefined): string {
  if (output !== undefined) {
    if (graph.outputs.some(({ name }) => name === output)) return output;
    if (graph.nodes.some(({ outputs }) => outputs.includes(output))) return output;
    throw new Fault('ERR_USAGE', `The model has no output ${JSON.stringify(output)}.`, {
      hint: `Its outputs: ${describe(graph.outputs)}.`,
    });
  }
  const real = graph.outputs.filter(({ type }) => type === 'float32');
  const scores = graph.outputs.map(({ name }) => beforeArgMax(graph.nodes, name)).find((name) => name !== null);
  // Labels beside scores say which of the outputs are the scores.
  if (scores !== undefined && scores !== null && real.length !== 1) return scores;
  const certain = real.filter(({ name }) => {
    const { kind } = findFinal(graph, name);
    return kind === 'softmax' || kind === 'log-softmax';
  });
  // Features beside scores, for one; and of the best scores alone nobody knows whose they are.
  const chosen = certain.length === 1 ? certain[0] : real[0];
  if (chosen !== undefined) return beforeTopK(graph.nodes, chosen.name) ?? chosen.name;
  const found = graph.outputs.find(({ type }) => type === null);
  if (found === undefined || found.otherType !== undefined) {
    throw new Fault('ERR_MODEL_UNSUPPORTED', 'The model has no floating-point output.', {
      hint: `Name the scores inside the network as the output (--output, or output in a target file). Its outputs: ${describe(graph.outputs)}.`,
    });
  }
  return found.name;
}

/** The scores of which an output gives the place of the largest; null: it does something else. */
function beforeArgMax(nodes: readonly OnnxNode[], output: string): string | null {
  let name = output;
  for (const node of nodes.toReversed()) {
    if (!node.outputs.includes(name)) continue;
    if (node.op === 'ArgMax') return node.inputs[0] ?? null;
    if (!PASSES.has(node.op)) return null;
    name = node.inputs[0] ?? '';
  }
  return null;
}

/** What a TopK of one axis chose its values from, where an output is these; null: it is something else. */
function beforeTopK(nodes: readonly OnnxNode[], output: string): string | null {
  const source = nodes.find(({ outputs }) => outputs.includes(output));
  return source?.op === 'TopK' && source.domain === '' && source.outputs[0] === output
    ? (source.inputs[0] ?? null)
    : null;
}

/** Operators that hand scores on. */
const PASSES: ReadonlySet<string> = new Set([
  'Identity',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Cast',
  'Dropout',
]);

/** What ends the network in front of an output, and the node. */
export function findFinal(
  graph: OnnxModel['graph'],
  output: string,
): { readonly kind: FinalOperator; readonly node: OnnxNode | null } {
  const source = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  let node = source.get(output);
  while (node !== undefined && node.domain === '' && PASSES.has(node.op)) node = source.get(node.inputs[0] ?? '');
  if (node === undefined || node.domain !== '') return { kind: null, node: null };
  switch (node.op) {
    case 'Softmax':
      return { kind: 'softmax', node };
    case 'LogSoftmax':
      return { kind: 'log-softmax', node };
    case 'Sigmoid':
      return { kind: 'sigmoid', node };
    default:
      return { kind: null, node: null };
  }
}

/** Names, types and shapes, for messages. */
export function describe(values: readonly OnnxValue[]): string {
  return values
    .map(
      ({ name, type, shape }) =>
        `${JSON.stringify(name)} ${type ?? '?'} [${(shape ?? []).map((d) => d ?? '?').join(', ')}]`,
    )
    .join('; ');
}

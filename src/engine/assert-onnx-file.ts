import { Fault } from '../core/fault.ts';
import type { OnnxModel, OnnxNode } from '../formats/onnx/onnx-model.ts';
import type { ExternalData } from './external-data.ts';
import { assertAffordable, MAX_LENGTH } from './graph/assert-affordable.ts';
import { boundedSize } from './graph/bounded-size.ts';
import { place } from './graph/check-onnx.ts';
import { GraphBuilder } from './graph/graph-builder.ts';
import { inlineFunctions } from './graph/inline-functions.ts';
import { namesOf } from './graph/map-graph.ts';
import { skimOnnx } from './load-onnx.ts';

/**
 * Checks an ONNX file that goes to the runtime as it lies, as strictly as models that the engine takes apart: the file is whole, its graph means something, no operator
 * in it is one that the runtime crashes on, no constant asks for more than fits, and its data files lie in its folder and have the bytes. Long weights are not read.
 * @returns the data files that the model names
 * @throws Fault `ERR_CONFIG` that names the file, and what in it is refused
 */
export async function assertOnnxFile(file: string): Promise<ExternalData['files']> {
  try {
    const { model, external } = await skimOnnx(file, MAX_LENGTH);
    assertRunnable(model);
    return external;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new Fault('ERR_CONFIG', `This network is refused: ${error.message}`, {
      where: error.where === undefined || error.where === file ? file : `${file}, ${error.where}`,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error,
    });
  }
}

/**
 * What is refused of a checked model before a runtime gets it, in its functions, too.
 * @throws Fault `ERR_MODEL_UNSUPPORTED`, `ERR_MODEL_MALFORMED`
 */
export function assertRunnable(model: OnnxModel): void {
  for (const { name, shape } of model.graph.inputs) {
    if (shape !== null && !model.graph.initializers.has(name)) boundedSize(shape, `The input ${JSON.stringify(name)}`);
  }
  for (const nodes of [model.graph.nodes, ...model.functions.map((one) => one.nodes)]) refuseSparse(nodes);
  if (model.functions.length === 0) {
    assertAffordable(model);
    return;
  }
  const names = new Set(namesOf(model.graph));
  for (const one of model.functions) for (const node of one.nodes) for (const name of node.outputs) names.add(name);
  const nodes = inlineFunctions(model, new GraphBuilder(names), (list) => list);
  assertAffordable({ ...model, graph: { ...model.graph, nodes } });
}

/** Constants of sparse tensors are not decoded, so that nothing is known of what they ask for. */
function refuseSparse(nodes: readonly OnnxNode[]): void {
  for (const node of nodes) {
    for (const [name, attribute] of node.attributes) {
      if (name === 'sparse_value') {
        throw new Fault('ERR_MODEL_UNSUPPORTED', 'The model has a sparse constant, which is not read.', {
          where: place(node),
          hint: 'Export the model with dense constants.',
        });
      }
      if (attribute.kind === 'graph') refuseSparse(attribute.value.nodes);
      else if (attribute.kind === 'graphs') for (const one of attribute.value) refuseSparse(one.nodes);
    }
  }
}

import type { OnnxModel } from '../../formats/onnx/onnx-model.ts';
import { dequantiseTables } from './dequantise-tables.ts';
import { GraphBuilder } from './graph-builder.ts';
import { inlineFunctions } from './inline-functions.ts';
import { lowerMl } from './lower-ml.ts';
import { namesOf } from './map-graph.ts';
import { nameNodes } from './name-nodes.ts';
import { toFloat32 } from './to-float32.ts';
import { TARGET_OPSET, upgradeOpset } from './upgrade-opset.ts';

/**
 * A model in the one form that the rest of the engine works on: functions inlined, operators with the meaning of opset 21 or later,
 * linear operators of `ai.onnx.ml` in standard ones, tables of vectors in whole numbers as floats, float32 in place of other precisions, every node with a name of its own, initializers no longer listed among the inputs, no recorded shapes of values (they
 * may hold for another batch only).
 * @throws Fault `ERR_MODEL_UNSUPPORTED` for operator sets before 7, `ERR_MODEL_MALFORMED`.
 */
export function prepare(model: OnnxModel): OnnxModel {
  const names = new Set(namesOf(model.graph));
  for (const one of model.functions) for (const node of one.nodes) for (const name of node.outputs) names.add(name);
  const build = new GraphBuilder(names);
  const nodes = inlineFunctions(model, build, (list, opsets) =>
    upgradeOpset(list, opsets.get('') ?? TARGET_OPSET, build),
  );
  const lowered = dequantiseTables(lowerMl({ ...model.graph, nodes }, build), build);
  const graph = toFloat32({
    ...lowered,
    nodes: nameNodes(lowered.nodes),
    initializers: new Map([...model.graph.initializers, ...build.initializers]),
    inputs: model.graph.inputs.filter(({ name }) => !model.graph.initializers.has(name)),
    values: [],
  });
  const opsets = new Map(model.opsets);
  for (const one of model.functions)
    for (const [domain, version] of one.opsets) if (!opsets.has(domain)) opsets.set(domain, version);
  opsets.set('', Math.max(model.opsets.get('') ?? 0, TARGET_OPSET));
  return { ...model, irVersion: Math.max(model.irVersion, 10), opsets, graph, functions: [] };
}

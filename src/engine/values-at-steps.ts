import type { GradientModel } from './gradient-model.ts';
import { assembleBytes } from './graph/shaped-graph.ts';
import { fromTensor } from './graph/specialise.ts';
import { loadOnnxRuntime, type Tensor } from './onnx-runtime.ts';
import { fromOnnxTensor, type ReferenceTensor } from './reference/reference-tensor.ts';
import { STAND_INS } from './reference/stand-ins.ts';

/**
 * What operators that hide the gradient give for one sample, by name, as the runtime computes it. An interpreter in double precision takes other
 * steps where a last digit decides, and leaves out roundings that it does not see (states of recurrent layers): behind several such
 * layers it stands at another point, where the network has another gradient.
 */
export async function valuesAtSteps(
  { graph, plan, info }: GradientModel,
  x: Float32Array,
): Promise<ReadonlyMap<string, ReferenceTensor>> {
  const hiding = graph.nodes.filter(({ op, domain }) => STAND_INS.get(domain === 'ai.onnx' ? '' : domain)?.[op]);
  const names = hiding.flatMap(({ outputs }) => outputs.filter((name) => name !== ''));
  if (names.length === 0) return new Map();
  const runtime = await loadOnnxRuntime(info.runtime);
  const outputs = names.map((name) => ({ name, type: null, shape: null }));
  const additions = { nodes: [], constants: new Map(), inputs: [] };
  const session = await runtime.openBytes(assembleBytes(graph, additions, outputs));
  try {
    const given: Record<string, Tensor> = {
      ...plan.constants,
      [plan.input]: { type: 'float32', dims: graph.inputs.find(({ name }) => name === plan.input)!.shape, data: x },
    };
    const feeds = session.inputs.flatMap(({ name }) => (given[name] === undefined ? [] : [[name, given[name]]]));
    const results = await session.run(Object.fromEntries(feeds) as Record<string, Tensor>, names);
    return new Map(names.map((name) => [name, fromOnnxTensor(fromTensor(results[name]!))]));
  } finally {
    await session.release();
  }
}

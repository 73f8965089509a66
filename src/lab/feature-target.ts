import { Fault } from '../core/fault.ts';
import { loadOnnx, loadOnnxBytes } from '../engine/load-onnx.ts';
import type { OnnxModel, OnnxNode } from '../formats/onnx/onnx-model.ts';
import { type OnnxTarget, type OnnxTargetOptions, openOnnxTarget } from './onnx-target.ts';

export interface FeatureTargetOptions extends Omit<
  OnnxTargetOptions,
  'output' | 'scores' | 'scoreType' | 'classNames'
> {
  /** The value of the network whose numbers are the features, by its name in the file. Default: what goes into its last layer. */
  readonly layer?: string;
}

/** A model cut at a layer: its scores are the numbers of that layer, all in a row, with gradients. */
export interface FeatureTarget extends OnnxTarget {
  readonly layer: string;
}

/**
 * Opens an ONNX model up to a layer, for detectors that look at what is inside.
 * @throws Fault as `openOnnxTarget`; `ERR_USAGE` when there is no such value
 */
export async function openFeatureTarget(
  source: string | Uint8Array | OnnxModel,
  { layer: named, ...options }: FeatureTargetOptions = {},
): Promise<FeatureTarget> {
  const model =
    typeof source === 'string' ? await loadOnnx(source) : source instanceof Uint8Array ? loadOnnxBytes(source) : source;
  const layer = named ?? lastHiddenValue(model);
  if (!model.graph.nodes.some(({ outputs }) => outputs.includes(layer))) {
    throw new Fault('ERR_USAGE', `The network has no value ${JSON.stringify(layer)}.`, {
      hint: `Values are the outputs of its nodes; the last are ${model.graph.nodes
        .slice(-8)
        .flatMap(({ outputs }) => outputs)
        .join(', ')}.`,
    });
  }
  const cut: OnnxModel = {
    ...model,
    graph: { ...model.graph, outputs: [{ name: layer, type: null, shape: null }] },
  };
  const target = await openOnnxTarget(cut, {
    name: `features ${layer}`,
    ...options,
    output: layer,
    scores: 'as-is',
    scoreType: 'logits',
  });
  return { ...target, layer };
}

const LAST_LAYERS: ReadonlySet<string> = new Set(['Gemm', 'MatMul', 'Conv']);

/**
 * Name of the value that goes into the last layer with weights: the penultimate features of a classifier.
 * @throws Fault `ERR_USAGE` when there is none
 */
export function lastHiddenValue({ graph }: OnnxModel): string {
  const source = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  let node: OnnxNode | undefined = source.get(graph.outputs[0]?.name ?? '');
  for (let steps = 0; node !== undefined && steps < graph.nodes.length; steps++) {
    const before: OnnxNode | undefined = node.inputs
      .map((name) => source.get(name))
      .find((one) => one !== undefined && one.op !== 'Constant');
    if (LAST_LAYERS.has(node.op) && node.domain === '') {
      const input = node.inputs[0] ?? '';
      if (source.has(input)) return input;
      break;
    }
    node = before;
  }
  throw new Fault('ERR_USAGE', 'The network has no layer before its last one.', {
    hint: 'Name the value whose numbers are the features (--layer).',
  });
}

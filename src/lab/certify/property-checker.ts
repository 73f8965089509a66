import { prepare } from '../../engine/graph/prepare.ts';
import { assertRunnable } from '../../engine/assert-onnx-file.ts';
import { loadOnnxRuntime } from '../../engine/onnx-runtime.ts';
import type { OnnxModel } from '../../formats/onnx/onnx-model.ts';
import { writeOnnx } from '../../formats/onnx/write-onnx.ts';
import type { VnnlibProperty } from '../../formats/vnnlib/read-vnnlib.ts';
import type { BoundedNetwork } from './bounded-network.ts';
import { networkFromOnnx } from './network-from-onnx.ts';
import { type PropertyResult, type VerifyOptions, verifyProperty } from './verify-property.ts';

/** A network beside the runtime that its counterexamples are run in. */
export interface PropertyChecker {
  readonly network: BoundedNetwork;
  /** @throws Fault `ERR_DATA` when the property is about another network */
  verify(property: VnnlibProperty, options: VerifyOptions): Promise<PropertyResult>;
  /** The network's own answer to one input. */
  run(x: Float32Array): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * Opens a network for properties of its outputs, which need not be scores of classes.
 * @throws Fault `ERR_MODEL_UNSUPPORTED`, with operator and place, where bounds are not known for it
 */
export async function openPropertyChecker(model: OnnxModel): Promise<PropertyChecker> {
  const { network, inputName, inputDims, outputName } = networkFromOnnx(model);
  assertRunnable(model);
  const runtime = await loadOnnxRuntime();
  // What the bounds are about is what is run: float64 models are both in float32.
  const session = await runtime.openBytes(writeOnnx(prepare(model)));
  const run = async (data: Float32Array): Promise<Float32Array> => {
    const feeds = { [inputName]: { type: 'float32', dims: inputDims, data } };
    return (await session.run(feeds, [outputName]))[outputName]!.data as Float32Array;
  };
  return {
    network,
    verify: (property, options) => verifyProperty(network, property, run, options),
    run,
    close: () => session.release(),
  };
}

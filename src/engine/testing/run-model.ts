import type { OnnxModel } from '../../formats/onnx/onnx-model.ts';
import { writeOnnx } from '../../formats/onnx/write-onnx.ts';
import type { OnnxRuntime, Tensor } from '../onnx-runtime.ts';
import { toOnnxTensor } from './operator-case.ts';
import { referenceTensor, type ReferenceTensor } from '../reference/reference-tensor.ts';
import type { ReferenceValues } from '../reference/evaluate-graph.ts';

/** Runs a model in ONNX Runtime on tensors of the reference, and gives its outputs as such. */
export async function runModel(
  runtime: OnnxRuntime,
  model: OnnxModel,
  feeds: ReferenceValues,
): Promise<ReadonlyMap<string, ReferenceTensor>> {
  const session = await runtime.openBytes(writeOnnx(model), { optimize: false });
  try {
    const given = Object.fromEntries(
      session.inputs.map(({ name }) => {
        const tensor = toOnnxTensor(feeds.get(name)!);
        return [name, { type: tensor.type, dims: tensor.dims, data: tensor.data } as Tensor];
      }),
    );
    const names = model.graph.outputs.map(({ name }) => name);
    const results = await session.run(given, names);
    return new Map(
      names.map((name) => {
        const { type, dims, data } = results[name]!;
        const values = Array.from(data as unknown as Iterable<number | bigint>, Number);
        return [name, referenceTensor(type as ReferenceTensor['type'], dims, values)] as const;
      }),
    );
  } finally {
    await session.release();
  }
}

/** Largest difference of two tensors, as a part of the largest number in them (or of `floor`). Infinity where shapes differ. */
export function relativeError(found: ReferenceTensor, wanted: ReferenceTensor, floor = 1e-2): number {
  if (found.dims.join() !== wanted.dims.join()) return Infinity;
  let scale = floor;
  for (const one of wanted.data) if (Number.isFinite(one)) scale = Math.max(scale, Math.abs(one));
  let worst = 0;
  found.data.forEach((one, at) => {
    const other = wanted.data[at]!;
    if (Object.is(one, other)) return;
    const difference = Math.abs(one - other) / scale;
    worst = Number.isNaN(difference) ? Infinity : Math.max(worst, difference);
  });
  return worst;
}

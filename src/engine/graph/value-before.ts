import type { OnnxGraph, OnnxNode } from '../../formats/onnx/onnx-model.ts';

/** Operators that compare numbers: what they read is what a choice is made by. */
const COMPARES: ReadonlySet<string> = new Set(['Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual']);
/** Between a comparison and what chooses. */
const HANDS_ON: ReadonlySet<string> = new Set(
  'And Or Not Cast Identity Reshape Flatten Squeeze Unsqueeze Gather Slice Transpose Concat Where ReduceMax ReduceMin'.split(
    ' ',
  ),
);
const MOST = 1000;

/**
 * The numbers by which an operator chooses (NonMaxSuppression, NonZero of a comparison), for the end of a detector: the last ones whose shape is
 * the same for every input. Null where they are not found.
 */
export function valueBefore({ nodes }: OnnxGraph, chooser: OnnxNode): string | null {
  const sources = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  if (chooser.op === 'NonMaxSuppression') return chooser.inputs[1] ?? null;
  const open = [chooser.op === 'Compress' ? (chooser.inputs[1] ?? '') : (chooser.inputs[0] ?? '')];
  const seen = new Set<string>();
  for (const name of open) {
    const node = sources.get(name);
    if (node === undefined || seen.has(name) || seen.size > MOST) continue;
    seen.add(name);
    if (COMPARES.has(node.op)) {
      const read = node.inputs.find((one) => sources.has(one) && sources.get(one)!.op !== 'Constant');
      if (read !== undefined) return read;
    }
    if (HANDS_ON.has(node.op)) open.push(...node.inputs);
  }
  return null;
}

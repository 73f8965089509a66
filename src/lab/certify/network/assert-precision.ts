import { Fault } from '../../../core/fault.ts';
import { intOf } from '../../../engine/graph/attributes.ts';
import type { OnnxElementType, OnnxGraph } from '../../../formats/onnx/onnx-model.ts';

const HALVES: ReadonlySet<OnnxElementType | null> = new Set(['float16', 'bfloat16']);
/** TensorProto.DataType of float16 and bfloat16. */
const HALF_CODES: ReadonlySet<number> = new Set([10, 16]);
/** Hand values on without computing with them. */
const HANDS_ON: ReadonlySet<string> = new Set([
  'Identity',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Transpose',
  'Slice',
  'Gather',
  'Concat',
]);

/**
 * Half precision may store weights, which a Cast makes float32. A node that computes in it rounds a thousand times more coarsely than the
 * bounds allow for, so it is refused by name.
 * @throws Fault `ERR_MODEL_UNSUPPORTED`
 */
export function assertPrecision({ nodes, initializers, inputs }: OnnxGraph): void {
  const halves = new Set<string>();
  for (const [name, { type }] of initializers) if (HALVES.has(type)) halves.add(name);
  for (const { name, type } of inputs) if (HALVES.has(type)) halves.add(name);
  nodes.forEach((node, index) => {
    const value = node.attributes.get('value');
    const own =
      node.op === 'Cast'
        ? HALF_CODES.has(intOf(node, 'to', 0))
        : (value?.kind === 'tensor' && HALVES.has(value.value.type)) || node.inputs.some((name) => halves.has(name));
    if (!own) return;
    const stores = node.op === 'Constant' || HANDS_ON.has(node.op);
    // A Cast of what is computed in float32 rounds it to half precision.
    if (!stores)
      throw new Fault('ERR_MODEL_UNSUPPORTED', `Bounds do not cover the rounding of ${node.op} in half precision.`, {
        where: `node ${index} (${node.op}${node.name === '' ? '' : ` "${node.name}"`})`,
        hint: 'Certify the model in float32, and run it so.',
      });
    for (const name of node.outputs) halves.add(name);
  });
}

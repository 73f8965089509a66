import { intOf, intsOf, textOf } from '../../../engine/graph/attributes.ts';
import type { OnnxNode } from '../../../formats/onnx/onnx-model.ts';
import type { NetworkDraft } from './network-draft.ts';
import { sizeOf } from './static-shape.ts';

/** Where the windows of a convolution or pool lie. */
export interface Window {
  /** Shape of the output, spatial axes only. */
  readonly out: readonly number[];
  /** Calls `seen(kernel position, input position)` for the window of one output position; positions in padding are left out. */
  readonly visit: (output: number, seen: (k: number, position: number) => void) => void;
}

/** Window geometry that Conv and the pools share, as ONNX defines it: strides, dilations, pads and auto_pad over any number of spatial axes. */
export function windowOf(
  draft: NetworkDraft,
  node: OnnxNode,
  spatial: readonly number[],
  kernel: readonly number[],
): Window {
  const rank = spatial.length;
  const ones = kernel.map(() => 1);
  const step = intsOf(node, 'strides', ones);
  const dilation = intsOf(node, 'dilations', ones);
  const zeros = new Array<number>(2 * rank).fill(0);
  let pads = intsOf(node, 'pads', zeros);
  if (
    kernel.length !== rank ||
    [...kernel, ...step, ...dilation].some((length) => length < 1) ||
    step.length !== rank ||
    dilation.length !== rank ||
    pads.length !== 2 * rank ||
    pads.some((pad) => pad < 0)
  )
    throw draft.unsupported(node, `with a window of [${kernel}] on [${spatial}]`);
  if (intOf(node, 'ceil_mode', 0) !== 0) throw draft.unsupported(node, 'with ceil_mode');
  const reach = kernel.map((k, d) => (k - 1) * dilation[d]! + 1);
  const auto = textOf(node, 'auto_pad', 'NOTSET');
  if (auto === 'SAME_UPPER' || auto === 'SAME_LOWER') {
    const total = spatial.map((length, d) =>
      Math.max(0, (Math.ceil(length / step[d]!) - 1) * step[d]! + reach[d]! - length),
    );
    const small = total.map((t) => Math.floor(t / 2));
    const large = total.map((t, d) => t - small[d]!);
    pads = auto === 'SAME_UPPER' ? [...small, ...large] : [...large, ...small];
  } else if (auto === 'VALID') pads = zeros;
  else if (auto !== 'NOTSET') throw draft.unsupported(node, `with auto_pad ${auto}`);
  const out = spatial.map((length, d) => Math.floor((length + pads[d]! + pads[rank + d]! - reach[d]!) / step[d]!) + 1);
  if (out.some((length) => length < 1)) throw draft.unsupported(node, 'whose window is larger than its input');
  const size = sizeOf(kernel);
  const visit: Window['visit'] = (output, seen) => {
    const at = new Array<number>(rank);
    for (let d = rank - 1, rest = output; d >= 0; d--) {
      at[d] = (rest % out[d]!) * step[d]! - pads[d]!;
      rest = Math.floor(rest / out[d]!);
    }
    for (let k = 0; k < size; k++) {
      let position = 0;
      let inside = true;
      for (let d = 0, rest = k, stride = size; d < rank; d++) {
        stride /= kernel[d]!;
        const x = at[d]! + Math.floor(rest / stride) * dilation[d]!;
        rest %= stride;
        inside &&= x >= 0 && x < spatial[d]!;
        position = position * spatial[d]! + x;
      }
      if (inside) seen(k, position);
    }
  };
  return { out, visit };
}

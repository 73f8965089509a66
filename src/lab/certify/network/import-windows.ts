import { intOf, intsOf } from '../../../engine/graph/attributes.ts';
import type { OperatorImporter } from './network-draft.ts';
import { largest } from './piecewise-linear.ts';
import { sizeOf } from './static-shape.ts';
import { windowOf } from './window.ts';

export const importConv: OperatorImporter = (draft, node) => {
  const x = draft.variable(node, 0);
  const w = draft.constant(node, 1);
  const group = intOf(node, 'group', 1);
  const spatial = x.shape.slice(2);
  const [outputs, perGroup] = [w.shape[0]!, w.shape[1]!];
  if (x.shape[0] !== 1 || x.shape[1] !== perGroup * group || w.shape.length !== x.shape.length || outputs % group !== 0)
    throw draft.unsupported(node, `of [${x.shape}] by [${w.shape}] in ${group} groups`);
  const { out, visit } = windowOf(draft, node, spatial, w.shape.slice(2));
  const positions = sizeOf(out);
  const plane = sizeOf(spatial);
  const taps = sizeOf(w.shape.slice(2));
  const map = draft.sparse(sizeOf(x.shape), (add, endRow) => {
    for (let o = 0; o < outputs; o++) {
      const first = Math.floor(o / (outputs / group)) * perGroup;
      for (let p = 0; p < positions; p++) {
        visit(p, (k, position) => {
          for (let c = 0; c < perGroup; c++)
            add((first + c) * plane + position, w.data[(o * perGroup + c) * taps + k]!);
        });
        endRow();
      }
    }
  });
  const bias = new Float64Array(outputs * positions);
  if ((node.inputs[2] ?? '') !== '') {
    const { data, shape } = draft.constant(node, 2);
    if (sizeOf(shape) !== outputs) throw draft.unsupported(node, `with a bias of [${shape}]`);
    for (let o = 0; o < outputs; o++) bias.fill(data[o]!, o * positions, (o + 1) * positions);
  }
  return draft.affine([1, outputs, ...out], [{ from: x.step, map }], bias);
};

/** AveragePool and GlobalAveragePool. */
export const importAveragePool: OperatorImporter = (draft, node) => {
  const x = draft.variable(node, 0);
  const spatial = x.shape.slice(2);
  const kernel = node.op === 'GlobalAveragePool' ? spatial : intsOf(node, 'kernel_shape', []);
  if (x.shape[0] !== 1 || x.shape.length < 3) throw draft.unsupported(node, `of [${x.shape}]`);
  const { out, visit } = windowOf(draft, node, spatial, kernel);
  const positions = sizeOf(out);
  const plane = sizeOf(spatial);
  const padded = intOf(node, 'count_include_pad', 0) !== 0;
  const channels = x.shape[1]!;
  const map = draft.sparse(sizeOf(x.shape), (add, endRow) => {
    for (let c = 0; c < channels; c++)
      for (let p = 0; p < positions; p++) {
        const seen: number[] = [];
        visit(p, (_, position) => seen.push(position));
        for (const position of seen) add(c * plane + position, 1 / (padded ? sizeOf(kernel) : seen.length));
        endRow();
      }
  });
  return draft.affine([1, channels, ...out], [{ from: x.step, map }]);
};

/** MaxPool and GlobalMaxPool. */
export const importMaxPool: OperatorImporter = (draft, node) => {
  const x = draft.variable(node, 0);
  const spatial = x.shape.slice(2);
  const kernel = node.op === 'GlobalMaxPool' ? spatial : intsOf(node, 'kernel_shape', []);
  if (x.shape[0] !== 1 || x.shape.length < 3) throw draft.unsupported(node, `of [${x.shape}]`);
  if (node.outputs.length > 1 && node.outputs[1] !== '') throw draft.unsupported(node, 'with indices');
  const { out, visit } = windowOf(draft, node, spatial, kernel);
  const positions = sizeOf(out);
  const plane = sizeOf(spatial);
  const candidates: (readonly number[])[] = [];
  for (let c = 0; c < x.shape[1]!; c++)
    for (let p = 0; p < positions; p++) {
      const seen: number[] = [];
      visit(p, (_, position) => seen.push(c * plane + position));
      if (seen.length === 0) throw draft.unsupported(node, 'with a window that lies in the padding altogether');
      candidates.push(seen);
    }
  return largest(draft, x, [1, x.shape[1]!, ...out], candidates);
};

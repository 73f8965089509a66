import { floatOf } from '../../../engine/graph/attributes.ts';
import type { LinearMap } from '../linear-map.ts';
import type { AffineTerm, Constant, NetworkDraft, OperatorImporter, Variable } from './network-draft.ts';
import { broadcastIndex, sizeOf } from './static-shape.ts';

/**
 * Operators that are pieces of lines, said with ReLU alone, so that one relaxation and one way of splitting serve them all:
 * max(a, b) = b + relu(a - b), leaky(x) = s x + (1 - s) relu(x), |x| = 2 relu(x) - x, clip(x) = l + relu(x - l) - relu(x - h).
 */

function diagonal(size: number, factor: (i: number) => number): LinearMap {
  return {
    kind: 'diagonal',
    rows: size,
    columns: size,
    weights: Float64Array.from({ length: size }, (_, i) => factor(i)),
  };
}

/**
 * Output i is the largest of the values of x at candidates[i]: a tournament, each round one ReLU step over all outputs.
 * @param candidates at least one each
 */
export function largest(
  draft: NetworkDraft,
  x: Variable,
  shape: readonly number[],
  candidates: readonly (readonly number[])[],
): Variable {
  let from = x;
  let left = candidates;
  while (left.some((list) => list.length > 1)) {
    const columns = sizeOf(from.shape);
    const pairs: (readonly [number, number])[] = [];
    /** Positions in the next round, by output; those without a partner go on as they are. */
    const next: number[][] = [];
    const kept: (readonly [number, number])[] = [];
    for (const list of left) {
      const own: number[] = [];
      for (let i = 0; i < list.length; i += 2) {
        own.push(kept.length);
        const other = list[i + 1];
        if (other === undefined) kept.push([list[i]!, -1]);
        else {
          kept.push([other, pairs.length]);
          pairs.push([list[i]!, other]);
        }
      }
      next.push(own);
    }
    const difference = draft.affine(
      [pairs.length],
      [
        {
          from: from.step,
          map: draft.sparse(columns, (add, endRow) => {
            for (const [a, b] of pairs) {
              add(a, 1);
              add(b, -1);
              endRow();
            }
          }),
        },
      ],
    );
    const lead = draft.activation(difference, 'relu');
    from = draft.affine(
      [kept.length],
      [
        { from: from.step, map: draft.gather(kept.length, columns, (i) => kept[i]![0]) },
        { from: lead.step, map: draft.gather(kept.length, pairs.length, (i) => kept[i]![1]) },
      ],
    );
    left = next;
  }
  return draft.affine(shape, [
    { from: from.step, map: draft.gather(sizeOf(shape), sizeOf(from.shape), (i) => left[i]![0]!) },
  ]);
}

export const importRelu: OperatorImporter = (draft, node) => draft.activation(draft.variable(node, 0), 'relu');

/** LeakyRelu, and PRelu with constant slopes. */
export const importLeakyRelu: OperatorImporter = (draft, node) => {
  const x = draft.variable(node, 0);
  const size = sizeOf(x.shape);
  let slope: (i: number) => number = () => floatOf(node, 'alpha', 0.01);
  if (node.op === 'PRelu') {
    const slopes = draft.constant(node, 1);
    if (draft.broadcast(node, x.shape, slopes.shape).join() !== x.shape.join())
      throw draft.unsupported(node, `of [${x.shape}] with slopes of [${slopes.shape}]`);
    slope = (i) => slopes.data[broadcastIndex(i, x.shape, slopes.shape)]!;
  }
  const positive = draft.activation(x, 'relu');
  return draft.affine(x.shape, [
    { from: x.step, map: diagonal(size, slope) },
    { from: positive.step, map: diagonal(size, (i) => 1 - slope(i)) },
  ]);
};

export const importAbs: OperatorImporter = (draft, node) => {
  const x = draft.variable(node, 0);
  const size = sizeOf(x.shape);
  const positive = draft.activation(x, 'relu');
  return draft.affine(x.shape, [
    { from: x.step, map: diagonal(size, () => -1) },
    { from: positive.step, map: diagonal(size, () => 2) },
  ]);
};

export const importClip: OperatorImporter = (draft, node) => {
  const x = draft.variable(node, 0);
  const low = node.inputs[1] ? draft.constant(node, 1).data[0]! : Number.NEGATIVE_INFINITY;
  const high = node.inputs[2] ? draft.constant(node, 2).data[0]! : Number.POSITIVE_INFINITY;
  // Beyond float32 nothing is cut off.
  const isLimit = (value: number): boolean => Math.abs(value) < 3.4e38;
  if (low > high) throw draft.unsupported(node, `to [${low}, ${high}]`);
  let from = x;
  if (isLimit(low)) from = maximum(draft, from, x.shape, constantOf(low), 1);
  if (isLimit(high)) from = maximum(draft, from, x.shape, constantOf(high), -1);
  return from;
};

/** Max and Min of two or more. */
export const importExtreme: OperatorImporter = (draft, node) => {
  const sign = node.op === 'Max' ? 1 : -1;
  const values = node.inputs.map((_, index) => draft.value(node, index));
  const first = values.findIndex(({ kind }) => kind === 'variable');
  let result = values[first] as Variable;
  values.forEach((value, index) => {
    if (index !== first) result = maximum(draft, result, draft.broadcast(node, result.shape, value.shape), value, sign);
  });
  return result;
};

/** max(x, y) = y + relu(x - y); with sign -1 min(x, y) = y - relu(y - x). */
function maximum(
  draft: NetworkDraft,
  x: Variable,
  shape: readonly number[],
  y: Constant | Variable,
  sign: 1 | -1,
): Variable {
  const size = sizeOf(shape);
  const spread = (of: Constant | Variable, factor: number): LinearMap =>
    sizeOf(of.shape) === size
      ? diagonal(size, () => factor)
      : draft.gather(
          size,
          sizeOf(of.shape),
          (i) => broadcastIndex(i, shape, of.shape),
          () => factor,
        );
  const own: AffineTerm = { from: x.step, map: spread(x, sign) };
  const constant = (factor: number): Float64Array<ArrayBuffer> =>
    Float64Array.from({ length: size }, (_, i) =>
      y.kind === 'constant' ? factor * y.data[broadcastIndex(i, shape, y.shape)]! : 0,
    );
  const other = (factor: number): readonly AffineTerm[] =>
    y.kind === 'variable' ? [{ from: y.step, map: spread(y, factor) }] : [];
  const lead = draft.activation(draft.affine(shape, [own, ...other(-sign)], constant(-sign)), 'relu');
  return draft.affine(shape, [{ from: lead.step, map: diagonal(size, () => sign) }, ...other(1)], constant(1));
}

function constantOf(value: number): Constant {
  return { kind: 'constant', type: 'float32', shape: [], data: Float64Array.of(value), doubt: 0 };
}

import { floatOf, intOf } from '../../../engine/graph/attributes.ts';
import type { LinearMap } from '../linear-map.ts';
import type { AffineTerm, OperatorImporter } from './network-draft.ts';
import { broadcastIndex, sizeOf } from './static-shape.ts';

/** Add, Sub and Sum. */
export const importSum: OperatorImporter = (draft, node) => {
  const values = node.inputs.map((_, index) => draft.value(node, index));
  const shape = values.reduce<readonly number[]>(
    (known, value) => draft.broadcast(node, known, value.shape),
    values[0]!.shape,
  );
  const size = sizeOf(shape);
  const bias = new Float64Array(size);
  const magnitude = new Float64Array(size);
  const terms: AffineTerm[] = [];
  values.forEach((value, index) => {
    const factor = node.op === 'Sub' && index === 1 ? -1 : 1;
    if (value.kind === 'constant') {
      for (let i = 0; i < size; i++) {
        const own = value.data[broadcastIndex(i, shape, value.shape)]!;
        bias[i]! += factor * own;
        magnitude[i]! += Math.abs(own);
      }
    } else if (factor === 1 && sizeOf(value.shape) === size) terms.push({ from: value.step, map: null });
    else
      terms.push({
        from: value.step,
        map: draft.gather(
          size,
          sizeOf(value.shape),
          (i) => broadcastIndex(i, shape, value.shape),
          () => factor,
        ),
      });
  });
  return draft.affine(shape, terms, bias, magnitude);
};

/** Mul and Div by a constant, Neg, and Identity-like scales. */
export const importScale: OperatorImporter = (draft, node) => {
  const a = draft.value(node, 0);
  const b = node.op === 'Neg' ? null : draft.value(node, 1);
  const x = a.kind === 'variable' ? a : b;
  const c = a.kind === 'variable' ? b : a;
  if (x?.kind !== 'variable' || c?.kind === 'variable' || (node.op === 'Div' && a.kind !== 'variable'))
    throw draft.unsupported(node, 'of two values that both depend on the input, or by one that does');
  if (node.op === 'Div' && c?.data.includes(0) === true) throw draft.unsupported(node, 'by zero');
  const shape = c === null ? x.shape : draft.broadcast(node, x.shape, c.shape);
  const size = sizeOf(shape);
  const factor = (i: number): number => {
    if (c === null) return -1;
    const value = c.data[broadcastIndex(i, shape, c.shape)]!;
    return node.op === 'Div' ? 1 / value : value;
  };
  const map: LinearMap =
    sizeOf(x.shape) === size
      ? {
          kind: 'diagonal',
          rows: size,
          columns: size,
          weights: Float64Array.from({ length: size }, (_, i) => factor(i)),
        }
      : draft.gather(size, sizeOf(x.shape), (i) => broadcastIndex(i, shape, x.shape), factor);
  return draft.affine(shape, [{ from: x.step, map }]);
};

export const importBatchNormalization: OperatorImporter = (draft, node) => {
  if (intOf(node, 'training_mode', 0) !== 0 || node.outputs.slice(1).some((name) => name !== ''))
    throw draft.unsupported(node, 'in training mode: it depends on the whole batch');
  const x = draft.variable(node, 0);
  const [scale, shift, mean, variance] = [1, 2, 3, 4].map((i) => draft.constant(node, i).data) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const channels = x.shape[1];
  if ([scale, shift, mean, variance].some(({ length }) => length !== channels))
    throw draft.unsupported(node, `of [${x.shape}] with ${scale.length} channels`);
  const epsilon = floatOf(node, 'epsilon', 1e-5);
  const size = sizeOf(x.shape);
  const plane = sizeOf(x.shape.slice(2));
  const channel = (i: number): number => Math.floor(i / plane) % channels!;
  const factors = scale.map((value, c) => value / Math.sqrt(variance[c]! + epsilon));
  if (!factors.every(Number.isFinite)) throw draft.unsupported(node, 'with a variance that is not above zero');
  const weights = Float64Array.from({ length: size }, (_, i) => factors[channel(i)]!);
  const moved = mean.map((value, c) => value * factors[c]!);
  const bias = Float64Array.from({ length: size }, (_, i) => shift[channel(i)]! - moved[channel(i)]!);
  // Shift and mean can cancel, and are rounded each for itself; the variance's rounding is in proportion to the whole.
  const magnitude = Float64Array.from(
    { length: size },
    (_, i) => Math.abs(shift[channel(i)]!) + 2 * Math.abs(moved[channel(i)]!),
  );
  const map: LinearMap = { kind: 'diagonal', rows: size, columns: size, weights };
  return draft.affine(x.shape, [{ from: x.step, map }], bias, magnitude);
};

export const importSigmoid: OperatorImporter = (draft, node) => draft.activation(draft.variable(node, 0), 'sigmoid');

export const importTanh: OperatorImporter = (draft, node) => draft.activation(draft.variable(node, 0), 'tanh');

/** Dropout does nothing when a model is used; one that is left in training mode drops values at random, which no bound holds for. */
export const importDropout: OperatorImporter = (draft, node) => {
  const mode = draft.optional(node, 2);
  if (mode !== undefined && (mode.kind !== 'constant' || mode.data.some((value) => value !== 0)))
    throw draft.unsupported(node, 'in training mode: its answers are random');
  if (node.outputs.slice(1).some((name) => name !== '')) throw draft.unsupported(node, 'with its mask as an output');
  return draft.value(node, 0);
};

import { boundedSize } from '../../../engine/graph/bounded-size.ts';
import { intOf, intsOf, textOf } from '../../../engine/graph/attributes.ts';
import type { AffineTerm, NetworkDraft, OperatorImporter, Value, Variable } from './network-draft.ts';
import { axisOf, resolveShape, sizeOf, strides } from './static-shape.ts';

/** Operators that move values without changing them. Constants do not come here: they are folded. */

export const importIdentity: OperatorImporter = (draft, node) => draft.value(node, 0);

/** Only a cast to float32 leaves values as they are. */
export const importCast: OperatorImporter = (draft, node) => {
  if (intOf(node, 'to', 0) !== 1) throw draft.unsupported(node, 'to another type than float32');
  return draft.value(node, 0);
};

/** Flatten, Reshape, Squeeze and Unsqueeze. */
export const importReshape: OperatorImporter = (draft, node) => {
  const x = draft.variable(node, 0);
  let shape: readonly number[];
  if (node.op === 'Flatten') {
    const given = intOf(node, 'axis', 1);
    // Behind the last axis is a place, too: everything is in front of it.
    const axis = given === x.shape.length ? given : axisOf(given, x.shape.length);
    shape = [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))];
  } else if (node.op === 'Reshape') {
    shape = resolveShape(x.shape, Array.from(draft.constant(node, 1).data), intOf(node, 'allowzero', 0));
  } else {
    const given = draft.optional(node, 1) === undefined ? [] : Array.from(draft.constant(node, 1).data);
    if (node.op === 'Squeeze') {
      const axes = given.map((axis) => axisOf(axis, x.shape.length));
      shape = x.shape.filter((length, axis) => (given.length === 0 ? length !== 1 : !axes.includes(axis)));
    } else {
      const rank = x.shape.length + given.length;
      const axes = given.map((axis) => axisOf(axis, rank));
      const rest = [...x.shape];
      shape = Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : rest.shift()!));
    }
  }
  if (sizeOf(shape) !== sizeOf(x.shape)) throw draft.unsupported(node, `to shape [${shape}] of [${x.shape}]`);
  return { ...x, shape };
};

/** The shape of a value is known, whatever the value is. */
export const importShape: OperatorImporter = (draft, node) => {
  const { shape } = draft.value(node, 0);
  const limit = (value: number): number =>
    Math.min(Math.max(value < 0 ? value + shape.length : value, 0), shape.length);
  const lengths = shape.slice(limit(intOf(node, 'start', 0)), limit(intOf(node, 'end', shape.length)));
  return { kind: 'constant', type: 'int64', shape: [lengths.length], data: Float64Array.from(lengths), doubt: 0 };
};

export const importTranspose: OperatorImporter = (draft, node) => {
  const x = draft.variable(node, 0);
  const turned = x.shape.map((_, axis) => x.shape.length - 1 - axis);
  const order = intsOf(node, 'perm', turned);
  const shape = order.map((axis) => x.shape[axis]!);
  const step = strides(x.shape);
  return select(draft, x, shape, (at) => at.reduce((from, value, d) => from + value * step[order[d]!]!, 0));
};

export const importSlice: OperatorImporter = (draft, node) => {
  const x = draft.variable(node, 0);
  const list = (index: number): readonly number[] | undefined =>
    draft.optional(node, index) === undefined ? undefined : Array.from(draft.constant(node, index).data);
  const begins = list(1) ?? [];
  const ends = list(2) ?? [];
  const axes = (list(3) ?? begins.map((_, i) => i)).map((axis) => axisOf(axis, x.shape.length));
  const steps = list(4) ?? begins.map(() => 1);
  const first = x.shape.map(() => 0);
  const stride = x.shape.map(() => 1);
  const shape = [...x.shape];
  axes.forEach((axis, i) => {
    const length = x.shape[axis]!;
    const step = steps[i]!;
    const clamp = (value: number, low: number, high: number): number =>
      Math.min(Math.max(value < 0 ? value + length : value, low), high);
    const begin = step > 0 ? clamp(begins[i]!, 0, length) : clamp(begins[i]!, 0, length - 1);
    const end = step > 0 ? clamp(ends[i]!, 0, length) : clamp(ends[i]!, -1, length - 1);
    first[axis] = begin;
    stride[axis] = step;
    shape[axis] = Math.max(0, Math.ceil((end - begin) / step));
  });
  if (shape.includes(0)) throw draft.unsupported(node, 'that leaves nothing');
  const step = strides(x.shape);
  return select(draft, x, shape, (at) =>
    at.reduce((from, value, d) => from + (first[d]! + value * stride[d]!) * step[d]!, 0),
  );
};

/** Gather with constant indices. */
export const importGather: OperatorImporter = (draft, node) => {
  const x = draft.variable(node, 0);
  const indices = draft.constant(node, 1);
  const axis = axisOf(intOf(node, 'axis', 0), x.shape.length);
  const length = x.shape[axis]!;
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  const step = strides(x.shape);
  const rank = indices.shape.length;
  const inner = strides(indices.shape);
  return select(draft, x, shape, (at) => {
    const index = at.slice(axis, axis + rank).reduce((sum, value, d) => sum + value * inner[d]!, 0);
    const chosen = axisOf(indices.data[index]!, length);
    if (!(chosen >= 0 && chosen < length))
      throw draft.unsupported(node, `at index ${indices.data[index]} of ${length}`);
    const full = [...at.slice(0, axis), chosen, ...at.slice(axis + rank)];
    return full.reduce((from, value, d) => from + value * step[d]!, 0);
  });
};

/** Pad with a constant. */
export const importPad: OperatorImporter = (draft, node) => {
  const x = draft.variable(node, 0);
  if (textOf(node, 'mode', 'constant') !== 'constant') throw draft.unsupported(node, 'in another mode than constant');
  const pads = Array.from(draft.constant(node, 1).data);
  const value = draft.optional(node, 2) === undefined ? 0 : draft.constant(node, 2).data[0]!;
  const given = draft.optional(node, 3) === undefined ? undefined : Array.from(draft.constant(node, 3).data);
  const axes = (given ?? x.shape.map((_, axis) => axis)).map((axis) => axisOf(axis, x.shape.length));
  const before = x.shape.map(() => 0);
  const shape = [...x.shape];
  axes.forEach((axis, i) => {
    before[axis] = pads[i]!;
    shape[axis]! += pads[i]! + pads[axes.length + i]!;
  });
  if (shape.some((length) => length < 1)) throw draft.unsupported(node, `to [${shape}]`);
  const step = strides(x.shape);
  const source = sources(shape, (at) => {
    let from = 0;
    for (let d = 0; d < at.length; d++) {
      const own = at[d]! - before[d]!;
      if (own < 0 || own >= x.shape[d]!) return -1;
      from += own * step[d]!;
    }
    return from;
  });
  const map = draft.gather(sizeOf(shape), sizeOf(x.shape), (i) => source[i]!);
  const bias = Float64Array.from(source, (from) => (from < 0 ? value : 0));
  return draft.affine(shape, [{ from: x.step, map }], bias);
};

export const importConcat: OperatorImporter = (draft, node) => {
  const parts = node.inputs.map((_, index) => draft.value(node, index));
  const axis = axisOf(intOf(node, 'axis', 0), parts[0]!.shape.length);
  const shape = [...parts[0]!.shape];
  shape[axis] = parts.reduce((sum, part) => sum + part.shape[axis]!, 0);
  const size = sizeOf(shape);
  const inner = sizeOf(shape.slice(axis + 1));
  const bias = new Float64Array(size);
  const terms: AffineTerm[] = [];
  let offset = 0;
  for (const part of parts) {
    const length = part.shape[axis]!;
    const begin = offset;
    /** Index in the part of an output index, or -1. */
    const source = (i: number): number => {
      const along = (Math.floor(i / inner) % shape[axis]!) - begin;
      if (along < 0 || along >= length) return -1;
      return (Math.floor(i / (inner * shape[axis]!)) * length + along) * inner + (i % inner);
    };
    if (part.kind === 'constant') {
      for (let i = 0; i < size; i++) if (source(i) >= 0) bias[i] = part.data[source(i)]!;
    } else terms.push({ from: part.step, map: draft.gather(size, sizeOf(part.shape), source) });
    offset += length;
  }
  return draft.affine(shape, terms, bias);
};

/** ReduceMean and ReduceSum. */
export const importReduce: OperatorImporter = (draft, node) => {
  const x = draft.variable(node, 0);
  const given = draft.optional(node, 1) === undefined ? [] : Array.from(draft.constant(node, 1).data);
  if (given.length === 0 && intOf(node, 'noop_with_empty_axes', 0) !== 0) return x;
  const axes = given.length === 0 ? x.shape.map((_, axis) => axis) : given.map((axis) => axisOf(axis, x.shape.length));
  const kept = x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  const shape = intOf(node, 'keepdims', 1) !== 0 ? kept : x.shape.filter((_, axis) => !axes.includes(axis));
  const members: number[][] = Array.from({ length: sizeOf(kept) }, () => []);
  const target = strides(kept);
  sources(x.shape, (at) => at.reduce((to, value, d) => to + (kept[d] === 1 ? 0 : value * target[d]!), 0)).forEach(
    (to, from) => members[to]!.push(from),
  );
  const weight = node.op === 'ReduceMean' ? sizeOf(kept) / sizeOf(x.shape) : 1;
  const map = draft.sparse(sizeOf(x.shape), (add, endRow) => {
    for (const list of members) {
      for (const from of list) add(from, weight);
      endRow();
    }
  });
  return draft.affine(shape, [{ from: x.step, map }]);
};

/** Output at position `at` is the value of x at index `source(at)`. */
function select(
  draft: NetworkDraft,
  x: Variable,
  shape: readonly number[],
  source: (at: readonly number[]) => number,
): Value {
  const from = sources(shape, source);
  return draft.affine(shape, [{ from: x.step, map: draft.gather(sizeOf(shape), sizeOf(x.shape), (i) => from[i]!) }]);
}

/** `source` of every position of a shape, in row-major order. */
function sources(shape: readonly number[], source: (at: readonly number[]) => number): Int32Array {
  const result = new Int32Array(boundedSize(shape, 'A value of the network'));
  const at = shape.map(() => 0);
  for (let i = 0; i < result.length; i++) {
    result[i] = source(at);
    for (let d = shape.length - 1; d >= 0; d--) {
      if (++at[d]! < shape[d]!) break;
      at[d] = 0;
    }
  }
  return result;
}

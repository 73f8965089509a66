import type { ReferenceCall, ReferenceOperator, ReferenceOperators } from '../reference-operator.ts';
import { fromOnnxTensor } from '../reference-tensor.ts';
import {
  axisOf,
  broadcastDims,
  broadcastTo,
  concatenated,
  generate,
  indices,
  offsetOf,
  referenceTensor,
  reshaped,
  sizeOf,
  sliced,
  stridesOf,
  transposed,
  type ReferenceTensor,
} from '../reference-tensor.ts';

/** Axes that are an attribute before operator set `asInput` and an input from there. */
function axesOf(call: ReferenceCall, asInput: number, at: number): readonly number[] | null {
  if (call.opset >= asInput) return call.optional(at) === null ? null : call.ints(at);
  return call.attributes.has('axes') ? call.attributes.ints('axes') : null;
}

const reshape: ReferenceOperator = (call) => {
  const x = call.input(0);
  const wanted = call.opset < 5 ? call.attributes.ints('shape') : call.ints(1);
  const allowZero = call.attributes.int('allowzero', 0) === 1;
  const dims = wanted.map((one, axis) => (one === 0 && !allowZero ? x.dims[axis]! : one));
  const known = dims.filter((one) => one !== -1);
  const rest = sizeOf(known) === 0 ? 0 : x.data.length / sizeOf(known);
  return [
    reshaped(
      x,
      dims.map((one) => (one === -1 ? rest : one)),
    ),
  ];
};

const squeeze: ReferenceOperator = (call) => {
  const x = call.input(0);
  const axes = axesOf(call, 13, 1)?.map((axis) => axisOf(axis, x.dims.length));
  return [
    reshaped(
      x,
      x.dims.filter((size, axis) => (axes === undefined ? size !== 1 : !axes.includes(axis))),
    ),
  ];
};

const unsqueeze: ReferenceOperator = (call) => {
  const x = call.input(0);
  const given = axesOf(call, 13, 1) ?? [];
  const rank = x.dims.length + given.length;
  const axes = given.map((axis) => axisOf(axis, rank));
  const rest = [...x.dims];
  return [
    reshaped(
      x,
      Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : rest.shift()!)),
    ),
  ];
};

const flatten: ReferenceOperator = (call) => {
  const x = call.input(0);
  const given = call.attributes.int('axis', 1);
  const axis = given < 0 ? given + x.dims.length : given;
  return [reshaped(x, [sizeOf(x.dims.slice(0, axis)), sizeOf(x.dims.slice(axis))])];
};

const split: ReferenceOperator = (call) => {
  const x = call.input(0);
  const axis = axisOf(call.attributes.int('axis', 0), x.dims.length);
  const size = x.dims[axis]!;
  let parts = call.opset < 13 ? call.attributes.ints('split', []) : call.optional(1) === null ? [] : call.ints(1);
  if (parts.length === 0) {
    const count = call.opset >= 18 ? call.attributes.int('num_outputs') : call.node.outputs.length;
    const each = Math.ceil(size / count);
    parts = Array.from({ length: count }, (_, at) => Math.min(each, size - at * each));
  }
  let from = 0;
  return parts.map((part) => sliced(x, axis, from, (from += part)));
};

const slice: ReferenceOperator = (call) => {
  const x = call.input(0);
  const asInput = call.opset >= 10;
  const starts = asInput ? call.ints(1) : call.attributes.ints('starts');
  const ends = asInput ? call.ints(2) : call.attributes.ints('ends');
  const given = asInput ? (call.optional(3) === null ? null : call.ints(3)) : call.attributes.ints('axes', []);
  const axes = given === null || given.length === 0 ? starts.map((_, axis) => axis) : given;
  const steps = asInput && call.optional(4) !== null ? call.ints(4) : starts.map(() => 1);
  const from = x.dims.map(() => 0);
  const step = x.dims.map(() => 1);
  const dims = [...x.dims];
  axes.forEach((one, at) => {
    const axis = axisOf(one, x.dims.length);
    const size = x.dims[axis]!;
    const by = steps[at]!;
    const wrap = (place: number): number => (place < 0 ? place + size : place);
    const [low, high] = by > 0 ? [0, size] : [0, size - 1];
    const begin = Math.min(Math.max(wrap(starts[at]!), low), high);
    const end = Math.min(Math.max(wrap(ends[at]!), by > 0 ? 0 : -1), size);
    from[axis] = begin;
    step[axis] = by;
    dims[axis] = Math.max(0, Math.ceil((end - begin) / by));
  });
  const strides = stridesOf(x.dims);
  return [
    generate(
      x.type,
      dims,
      (index) =>
        x.data[
          offsetOf(
            index.map((one, axis) => from[axis]! + one * step[axis]!),
            strides,
          )
        ]!,
    ),
  ];
};

const gather: ReferenceOperator = (call) => {
  const [x, places] = [call.input(0), call.input(1)];
  const axis = axisOf(call.attributes.int('axis', 0), x.dims.length);
  const strides = stridesOf(x.dims);
  const inner = stridesOf(places.dims);
  const rank = places.dims.length;
  const dims = [...x.dims.slice(0, axis), ...places.dims, ...x.dims.slice(axis + 1)];
  return [
    generate(x.type, dims, (index) => {
      const place = axisOf(places.data[offsetOf(index.slice(axis, axis + rank), inner)]!, x.dims[axis]!);
      return x.data[offsetOf([...index.slice(0, axis), place, ...index.slice(axis + rank)], strides)]!;
    }),
  ];
};

const gatherElements: ReferenceOperator = (call) => {
  const [x, places] = [call.input(0), call.input(1)];
  const axis = axisOf(call.attributes.int('axis', 0), x.dims.length);
  const strides = stridesOf(x.dims);
  const inner = stridesOf(places.dims);
  return [
    generate(x.type, places.dims, (index) => {
      const place = axisOf(places.data[offsetOf(index, inner)]!, x.dims[axis]!);
      return x.data[offsetOf(index.with(axis, place), strides)]!;
    }),
  ];
};

/** Start and length of the slice that a row of indices names, beyond `batch` leading axes. */
function sliceAt(x: ReferenceTensor, row: readonly number[], leading: readonly number[]): readonly [number, number] {
  const strides = stridesOf(x.dims);
  const place = [...leading, ...row.map((one, k) => axisOf(one, x.dims[leading.length + k]!))];
  const start = place.reduce((sum, one, axis) => sum + one * strides[axis]!, 0);
  return [start, sizeOf(x.dims.slice(place.length))];
}

const gatherNd: ReferenceOperator = (call) => {
  const [x, places] = [call.input(0), call.input(1)];
  const batch = call.attributes.int('batch_dims', 0);
  const width = places.dims.at(-1)!;
  const rows = places.dims.slice(0, -1);
  const data: number[] = [];
  let row = 0;
  for (const index of indices(rows)) {
    const picked = Array.from(places.data.subarray(row * width, ++row * width));
    const [start, length] = sliceAt(x, picked, index.slice(0, batch));
    data.push(...x.data.subarray(start, start + length));
  }
  return [referenceTensor(x.type, [...rows, ...x.dims.slice(batch + width)], data)];
};

type Combine = (old: number, update: number) => number;

function combination(call: ReferenceCall): Combine {
  switch (call.attributes.string('reduction', 'none')) {
    case 'add':
      return (old, update) => old + update;
    case 'mul':
      return (old, update) => old * update;
    case 'max':
      return Math.max;
    case 'min':
      return Math.min;
    default:
      return (_, update) => update;
  }
}

const scatterNd: ReferenceOperator = (call) => {
  const [x, places, updates] = [call.input(0), call.input(1), call.input(2)];
  const combine = combination(call);
  const width = places.dims.at(-1)!;
  const data = Float64Array.from(x.data);
  for (let row = 0; row < places.data.length / width; row++) {
    const [start, length] = sliceAt(x, Array.from(places.data.subarray(row * width, (row + 1) * width)), []);
    for (let k = 0; k < length; k++) data[start + k] = combine(data[start + k]!, updates.data[row * length + k]!);
  }
  return [{ ...x, data }];
};

const scatterElements: ReferenceOperator = (call) => {
  const [x, places, updates] = [call.input(0), call.input(1), call.input(2)];
  const combine = combination(call);
  const axis = axisOf(call.attributes.int('axis', 0), x.dims.length);
  const strides = stridesOf(x.dims);
  const data = Float64Array.from(x.data);
  let at = 0;
  for (const index of indices(places.dims)) {
    const place = axisOf(places.data[at]!, x.dims[axis]!);
    const to = offsetOf(index.with(axis, place), strides);
    data[to] = combine(data[to]!, updates.data[at++]!);
  }
  return [{ ...x, data }];
};

/** Where a padded place comes from; null: from the constant. */
function padSource(mode: string, place: number, size: number): number | null {
  if (place >= 0 && place < size) return place;
  switch (mode) {
    case 'edge':
      return place < 0 ? 0 : size - 1;
    case 'reflect': {
      const period = Math.max(1, 2 * (size - 1));
      const folded = ((place % period) + period) % period;
      return folded < size ? folded : period - folded;
    }
    case 'wrap':
      return ((place % size) + size) % size;
    default:
      return null;
  }
}

const pad: ReferenceOperator = (call) => {
  const x = call.input(0);
  const rank = x.dims.length;
  const mode = call.attributes.string('mode', 'constant');
  const given = call.opset < 11 ? call.attributes.ints('pads') : call.ints(1);
  const value = call.opset < 11 ? call.attributes.float('value', 0) : (call.optional(2)?.data[0] ?? 0);
  const axes =
    call.opset >= 18 && call.optional(3) !== null
      ? call.ints(3).map((axis) => axisOf(axis, rank))
      : x.dims.map((_, axis) => axis);
  const before = x.dims.map(() => 0);
  const dims = [...x.dims];
  axes.forEach((axis, at) => {
    before[axis] = given[at]!;
    dims[axis]! += given[at]! + given[at + axes.length]!;
  });
  const strides = stridesOf(x.dims);
  return [
    generate(x.type, dims, (index) => {
      let offset = 0;
      for (let axis = 0; axis < rank; axis++) {
        const source = padSource(mode, index[axis]! - before[axis]!, x.dims[axis]!);
        if (source === null) return value;
        offset += source * strides[axis]!;
      }
      return x.data[offset]!;
    }),
  ];
};

const tile: ReferenceOperator = (call) => {
  const x = call.input(0);
  const repeats = call.ints(1);
  const strides = stridesOf(x.dims);
  return [
    generate(
      x.type,
      x.dims.map((size, axis) => size * repeats[axis]!),
      (index) =>
        x.data[
          offsetOf(
            index.map((one, axis) => one % x.dims[axis]!),
            strides,
          )
        ]!,
    ),
  ];
};

const depthToSpace: ReferenceOperator = (call) => {
  const x = call.input(0);
  const [n, c, h, w] = x.dims as [number, number, number, number];
  const b = call.attributes.int('blocksize');
  const columns = call.attributes.string('mode', 'DCR') === 'DCR';
  const split = columns ? [n, b, b, c / b / b, h, w] : [n, c / b / b, b, b, h, w];
  const order = columns ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3];
  return [reshaped(transposed(reshaped(x, split), order), [n, c / b / b, h * b, w * b])];
};

const spaceToDepth: ReferenceOperator = (call) => {
  const x = call.input(0);
  const [n, c, h, w] = x.dims as [number, number, number, number];
  const b = call.attributes.int('blocksize');
  const parts = transposed(reshaped(x, [n, c, h / b, b, w / b, b]), [0, 3, 5, 1, 2, 4]);
  return [reshaped(parts, [n, c * b * b, h / b, w / b])];
};

const trilu: ReferenceOperator = (call) => {
  const x = call.input(0);
  const k = call.optional(1)?.data[0] ?? 0;
  const upper = call.attributes.int('upper', 1) === 1;
  const [row, column] = [x.dims.length - 2, x.dims.length - 1];
  let from = 0;
  return [
    generate(x.type, x.dims, (index) => {
      const value = x.data[from++]!;
      const diagonal = index[column]! - index[row]!;
      return (upper ? diagonal >= k : diagonal <= k) ? value : 0;
    }),
  ];
};

const constant: ReferenceOperator = (call) => {
  const { attributes } = call;
  const tensor = attributes.tensor('value');
  if (tensor !== null) return [fromOnnxTensor(tensor)];
  if (attributes.has('value_float')) return [referenceTensor('float32', [], [attributes.float('value_float')])];
  if (attributes.has('value_int')) return [referenceTensor('int64', [], [attributes.int('value_int')])];
  if (attributes.has('value_floats')) {
    const values = attributes.floats('value_floats');
    return [referenceTensor('float32', [values.length], values)];
  }
  const values = attributes.ints('value_ints');
  return [referenceTensor('int64', [values.length], values)];
};

const shape: ReferenceOperator = (call) => {
  const { dims } = call.input(0);
  const start = call.attributes.int('start', 0);
  const part = dims.slice(start, call.attributes.int('end', dims.length));
  return [referenceTensor('int64', [part.length], part)];
};

const oneHot: ReferenceOperator = (call) => {
  const places = call.input(0);
  const depth = call.ints(1)[0]!;
  const [off, on] = call.input(2).data as unknown as [number, number];
  const axis = axisOf(call.attributes.int('axis', -1), places.dims.length + 1);
  const strides = stridesOf(places.dims);
  return [
    generate(call.input(2).type, places.dims.toSpliced(axis, 0, depth), (index) => {
      const place = places.data[offsetOf(index.toSpliced(axis, 1), strides)]!;
      return (place < 0 ? place + depth : place) === index[axis] ? on : off;
    }),
  ];
};

const compress: ReferenceOperator = (call) => {
  const [given, condition] = [call.input(0), call.input(1)];
  const flat = !call.attributes.has('axis');
  const x = flat ? reshaped(given, [given.data.length]) : given;
  const axis = flat ? 0 : axisOf(call.attributes.int('axis'), x.dims.length);
  const kept = Array.from(condition.data.keys()).filter((at) => condition.data[at] !== 0 && at < x.dims[axis]!);
  const strides = stridesOf(x.dims);
  return [
    generate(
      x.type,
      x.dims.with(axis, kept.length),
      (index) => x.data[offsetOf(index.with(axis, kept[index[axis]!]!), strides)]!,
    ),
  ];
};

const reverseSequence: ReferenceOperator = (call) => {
  const x = call.input(0);
  const lengths = call.ints(1);
  const batch = call.attributes.int('batch_axis', 1);
  const time = call.attributes.int('time_axis', 0);
  const strides = stridesOf(x.dims);
  return [
    generate(x.type, x.dims, (index) => {
      const length = lengths[index[batch]!]!;
      const step = index[time]!;
      return x.data[offsetOf(step < length ? index.with(time, length - 1 - step) : index, strides)]!;
    }),
  ];
};

const nonZero: ReferenceOperator = (call) => {
  const x = call.input(0);
  const found: number[][] = [];
  let from = 0;
  for (const index of indices(x.dims)) if (x.data[from++] !== 0) found.push([...index]);
  const rank = x.dims.length;
  return [generate('int64', [rank, found.length], ([axis, row]) => found[row!]![axis!]!)];
};

export const SHAPES: ReferenceOperators = {
  Reshape: reshape,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Flatten: flatten,
  Transpose: (call) => {
    const x = call.input(0);
    return [
      transposed(
        x,
        call.attributes.ints(
          'perm',
          x.dims.map((_, axis) => x.dims.length - 1 - axis),
        ),
      ),
    ];
  },
  Concat: (call) => {
    const all = call.all();
    return [concatenated(all, axisOf(call.attributes.int('axis', 1), all[0]!.dims.length))];
  },
  Split: split,
  Slice: slice,
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherNd,
  ScatterND: scatterNd,
  ScatterElements: scatterElements,
  Scatter: scatterElements,
  Pad: pad,
  Tile: tile,
  Expand: (call) => {
    const x = call.input(0);
    return [broadcastTo(x, broadcastDims(x.dims, call.ints(1)))];
  },
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
  Trilu: trilu,
  Compress: compress,
  ReverseSequence: reverseSequence,
};

/** What gives shapes, places and constants. */
export const CONSTANTS: ReferenceOperators = {
  Constant: constant,
  Shape: shape,
  Size: (call) => [referenceTensor('int64', [], [call.input(0).data.length])],
  ConstantOfShape: (call) => {
    const value = call.attributes.tensor('value');
    const filled = value === null ? referenceTensor('float32', [1], [0]) : fromOnnxTensor(value);
    return [referenceTensor(filled.type, call.ints(0), () => filled.data[0]!)];
  },
  Range: (call) => {
    const [start, limit, delta] = [call.input(0).data[0]!, call.input(1).data[0]!, call.input(2).data[0]!];
    const count = Math.max(0, Math.ceil((limit - start) / delta));
    return [referenceTensor(call.input(0).type, [count], (at) => start + at * delta)];
  },
  EyeLike: (call) => {
    const x = call.input(0);
    const k = call.attributes.int('k', 0);
    return [generate(x.type, x.dims, ([row, column]) => (column! - row! === k ? 1 : 0))];
  },
  OneHot: oneHot,
  NonZero: nonZero,
};

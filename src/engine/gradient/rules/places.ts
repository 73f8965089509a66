import { intOf, textOf } from '../../graph/attributes.ts';
import { axisFrom, formula, INT64, range, sizeOf, stridesOf } from '../formula.ts';
import { defineRules, type GradientContext, type GradientRule } from '../gradient-rule.ts';
import { scatterAlong, zeros } from './shapes.ts';

/**
 * Gather along an axis. Constant places: a product with a matrix of zeros and ones, or a slice of padding where it is one place. Places that
 * depend on the input (token ids): rows are added up with ScatterND.
 */
const gather: GradientRule = {
  op: 'Gather',
  build(context) {
    const { node, build } = context;
    const dy = context.upstream(0);
    const wanted = context.wants(0);
    if (dy === null || wanted === null) return [];
    const f = formula(build);
    const [x, places] = node.inputs as [string, string];
    const dims = context.shapeOf(x);
    const placeDims = context.shapeOf(places);
    const axis = axisFrom(intOf(node, 'axis', 0), dims.length);
    if (wanted === 'per-sample') return [gatherPerSample(context, dy, axis)];
    const constant = context.numbersOf(places)?.map((one) => axisFrom(one, dims[axis]!));
    const moved = dims.with(axis, sizeOf(placeDims));
    const flat = f.reshape(dy, moved);
    if (constant !== undefined) {
      const [first] = constant;
      if (constant.every((one, k) => one === first! + k)) {
        const before = dims.map((_, own) => (own === axis ? first! : 0));
        const after = dims.map((size, own) => (own === axis ? size - first! - constant.length : 0));
        return [build.add('Pad', [flat, build.ints([...before, ...after])])];
      }
      if (constant.length * dims[axis]! <= MATRIX_LIMIT) return [scatterAlong(context, flat, axis, constant, dims)];
    }
    const [outer, inner] = [sizeOf(dims.slice(0, axis)), sizeOf(dims.slice(axis + 1))];
    const count = sizeOf(placeDims);
    // Rows first: [places, outer, inner] is added into [size, outer, inner].
    const rows = f.transpose(f.reshape(dy, [outer, count, inner]), [1, 0, 2]);
    const at = f.reshape(wrapped(context, places, dims[axis]!), [count, 1]);
    const sum = build.add('ScatterND', [zeros(context, [dims[axis]!, outer, inner]), at, rows], { reduction: 'add' });
    return [f.reshape(f.transpose(sum, [1, 0, 2]), dims)];
  },
  squaredNorms(context, input) {
    return input === 0 ? gatherNorms(context) : null;
  },
};

/** Numbers of a matrix of zeros and ones that is still worth its product. */
const MATRIX_LIMIT = 1 << 20;

/** Places below zero count from the end. */
function wrapped(context: GradientContext, places: string, size: number): string {
  const { build } = context;
  const long = context.typeOf(places) === 'int64' ? places : build.add('Cast', [places], { to: INT64 });
  const zero = build.int(0);
  return build.add('Where', [build.add('Less', [long, zero]), build.add('Add', [long, build.int(size)]), long]);
}

/** The gradient of a table for each sample: rows of the sample's own places, in a tensor [batch, ...table]. */
function gatherPerSample(context: GradientContext, dy: string, axis: number): string {
  const { node, build, batch } = context;
  const f = formula(build);
  const [x, places] = node.inputs as [string, string];
  const dims = context.shapeOf(x);
  if (axis !== 0 || context.shapeOf(places)[0] !== batch) {
    context.unsupported(
      'a gradient for each sample needs the table in the first axis and one row of places for each sample',
    );
  }
  const each = sizeOf(context.shapeOf(places)) / batch;
  const [rows, width] = [dims[0]!, sizeOf(dims.slice(1))];
  const samples = build.tensor({
    type: 'int64',
    dims: [batch, 1],
    data: BigInt64Array.from(range(batch), (sample) => BigInt(sample * rows)),
  });
  const at = build.add('Add', [f.reshape(wrapped(context, places, rows), [batch, each]), samples]);
  const sum = build.add(
    'ScatterND',
    [zeros(context, [batch * rows, width]), f.reshape(at, [batch * each, 1]), f.reshape(dy, [batch * each, width])],
    { reduction: 'add' },
  );
  return f.reshape(sum, [batch, ...dims]);
}

/** |g|^2 = sum over pairs of places that are the same of <dy_s, dy_t>: no table for each sample is built. */
function gatherNorms(context: GradientContext): string | null {
  const { node, build, batch } = context;
  const dy = context.upstream(0);
  const [x, places] = node.inputs as [string, string];
  const dims = context.shapeOf(x);
  const axis = axisFrom(intOf(node, 'axis', 0), dims.length);
  if (dy === null || axis !== 0 || context.shapeOf(places)[0] !== batch) return null;
  const f = formula(build);
  const each = sizeOf(context.shapeOf(places)) / batch;
  const rows = f.reshape(dy, [batch, each, sizeOf(dims.slice(1))]);
  const gram = f.product(rows, rows, { transB: true });
  const at = wrapped(context, places, dims[0]!);
  const same = f.equal(f.reshape(at, [batch, each, 1]), f.reshape(at, [batch, 1, each]));
  return f.sum(f.where(same, gram, 0), [1, 2], false);
}

/** Adds updates into zeros of the input's shape. */
const gatherElements: GradientRule = {
  op: 'GatherElements',
  build(context) {
    const { node, build } = context;
    const dy = context.upstream(0);
    if (dy === null || context.wants(0) === null) return [];
    const [x, places] = node.inputs as [string, string];
    const into = zeros(context, context.shapeOf(x));
    return [build.add('ScatterElements', [into, places, dy], { axis: intOf(node, 'axis', 0), reduction: 'add' })];
  },
};

const gatherNd: GradientRule = {
  op: 'GatherND',
  build(context) {
    const { node, build } = context;
    const dy = context.upstream(0);
    if (dy === null || context.wants(0) === null) return [];
    const [x, places] = node.inputs as [string, string];
    const dims = context.shapeOf(x);
    const shared = intOf(node, 'batch_dims', 0);
    if (!(shared >= 0 && shared < context.shapeOf(places).length)) return context.unsupported('of shared axes');
    const at = shared === 0 ? places : withBatchPlaces(context, places, shared);
    return [build.add('ScatterND', [zeros(context, dims), at, dy], { reduction: 'add' })];
  },
};

/** Writes the places of the shared axes before the others, so that none are shared. */
function withBatchPlaces(context: GradientContext, places: string, shared: number): string {
  const dims = context.shapeOf(places);
  const rows = dims.slice(0, -1);
  const strides = stridesOf(rows);
  const leading = BigInt64Array.from({ length: sizeOf(rows) * shared }, (_, at) => {
    const [row, axis] = [Math.floor(at / shared), at % shared];
    return BigInt(Math.floor(row / strides[axis]!) % rows[axis]!);
  });
  const own = context.build.tensor({ type: 'int64', dims: [...rows, shared], data: leading });
  return context.build.add('Concat', [own, places], { axis: dims.length - 1 });
}

/** Where the data was overwritten it has no gradient; the updates have that of their places. */
function scatter(op: 'ScatterND' | 'ScatterElements'): GradientRule {
  return {
    op,
    build(context) {
      const { node, build } = context;
      const dy = context.upstream(0);
      if (dy === null) return [];
      const f = formula(build);
      const [x, places, updates] = node.inputs as [string, string, string];
      const mode = textOf(node, 'reduction', 'none');
      const axis = intOf(node, 'axis', 0);
      const put = (into: string, what: string, reduction: string): string =>
        op === 'ScatterND'
          ? build.add('ScatterND', [into, places, what], { reduction })
          : build.add('ScatterElements', [into, places, what], { axis, reduction });
      const pick = (from: string): string =>
        op === 'ScatterND'
          ? build.add('GatherND', [from, places])
          : build.add('GatherElements', [from, places], { axis });
      const filled = (value: number): string =>
        build.add('Expand', [build.scalar(value), build.ints(context.shapeOf(updates))]);
      const [byData, byUpdates] = [context.wants(0) !== null, context.wants(2) !== null];
      switch (mode) {
        case 'none':
          return [byData ? put(dy, filled(0), 'none') : null, null, byUpdates ? pick(dy) : null];
        case 'add':
          return [byData ? dy : null, null, byUpdates ? pick(dy) : null];
        case 'mul': {
          // dy y / x and dy y / u, which is right where no factor is zero.
          const part = f.mul(dy, node.outputs[0]!);
          return [byData ? f.div(part, x) : null, null, byUpdates ? f.div(pick(part), updates) : null];
        }
        case 'max':
        case 'min': {
          // Those that tie share evenly.
          const y = node.outputs[0]!;
          const hitData = f.float(f.equal(x, y));
          const hitUpdates = f.float(f.equal(updates, pick(y)));
          const share = f.div(dy, put(hitData, hitUpdates, 'add'));
          return [byData ? f.mul(hitData, share) : null, null, byUpdates ? f.mul(hitUpdates, pick(share)) : null];
        }
        default:
          return context.unsupported(`it has the reduction "${mode}", which the ONNX specification does not know`);
      }
    },
  };
}

/** The values' gradient goes to the places that the second output names. */
const topK: GradientRule = {
  op: 'TopK',
  build(context) {
    const { node, build } = context;
    const dy = context.upstream(0);
    if (dy === null || context.wants(0) === null) return [];
    const axis = intOf(node, 'axis', -1);
    const largest = intOf(node, 'largest', 1);
    const named = node.outputs[1];
    const places =
      named !== undefined && named !== ''
        ? named
        : build.addMany('TopK', node.inputs, 2, { axis, largest, sorted: intOf(node, 'sorted', 1) })[1]!;
    const into = zeros(context, context.shapeOf(node.inputs[0]!));
    return [build.add('ScatterElements', [into, places, dy], { axis, reduction: 'add' })];
  },
};

const compress: GradientRule = {
  op: 'Compress',
  build(context) {
    const { node } = context;
    const dy = context.upstream(0);
    if (dy === null || context.wants(0) === null) return [];
    const condition = context.numbersOf(node.inputs[1]!) ?? context.unsupported('its condition depends on the input');
    const dims = context.shapeOf(node.inputs[0]!);
    const given = intOf(node, 'axis', undefined);
    const own = given === undefined ? [sizeOf(dims)] : dims;
    const axis = given === undefined ? 0 : axisFrom(given, dims.length);
    const kept = range(Math.min(condition.length, own[axis]!)).filter((at) => condition[at] !== 0);
    const flat = scatterAlong(context, dy, axis, kept, own);
    return [given === undefined ? formula(context.build).reshape(flat, dims) : flat];
  },
};

/** Operators that pick elements by place. */
export const PLACES = defineRules([
  gather,
  gatherElements,
  gatherNd,
  scatter('ScatterND'),
  scatter('ScatterElements'),
  topK,
  compress,
]);

import { floatOf, intOf, textOf } from '../../graph/attributes.ts';
import { composed, type Composition } from '../composition.ts';
import { axisFrom, range } from '../formula.ts';
import { defineRules, type GradientContext } from '../gradient-rule.ts';
import { attend, joinHeads, splitHeads } from './attention.ts';
import { atPlaces, rotated } from './rotary.ts';

/** What the operator may have beyond what is known here, by input. */
const UNKNOWN: readonly (readonly [input: number, what: string])[] = [
  [12, 'its keys are quantised'],
  [13, 'its values are quantised'],
  [14, 'it normalises its queries'],
  [15, 'it normalises its keys'],
  [16, 'its queries have lengths'],
];

/** Queries, keys and values, [batch, heads, length, size], from three inputs or packed into one. */
function headsOf(context: GradientContext, body: Composition): readonly [q: string, k: string, v: string] {
  const { node } = context;
  const [query, key = '', value = ''] = node.inputs as [string, string?, string?];
  const heads = intOf(node, 'num_heads', 1);
  const pairs = intOf(node, 'kv_num_heads', heads);
  if (key !== '') return [splitHeads(body, query, heads), splitHeads(body, key, pairs), splitHeads(body, value, pairs)];
  const size = context.shapeOf(query)[2]! / (heads + 2 * pairs);
  const [q, k, v] = body.split(query, 2, [heads * size, pairs * size, pairs * size]) as [string, string, string];
  return [splitHeads(body, q, heads), splitHeads(body, k, pairs), splitHeads(body, v, pairs)];
}

/**
 * ONNX Runtime's attention of language models: several heads of queries share one of keys, embeddings may be rotated, a query sees what
 * came before it. All of the past counts: a batch whose samples have pasts of different lengths is taken for one of the longest.
 */
const groupQueryAttention = composed(
  'GroupQueryAttention',
  'com.microsoft',
  (context, body) => {
    const { node, build } = context;
    const named = (at: number): string => node.inputs[at] ?? '';
    for (const [at, what] of UNKNOWN) if (named(at) !== '') context.unsupported(what);
    const [q, k, v] = headsOf(context, body);
    const length = body.shapeOf(q)[2]!;
    const past = named(3) === '' ? 0 : context.shapeOf(named(3))[2]!;
    const present = node.outputs[1] ?? '';
    if (present !== '' && context.shapeOf(present)[2] !== past + length) {
      context.unsupported('its past is a buffer of fixed length');
    }
    let turn = (x: string): string => x;
    if (intOf(node, 'do_rotary', 0) === 1) {
      const counted = BigInt64Array.from(range(length), (step) => BigInt(step + past));
      const places = named(9) === '' ? build.tensor({ type: 'int64', dims: [1, length], data: counted }) : named(9);
      const rotation = {
        cos: atPlaces(body, named(7), places),
        sin: atPlaces(body, named(8), places),
        interleaved: intOf(node, 'rotary_interleaved', 0) === 1,
      };
      turn = (x) => rotated(body, x, rotation);
    }
    const after = (before: string, x: string): string => (past === 0 ? x : body.concat([before, x], 2));
    const keys = after(named(3), turn(k));
    const values = after(named(4), v);
    const window = intOf(node, 'local_window_size', -1);
    const scale = floatOf(node, 'scale', 0);
    const smooth = intOf(node, 'smooth_softmax', 0) === 1;
    const zeros = (): string => build.floats(new Float32Array(body.shapeOf(q)[1]!));
    const sink = named(11) === '' ? (smooth ? zeros() : undefined) : named(11);
    const { y } = attend(body, turn(q), keys, values, {
      scale: scale === 0 ? 1 / Math.sqrt(body.shapeOf(q)[3]!) : scale,
      biases: named(10) === '' ? [] : [named(10)],
      causal: intOf(node, 'causal', 1) === 1,
      past,
      softcap: floatOf(node, 'softcap', 0),
      ...(window > 0 ? { window } : {}),
      ...(sink === undefined ? {} : { sink }),
    });
    return [joinHeads(body, y), keys, values, null];
  },
  'pasts of one length; no buffer of fixed length for the past',
);

/** A cache of keys or values, written over from a place on, for each sample (operator set 24). */
const tensorScatter = composed('TensorScatter', '', (context, body) => {
  const { node, build, shapeOf } = context;
  const [past, update, from = ''] = node.inputs as [string, string, string?];
  const [dims, own] = [shapeOf(past), shapeOf(update)];
  const axis = axisFrom(intOf(node, 'axis', -2), dims.length);
  const ones = dims.map(() => 1);
  const steps = build.tensor({
    type: 'int64',
    dims: ones.with(axis, own[axis]!),
    data: BigInt64Array.from(range(own[axis]!), BigInt),
  });
  let places =
    from === '' ? steps : body.broadcast('Add', [body.reshape(from, ones.with(0, dims[0]!)), steps], 'int64');
  if (textOf(node, 'mode', 'linear') === 'circular') {
    places = body.broadcast('Mod', [places, build.int(dims[axis]!)], 'int64');
  }
  return [body.node('ScatterElements', [past, body.expand(places, own), update], dims, { axis })];
});

export const GROUPED_ATTENTION = defineRules([groupQueryAttention, tensorScatter]);

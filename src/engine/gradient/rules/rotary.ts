import type { OnnxNode } from '../../../formats/onnx/onnx-model.ts';
import { intOf } from '../../graph/attributes.ts';
import { composed, type Composition } from '../composition.ts';
import { range } from '../formula.ts';
import { defineRules, type GradientContext } from '../gradient-rule.ts';

/** Cosines and sines by place, and how the numbers of a head are paired. */
export interface Rotation {
  /** [1 or batch, 1, length, pairs]. */
  readonly cos: string;
  readonly sin: string;
  /** Pairs are neighbours; else numbers half of the rotated part apart. */
  readonly interleaved: boolean;
}

/** Rotary embedding (Su et al. 2021) of [batch, heads, length, size]: the first 2 pairs numbers of each head are turned, the rest stays. */
export function rotated(body: Composition, x: string, { cos, sin, interleaved }: Rotation): string {
  const dims = body.shapeOf(x);
  const size = dims[3]!;
  const pairs = body.shapeOf(cos)[3]!;
  const [turning, rest] = 2 * pairs === size ? [x, null] : body.split(x, 3, [2 * pairs, size - 2 * pairs]);
  const lead = dims.slice(0, 3);
  const [a, b] = (
    interleaved
      ? body
          .split(body.reshape(turning!, [...lead, pairs, 2]), 4, [1, 1])
          .map((one) => body.reshape(one, [...lead, pairs]))
      : body.split(turning!, 3, [pairs, pairs])
  ) as [string, string];
  const turned = [body.sub(body.mul(a, cos), body.mul(b, sin)), body.add(body.mul(a, sin), body.mul(b, cos))];
  const y = interleaved
    ? body.reshape(
        body.concat(
          turned.map((one) => body.reshape(one, [...lead, pairs, 1])),
          4,
        ),
        [...lead, 2 * pairs],
      )
    : body.concat(turned, 3);
  return rest === null ? y : body.concat([y, rest!], 3);
}

/** Rows of a table [places, pairs] at places [1 or batch, length]. */
export function atPlaces(body: Composition, table: string, places: string): string {
  const [rows, length] = body.shapeOf(places) as [number, number];
  const pairs = body.shapeOf(table)[1]!;
  const picked = body.node('Gather', [table, places], [rows, length, pairs], { axis: 0 });
  return body.reshape(picked, [rows, 1, length, pairs]);
}

/** Runs `layer` on [batch, heads, length, size], whether heads stand apart in x or not. */
function byHeads(body: Composition, x: string, heads: number, layer: (x: string) => string): string {
  const dims = body.shapeOf(x);
  if (dims.length === 4) return layer(x);
  const [batch, length, width] = dims as [number, number, number];
  const apart = body.transpose(body.reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
  return body.reshape(body.transpose(layer(apart), [0, 2, 1, 3]), dims);
}

/** A table narrowed to the part of each head that is rotated. */
function narrowed(body: Composition, table: string, node: OnnxNode): string {
  const rotating = intOf(node, 'rotary_embedding_dim', 0);
  const axis = body.shapeOf(table).length - 1;
  return rotating === 0 ? table : body.slice(table, axis, 0, rotating / 2);
}

/** Operator set 23. Without places, the tables hold a row for each step of each sample. */
const standard = composed('RotaryEmbedding', '', ({ node, shapeOf }, body) => {
  const [x, cos, sin, places = ''] = node.inputs as [string, string, string, string?];
  const table = (name: string): string => {
    const own = narrowed(body, name, node);
    if (places !== '') return atPlaces(body, own, places);
    const [batch, length, pairs] = body.shapeOf(own) as [number, number, number];
    return body.reshape(own, [batch, 1, length, pairs]);
  };
  const rotation = { cos: table(cos), sin: table(sin), interleaved: intOf(node, 'interleaved', 0) === 1 };
  const heads = shapeOf(x).length === 4 ? 0 : intOf(node, 'num_heads', 1);
  return [byHeads(body, x, heads, (one) => rotated(body, one, rotation))];
});

/** ONNX Runtime's: places are [batch, length], or one number to count from. */
const microsoft = composed('RotaryEmbedding', 'com.microsoft', (context, body) => {
  const { node } = context;
  if (intOf(node, 'is_packed_batching', 0) === 1) context.unsupported('its batch is packed');
  const [x, places, cos, sin] = node.inputs as [string, string, string, string];
  const dims = context.shapeOf(x);
  const length = dims.length === 4 ? dims[2]! : dims[1]!;
  const given = context.shapeOf(places);
  const steps = given.length === 2 && given[1] === length ? places : countedFrom(context, body, places, length);
  const whole = dims.length === 4 ? 0 : intOf(node, 'num_heads', 0);
  const heads = whole === 0 ? dims.at(-1)! / (2 * context.shapeOf(cos)[1]!) : whole;
  const table = (name: string): string => atPlaces(body, narrowed(body, name, node), steps);
  const rotation = { cos: table(cos), sin: table(sin), interleaved: intOf(node, 'interleaved', 0) === 1 };
  return [byHeads(body, x, heads, (one) => rotated(body, one, rotation))];
});

function countedFrom(context: GradientContext, body: Composition, first: string, length: number): string {
  const steps = context.build.tensor({
    type: 'int64',
    dims: [1, length],
    data: BigInt64Array.from(range(length), BigInt),
  });
  return body.broadcast('Add', [body.reshape(first, [1, 1]), steps], 'int64');
}

export const ROTARY = defineRules([standard, microsoft]);

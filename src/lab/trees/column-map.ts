import { Fault } from '../../core/fault.ts';
import type { OnnxGraph, OnnxNode } from '../../formats/onnx/onnx-model.ts';
import { float32OfRank, float32Rank } from '../../math/float32-order.ts';

/** What a pipeline does to one feature before the trees see it: rising or falling in float32 arithmetic, or a constant. */
export interface ColumnMap {
  readonly at: (value: number) => number;
  readonly direction: 1 | 0 | -1;
  readonly identity: boolean;
}

const IDENTITY: ColumnMap = { at: (value) => value, direction: 1, identity: true };

/**
 * The steps from the graph's input to a value, feature by feature: Scaler, Imputer (of missing values), Cast, Identity, and Add, Sub, Mul, Div with constants.
 * @param features how many the trees ask for at least
 * @throws Fault `ERR_MODEL_UNSUPPORTED` that names the step that has no such form
 */
export function columnMaps(
  graph: OnnxGraph,
  value: string,
  features: number,
): { readonly input: string; readonly maps: ColumnMap[] } {
  const producers = new Map<string, OnnxNode>();
  for (const node of graph.nodes) for (const output of node.outputs) producers.set(output, node);
  const steps: OnnxNode[] = [];
  let at = value;
  for (let node = producers.get(at); node !== undefined; node = producers.get(at)) {
    steps.push(node);
    if (steps.length > graph.nodes.length)
      throw new Fault('ERR_MODEL_MALFORMED', 'The steps before the trees go in a circle.');
    at = node.inputs.find((input) => !graph.initializers.has(input) && input !== '') ?? '';
  }
  let maps = Array.from({ length: features }, () => IDENTITY);
  for (const step of steps.toReversed()) maps = maps.map((map, feature) => chain(map, stepOf(graph, step, feature)));
  return { input: at, maps };
}

function chain(first: ColumnMap, second: ColumnMap): ColumnMap {
  if (second.identity) return first;
  if (first.identity) return second;
  return {
    at: (value) => second.at(first.at(value)),
    direction: (first.direction * second.direction) as 1 | 0 | -1,
    identity: false,
  };
}

function stepOf(graph: OnnxGraph, node: OnnxNode, feature: number): ColumnMap {
  const floats = (name: string): readonly number[] => {
    const attribute = node.attributes.get(name);
    return attribute?.kind === 'floats' ? attribute.value : [];
  };
  const pick = (list: ArrayLike<number>): number | undefined => (list.length === 1 ? list[0] : list[feature]);
  const unsupported = (): Fault =>
    new Fault(
      'ERR_MODEL_UNSUPPORTED',
      `The trees stand behind a step that cannot be taken into their thresholds: ${node.op}.`,
      {
        where: `node ${node.name}`,
        hint: 'Open the model as an ONNX target, or export the trees without this step.',
      },
    );
  switch (node.op) {
    case 'Identity':
    case 'Cast':
      return IDENTITY;
    case 'Scaler': {
      const [offset, scale] = [pick(floats('offset')), pick(floats('scale'))];
      if (offset === undefined || scale === undefined) throw unsupported();
      return {
        at: (value) => Math.fround(Math.fround(value - offset) * scale),
        direction: sign(scale),
        identity: false,
      };
    }
    case 'Imputer': {
      const replaced = node.attributes.get('replaced_value_float');
      const missing = replaced?.kind === 'float' ? replaced.value : 0;
      const instead = pick(floats('imputed_value_floats'));
      // Another value than NaN in the middle of the numbers leaves no order to keep.
      if (!Number.isNaN(missing) || instead === undefined) throw unsupported();
      return { at: (value) => (Number.isNaN(value) ? instead : value), direction: 1, identity: false };
    }
    case 'Add':
    case 'Sub':
    case 'Mul':
    case 'Div': {
      const constantFirst = graph.initializers.has(node.inputs[0] ?? '');
      const tensor = graph.initializers.get(node.inputs[constantFirst ? 0 : 1] ?? '');
      const list = tensor?.type === 'float32' && tensor.data !== null ? (tensor.data as Float32Array) : undefined;
      const constant = list === undefined ? undefined : pick(list);
      if (constant === undefined || (constantFirst && (node.op === 'Sub' || node.op === 'Div'))) throw unsupported();
      if (node.op === 'Add') return { at: (value) => Math.fround(value + constant), direction: 1, identity: false };
      if (node.op === 'Sub') return { at: (value) => Math.fround(value - constant), direction: 1, identity: false };
      if (node.op === 'Mul')
        return { at: (value) => Math.fround(value * constant), direction: sign(constant), identity: false };
      return { at: (value) => Math.fround(value / constant), direction: sign(constant), identity: false };
    }
    default:
      throw unsupported();
  }
}

function sign(value: number): 1 | 0 | -1 {
  return value > 0 ? 1 : value < 0 ? -1 : 0;
}

const LARGEST = float32Rank(3.4028234663852886e38);

/** Largest finite float32 x for which `holds`, which is true up to some place and false beyond; -Infinity where it holds nowhere. */
export function lastWhere(holds: (x: number) => boolean): number {
  let [inside, outside] = [-LARGEST - 1, LARGEST + 1];
  while (outside - inside > 1) {
    const middle = Math.floor((inside + outside) / 2);
    if (holds(float32OfRank(middle))) inside = middle;
    else outside = middle;
  }
  return inside < -LARGEST ? -Infinity : float32OfRank(inside);
}

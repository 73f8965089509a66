import { Fault } from '../../core/fault.ts';
import type { OnnxAttribute, OnnxNode } from '../../formats/onnx/onnx-model.ts';
import { floatOf, intOf, intsOf, textOf, toAttributes } from './attributes.ts';
import { place } from './check-onnx.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { mapGraphs } from './map-graph.ts';

/** What everything after `prepare` speaks. Later versions add types to operators and new operators, and change no meaning. */
export const TARGET_OPSET = 21;
/** Below, elementwise operators broadcast by an attribute. */
export const OLDEST_OPSET = 7;

/**
 * Nodes of an older operator set of the default domain, said in opset 21 (onnx/docs/Changelog.md): attributes that became inputs,
 * operators that were renamed or changed their meaning.
 */
export function upgradeOpset(nodes: readonly OnnxNode[], version: number, build: GraphBuilder): readonly OnnxNode[] {
  if (version >= TARGET_OPSET) return nodes;
  if (version < OLDEST_OPSET) {
    throw new Fault('ERR_MODEL_UNSUPPORTED', `The model uses operator set ${version}, from before 2018.`, {
      hint: 'Export it again, or convert it with onnx.version_converter to operator set 13 or later.',
    });
  }
  return nodes.flatMap((node) => {
    const mapped = mapGraphs(node, (graph) => ({ ...graph, nodes: upgradeOpset(graph.nodes, version, build) }));
    if (mapped.domain !== '') return [mapped];
    const before = build.nodes.length;
    const upgraded = upgradeNode(mapped, version, build);
    return [...build.nodes.splice(before), ...(Array.isArray(upgraded) ? upgraded : [upgraded])];
  });
}

const REDUCTIONS: ReadonlySet<string> = new Set([
  'ReduceMean',
  'ReduceMax',
  'ReduceMin',
  'ReduceProd',
  'ReduceL1',
  'ReduceL2',
  'ReduceLogSum',
  'ReduceLogSumExp',
  'ReduceSumSquare',
]);

/** `build` may get nodes that run before the ones that are returned. */
function upgradeNode(node: OnnxNode, version: number, build: GraphBuilder): OnnxNode | OnnxNode[] {
  const [first = '', second = ''] = node.inputs;
  switch (node.op) {
    case 'Dropout':
      return version < 12 ? without(node, ['ratio', 'is_test']) : node;
    case 'BatchNormalization':
      return version < 9 ? without(node, ['spatial']) : node;
    case 'Scatter':
      return { ...node, op: 'ScatterElements' };
    case 'Upsample': {
      const scales = version < 9 ? build.floats(floatsOf(node, 'scales')) : second;
      return resize(node, first, scales);
    }
    case 'Resize':
      return version < 11 ? resize(node, first, second) : node;
    case 'Slice': {
      if (version >= 10) return node;
      const starts = intsOf(node, 'starts', []);
      const axes = intsOf(
        node,
        'axes',
        starts.map((_, axis) => axis),
      );
      const inputs = [first, build.ints(starts), build.ints(intsOf(node, 'ends', [])), build.ints(axes)];
      return { ...without(node, ['starts', 'ends', 'axes']), inputs };
    }
    case 'TopK':
      if (version >= 10) return node;
      return { ...without(node, ['k']), inputs: [first, build.ints([intOf(node, 'k', 1)])] };
    case 'Clip': {
      if (version >= 11) return node;
      const [min, max] = [floatOf(node, 'min', undefined), floatOf(node, 'max', undefined)];
      const limit = (value: number | undefined): string => (value === undefined ? '' : build.scalar(value));
      return { ...without(node, ['min', 'max']), inputs: [first, limit(min), limit(max)] };
    }
    case 'Pad': {
      if (version >= 11) return node;
      const pads = build.ints(intsOf(node, 'pads', intsOf(node, 'paddings', [])));
      return {
        ...without(node, ['pads', 'paddings', 'value']),
        inputs: [first, pads, build.scalar(floatOf(node, 'value', 0))],
      };
    }
    case 'Softmax':
    case 'LogSoftmax':
    case 'Hardmax':
      return version < 13 ? flattened(node, build) : node;
    case 'Squeeze':
    case 'Unsqueeze':
    case 'ReduceSum':
      return version < 13 ? axesInput(node, build) : node;
    case 'Split': {
      const sizes = intsOf(node, 'split', undefined);
      const plain = without(node, ['split']);
      if (version < 13 && sizes !== undefined) return { ...plain, inputs: [first, build.ints(sizes)] };
      if (version >= 18 || node.inputs.length > 1) return node;
      return with_(plain, { num_outputs: { kind: 'int', value: node.outputs.length } });
    }
    case 'DFT': {
      if (version >= 20) return node;
      const axis = build.int(intOf(node, 'axis', 1));
      return { ...without(node, ['axis']), inputs: [first, second, axis] };
    }
    case 'GridSample': {
      const mode = textOf(node, 'mode', 'bilinear');
      const renamed = mode === 'bilinear' ? 'linear' : mode === 'bicubic' ? 'cubic' : mode;
      return version < 20 ? with_(node, { mode: { kind: 'string', value: renamed } }) : node;
    }
    case 'GroupNormalization':
      return groupNormalization(node, build);
    default:
      return version < 18 && REDUCTIONS.has(node.op) ? axesInput(node, build) : node;
  }
}

function without(node: OnnxNode, names: readonly string[]): OnnxNode {
  return { ...node, attributes: new Map([...node.attributes].filter(([name]) => !names.includes(name))) };
}

function with_(node: OnnxNode, attributes: Readonly<Record<string, OnnxAttribute>>): OnnxNode {
  return { ...node, attributes: new Map([...node.attributes, ...Object.entries(attributes)]) };
}

function floatsOf(node: OnnxNode, name: string): readonly number[] {
  const attribute = node.attributes.get(name);
  if (attribute?.kind === 'floats') return attribute.value;
  throw new Fault('ERR_MODEL_MALFORMED', `An operator lacks its attribute ${name}.`, { where: place(node) });
}

function axesInput(node: OnnxNode, build: GraphBuilder): OnnxNode {
  const axes = intsOf(node, 'axes', undefined);
  if (axes === undefined) return node;
  return { ...without(node, ['axes']), inputs: [node.inputs[0] ?? '', build.ints(axes)] };
}

/** Upsample, and Resize of opset 10: output pixel i is taken from i / scale, rounded down. */
function resize(node: OnnxNode, input: string, scales: string): OnnxNode {
  const mode = textOf(node, 'mode', 'nearest');
  return {
    ...node,
    op: 'Resize',
    inputs: [input, '', scales],
    attributes: toAttributes({
      mode: mode === 'bilinear' ? 'linear' : mode,
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    }),
  };
}

/** Before opset 13, Softmax works on the input as a matrix: axes from `axis` on are one. */
function flattened(node: OnnxNode, build: GraphBuilder): OnnxNode {
  const input = node.inputs[0] ?? '';
  const matrix = build.add('Flatten', [input], { axis: intOf(node, 'axis', 1) });
  const scores = build.add(node.op, [matrix], { axis: -1 });
  const shape = build.add('Shape', [input]);
  return { ...node, op: 'Reshape', inputs: [scores, shape], attributes: toAttributes({ allowzero: 1 }) };
}

/** Before opset 21, scale and bias have one number a group, then one a channel. */
function groupNormalization(node: OnnxNode, build: GraphBuilder): OnnxNode {
  const [input = '', scale = '', bias = ''] = node.inputs;
  const groups = intOf(node, 'num_groups', 1);
  const channels = build.add('Gather', [build.add('Shape', [input]), build.ints([1])]);
  const each = build.add('Div', [channels, build.ints([groups])]);
  const shape = build.add('Concat', [build.ints([groups]), each], { axis: 0 });
  const widen = (values: string): string => {
    const column = build.add('Reshape', [values, build.ints([groups, 1])]);
    return build.add('Reshape', [build.add('Expand', [column, shape]), build.ints([-1])]);
  };
  return { ...node, inputs: [input, widen(scale), widen(bias)] };
}

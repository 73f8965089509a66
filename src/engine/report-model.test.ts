import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OnnxModel, OnnxNode } from '../formats/onnx/onnx-model.ts';
import { checkGradientInParts } from './check-in-parts.ts';
import { type GradientModel, openGradientModel } from './gradient-model.ts';
import { multiplications } from './check-gradient.ts';
import { reportOnModel } from './report-model.ts';
import type { ShapedGraph } from './graph/shaped-graph.ts';
import { makeModel, makeNode } from './testing/make-model.ts';
import { float } from './graph/attributes.ts';
import { seededRandom } from '../math/random.ts';
import { buildNetwork, smallConvNet } from './testing/build-network.ts';

/** A network and more nodes at its end, the last of which gives the output. */
function continued(model: OnnxModel, nodes: readonly (Partial<OnnxNode> & { readonly op: string })[]): OnnxModel {
  let last = model.graph.outputs[0]!.name;
  const added = nodes.map((node, at): OnnxNode => {
    const one = { name: '', domain: '', attributes: new Map(), inputs: [last], outputs: [`added ${at}`], ...node };
    last = one.outputs[0]!;
    return one;
  });
  const outputs = [{ name: last, type: null, shape: null }];
  return { ...model, graph: { ...model.graph, nodes: [...model.graph.nodes, ...added], outputs } };
}

/** So many layers, each of which makes what goes through it ten thousand times smaller beside its bias. */
const vanishing = (layers: number, end?: string): OnnxModel =>
  buildNetwork(['n', 8], (build, weight, x) => {
    let name = x;
    for (let layer = 0; layer < layers; layer++) {
      const product = build.add('MatMul', [name, weight(8, 8)]);
      const small = build.add('Mul', [product, build.scalar(1e-4)]);
      name = build.add('Tanh', [build.add('Add', [small, build.floats([0.1, -0.2, 0.3, 0.1, 0.4, -0.1, 0.2, 0.3])])]);
      if (layer === 1 && end !== undefined) name = build.add(end, [name]);
    }
    return name;
  });

it('says what the runtime says where a gradient opens and does not run', async () => {
  const odd = makeModel({
    inputs: { x: [2, 3], w: [1, 4] },
    nodes: [makeNode('Einsum', ['x', 'w'], ['y'], { equation: 'ij,jk->ik' })],
    outputs: ['y'],
  });
  const inputs = [odd.graph.inputs[0]!, { name: 'w', type: 'float64' as const, shape: [null, 4] }];
  await assert.rejects(reportOnModel('m', { ...odd, graph: { ...odd.graph, inputs } }), {
    code: 'ERR_MODEL_UNSUPPORTED',
    message: /Einsum/,
  });
});

it('counts what a Fourier transform costs the interpreter', () => {
  const graph = {
    nodes: [makeNode('DFT', ['x'], ['y'])],
    shapes: new Map([
      ['x', [1, 4096, 1]],
      ['y', [1, 4096, 2]],
    ]),
    constants: new Map(),
    parameters: new Map(),
  };
  assert.ok(multiplications(graph as unknown as ShapedGraph) >= 4096 ** 2);
});

describe('reportOnModel', () => {
  it('has what the JSON promises', async () => {
    const report = await reportOnModel('net.onnx', smallConvNet('n', 'softmax'));
    assert.equal(report.ok, true);
    assert.deepEqual(report.missing, []);
    assert.deepEqual(report.operators, [
      'AveragePool',
      'Conv',
      'Gemm',
      'MaxPool',
      'Relu',
      'Reshape',
      'Softmax',
      'Tanh',
    ]);
    assert.equal(report.operator_counts['Conv'], 2);
    assert.ok(report.max_relative_error! < 1e-3);
    assert.ok(report.forward_ms! > 0 && report.gradient_ms! > 0);
    assert.equal(report.check, 'float64');
    assert.deepEqual([report.parts, report.wrong], [1, null]);
    assert.deepEqual(report.input_shape, [3, 8, 8]);
    assert.equal(report.final_operator, 'softmax');
    // What a run takes differs; nothing else does.
    const again = await reportOnModel('net.onnx', smallConvNet('n', 'softmax'));
    assert.deepEqual({ ...again, forward_ms: 0, gradient_ms: 0 }, { ...report, forward_ms: 0, gradient_ms: 0 });
  });

  it('names an operator without a gradient, and its place', async () => {
    const square = buildNetwork(['n', 6], (build, weight, x) =>
      build.add('Reshape', [build.add('MatMul', [x, weight(6, 4)]), build.ints([-1, 2, 2])]),
    );
    const report = await reportOnModel('det.onnx', continued(square, [{ op: 'Det', name: 'the det' }]));
    assert.equal(report.ok, false);
    assert.deepEqual(report.missing, ['Det']);
    assert.deepEqual(report.missing_nodes, ['Det "the det"']);
    assert.equal(report.max_relative_error, null);
    assert.ok(report.forward_ms! > 0);
  });

  it('names an operator that nobody knows, and its place', async () => {
    const strange = continued(smallConvNet(), [{ op: 'Fancy', domain: 'my.own', name: 'fancy/1' }]);
    const report = await reportOnModel('strange.onnx', {
      ...strange,
      opsets: new Map([...strange.opsets, ['my.own', 1]]),
    });
    assert.equal(report.ok, false);
    assert.deepEqual(report.missing, ['my.own.Fancy']);
    assert.deepEqual(report.missing_nodes, ['my.own.Fancy "fancy/1"']);
    assert.equal(report.forward_ms, null);
    assert.match(report.remarks.join(), /no operator Fancy of my\.own/);
    const standard = await reportOnModel('typo.onnx', continued(smallConvNet(), [{ op: 'Reluu', name: 'typo' }]));
    assert.deepEqual(standard.missing_nodes, ['Reluu "typo"']);
  });

  it('names a mixture of experts in one operator, its place and what helps', async () => {
    const mixture = buildNetwork(['n', 16], (build, weight, x) => {
      const inputs = [x, build.add('MatMul', [x, weight(16, 2)]), weight(2, 16, 8), '', weight(2, 8, 16)];
      return build.add('MoE', inputs, { k: 1, activation_type: 'relu' }, 'com.microsoft');
    });
    const report = await reportOnModel('moe.onnx', mixture);
    assert.deepEqual([report.ok, report.gradient], [false, 'none']);
    assert.deepEqual(report.missing_nodes, ['com.microsoft.MoE "MoE"']);
    assert.match(report.remarks.join(), /MoE has no gradient here\. All experts are in one operator/);
    const opened = await openGradientModel(mixture, { threads: 0 });
    await assert.rejects(
      opened.lossGradient(new Float32Array(16), 1, { kind: 'cross-entropy', labels: Int32Array.of(0) }),
      {
        code: 'ERR_MODEL_UNSUPPORTED',
        where: 'com.microsoft.MoE "MoE"',
        hint: /Export the model before that fusion/,
      },
    );
    await opened.close();
  });

  it('names a use of an operator that has no gradient', async () => {
    const pooled = buildNetwork(['n', 3, 4, 4], (build, _, x) =>
      build.add('Flatten', [build.add('GlobalLpPool', [x], { p: 3 })]),
    );
    const report = await reportOnModel('pooled.onnx', pooled);
    assert.equal(report.ok, false);
    assert.deepEqual(report.missing, ['GlobalLpPool']);
    assert.match(report.remarks.join(), /p is not 2/);
  });

  it('checks a network whose gradient vanishes in parts', async () => {
    const report = await reportOnModel('deep.onnx', vanishing(5));
    assert.equal(report.ok, true, JSON.stringify(report));
    assert.ok(report.parts! > 1);
    assert.ok(report.max_relative_error! < 1e-3);
    assert.match(report.remarks.join(), /parts that follow one another/);
  });

  it('finds a wrong gradient, and between which values it is', async () => {
    const turned = (model: GradientModel): GradientModel => {
      if (!model.graph.nodes.some(({ op }) => op === 'Softsign')) return model;
      const vjp: GradientModel['vjp'] = async (x, n, v) => {
        const { scores, gradient } = await model.vjp(x, n, v);
        return { scores, gradient: gradient.map((one) => -one) };
      };
      return new Proxy(model, {
        get: (_, key) => {
          const value: unknown = Reflect.get(model, key, model);
          return key === 'vjp' ? vjp : typeof value === 'function' ? value.bind(model) : value;
        },
      });
    };
    const whole = await openGradientModel(vanishing(2, 'Softsign'), { threads: 0 });
    const found = await checkGradientInParts(
      turned(whole),
      '0',
      () => {},
      async (model, options) => turned(await openGradientModel(model, options)),
    );
    await whole.close();
    assert.ok(found.error > 0.5);
    assert.match(found.wrong!, /Tanh.* to .*Softsign/);
  });

  it('holds stand-ins against the network in which they stand', async () => {
    for (const end of ['Sign', 'Round', 'Floor', 'Ceil', 'Hardmax']) {
      const network = buildNetwork(['n', 6], (build, weight, x) =>
        build.add('Tanh', [
          build.add('MatMul', [build.add(end, [build.add('Mul', [x, build.scalar(0.7)])]), weight(6, 3)]),
        ]),
      );
      const report = await reportOnModel('steps.onnx', network, { straightThrough: true });
      assert.equal(report.ok, true, end);
      assert.deepEqual([report.check, report.masked.length], ['float64', 1], end);
      assert.ok(!report.remarks.some((one) => one.startsWith('The gradient was zero')), end);
    }
  });

  it('says that rounding hides the gradient', async () => {
    const report = await reportOnModel(
      'round.onnx',
      buildNetwork(['n', 6], (build, weight, x) => build.add('MatMul', [build.add('Round', [x]), weight(6, 3)])),
    );
    assert.equal(report.masked[0]!.operator, 'Round');
    assert.deepEqual([report.ok, report.gradient], [true, 'hidden']);
    assert.ok(report.max_relative_error! > 0);
    assert.match(report.remarks.join(), /Steps hide the gradient \(Round\).*zero on every random sample/s);
  });

  it('holds the stand-ins of a network against differences where it rounds too often for its own', async () => {
    // Dynamic quantisation of thousands of numbers: every step crosses some of their edges.
    const rounds = buildNetwork(['n', 4000], (build, weight, x) => {
      const [whole, scale, zero] = build.addMany('DynamicQuantizeLinear', [x], 3) as [string, string, string];
      const wide = build.add('DequantizeLinear', [whole, scale, zero]);
      return build.add('Tanh', [build.add('MatMul', [wide, weight(4000, 3)])]);
    });
    const report = await reportOnModel('rounds.onnx', rounds);
    assert.equal(report.ok, true);
    assert.match(report.remarks.join(), /rounds so often that differences of it say nothing/);
    assert.equal(report.masked[0]!.operator, 'DynamicQuantizeLinear');
  });

  it('takes a detector up to the scores by which boxes are chosen, and says so', async () => {
    const made = buildNetwork(['n', 3, 8, 8], (build, weight, x) => {
      const maps = build.add('Conv', [x, weight(6, 3, 3, 3)]);
      const [boxes, scores] = build.addMany('Split', [build.add('Reshape', [maps, build.ints([0, 6, 36])])], 2, {
        axis: 1,
        num_outputs: 2,
      }) as [string, string];
      const corners = build.add('Reshape', [
        build.add('Concat', [boxes, boxes, boxes, boxes], { axis: 1 }),
        build.ints([0, -1, 4]),
      ]);
      const sure = build.add('Sigmoid', [build.add('Concat', [scores, scores, scores], { axis: 2 })]);
      const chosen = build.add('NonMaxSuppression', [corners, sure, build.ints([3])]);
      return build.add('Cast', [chosen], { to: 1 });
    });
    const report = await reportOnModel('detector.onnx', made);
    assert.equal(report.ok, true);
    assert.equal(report.final_operator, 'sigmoid');
    assert.equal(report.scores, 3 * 108);
    assert.match(report.remarks.join(), /From NonMaxSuppression .* shapes of values depend on the data/);
  });

  it('counts weights in Constant nodes and in branches', async () => {
    const value = { kind: 'tensor', value: { type: 'float32', dims: [3], data: Float32Array.of(1, 2, 3) } } as const;
    const constant = {
      name: '',
      op: 'Constant',
      domain: '',
      inputs: [],
      outputs: ['c'],
      attributes: new Map([['value', value]]),
    };
    const made = buildNetwork(['n', 3], (build, _, x) => build.add('Mul', [x, 'c']));
    const model = { ...made, graph: { ...made.graph, nodes: [constant, ...made.graph.nodes] } };
    assert.equal((await reportOnModel('constant.onnx', model)).parameters, 3);
  });

  it('does not take a gradient that is zero everywhere for a right one, and says in words what there is', async () => {
    // Three stumps vote with their labels, as AdaBoost does: no way of floating-point numbers leads to the scores.
    const votes = buildNetwork(['n', 4], (build, weight, x) => {
      const counted = [0, 1, 2].map((feature) => {
        const floats = (value: readonly number[]) => ({ kind: 'floats', value }) as const;
        const attributes = {
          nodes_treeids: [0, 0, 0],
          nodes_nodeids: [0, 1, 2],
          nodes_featureids: [feature, 0, 0],
          nodes_values: floats([0.5, 0, 0]),
          nodes_modes: { kind: 'strings', value: ['BRANCH_LEQ', 'LEAF', 'LEAF'] } as const,
          nodes_truenodeids: [1, 0, 0],
          nodes_falsenodeids: [2, 0, 0],
          class_treeids: [0, 0],
          class_nodeids: [1, 2],
          class_ids: [0, 1],
          class_weights: floats([1, 1]),
          classlabels_int64s: [0, 1],
        };
        const [, scores] = build.addMany('TreeEnsembleClassifier', [x], 2, attributes, 'ai.onnx.ml');
        const label = build.add('ArgMax', [scores!], { axis: 1, keepdims: 1 });
        const isOne = build.add('Equal', [label, build.ints([0, 1])]);
        return build.add('Cast', [isOne], { to: 1 });
      });
      return build.add('Sum', counted);
    });
    const opsets = new Map([...votes.opsets, ['ai.onnx.ml', 3]]);
    const voted = await reportOnModel('votes.onnx', { ...votes, opsets });
    assert.deepEqual([voted.ok, voted.gradient, voted.max_relative_error], [false, 'none', null]);
    assert.deepEqual(voted.missing, ['ai.onnx.ml.TreeEnsembleClassifier', 'ArgMax']);
    assert.match(voted.remarks.join(), /cannot be read as one sum of trees/);
    const compared = buildNetwork(['n', 6], (build, weight, x) =>
      build.add('MatMul', [build.add('Cast', [build.add('Greater', [x, build.scalar(0.5)])], { to: 1 }), weight(6, 3)]),
    );
    const above = await reportOnModel('compared.onnx', compared);
    assert.deepEqual([above.ok, above.gradient, above.missing], [false, 'none', ['Greater']]);
    const far = buildNetwork(['n', 6], (build, weight, x) => {
      const sum = build.add('MatMul', [x, weight(6, 3)]);
      return build.add('Relu', [build.add('Sub', [sum, build.scalar(1e6)])]);
    });
    const dead = await reportOnModel('dead.onnx', far);
    assert.deepEqual([dead.ok, dead.gradient, dead.missing, dead.max_relative_error], [false, 'zero', [], 0]);
    assert.match(dead.remarks.join(), /nothing is proven/);
    assert.equal((await reportOnModel('net.onnx', smallConvNet())).gradient, 'right');
  });

  it('takes the scores before an ArgMax, and a dictionary at the end for what it is made of', async () => {
    const labels = await reportOnModel('labels.onnx', continued(smallConvNet(), [{ op: 'ArgMax' }]));
    assert.equal(labels.ok, true);
    assert.equal(labels.scores, 5);
    const zipped = continued(
      buildNetwork(['n', 6], (build, _, x) => {
        const attributes = {
          coefficients: { kind: 'floats', value: [1, 2, 3, 4, 5, 6, -1, 0, 1, 0, -1, 0] } as const,
          intercepts: { kind: 'floats', value: [0.5, -0.5] } as const,
          classlabels_ints: [0, 1],
          post_transform: 'SOFTMAX',
        };
        const scaled = build.add(
          'Scaler',
          [x],
          { offset: { kind: 'floats', value: [0.1] }, scale: { kind: 'floats', value: [2] } },
          'ai.onnx.ml',
        );
        const [, scores] = build.addMany('LinearClassifier', [scaled], 2, attributes, 'ai.onnx.ml');
        return build.add('Normalizer', [scores!], { norm: 'L1' }, 'ai.onnx.ml');
      }),
      [
        {
          op: 'ZipMap',
          domain: 'ai.onnx.ml',
          attributes: new Map([['classlabels_int64s', { kind: 'ints', value: [0, 1] }]]),
        },
      ],
    );
    const report = await reportOnModel('logistic.onnx', {
      ...zipped,
      opsets: new Map([...zipped.opsets, ['ai.onnx.ml', 3]]),
    });
    assert.equal(report.ok, true, JSON.stringify(report));
    assert.equal(report.scores, 2);
    assert.equal(report.check, 'float64');
    // What is normalised once more is still the Softmax's.
    assert.equal(report.final_operator, 'softmax');
  });

  it('gives nodes of one name names of their own', async () => {
    const model = continued(smallConvNet(), [
      { op: 'LeakyRelu', name: 'same', attributes: new Map([['alpha', float(0.3)]]) },
      { op: 'Elu', name: 'same' },
    ]);
    assert.equal((await reportOnModel('same.onnx', model)).ok, true);
  });

  it('tells what it does', async () => {
    const said: string[] = [];
    await reportOnModel('deep.onnx', vanishing(5), { progress: (doing) => void said.push(doing) });
    assert.deepEqual(said.slice(0, 3), ['opening', 'forward run', 'gradient, held against differences']);
    assert.match(said[3]!, /^gradient from input to /);
    assert.equal(said.at(-1), 'timing');
  });
});

/** Recurrent layers one on the other whose weights are whole numbers, with states that the runtime rounds at each step. */
function quantisedLstms(layers: number, hidden: number, steps: number): OnnxModel {
  return buildNetwork([1, steps, 16], (build, weight, x) => {
    const random = seededRandom('quantised recurrent layers');
    const whole = (...dims: readonly number[]): string => {
      const data = Int8Array.from({ length: dims.reduce((product, one) => product * one, 1) }, () =>
        Math.max(-127, Math.min(127, Math.round(40 * random.normal()))),
      );
      return build.tensor({ type: 'int8', dims, data }, 'whole');
    };
    const zeros = build.tensor({ type: 'int8', dims: [2], data: new Int8Array(2) }, 'zero points');
    const scales = (width: number): string => build.floats([0.15 / Math.sqrt(width), 0.15 / Math.sqrt(width)], [2]);
    let [last, width] = [build.add('Transpose', [x], { perm: [1, 0, 2] }), 16];
    for (let layer = 0; layer < layers; layer++) {
      const inputs = [last, whole(2, width, 4 * hidden), whole(2, hidden, 4 * hidden), weight(2, 8 * hidden)];
      const scaled = ['', '', '', '', scales(width), zeros, scales(hidden), zeros];
      const attributes = { hidden_size: hidden, direction: 'bidirectional' };
      const [y] = build.addMany('DynamicQuantizeLSTM', [...inputs, ...scaled], 3, attributes, 'com.microsoft');
      width = 2 * hidden;
      const turned = build.add('Transpose', [y!], { perm: [0, 2, 1, 3] });
      last = build.add('Reshape', [turned, build.ints([steps, -1, width])]);
    }
    const flat = build.add('Flatten', [build.add('Transpose', [last], { perm: [1, 0, 2] })]);
    return build.add('Gemm', [flat, weight(steps * width, 5), weight(5)]);
  });
}

it('holds stand-ins against differences at the values that the runtime computes, roundings of states and all', async () => {
  for (const options of [{}, { straightThrough: true }]) {
    const report = await reportOnModel('lstm.onnx', quantisedLstms(3, 8, 6), options);
    assert.equal(report.ok, true, JSON.stringify(report));
    assert.ok(report.max_relative_error! < 1e-4);
    assert.equal(report.masked.length, 3);
  }
});

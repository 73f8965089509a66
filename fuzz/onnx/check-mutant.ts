import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isFault } from '../../src/core/fault.ts';
import type { OnnxGraph, OnnxModel, OnnxTensor } from '../../src/formats/onnx/onnx-model.ts';
import { readOnnx } from '../../src/formats/onnx/read-onnx.ts';
import { elementCount } from '../../src/formats/onnx/tensor-data.ts';
import { writeOnnx } from '../../src/formats/onnx/write-onnx.ts';
import { assertOnnxFile, assertRunnable } from '../../src/engine/assert-onnx-file.ts';
import { differentiate } from '../../src/engine/gradient/differentiate.ts';
import { blockConvolutions } from '../../src/engine/gradient/block-convolutions.ts';
import { reorderPools } from '../../src/engine/gradient/reorder-pools.ts';
import { checkOnnx } from '../../src/engine/graph/check-onnx.ts';
import { GraphBuilder } from '../../src/engine/graph/graph-builder.ts';
import { namesOf } from '../../src/engine/graph/map-graph.ts';
import { prepare } from '../../src/engine/graph/prepare.ts';
import { assemble, type ShapedGraph, shapeIn } from '../../src/engine/graph/shaped-graph.ts';
import { specialise } from '../../src/engine/graph/specialise.ts';
import { guessInputs } from '../../src/engine/guess-inputs.ts';
import { loadOnnx, loadOnnxBytes } from '../../src/engine/load-onnx.ts';
import { type ModelPlan, planModel } from '../../src/engine/model-plan.ts';
import { evaluateModel, type ReferenceValues } from '../../src/engine/reference/evaluate-graph.ts';
import { referenceTensor, type ReferenceTensor } from '../../src/engine/reference/reference-tensor.ts';
import { networkFromOnnx } from '../../src/lab/certify/network-from-onnx.ts';
import { recordedRuntime, type RecordedValue } from './recorded-runtime.ts';

/** How far a mutant came. */
export const STAGES = ['read', 'checked', 'loaded', 'prepared', 'planned', 'shaped', 'differentiated'] as const;
export type Stage = (typeof STAGES)[number];

/** Values of a sound model by name: what a runtime would say of their types and shapes. */
export type Recorded = ReadonlyMap<string, RecordedValue>;

export function recordSeed(seed: OnnxModel): Recorded {
  try {
    const prepared = prepare(seed);
    return evaluateModel(prepared, feedsOf(prepared));
  } catch {
    // The reference has not every operator in every form.
    return new Map();
  }
}

/**
 * Takes a file through everything that is done with it without a runtime: reader, checks, external data, the one form of the engine, guesses, plans, shapes,
 * gradients, bounds. Whatever the bytes are, each step gives a result or a Fault; what is handed to a runtime is a graph.
 * @param folder holds a data file `weights`
 */
export async function checkMutant(bytes: Uint8Array, recorded: Recorded, folder: string): Promise<Stage> {
  let stage: Stage = 'read';
  const reach = (next: Stage): void => {
    if (STAGES.indexOf(next) > STAGES.indexOf(stage)) stage = next;
  };
  const read = attempt(() => readOnnx(bytes));
  const skimmed = attempt(() => readOnnx(bytes, { upTo: 4 }));
  assert.equal(read === null, skimmed === null, 'a file is read with its values or without them');
  if (read === null) return stage;
  assert.ok(attempt(() => checkOnnx(readOnnx(writeOnnx(read)))) !== null || attempt(() => checkOnnx(read)) === null);
  const checked = attempt(() => checkOnnx(read));
  if (checked === null) return stage;
  reach('checked');
  attempt(() => assertRunnable(checked));
  attempt(() => void loadOnnxBytes(bytes));
  const loaded = holdsExternal(checked) ? await viaFile(bytes, folder) : checked;
  if (loaded === null) return stage;
  reach('loaded');
  attempt(() => networkFromOnnx(loaded));
  if (attempt(() => prepare(loaded)) === null) return stage;
  reach('prepared');
  const guesses = attempt(() => guessInputs(loaded, {})) ?? [];
  for (const { options } of [...guesses.slice(0, 2), { options: {} }]) {
    const plan = attempt(() => planModel(loaded, options));
    if (plan === null) continue;
    reach('planned');
    await checkPlan(plan, recorded, bytes.length, reach);
    break;
  }
  return stage;
}

async function checkPlan(
  plan: ModelPlan,
  recorded: Recorded,
  bytesOf: number,
  reach: (stage: Stage) => void,
): Promise<void> {
  const batch = plan.fixedBatch ?? 1;
  const { model, input, inputShape, output } = plan;
  const size = [batch, ...inputShape].reduce((product, one) => product * one, 1);
  if (size > 2 ** 20) return;
  const values = new Map<string, RecordedValue>([
    [input, { type: 'float32', dims: [batch, ...inputShape] }],
    ...recorded,
    ...(isSmall(model) ? evaluated(plan, batch) : []),
  ]);
  const shapes: Record<string, readonly number[]> = { [input]: [batch, ...inputShape] };
  for (const [name, { dims }] of Object.entries(plan.constants)) shapes[name] = dims;
  const weights = [...model.graph.initializers].filter(([, { type }]) => type === 'float32').map(([name]) => name);
  // One of the two, by something that is as good as chance.
  for (const parameters of bytesOf % 2 === 0 ? [[]] : [weights]) {
    const graph = await attemptAsync(() =>
      specialise(model, recordedRuntime(values), { shapes, feeds: plan.constants, outputs: [output], parameters }),
    );
    if (graph === null) return;
    reach('shaped');
    const convolves = graph.nodes.some(({ op }) => op.includes('Conv') || op.includes('Pool'));
    const other = convolves ? attempt(() => blockConvolutions(reorderPools(graph), 8)) : null;
    for (const one of other === null ? [graph] : [graph, other]) {
      for (const parameterGradients of parameters.length === 0
        ? (['sum'] as const)
        : (['sum', 'squared-norms'] as const))
        if (checkGradient(one, plan, batch, parameterGradients)) reach('differentiated');
    }
  }
}

function checkGradient(
  graph: ShapedGraph,
  { input, output, model }: ModelPlan,
  batch: number,
  parameterGradients: 'sum' | 'squared-norms',
): boolean {
  const built = attempt(() => {
    const build = new GraphBuilder([...namesOf(model.graph), ...graph.nodes.flatMap(({ outputs }) => outputs)]);
    const wrt = [input, ...graph.parameters.keys()].filter((name) => name === input || graph.shapes.has(name));
    const seed = build.add('ConstantOfShape', [build.ints(shapeIn(graph, output))]);
    const found = differentiate(graph, build, {
      seeds: new Map([[output, seed]]),
      wrt,
      batch,
      parameterGradients,
      straightThrough: true,
    });
    const outputs = [...found.gradients.values()].map((name) => ({ name, type: null, shape: null }));
    return assemble(graph, { nodes: build.nodes, constants: build.initializers, inputs: [] }, outputs);
  });
  if (built === null) return false;
  checkOnnx(built);
  return true;
}

/** What the reference says of every value, where it can compute the graph. */
function evaluated({ model }: ModelPlan, batch: number): ReferenceValues {
  try {
    return evaluateModel(model, feedsOf(model, batch));
  } catch {
    // A graph that means nothing is a runtime's to refuse; what was recorded stands for it.
    return new Map();
  }
}

function feedsOf({ graph }: OnnxModel, batch = 1): Map<string, ReferenceTensor> {
  return new Map(
    graph.inputs.map(({ name, type, shape }) => {
      const dims = (shape ?? [1]).map((one, axis) => (typeof one === 'number' ? one : axis === 0 ? batch : 2));
      if (elementCount(dims)! > 2 ** 16) throw new RangeError('too large for the reference');
      return [name, referenceTensor(type ?? 'float32', dims, (at) => (type === 'float32' ? 0.5 + at / 16 : 1))];
    }),
  );
}

/** No constant of the model asks the reference for much. */
function isSmall({ graph }: OnnxModel): boolean {
  const few = (numbers: Iterable<number | bigint>): boolean => {
    let product = 1;
    for (const one of numbers) product *= Math.max(1, Math.abs(Number.isFinite(Number(one)) ? Number(one) : 1e9));
    return product <= 4096;
  };
  const own = (one: OnnxGraph): boolean =>
    [...one.initializers.values()].every(isFew) &&
    one.nodes.every((node) =>
      [...node.attributes.values()].every((attribute) => {
        if (attribute.kind === 'int') return few([attribute.value]);
        if (attribute.kind === 'ints') return few(attribute.value);
        if (attribute.kind === 'tensor') return isFew(attribute.value);
        if (attribute.kind === 'graph') return own(attribute.value);
        return true;
      }),
    );
  const isFew = ({ data, type }: OnnxTensor): boolean => {
    if (data === null || type === 'string') return true;
    // Short ones are shapes, counts and scales.
    return data.length > 16 || few(data as Int32Array | BigInt64Array | Float32Array);
  };
  return own(graph);
}

function holdsExternal({ graph }: OnnxModel): boolean {
  const inGraph = (one: OnnxGraph): boolean =>
    [...one.initializers.values()].some(({ external }) => external !== undefined) ||
    one.nodes.some((node) =>
      [...node.attributes.values()].some((attribute) =>
        attribute.kind === 'tensor'
          ? attribute.value.external !== undefined
          : attribute.kind === 'graph' && inGraph(attribute.value),
      ),
    );
  return inGraph(graph);
}

async function viaFile(bytes: Uint8Array, folder: string): Promise<OnnxModel | null> {
  const file = join(folder, 'mutant.onnx');
  writeFileSync(file, bytes);
  await attemptAsync(() => assertOnnxFile(file));
  return attemptAsync(() => loadOnnx(file));
}

function attempt<Result>(body: () => Result): Result | null {
  try {
    return body();
  } catch (error) {
    return expected(error);
  }
}

async function attemptAsync<Result>(body: () => Promise<Result>): Promise<Result | null> {
  try {
    return await body();
  } catch (error) {
    return expected(error);
  }
}

/** Errors that say that something was made without a limit, also where a Fault carries them. */
const UNLIMITED =
  /invalid (?:typed )?array (?:buffer )?length|allocation failed|call stack|invalid string length|maximum size/i;

function expected(error: unknown): null {
  if (!isFault(error)) throw error;
  const { cause } = error;
  if (cause instanceof Error && UNLIMITED.test(cause.message)) throw cause;
  return null;
}

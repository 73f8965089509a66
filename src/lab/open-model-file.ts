import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Fault, isFault } from '../core/fault.ts';
import { type ConstantInputs, constantInputs } from '../engine/constant-inputs.ts';
import { loadOnnx } from '../engine/load-onnx.ts';
import type { OnnxModel } from '../formats/onnx/onnx-model.ts';
import { openWrapper, wrapperAt } from './defence/open-wrapper.ts';
import { type OnnxTarget, openOnnxTarget } from './onnx-target.ts';
import type { Bounds, Target } from './target.ts';
import { ensembleOfOnnx } from './trees/from-onnx.ts';
import { readTreeModel } from './trees/read-tree-model.ts';
import { createTreeTarget } from './trees/tree-target.ts';

export interface ModelFileOptions {
  /** Default: 0 to 1 for networks, none for trees. */
  readonly bounds?: Bounds;
  readonly classNames?: readonly string[];
  /** Threads of an ONNX model; 0: none of its own. */
  readonly threads?: number;
  /** The input of a network that is attacked, and the output with its scores; default: the first ones of floats. */
  readonly input?: string;
  readonly output?: string;
  /** What its other inputs hold. */
  readonly constants?: ConstantInputs;
  /** The one score of a network is that of the second of two classes, also where no Sigmoid ends it. */
  readonly twoClasses?: boolean;
  /** Shape of one sample, asked for where a network leaves it open: channels first for pictures. */
  readonly openShape?: () => readonly number[] | Promise<readonly number[]>;
}

/** A model file: ONNX, XGBoost or LightGBM, told by its bytes; or the wrapper of a hardened model (docs/wrappers.md). */
export async function openModelFile(path: string, bytes: Uint8Array, options: ModelFileOptions): Promise<Target> {
  const { bounds, classNames } = options;
  const name = basename(path);
  const wrapper = wrapperAt(path, bytes);
  if (wrapper !== null) {
    const own = wrapper.bounds === undefined ? {} : { bounds: { low: wrapper.bounds[0], high: wrapper.bounds[1] } };
    return openWrapper(path, wrapper, (model, content) => openModelFile(model, content, { ...own, ...options }));
  }
  if (looksLikeTrees(bytes)) {
    const trees = readTreeModel(bytes);
    return createTreeTarget(trees.ensemble, {
      name,
      bounds: bounds ?? OPEN,
      ...namesOf(classNames ?? trees.classNames),
    });
  }
  const model = await loadOnnx(path);
  if (model.graph.nodes.some(({ domain, op }) => domain === 'ai.onnx.ml' && op.startsWith('TreeEnsemble'))) {
    const trees = treesOf(model);
    if (trees !== null) {
      return createTreeTarget(trees.ensemble, {
        name,
        bounds: bounds ?? OPEN,
        ...namesOf(classNames ?? trees.classNames),
      });
    }
    // What cannot be read as one ensemble still runs, and is attacked from outside.
    const {
      name: named,
      inputShape,
      classes,
      bounds: limits,
      scoreType,
      scores,
      close,
    } = await networkOf(model, name, options);
    return { name: named, inputShape, classes, bounds: limits, scoreType, scores, close };
  }
  return networkOf(model, name, options);
}

/** Null where trees cannot be read as one ensemble of sums: several of them (AdaBoost, stacking), or other steps between. */
function treesOf(model: OnnxModel): ReturnType<typeof ensembleOfOnnx> | null {
  try {
    return ensembleOfOnnx(model);
  } catch (error) {
    if (isFault(error) && error.code === 'ERR_MODEL_UNSUPPORTED') return null;
    throw error;
  }
}

async function networkOf(model: OnnxModel, name: string, options: ModelFileOptions): Promise<OnnxTarget> {
  const { bounds, classNames, threads } = options;
  const { input, output } = options;
  const inputShape = await shapeOf(model, options);
  return openOnnxTarget(model, {
    name,
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    ...(options.twoClasses === undefined ? {} : { twoClasses: options.twoClasses }),
    ...(options.constants === undefined ? {} : { constants: constantInputs(model, options.constants) }),
    ...(inputShape === undefined ? {} : { inputShape }),
    ...(bounds === undefined ? {} : { bounds }),
    ...(classNames === undefined ? {} : { classNames }),
    ...(threads === undefined ? {} : { threads }),
  });
}

/**
 * The shape of one sample where the file leaves it open: as it was said, with channels last where only so it fits.
 * @throws Fault `ERR_USAGE` where nothing says it
 */
async function shapeOf(
  model: OnnxModel,
  { input, openShape }: ModelFileOptions,
): Promise<readonly number[] | undefined> {
  const { inputs, initializers } = model.graph;
  const port = inputs.find(({ name }) => (input === undefined ? !initializers.has(name) : name === input));
  const declared = port?.shape?.slice(1) ?? null;
  if (port === undefined || (declared !== null && declared.every((one) => typeof one === 'number'))) return undefined;
  const said = await openShape?.();
  const hint = 'Say the shape of one sample in a target file (inputShape; docs/targets.md).';
  if (said === undefined) {
    const open = declared === null ? '' : ` (${declared.map((one) => one ?? '?').join(' x ')})`;
    throw new Fault('ERR_USAGE', `The model leaves the shape of its input${open} open.`, { where: port.name, hint });
  }
  const fits = (shape: readonly number[]): boolean =>
    declared === null ||
    (shape.length === declared.length && declared.every((one, axis) => typeof one !== 'number' || one === shape[axis]));
  const last = said.length === 3 ? [...said.slice(1), said[0]!] : said;
  const found = [said, last].find(fits);
  if (found !== undefined) return found;
  throw new Fault(
    'ERR_USAGE',
    `Samples are ${said.join(' x ')}, the model takes ${declared!.map((one) => one ?? '?').join(' x ')}.`,
    { where: port.name, hint },
  );
}

const OPEN: Bounds = { low: -Infinity, high: Infinity };

function namesOf(classNames: readonly string[]): { readonly classNames?: readonly string[] } {
  return classNames.length === 0 ? {} : { classNames };
}

/** @throws Fault `ERR_USAGE` */
export async function readModelFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new Fault('ERR_USAGE', 'The target cannot be read.', {
      where: path,
      hint: 'Give an ONNX file, a tree model (XGBoost, LightGBM), a target file (.yaml, .json) or an address (https://…).',
      cause,
    });
  }
}

/** Whether a path is a folder; what is not there is none. */
export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

const beginning = (bytes: Uint8Array, length: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(length, bytes.length)).toString('latin1');

function looksLikeTrees(bytes: Uint8Array): boolean {
  const start = beginning(bytes, 200);
  return start.startsWith('{') || /^tree\s/.test(start.trimStart());
}

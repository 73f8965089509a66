import { readFile } from 'node:fs/promises';
import { Fault } from '../core/fault.ts';
import { assertOnnxFile } from './assert-onnx-file.ts';
import type { ExternalData } from './external-data.ts';
import { throughGate } from './native-gate.ts';

/** `native`: ONNX Runtime's own library. `wasm`: the same engine as WebAssembly; slower, and there on every platform. */
export const RUNTIME_KINDS = ['native', 'wasm'] as const;
export type RuntimeKind = (typeof RUNTIME_KINDS)[number];

/** A dense tensor. `int64` data is a BigInt64Array, `float16` raw bits in a Uint16Array (or a Float16Array where there is one). */
export interface Tensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: ArrayBufferView & { readonly length: number };
}

/** An input or output of a graph. */
export interface Port {
  readonly name: string;
  readonly type: string;
  /** A number where the graph fixes the dimension, a name (or -1) where it does not. */
  readonly shape: readonly (number | string)[];
}

/** A graph ready to run. One run at a time; a run blocks the thread that asked for it. */
export interface Session {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  run(feeds: Readonly<Record<string, Tensor>>, outputs: readonly string[]): Promise<Readonly<Record<string, Tensor>>>;
  release(): Promise<void>;
}

export interface OnnxRuntime {
  readonly kind: RuntimeKind;
  /**
   * Opens a graph from a local file, with its external data where it has any, after `assertOnnxFile` has let it through. Uses one thread.
   * @throws Fault `ERR_CONFIG` when the file is refused, or is not a graph that this runtime can run.
   */
  open(file: string): Promise<Session>;
  /**
   * Opens a graph from bytes, which the caller has made or checked. `threads` (default 1) work on one run; they do not spin, so that several sessions share a machine well.
   * @throws Fault `ERR_MODEL_UNSUPPORTED` when the graph cannot be run by this runtime.
   */
  openBytes(model: Uint8Array, options?: OpenOptions): Promise<Session>;
}

export interface OpenOptions {
  readonly threads?: number;
  /** False: as the file has it, for one run that is not worth optimising for. Default: true. */
  readonly optimize?: boolean;
}

/** What both packages offer and this file uses. Their own types ask for a browser's. */
interface OrtPackage {
  readonly env: { logLevel?: string; readonly wasm: { numThreads?: number; proxy?: boolean } };
  readonly Tensor: new (type: string, data: unknown, dims: readonly number[]) => Tensor;
  readonly InferenceSession: { create(model: string | Uint8Array, options: object): Promise<OrtSession> };
}

interface OrtSession {
  readonly inputMetadata: readonly OrtPort[];
  readonly outputMetadata: readonly OrtPort[];
  run(feeds: object, outputs: readonly string[]): Promise<Readonly<Record<string, Tensor>>>;
  release(): Promise<void>;
}

interface OrtPort {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type?: string;
  readonly shape?: readonly (number | string)[];
}

/** One thread, arenas that give memory back, no messages but errors. */
const SESSION_OPTIONS = {
  executionMode: 'sequential',
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  graphOptimizationLevel: 'all',
  logSeverityLevel: 3,
  // Never the runtime's own format, whatever a file is called or begins with: nothing here checks that one.
  extra: { session: { load_model_format: 'ONNX' } },
};

/**
 * Loads ONNX Runtime from what is installed; nothing is ever downloaded.
 * @param kind absent: the native library where it works, WebAssembly otherwise.
 * @throws Fault `ERR_CONFIG` when none works.
 */
export async function loadOnnxRuntime(kind?: RuntimeKind): Promise<OnnxRuntime> {
  const causes: unknown[] = [];
  for (const candidate of kind === undefined ? RUNTIME_KINDS : [kind]) {
    try {
      return candidate === 'native' ? nativeRuntime(await importNative()) : wasmRuntime(await importWasm());
    } catch (cause) {
      causes.push(cause);
    }
  }
  throw new Fault('ERR_CONFIG', `ONNX Runtime cannot be loaded${kind === undefined ? '' : ` (${kind})`}.`, {
    hint: 'Install the packages again with "npm ci"; onnxruntime-web works on every platform, onnxruntime-node on Linux, macOS and Windows.',
    cause: new AggregateError(causes),
  });
}

async function importNative(): Promise<OrtPackage> {
  const found = (await import('onnxruntime-node')) as unknown as OrtPackage & { readonly default?: OrtPackage };
  return found.default ?? found;
}

async function importWasm(): Promise<OrtPackage> {
  const found = (await import('onnxruntime-web')) as unknown as OrtPackage;
  found.env.wasm.numThreads = 1;
  found.env.wasm.proxy = false;
  found.env.logLevel = 'error';
  return found;
}

function nativeRuntime(ort: OrtPackage): OnnxRuntime {
  return {
    kind: 'native',
    open: (file) => opening(file, () => ort.InferenceSession.create(file, SESSION_OPTIONS), ort),
    openBytes: (model, options) =>
      openingBytes((level) => ort.InferenceSession.create(model, sessionOptions(options, level)), options, ort),
  };
}

function wasmRuntime(ort: OrtPackage): OnnxRuntime {
  return {
    kind: 'wasm',
    open: (file) =>
      opening(
        file,
        async (external) => {
          const externalData = await Promise.all(
            external.map(async ({ location, path }) => ({
              path: location,
              data: new Uint8Array(await readFile(path)),
            })),
          );
          const options = externalData.length === 0 ? SESSION_OPTIONS : { ...SESSION_OPTIONS, externalData };
          return ort.InferenceSession.create(await readFile(file), { ...options, executionProviders: ['wasm'] });
        },
        ort,
      ),
    openBytes: (model, options) =>
      openingBytes(
        (level) =>
          ort.InferenceSession.create(model, { ...sessionOptions(options, level), executionProviders: ['wasm'] }),
        options,
        ort,
      ),
  };
}

/**
 * How much a graph is optimised, the most first. Some graphs that are right make an optimisation fail (quantised ones to int8, and
 * ones that were optimised before), so that less is tried.
 */
const LEVELS = ['all', 'basic', 'disabled'] as const;
type Level = (typeof LEVELS)[number];

function sessionOptions({ threads = 1 }: OpenOptions = {}, level: Level = 'all'): object {
  return {
    ...SESSION_OPTIONS,
    intraOpNumThreads: threads,
    graphOptimizationLevel: level,
    // Fatal only: what is wrong with a graph comes back as an error, and is not printed besides.
    logSeverityLevel: 4,
    extra: {
      session: { ...SESSION_OPTIONS.extra.session, intra_op: { allow_spinning: '0' }, dynamic_block_base: '4' },
    },
  };
}

async function opening(
  file: string,
  open: (external: ExternalData['files']) => Promise<OrtSession>,
  ort: OrtPackage,
): Promise<Session> {
  const external = await assertOnnxFile(file);
  let session: OrtSession;
  try {
    session = await throughGate(() => open(external));
  } catch (cause) {
    throw new Fault('ERR_CONFIG', 'ONNX Runtime cannot open this graph.', {
      where: file,
      hint: 'The file must be a complete ONNX model (not a Git LFS pointer), with its external data beside it.',
      cause,
    });
  }
  return toSession(session, ort);
}

async function openingBytes(
  open: (level: Level) => Promise<OrtSession>,
  { optimize = true }: OpenOptions = {},
  ort: OrtPackage,
): Promise<Session> {
  let failed: unknown;
  for (const level of optimize ? LEVELS : (['disabled'] as const)) {
    try {
      return toSession(await throughGate(() => open(level)), ort);
    } catch (cause) {
      failed = cause;
    }
  }
  throw new Fault('ERR_MODEL_UNSUPPORTED', `ONNX Runtime cannot run this graph: ${reasonOf(failed)}.`, {
    cause: failed,
  });
}

/** The first line of what ONNX Runtime says: it names node and operator. */
function reasonOf(cause: unknown): string {
  const said = cause instanceof Error ? cause.message : String(cause);
  return (said.split('\n', 1)[0] ?? '').slice(0, 400).replace(/\.$/, '');
}

function toSession(session: OrtSession, ort: OrtPackage): Session {
  return {
    inputs: session.inputMetadata.map(toPort),
    outputs: session.outputMetadata.map(toPort),
    run: (feeds, outputs) => {
      const given = Object.entries(feeds).map(([name, { type, data, dims }]) => [
        name,
        new ort.Tensor(type, data, dims),
      ]);
      return throughGate(() => session.run(Object.fromEntries(given) as object, outputs));
    },
    release: () => throughGate(() => session.release()),
  };
}

function toPort({ name, type, shape }: OrtPort): Port {
  return { name, type: type ?? 'none', shape: shape ?? [] };
}

import { readFile } from 'node:fs/promises';
import { Fault } from '../core/fault.ts';
import type { Activation, ClassifierFolder } from './classifier-folder.ts';
import { loadOnnxRuntime, type Port, type RuntimeKind, type Session, type Tensor } from './onnx-runtime.ts';
import { createTokenizer, type Tokenizer } from './tokenizer.ts';

/** Tokens of one text; more are not read, and the text counts as not checked. Some 60,000 characters of English. */
export const MAX_TOKENS = 16_384;
/** Tokens that one run holds, padding included: what bounds the memory of attention. */
const BATCH_TOKENS = 2048;
/** Tokens that a graph of fixed dimensions may want in one run: some hundred texts of the longest window. */
const MOST_TOKENS_AT_ONCE = 65_536;
/** Tokens that two neighbouring windows share, so that nothing is seen only in halves. */
const OVERLAP = 128;

/** Probabilities of every label, for every window of a text. */
export type WindowScores = readonly (readonly number[])[];

export interface SequenceClassifier {
  readonly runtime: RuntimeKind;
  readonly labels: readonly string[];
  /** False: every label is judged by itself, and a text can have several. */
  readonly exclusive: boolean;
  /**
   * Scores a text, window by window.
   * @param goOn asked between two runs; false gives up.
   * @returns null when it was given up.
   * @throws Fault `ERR_CHECK_FAILED` when the text is longer than `MAX_TOKENS`.
   */
  score(text: string, goOn?: () => Promise<boolean>): Promise<WindowScores | null>;
  close(): Promise<void>;
}

/**
 * Opens a classifier and runs it once, so that what does not fit is said now.
 * @throws Fault `ERR_CONFIG`.
 */
export async function openSequenceClassifier(
  folder: ClassifierFolder,
  kind?: RuntimeKind,
): Promise<SequenceClassifier> {
  const tokenizer = createTokenizer(
    await readJson(folder.tokenizer),
    folder.tokenizerConfig === null ? null : await readJson(folder.tokenizerConfig),
    folder.tokenizer,
  );
  const runtime = await loadOnnxRuntime(kind);
  const session = await runtime.open(folder.model);
  const graph = readGraph(session, folder);
  const windowTokens = windowSize(graph, folder, tokenizer);
  const padding = folder.padding ?? tokenizer.padding;

  const run = async (windows: readonly (readonly number[])[]): Promise<number[][]> => {
    const { feeds, rows } = toFeeds(graph, windows, tokenizer, padding);
    const logits = (await session.run(feeds, [graph.output]))[graph.output]!;
    return toRows(logits, rows, folder.model).slice(0, windows.length);
  };

  const [probe] = await run([tokenizer.encode('hello', windowTokens).slice(0, windowTokens)]);
  const labels = folder.labels ?? probe!.map((_, index) => `LABEL_${index}`);
  if (labels.length !== probe!.length) {
    throw new Fault('ERR_CONFIG', `The model gives ${probe!.length} scores, and id2label names ${labels.length}.`, {
      where: folder.folder,
      hint: 'config.json belongs to another model, or the model is no sequence classifier.',
    });
  }
  const activation: Activation = folder.activation ?? (labels.length === 1 ? 'sigmoid' : 'softmax');
  const probabilities = labels.length === 1 || activation === 'sigmoid' ? sigmoid : softmax;
  // Some exports end with the activation and say so.
  const isDone = /^prob/i.test(graph.output);

  return {
    runtime: runtime.kind,
    labels,
    exclusive: probabilities === softmax,
    async score(text, goOn) {
      const ids = tokenizer.encode(text, MAX_TOKENS);
      if (ids.length > MAX_TOKENS) {
        throw new Fault('ERR_CHECK_FAILED', `The text has more than ${MAX_TOKENS} tokens.`);
      }
      const scores: number[][] = [];
      for (const batch of batches(windowsOf(ids, windowTokens), graph)) {
        if (scores.length > 0 && goOn !== undefined && !(await goOn())) return null;
        for (const row of await run(batch)) scores.push(isDone ? row.map(asProbability) : probabilities(row));
      }
      return scores;
    },
    close: () => session.release(),
  };
}

/** What a graph takes and gives. */
interface Graph {
  readonly inputs: readonly Port[];
  readonly output: string;
  /** Dimensions that the graph fixes; null where it takes any. */
  readonly batch: number | null;
  readonly length: number | null;
}

const KNOWN_INPUTS = ['input_ids', 'attention_mask', 'token_type_ids'];

function readGraph({ inputs, outputs }: Session, { model: where, maxLength }: ClassifierFolder): Graph {
  const ids = inputs.find(({ name }) => name === 'input_ids');
  const unknown = inputs.filter(({ name }) => !KNOWN_INPUTS.includes(name));
  if (ids === undefined || unknown.length > 0) {
    const names = inputs.map(({ name }) => name).join(', ');
    throw new Fault('ERR_CONFIG', `The graph's inputs are ${names}.`, {
      where,
      hint: `A sequence classifier takes input_ids, and attention_mask and token_type_ids where it needs them.`,
    });
  }
  for (const { name, type } of inputs) {
    if (type !== 'int64' && type !== 'int32') {
      throw new Fault('ERR_CONFIG', `The graph's input ${name} is ${type}; it must be int64 or int32.`, { where });
    }
  }
  const output = outputs.find(({ name }) => name === 'logits') ?? outputs.find(({ type }) => type.startsWith('float'));
  if (output === undefined || !/^float(16|32|64)$/.test(output.type)) {
    throw new Fault('ERR_CONFIG', 'The graph has no output of floating-point scores.', { where });
  }
  const fixed = (dimension: number | string | undefined): number | null =>
    typeof dimension === 'number' && dimension > 0 ? dimension : null;
  const [batch, length] = [fixed(ids.shape[0]), fixed(ids.shape[1])];
  if ((batch ?? 1) * (length ?? maxLength) > MOST_TOKENS_AT_ONCE) {
    throw new Fault('ERR_CONFIG', `The graph reads ${ids.shape.join(' x ')} tokens at once, which is too many.`, {
      where,
      hint: `At most ${MOST_TOKENS_AT_ONCE.toLocaleString('en')} are; export it with open dimensions, or smaller ones.`,
    });
  }
  return { inputs, output: output.name, batch, length };
}

function windowSize(graph: Graph, folder: ClassifierFolder, { prefix, suffix }: Tokenizer): number {
  const size = Math.min(folder.maxLength, graph.length ?? folder.maxLength) - prefix.length - suffix.length;
  if (size < 1) {
    throw new Fault('ERR_CONFIG', 'The model has no place for a token between its special ones.', {
      where: folder.model,
    });
  }
  return size;
}

/** Neighbouring windows overlap; together they cover every token. */
export function windowsOf(ids: readonly number[], size: number): number[][] {
  if (ids.length <= size) return [[...ids]];
  const step = size - Math.min(OVERLAP, size >> 2);
  const windows: number[][] = [];
  for (let start = 0; ; start += step) {
    windows.push(ids.slice(start, start + size));
    if (start + size >= ids.length) return windows;
  }
}

function* batches(windows: readonly number[][], graph: Graph): Generator<number[][]> {
  const longest = Math.max(1, graph.length ?? Math.max(...windows.map(({ length }) => length)));
  const size = graph.batch ?? Math.max(1, Math.floor(BATCH_TOKENS / longest));
  for (let at = 0; at < windows.length; at += size) yield windows.slice(at, at + size);
}

function toFeeds(
  graph: Graph,
  windows: readonly (readonly number[])[],
  { prefix, suffix }: Tokenizer,
  padding: number,
): { readonly feeds: Record<string, Tensor>; readonly rows: number } {
  const around = prefix.length + suffix.length;
  const length = graph.length ?? around + Math.max(1, ...windows.map((window) => window.length));
  const rows = graph.batch ?? windows.length;
  const ids = new Int32Array(rows * length).fill(padding);
  const mask = new Int32Array(rows * length);
  for (let row = 0; row < rows; row += 1) {
    // A graph of fixed batch gets what is left over filled with the last window.
    const sequence = [...prefix, ...windows[Math.min(row, windows.length - 1)]!, ...suffix];
    ids.set(sequence, row * length);
    mask.fill(1, row * length, row * length + sequence.length);
  }
  const feeds: Record<string, Tensor> = {};
  for (const { name, type } of graph.inputs) {
    const values = name === 'input_ids' ? ids : name === 'attention_mask' ? mask : new Int32Array(rows * length);
    const data = type === 'int64' ? BigInt64Array.from(values, BigInt) : values;
    feeds[name] = { type, data, dims: [rows, length] };
  }
  return { feeds, rows };
}

function toRows({ data, dims, type }: Tensor, rows: number, where: string): number[][] {
  // A model with one label may leave its dimension out.
  const labels = dims[0] !== rows || dims.length > 2 ? 0 : (dims[1] ?? 1);
  if (labels < 1) {
    throw new Fault('ERR_CONFIG', `The graph gives scores of the shape [${dims.join(', ')}].`, {
      where,
      hint: 'A sequence classifier gives one row of scores a text; a token classifier or a bare encoder cannot be used.',
    });
  }
  const half = type === 'float16' && data instanceof Uint16Array;
  const values = data as unknown as ArrayLike<number>;
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: labels }, (__, label) => {
      const value = Number(values[row * labels + label]);
      return half ? fromHalf(value) : value;
    }),
  );
}

/** IEEE 754 binary16. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * 2 ** -14 * (fraction / 1024);
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}

function softmax(logits: readonly number[]): number[] {
  const highest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - highest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => checked(power / sum));
}

function sigmoid(logits: readonly number[]): number[] {
  return logits.map((logit) => checked(1 / (1 + Math.exp(-logit))));
}

function asProbability(value: number): number {
  return Math.min(1, Math.max(0, checked(value)));
}

/** A model that overflows gives no score; that is no "harmless". */
function checked(probability: number): number {
  if (Number.isNaN(probability)) throw new Fault('ERR_CHECK_FAILED', 'The model gave something that is not a number.');
  return probability;
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new Fault('ERR_CONFIG', 'This is not JSON.', { where: path, cause });
  }
}

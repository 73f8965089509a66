import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../core/fault.ts';

/** Where exporters put the graph, in the order in which it is looked for. */
export const MODEL_FILES = [
  'model.onnx',
  'onnx/model.onnx',
  'model_quantized.onnx',
  'onnx/model_quantized.onnx',
  'model_optimized.onnx',
] as const;

/** Longest sequence that is read at once, whatever the model allows: attention costs its square. */
const LONGEST_WINDOW = 512;
const SHORTEST_WINDOW = 8;
/** The largest vocabularies in use (250,000 pieces) take 17 MB. */
const MAX_TOKENIZER = 64 * 1024 * 1024;
const MAX_CONFIG = 4 * 1024 * 1024;
const MAX_LABELS = 1024;

/** Positions of these begin after the padding's id, so two of the embeddings are none. */
const OFFSET_POSITIONS = /^(roberta|xlm-roberta|xlm-roberta-xl|camembert|longformer|mpnet)$/;

/** `softmax`: one label a text. `sigmoid`: each label by itself. */
export type Activation = 'softmax' | 'sigmoid';

/** An exported sequence classifier as it lies in a folder. Plain data: it goes to another thread as it is. */
export interface ClassifierFolder {
  readonly folder: string;
  readonly model: string;
  readonly tokenizer: string;
  readonly tokenizerConfig: string | null;
  /** Names by index, from `id2label`; null when nothing says them, and they are then `LABEL_0`, `LABEL_1`, … */
  readonly labels: readonly string[] | null;
  /** Tokens of one window, with the special ones. */
  readonly maxLength: number;
  /** Null: by the number of labels. */
  readonly activation: Activation | null;
  readonly padding: number | null;
}

/**
 * Looks at a folder with an exported classifier: `model.onnx` (or one of `MODEL_FILES`), `tokenizer.json`, and
 * `config.json` and `tokenizer_config.json` where they are. Opens no graph.
 * @param file the graph's file relative to the folder, when it is none of the usual ones.
 * @throws Fault `ERR_CONFIG` that says which file is missing or wrong.
 */
export function readClassifierFolder(folder: string, file?: string): ClassifierFolder {
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat === undefined) throw fault('There is no such folder.', folder);
  if (!stat.isDirectory()) throw fault('This is not a folder.', folder, 'Name the folder that holds model.onnx.');

  const tried: readonly string[] = file === undefined ? MODEL_FILES : [file];
  const model = tried.map((name) => join(folder, name)).find((path) => isFile(path));
  if (model === undefined) {
    throw fault('The folder holds no model.', folder, `Looked for ${tried.join(', ')}.`);
  }
  refusePointer(model);
  const tokenizer = join(folder, 'tokenizer.json');
  if (!isFile(tokenizer)) {
    throw fault(
      'The folder holds no tokenizer.json.',
      folder,
      'Save the fast tokenizer beside the model; vocab.txt alone does not say how texts are split.',
    );
  }
  refusePointer(tokenizer);
  if (statSync(tokenizer).size > MAX_TOKENIZER) {
    throw fault(`The tokenizer is larger than ${MAX_TOKENIZER >> 20} MiB.`, tokenizer);
  }

  const config = readObject(join(folder, 'config.json'));
  const tokenizerConfigFile = join(folder, 'tokenizer_config.json');
  const tokenizerConfig = readObject(tokenizerConfigFile);
  return {
    folder,
    model,
    tokenizer,
    tokenizerConfig: existsSync(tokenizerConfigFile) ? tokenizerConfigFile : null,
    labels: labelsOf(config, join(folder, 'config.json')),
    maxLength: maxLengthOf(config, tokenizerConfig),
    activation: activationOf(config),
    padding: count(config['pad_token_id']),
  };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** A clone without Git LFS leaves a text of three lines where the weights should be. */
function refusePointer(path: string): void {
  const head = Buffer.alloc(64);
  const handle = openSync(path, 'r');
  try {
    readSync(handle, head, 0, head.length, 0);
  } finally {
    closeSync(handle);
  }
  if (head.toString('latin1').startsWith('version https://git-lfs')) {
    throw fault('This is a Git LFS pointer, not the file itself.', path, 'Run "git lfs pull" where it comes from.');
  }
}

function readObject(path: string): Readonly<Record<string, unknown>> {
  if (!isFile(path)) return {};
  if (statSync(path).size > MAX_CONFIG) throw fault(`The file is larger than ${MAX_CONFIG >> 20} MiB.`, path);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new Fault('ERR_CONFIG', 'This is not JSON.', { where: path, cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw fault('This is not a JSON object.', path);
  }
  return value as Record<string, unknown>;
}

function labelsOf(config: Readonly<Record<string, unknown>>, where: string): readonly string[] | null {
  const named = config['id2label'];
  if (named === undefined || named === null) return null;
  if (typeof named !== 'object') throw fault('id2label is not an object.', where);
  const entries = Object.entries(named);
  if (entries.length === 0 || entries.length > MAX_LABELS) {
    throw fault(`id2label has ${entries.length} labels; it takes 1 to ${MAX_LABELS}.`, where);
  }
  return entries.map((_, index) => {
    const label = (named as Record<string, unknown>)[String(index)];
    if (typeof label !== 'string' || label === '') throw fault(`id2label has no name for ${index}.`, where);
    return label;
  });
}

function maxLengthOf(
  config: Readonly<Record<string, unknown>>,
  tokenizerConfig: Readonly<Record<string, unknown>>,
): number {
  let most = LONGEST_WINDOW;
  const said = count(tokenizerConfig['model_max_length']);
  if (said !== null) most = Math.min(most, said);
  const positions = count(config['max_position_embeddings']);
  if (positions !== null) {
    const offset = OFFSET_POSITIONS.test(String(config['model_type'])) ? (count(config['pad_token_id']) ?? 1) + 1 : 0;
    most = Math.min(most, positions - offset);
  }
  return Math.max(SHORTEST_WINDOW, most);
}

function activationOf(config: Readonly<Record<string, unknown>>): Activation | null {
  switch (config['problem_type']) {
    case 'multi_label_classification':
      return 'sigmoid';
    case 'single_label_classification':
      return 'softmax';
    default:
      return null;
  }
}

/** Some exporters write 1e30 for "no limit". */
function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function fault(message: string, where: string, hint?: string): Fault {
  return new Fault('ERR_CONFIG', message, { where, ...(hint === undefined ? {} : { hint }) });
}

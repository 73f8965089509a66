import { Fault } from '../../core/fault.ts';
import type { LightgbmMissing, LightgbmModel, LightgbmTree } from './lightgbm-model.ts';

const LARGEST_FILE = 512 * 1024 * 1024;
const MISSING: readonly LightgbmMissing[] = ['none', 'zero', 'nan'];

/** Lines of `key=value` up to an empty line or the next block. */
type Block = ReadonlyMap<string, string>;

/**
 * Reads LightGBM's text format: a header, then one block a tree, each of `key=value` lines.
 * @throws Fault `ERR_MODEL_MALFORMED`, `ERR_MODEL_UNSUPPORTED` (linear trees).
 */
export function readLightgbmModel(bytes: Uint8Array): LightgbmModel {
  if (bytes.length > LARGEST_FILE)
    throw new Fault('ERR_MODEL_UNSUPPORTED', 'The LightGBM model is larger than 512 MiB.');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  const blocks = splitBlocks(text);
  const header = blocks[0]!;
  const features = whole(header, 'max_feature_idx', 'header') + 1;
  const classes = whole(header, 'num_class', 'header');
  const treesPerIteration = header.has('num_tree_per_iteration')
    ? whole(header, 'num_tree_per_iteration', 'header')
    : classes;
  if (treesPerIteration < 1) throw broken('num_tree_per_iteration is not positive', 'header');
  const [objective = '', ...parameters] = (header.get('objective') ?? '').split(' ');
  const names = (header.get('feature_names') ?? '').split(' ').filter((name) => name !== '');
  const trees = blocks.slice(1).map((block, index) => readTree(block, features, `tree ${index}`));
  if (trees.length % treesPerIteration !== 0)
    throw broken('the number of trees is not a multiple of num_tree_per_iteration', 'header');
  return {
    version: header.get('version') ?? '',
    objective,
    objectiveParameters: new Map(
      parameters.map((part) => {
        const colon = part.indexOf(':');
        return colon < 0 ? [part, ''] : [part.slice(0, colon), part.slice(colon + 1)];
      }),
    ),
    features,
    featureNames: names.length === features ? names : [],
    classes,
    treesPerIteration,
    averages: header.has('average_output'),
    trees,
  };
}

function broken(what: string, where: string): Fault {
  return new Fault('ERR_MODEL_MALFORMED', `The LightGBM model is damaged: ${what}.`, { where });
}

function splitBlocks(text: string): Block[] {
  const lines = text.split('\n');
  if (lines[0]?.trim() !== 'tree') {
    throw new Fault('ERR_MODEL_MALFORMED', 'The file is not a LightGBM model in text format.', {
      where: 'line 1',
      hint: 'Save it with Booster.save_model("model.txt").',
    });
  }
  const blocks: Map<string, string>[] = [new Map()];
  let complete = false;
  for (const line of lines.slice(1)) {
    const trimmed = line.trim();
    if (trimmed === 'end of trees') {
      complete = true;
      break;
    }
    const equals = trimmed.indexOf('=');
    const key = equals < 0 ? trimmed : trimmed.slice(0, equals);
    if (key === '') continue;
    if (key === 'Tree') blocks.push(new Map());
    blocks.at(-1)!.set(key, equals < 0 ? '' : trimmed.slice(equals + 1));
  }
  if (!complete) throw broken('it ends before "end of trees"', `line ${lines.length}`);
  return blocks;
}

function whole(block: Block, key: string, where: string): number {
  const value = Number(block.get(key) ?? NaN);
  if (!Number.isInteger(value) || value < 0 || value > 1 << 24) throw broken(`${key} is not a whole number`, where);
  return value;
}

function numbers(block: Block, key: string, count: number, where: string): Float64Array {
  const text = block.get(key) ?? '';
  const parts = text === '' ? [] : text.split(' ');
  if (parts.length !== count) throw broken(`${key} has ${parts.length} entries instead of ${count}`, where);
  const list = Float64Array.from(parts, (part) => (part === '' ? NaN : Number(part)));
  if (list.some((value) => Number.isNaN(value))) throw broken(`${key} has an entry that is not a number`, where);
  return list;
}

function readTree(block: Block, features: number, where: string): LightgbmTree {
  if ((block.get('is_linear') ?? '0') !== '0') {
    throw new Fault('ERR_MODEL_UNSUPPORTED', 'LightGBM models with linear trees are not read.', { where });
  }
  const leafCount = whole(block, 'num_leaves', where);
  if (leafCount < 1) throw broken('a tree has no leaf', where);
  const nodes = leafCount - 1;
  const leaves = numbers(block, 'leaf_value', leafCount, where);
  const empty = nodes === 0;
  const array = (key: string): Float64Array => (empty ? new Float64Array(0) : numbers(block, key, nodes, where));
  const [left, right, feature] = (['left_child', 'right_child', 'split_feature'] as const).map((key) =>
    Int32Array.from(array(key)),
  ) as [Int32Array, Int32Array, Int32Array];
  if (feature.some((index) => index < 0 || index >= features))
    throw broken('split_feature names a feature that the model does not have', where);
  for (const child of [...left, ...right]) {
    if (child >= nodes || -child - 1 >= leafCount) throw broken('a child does not exist', where);
  }
  const threshold = array('threshold');
  const decisions = Int32Array.from(array('decision_type'));
  const categories = new Map<number, Int32Array>();
  const categoryCount = block.has('num_cat') ? whole(block, 'num_cat', where) : 0;
  if (categoryCount > 0) {
    const boundaries = numbers(block, 'cat_boundaries', categoryCount + 1, where);
    const words = numbers(block, 'cat_threshold', boundaries[categoryCount]!, where);
    for (let node = 0; node < nodes; node++) {
      if ((decisions[node]! & 1) === 0) continue;
      const set = threshold[node]!;
      const [from, to] = [boundaries[set] ?? NaN, boundaries[set + 1] ?? NaN];
      if (!(from >= 0 && from <= to && to <= words.length)) throw broken('cat_boundaries does not fit', where);
      categories.set(node, membersOf(words.subarray(from, to)));
    }
  }
  for (let node = 0; node < nodes; node++) {
    if ((decisions[node]! & 1) === 1 && !categories.has(node)) throw broken('a categorical split lacks its set', where);
    if (decisions[node]! < 0 || decisions[node]! > 15 || decisions[node]! >> 2 > 2)
      throw broken('decision_type is unknown', where);
  }
  return {
    left,
    right,
    feature,
    threshold,
    defaultLeft: Uint8Array.from(decisions, (decision) => (decision >> 1) & 1),
    missing: Array.from(decisions, (decision) => MISSING[(decision >> 2) & 3]!),
    categories,
    leaves,
  };
}

/** Members of a set given as 32-bit words. */
function membersOf(words: Float64Array): Int32Array {
  const members: number[] = [];
  words.forEach((word, index) => {
    for (let bit = 0; bit < 32; bit++) if (Math.floor(word / 2 ** bit) % 2 === 1) members.push(index * 32 + bit);
  });
  return Int32Array.from(members);
}

import { Fault } from '../../core/fault.ts';
import { readUbjson } from './read-ubjson.ts';
import type { XgboostModel, XgboostTree } from './xgboost-model.ts';

/** Largest file that is read, in bytes. */
const LARGEST_FILE = 512 * 1024 * 1024;

/**
 * Reads what `Booster.save_model` wrote: JSON or UBJSON, told apart by the second byte.
 * @throws Fault `ERR_MODEL_MALFORMED`, `ERR_MODEL_UNSUPPORTED` (linear boosters, the old binary format).
 */
export function readXgboostModel(bytes: Uint8Array): XgboostModel {
  if (bytes.length > LARGEST_FILE)
    throw new Fault('ERR_MODEL_UNSUPPORTED', 'The XGBoost model is larger than 512 MiB.');
  const root = new Node(decode(bytes), '');
  const learner = root.child('learner');
  const parameters = learner.child('learner_model_param');
  const gradientBooster = learner.child('gradient_booster');
  const name = gradientBooster.text('name');
  if (name !== 'gbtree' && name !== 'dart') {
    throw new Fault('ERR_MODEL_UNSUPPORTED', 'Only XGBoost models made of trees are read (gbtree, dart).', {
      where: 'learner.gradient_booster.name',
    });
  }
  const holder = name === 'dart' ? gradientBooster.child('gbtree') : gradientBooster;
  const model = holder.child('model');
  const features = parameters.count('num_feature');
  const trees = model.list('trees').map((tree) => readTree(tree, features));
  const treeOutputs = Int32Array.from(model.numbers('tree_info'));
  if (treeOutputs.length !== trees.length) throw model.broken('tree_info', 'does not have one entry a tree');
  const treeWeights = name === 'dart' ? Float32Array.from(gradientBooster.numbers('weight_drop')) : null;
  if (treeWeights !== null && treeWeights.length !== trees.length) {
    throw gradientBooster.broken('weight_drop', 'does not have one entry a tree');
  }
  return {
    version: Array.from(root.numbers('version')),
    booster: name,
    objective: learner.child('objective').text('name'),
    features,
    featureNames: learner.has('feature_names') ? learner.texts('feature_names') : [],
    classes: parameters.count('num_class'),
    baseScore: baseScores(parameters),
    trees,
    treeOutputs,
    treeWeights,
  };
}

function decode(bytes: Uint8Array): unknown {
  if (bytes[0] !== 0x7b) {
    throw new Fault('ERR_MODEL_MALFORMED', 'The file is not an XGBoost model in JSON or UBJSON.', {
      where: 'byte 0',
      hint: 'Save it with Booster.save_model("model.json"); the old binary format is not read.',
    });
  }
  // After `{`, JSON has a blank or a quotation mark, UBJSON the marker of a length.
  if ('iUIlL#$'.includes(String.fromCharCode(bytes[1] ?? 0))) return readUbjson(bytes);
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'));
  } catch (cause) {
    throw new Fault('ERR_MODEL_MALFORMED', 'The XGBoost model is not valid JSON.', { cause });
  }
}

/** Since 3.1 a list in a text (`[5E-1]`), before a number in a text. */
function baseScores(parameters: Node): number[] {
  const text = parameters.text('base_score').trim();
  const inner = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  const scores = inner.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (scores.some((score) => !Number.isFinite(score))) throw parameters.broken('base_score', 'is not a number');
  return scores;
}

function readTree(tree: Node, features: number): XgboostTree {
  const left = Int32Array.from(tree.numbers('left_children'));
  const nodes = left.length;
  const array = (key: string): ArrayLike<number> => {
    const list = tree.numbers(key);
    if (list.length !== nodes) throw tree.broken(key, 'does not have one entry a node');
    return list;
  };
  const right = Int32Array.from(array('right_children'));
  const feature = Int32Array.from(array('split_indices'));
  const condition = Float32Array.from(array('split_conditions'));
  const defaultLeft = Uint8Array.from(array('default_left'), (value) => (value === 0 ? 0 : 1));
  for (let node = 0; node < nodes; node++) {
    if (left[node]! >= 0 && !(feature[node]! >= 0 && feature[node]! < features)) {
      throw tree.broken('split_indices', `names a feature that the model does not have, at node ${node}`);
    }
    if (!Number.isFinite(condition[node]!)) throw tree.broken('split_conditions', `is not finite at node ${node}`);
  }

  const categories = new Map<number, Int32Array>();
  if (tree.has('categories_nodes')) {
    const all = tree.numbers('categories');
    const segments = tree.numbers('categories_segments');
    const sizes = tree.numbers('categories_sizes');
    const owners = tree.numbers('categories_nodes');
    for (let index = 0; index < owners.length; index++) {
      const [node, start, size] = [owners[index]!, segments[index] ?? -1, sizes[index] ?? -1];
      if (!(node >= 0 && node < nodes && start >= 0 && size >= 0 && start + size <= all.length)) {
        throw tree.broken('categories_nodes', `has an entry that does not fit, at ${index}`);
      }
      const set = Int32Array.from({ length: size }, (_, i) => all[start + i]!);
      if (set.some((category) => category < 0 || category >= 1 << 24))
        throw tree.broken('categories', 'is out of range');
      categories.set(node, set);
    }
  }
  const splitTypes = tree.has('split_type') ? array('split_type') : null;
  for (let node = 0; node < nodes; node++) {
    if ((splitTypes?.[node] ?? 0) !== 0 && !categories.has(node))
      throw tree.broken('split_type', `lacks categories at node ${node}`);
  }

  const size = tree.child('tree_param').count('size_leaf_vector');
  return {
    left,
    right,
    feature,
    condition,
    defaultLeft,
    categories,
    vectors: size > 1 ? readVectors(tree, left, right, size) : null,
  };
}

/** Since 3.1 leaves number their rows of `leaf_weights` in `right_children`; before, each node had a row of `base_weights`. */
function readVectors(tree: Node, left: Int32Array, right: Int32Array, size: number): Float32Array {
  const own = tree.has('leaf_weights');
  const weights = tree.numbers(own ? 'leaf_weights' : 'base_weights');
  if (weights.length % size !== 0 || size > weights.length)
    throw tree.broken('size_leaf_vector', 'does not fit the weights');
  const rows = weights.length / size;
  const vectors = new Float32Array(left.length * size);
  for (let node = 0; node < left.length; node++) {
    if (left[node]! >= 0) continue;
    const row = own ? right[node]! : node;
    if (!(row >= 0 && row < rows)) throw tree.broken('leaf_weights', `has no row for node ${node}`);
    for (let output = 0; output < size; output++) vectors[node * size + output] = weights[row * size + output]!;
  }
  return vectors;
}

/** A value of the file with its path, for errors that say where. */
class Node {
  readonly #value: unknown;
  readonly path: string;

  constructor(value: unknown, path: string) {
    this.#value = value;
    this.path = path;
  }

  broken(key: string, what: string): Fault {
    const where = this.path === '' ? key : `${this.path}.${key}`;
    return new Fault('ERR_MODEL_MALFORMED', `The XGBoost model is damaged: ${key} ${what}.`, { where });
  }

  #at(key: string): unknown {
    const value = this.#value;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.broken(key, 'is missing');
    return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
  }

  has(key: string): boolean {
    return this.#at(key) !== undefined;
  }

  child(key: string): Node {
    const value = this.#at(key);
    if (typeof value !== 'object' || value === null) throw this.broken(key, 'is missing');
    return new Node(value, this.path === '' ? key : `${this.path}.${key}`);
  }

  text(key: string): string {
    const value = this.#at(key);
    if (typeof value !== 'string') throw this.broken(key, 'is not a text');
    return value;
  }

  /** A whole number, which XGBoost writes as a text. */
  count(key: string): number {
    const value = this.#at(key);
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isInteger(number) || number < 0 || number > 1 << 24) {
      throw this.broken(key, 'is not a whole number');
    }
    return number;
  }

  numbers(key: string): ArrayLike<number> {
    const value = this.#at(key);
    if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return value as unknown as ArrayLike<number>;
    if (!Array.isArray(value)) throw this.broken(key, 'is not a list of numbers');
    for (let index = 0; index < value.length; index++) {
      const item: unknown = value[index];
      if (typeof item === 'boolean') value[index] = item ? 1 : 0;
      else if (typeof item !== 'number') throw this.broken(key, `has no number at ${index}`);
    }
    return value as number[];
  }

  texts(key: string): string[] {
    const value = this.#at(key);
    if (ArrayBuffer.isView(value)) return [];
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'string'))
      throw this.broken(key, 'is not a list of texts');
    return value;
  }

  list(key: string): Node[] {
    const value = this.#at(key);
    if (!Array.isArray(value)) throw this.broken(key, 'is not a list');
    return value.map((item, index) => new Node(item, `${this.path}.${key}[${index}]`));
  }
}

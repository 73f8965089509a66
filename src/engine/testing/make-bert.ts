import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Graph, type Initializer, type Node, writeOnnx } from './write-onnx.ts';

export interface BertSize {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  /** Words that the vocabulary has; the rest is filled up. */
  readonly words: readonly string[];
}

const VOCABULARY = 30_522;
const POSITIONS = 512;

/** Writes a BERT with random weights, of the real architecture and size, that classifies into two labels. For benchmarks. */
export function makeBert(size: BertSize): string {
  const folder = mkdtempSync(join(tmpdir(), 'parapet-bert-'));
  writeFileSync(join(folder, 'model.onnx'), writeOnnx(bertGraph(size)));
  const known = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', ...new Set([...size.words, 'a', 'hello'])];
  const vocab = Object.fromEntries(Array.from({ length: VOCABULARY }, (_, id) => [known[id] ?? `[unused${id}]`, id]));
  const special = (name: string): object => ({ SpecialToken: { id: name, type_id: 0 } });
  writeFileSync(
    join(folder, 'tokenizer.json'),
    JSON.stringify({
      version: '1.0',
      added_tokens: [],
      normalizer: {
        type: 'BertNormalizer',
        lowercase: true,
        clean_text: true,
        handle_chinese_chars: true,
        strip_accents: null,
      },
      pre_tokenizer: { type: 'BertPreTokenizer' },
      post_processor: {
        type: 'TemplateProcessing',
        single: [special('[CLS]'), { Sequence: { id: 'A', type_id: 0 } }, special('[SEP]')],
        pair: [],
        special_tokens: {
          '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] },
          '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] },
        },
      },
      decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
      model: {
        type: 'WordPiece',
        unk_token: '[UNK]',
        continuing_subword_prefix: '##',
        max_input_chars_per_word: 100,
        vocab,
      },
    }),
  );
  writeFileSync(
    join(folder, 'config.json'),
    JSON.stringify({ id2label: { 0: 'BENIGN', 1: 'ATTACK' }, max_position_embeddings: POSITIONS, pad_token_id: 0 }),
  );
  return folder;
}

function bertGraph({ layers, width, heads }: BertSize): Graph {
  const nodes: Node[] = [];
  const initializers: Initializer[] = [];
  let state = 1;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state / 2 ** 32 - 0.5) * 0.08;
  };
  const weight = (name: string, ...dims: number[]): string => {
    const data = Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, random);
    initializers.push({ name, dims, data });
    return name;
  };
  const constant = (name: string, dims: readonly number[], values: readonly number[]): string => {
    initializers.push({ name, dims, data: Float32Array.from(values) });
    return name;
  };
  const integers = (name: string, values: readonly number[], scalar = false): string => {
    initializers.push({ name, dims: scalar ? [] : [values.length], data: BigInt64Array.from(values, BigInt) });
    return name;
  };
  const add = (op: string, inputs: string[], output: string, attributes?: Node['attributes']): string => {
    nodes.push({ op, inputs, outputs: [output], ...(attributes === undefined ? {} : { attributes }) });
    return output;
  };
  const norm = (name: string, from: string): string => {
    const scale = constant(
      `${name}.scale`,
      [width],
      Array.from({ length: width }, () => 1),
    );
    return add('LayerNormalization', [from, scale, weight(`${name}.bias`, width)], name, {
      axis: -1,
      epsilon: { float: 1e-12 },
    });
  };
  const linear = (name: string, from: string, inner: number, outer: number): string =>
    add(
      'Add',
      [add('MatMul', [from, weight(`${name}.w`, inner, outer)], `${name}.x`), weight(`${name}.b`, outer)],
      name,
    );

  // Embeddings, and what masked tokens add to attention.
  integers('zero', [0]);
  integers('one', [1]);
  integers('zero.scalar', [0], true);
  integers('one.scalar', [1], true);
  add('Shape', ['input_ids'], 'shape');
  add('Gather', ['shape', 'one.scalar'], 'length', { axis: 0 });
  add('Range', ['zero.scalar', 'length', 'one.scalar'], 'positions');
  add('Gather', [weight('words', VOCABULARY, width), 'input_ids'], 'e.words');
  add('Gather', [weight('places', POSITIONS, width), 'positions'], 'e.places');
  add('Gather', [weight('types', 2, width), 'token_type_ids'], 'e.types');
  add('Add', ['e.words', 'e.places'], 'e.1');
  add('Add', ['e.1', 'e.types'], 'e.2');
  let hidden = norm('e', 'e.2');
  add('Cast', ['attention_mask'], 'mask.float', { to: 1 });
  add('Unsqueeze', ['mask.float', integers('axes', [1, 2])], 'mask.wide');
  add('Sub', [constant('unit', [1], [1]), 'mask.wide'], 'mask.off');
  add('Mul', ['mask.off', constant('minus', [1], [-10_000])], 'mask');

  const each = width / heads;
  integers('split', [0, 0, heads, each]);
  integers('join', [0, 0, width]);
  constant('scale', [1], [1 / Math.sqrt(each)]);
  constant('half', [1], [0.5]);
  constant('root', [1], [Math.SQRT1_2]);
  for (let layer = 0; layer < layers; layer += 1) {
    const at = `l${layer}`;
    const part = (name: string, perm: readonly number[]): string => {
      const all = linear(`${at}.${name}`, hidden, width, width);
      return add('Transpose', [add('Reshape', [all, 'split'], `${all}.split`)], `${all}.t`, { perm });
    };
    const product = add('MatMul', [part('q', [0, 2, 1, 3]), part('k', [0, 2, 3, 1])], `${at}.qk`);
    const masked = add('Add', [add('Mul', [product, 'scale'], `${at}.scaled`), 'mask'], `${at}.masked`);
    const attention = add('Softmax', [masked], `${at}.p`, { axis: -1 });
    const seen = add('MatMul', [attention, part('v', [0, 2, 1, 3])], `${at}.pv`);
    const joined = add(
      'Reshape',
      [add('Transpose', [seen], `${at}.pvt`, { perm: [0, 2, 1, 3] }), 'join'],
      `${at}.joined`,
    );
    const first = norm(`${at}.n1`, add('Add', [hidden, linear(`${at}.o`, joined, width, width)], `${at}.r1`));
    const wide = linear(`${at}.up`, first, width, 4 * width);
    const erf = add('Erf', [add('Mul', [wide, 'root'], `${at}.g1`)], `${at}.g2`);
    const gate = add('Mul', [add('Add', [erf, 'unit'], `${at}.g3`), 'half'], `${at}.g4`);
    const narrow = linear(`${at}.down`, add('Mul', [wide, gate], `${at}.gelu`), 4 * width, width);
    hidden = norm(`${at}.n2`, add('Add', [first, narrow], `${at}.r2`));
  }
  add('Gather', [hidden, 'zero.scalar'], 'first', { axis: 1 });
  add('Tanh', [linear('pool', 'first', width, width)], 'pooled');
  linear('logits', 'pooled', width, 2);
  const shape = ['batch', 'sequence'];
  return {
    inputs: ['input_ids', 'attention_mask', 'token_type_ids'].map((name) => ({ name, type: 'int64' as const, shape })),
    outputs: [{ name: 'logits', type: 'float32', shape: ['batch', 2] }],
    nodes,
    initializers,
  };
}

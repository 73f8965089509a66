import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type DataType, type Graph, writeOnnx } from './write-onnx.ts';
import { temporaryFolder } from '../../core/testing/temporary-folder.ts';

/** Words that the small models know; `attack` makes a text one, `maybe` makes it half one. */
const WORDS = ['the', 'a', 'hello', 'world', 'text', 'attack', 'maybe', 'good', '.', '1'];

export interface SmallClassifier {
  readonly labels?: readonly string[];
  readonly tokenizer?: 'wordpiece' | 'bpe' | 'unigram';
  readonly integers?: DataType;
  /** Inputs of the graph, in any order. */
  readonly inputs?: readonly ('input_ids' | 'attention_mask' | 'token_type_ids')[];
  /** `squeezed`: one label without a dimension of its own. `probabilities`: the softmax is in the graph. */
  readonly output?: 'logits' | 'squeezed' | 'probabilities';
  /** Name of the graph's file. */
  readonly file?: string;
  /** Fixed dimensions of the graph. */
  readonly shape?: readonly [number | string, number | string];
  readonly config?: Readonly<Record<string, unknown>> | null;
  readonly tokenizerConfig?: Readonly<Record<string, unknown>> | null;
}

/** Writes a small classifier that really runs into a folder of its own. */
export function makeClassifier(options: SmallClassifier = {}): string {
  const folder = temporaryFolder('parapet-classifier');
  const labels = options.labels ?? ['BENIGN', 'ATTACK'];
  const tokenizer = { wordpiece, bpe, unigram }[options.tokenizer ?? 'wordpiece']();
  const file = join(folder, options.file ?? 'model.onnx');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, writeOnnx(smallGraph(tokenizer.ids, tokenizer.size, labels.length, options)));
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer.json));
  if (options.config !== null) {
    const id2label = Object.fromEntries(labels.map((label, index) => [String(index), label]));
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ id2label, ...options.config }));
  }
  if (options.tokenizerConfig !== null) {
    writeFileSync(
      join(folder, 'tokenizer_config.json'),
      JSON.stringify({ model_max_length: 16, pad_token: '[PAD]', ...options.tokenizerConfig }),
    );
  }
  return folder;
}

/**
 * Embedding, maximum over the tokens that count, one linear layer. `attack` gives the last label the logit 4 more than
 * the first, nothing gives it 4 less, `maybe` as much.
 */
function smallGraph(ids: ReadonlyMap<string, number>, size: number, labels: number, options: SmallClassifier): Graph {
  const type = options.integers ?? 'int64';
  const shape = options.shape ?? ['batch', 'sequence'];
  const names = options.inputs ?? ['input_ids', 'attention_mask', 'token_type_ids'];
  const embedding = new Float32Array(size * 2);
  for (const [word, weight] of [
    ['attack', 1],
    ['maybe', 0.5],
  ] as const) {
    embedding[ids.get(word)! * 2] = weight;
  }
  // Padding that is not masked would show as an attack.
  embedding[0] = 1;
  // Rows are the two dimensions of the embedding, columns the labels.
  const weights = new Float32Array(2 * labels);
  const bias = new Float32Array(labels);
  weights[labels - 1] = 8;
  bias[labels - 1] = -4;
  const masked = names.includes('attention_mask');
  const typed = names.includes('token_type_ids');
  const words = typed ? 'typed' : 'words';
  const output = options.output ?? 'logits';
  return {
    inputs: names.map((name) => ({ name, type, shape })),
    outputs: [{ name: output, type: 'float32', shape: output === 'squeezed' ? [shape[0]] : [shape[0], labels] }],
    initializers: [
      { name: 'embedding', dims: [size, 2], data: embedding },
      { name: 'types', dims: [2, 2], data: new Float32Array([0, 0, 100, 100]) },
      { name: 'weights', dims: [2, labels], data: weights },
      { name: 'bias', dims: [labels], data: bias },
      { name: 'last', dims: [1], data: new BigInt64Array([-1n]) },
    ],
    nodes: [
      { op: 'Gather', inputs: ['embedding', 'input_ids'], outputs: ['words'] },
      ...(typed
        ? [
            { op: 'Gather', inputs: ['types', 'token_type_ids'], outputs: ['kinds'] },
            { op: 'Add', inputs: ['words', 'kinds'], outputs: ['typed'] },
          ]
        : []),
      ...(masked
        ? [
            { op: 'Cast', inputs: ['attention_mask'], outputs: ['counts'], attributes: { to: 1 } },
            { op: 'Unsqueeze', inputs: ['counts', 'last'], outputs: ['column'] },
            { op: 'Mul', inputs: [words, 'column'], outputs: ['seen'] },
          ]
        : []),
      {
        op: 'ReduceMax',
        inputs: [masked ? 'seen' : words],
        outputs: ['pooled'],
        attributes: { axes: [1], keepdims: 0 },
      },
      { op: 'Gemm', inputs: ['pooled', 'weights', 'bias'], outputs: ['logits'] },
      ...(output === 'squeezed' ? [{ op: 'Squeeze', inputs: ['logits', 'last'], outputs: ['squeezed'] }] : []),
      ...(output === 'probabilities'
        ? [{ op: 'Softmax', inputs: ['logits'], outputs: ['probabilities'], attributes: { axis: -1 } }]
        : []),
    ],
  };
}

interface MadeTokenizer {
  readonly json: object;
  readonly ids: ReadonlyMap<string, number>;
  readonly size: number;
}

const added = (id: number, content: string): object => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
});

const around = (begin: readonly [string, number], end: readonly [string, number]): object => ({
  type: 'TemplateProcessing',
  single: [
    { SpecialToken: { id: begin[0], type_id: 0 } },
    { Sequence: { id: 'A', type_id: 0 } },
    { SpecialToken: { id: end[0], type_id: 0 } },
  ],
  pair: [],
  special_tokens: {
    [begin[0]]: { id: begin[0], ids: [begin[1]], tokens: [begin[0]] },
    [end[0]]: { id: end[0], ids: [end[1]], tokens: [end[0]] },
  },
});

function wordpiece(): MadeTokenizer {
  const letters = [...'abcdefghijklmnopqrstuvwxyz'];
  const tokens = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', ...WORDS, ...letters, ...letters.map((one) => `##${one}`)];
  const ids = new Map([...new Set(tokens)].map((token, id) => [token, id]));
  return {
    ids,
    size: ids.size,
    json: {
      version: '1.0',
      truncation: { direction: 'Right', max_length: 8, strategy: 'LongestFirst', stride: 0 },
      padding: { strategy: { Fixed: 8 }, direction: 'Right', pad_id: 0, pad_type_id: 0, pad_token: '[PAD]' },
      added_tokens: ['[PAD]', '[UNK]', '[CLS]', '[SEP]'].map((token, id) => added(id, token)),
      normalizer: {
        type: 'BertNormalizer',
        clean_text: true,
        handle_chinese_chars: true,
        strip_accents: null,
        lowercase: true,
      },
      pre_tokenizer: { type: 'BertPreTokenizer' },
      post_processor: around(['[CLS]', 2], ['[SEP]', 3]),
      decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
      model: {
        type: 'WordPiece',
        unk_token: '[UNK]',
        continuing_subword_prefix: '##',
        max_input_chars_per_word: 100,
        vocab: Object.fromEntries(ids),
      },
    },
  };
}

/** Byte-level BPE with just the merges that make the words, each with and without the space before it. */
function bpe(): MadeTokenizer {
  const vocab = new Map<string, number>();
  const add = (token: string): void => {
    if (!vocab.has(token)) vocab.set(token, vocab.size);
  };
  for (const token of ['<pad>', '<s>', '</s>', '<unk>']) add(token);
  for (let byte = 33; byte < 127; byte += 1) add(String.fromCharCode(byte));
  for (let byte = 161; byte < 256; byte += 1) if (byte !== 173) add(String.fromCharCode(byte));
  for (let extra = 256; extra < 324; extra += 1) add(String.fromCharCode(extra));
  const merges: string[] = [];
  for (const word of WORDS) {
    for (let end = 2; end <= word.length; end += 1) {
      const merge = `${word.slice(0, end - 1)} ${word[end - 1]!}`;
      if (!merges.includes(merge)) merges.push(merge);
      add(word.slice(0, end));
    }
  }
  const ids = new Map(WORDS.map((word) => [word, vocab.get(word)!]));
  return {
    ids,
    size: vocab.size,
    json: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: ['<pad>', '<s>', '</s>', '<unk>'].map((token, id) => added(id, token)),
      normalizer: null,
      pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      post_processor: {
        type: 'RobertaProcessing',
        sep: ['</s>', 2],
        cls: ['<s>', 1],
        trim_offsets: true,
        add_prefix_space: false,
      },
      decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: '',
        end_of_word_suffix: '',
        fuse_unk: false,
        vocab: Object.fromEntries(vocab),
        merges,
      },
    },
  };
}

/** SentencePiece's unigram model: a word wins because its score is better than that of its letters. */
function unigram(): MadeTokenizer {
  const vocab: [string, number][] = [
    ['[PAD]', 0],
    ['[CLS]', 0],
    ['[SEP]', 0],
    ['[UNK]', 0],
  ];
  for (const word of WORDS) vocab.push([`\u2581${word}`, -2]);
  for (const letter of ['\u2581', ...'abcdefghijklmnopqrstuvwxyz']) vocab.push([letter, -6]);
  const ids = new Map(WORDS.map((word) => [word, vocab.findIndex(([token]) => token === `\u2581${word}`)] as const));
  return {
    ids,
    size: vocab.length,
    json: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: ['[PAD]', '[CLS]', '[SEP]', '[UNK]'].map((token, id) => added(id, token)),
      normalizer: { type: 'Lowercase' },
      pre_tokenizer: { type: 'Metaspace', replacement: '\u2581', prepend_scheme: 'always', split: true },
      post_processor: around(['[CLS]', 1], ['[SEP]', 2]),
      decoder: { type: 'Metaspace', replacement: '\u2581', prepend_scheme: 'always', split: true },
      model: { type: 'Unigram', unk_id: 3, vocab, byte_fallback: false },
    },
  };
}

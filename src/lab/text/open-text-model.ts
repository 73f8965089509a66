import { basename } from 'node:path';
import { Fault } from '../../core/fault.ts';
import { assertRunnable } from '../../engine/assert-onnx-file.ts';
import { loadOnnx } from '../../engine/load-onnx.ts';
import { loadOnnxRuntime, type Session } from '../../engine/onnx-runtime.ts';
import type { OnnxModel } from '../../formats/onnx/onnx-model.ts';
import { writeOnnx } from '../../formats/onnx/write-onnx.ts';
import type { ScoreType } from '../target.ts';
import { type TextTarget, textTarget } from './text-target.ts';
import { parseVocabulary, WordTokenizer, type WordTokenizerOptions } from './word-tokenizer.ts';

export interface TextModelOptions {
  readonly name?: string;
  readonly classNames?: readonly string[];
  /** Characters that a text may have. */
  readonly length?: number;
  /** Default: logits. */
  readonly scoreType?: Extract<ScoreType, 'logits' | 'probabilities'>;
  readonly threads?: number;
}

/** Texts in one run of the network. */
const AT_ONCE = 64;

/**
 * Opens an ONNX network over token ids, such as the built-in embedding bag and text CNN, with the words that it knows. It runs in this thread.
 * @param vocabulary text of the vocabulary file, or its words
 * @throws Fault as `loadOnnx`; `ERR_DATA` on the vocabulary; `ERR_CONFIG` where the network does not take such tokens
 */
export async function openTextModel(
  source: string | OnnxModel,
  vocabulary: string | readonly string[],
  options: WordTokenizerOptions,
  more: TextModelOptions = {},
): Promise<TextTarget> {
  const words = typeof vocabulary === 'string' ? parseVocabulary(vocabulary, 'text.tokenizer.vocabulary') : vocabulary;
  const tokenizer = new WordTokenizer(words, options);
  const model = typeof source === 'string' ? await loadOnnx(source) : source;
  assertRunnable(model);
  const runtime = await loadOnnxRuntime();
  const session = await runtime.openBytes(writeOnnx(model), { threads: Math.max(1, more.threads ?? 1) });
  try {
    const run = runner(session, tokenizer);
    // One text, so that what does not fit is said now.
    const classes = (await run([''])).length;
    const { classNames } = more;
    if (classes < 2 || (classNames !== undefined && classNames.length !== classes)) {
      throw new Fault('ERR_CONFIG', `The network has ${classes} outputs for a text.`, {
        where: 'classes',
        hint: 'It needs one score a class, for two or more.',
      });
    }
    return textTarget(run, {
      name: more.name ?? (typeof source === 'string' ? basename(source) : 'text model'),
      classes,
      ...(classNames === undefined ? {} : { classNames }),
      scoreType: more.scoreType ?? 'logits',
      ...(more.length === undefined ? {} : { length: more.length }),
      batch: AT_ONCE,
      close: () => session.release(),
    });
  } catch (error) {
    await session.release();
    throw error;
  }
}

function runner(session: Session, tokenizer: WordTokenizer): (texts: readonly string[]) => Promise<Float32Array> {
  const { length } = tokenizer.options;
  const [input] = session.inputs;
  const output = session.outputs[0]?.name;
  const fixed = input?.shape[1];
  if (session.inputs.length !== 1 || input === undefined || output === undefined || input.type !== 'int64') {
    throw new Fault('ERR_CONFIG', 'The network does not take one tensor of int64 token ids.', {
      where: 'model',
      hint: 'Networks of transformers with attention masks are reached over HTTP or as a function.',
    });
  }
  if (input.shape.length !== 2 || (typeof fixed === 'number' && fixed > 0 && fixed !== length)) {
    throw new Fault('ERR_CONFIG', `The network takes [${input.shape.join(', ')}] tokens, declared are ${length}.`, {
      where: 'text.tokenizer.length',
    });
  }
  return async (texts) => {
    const ids = BigInt64Array.from(tokenizer.encodeAll(texts), (id) => BigInt(id));
    try {
      const found = await session.run({ [input.name]: { type: 'int64', dims: [texts.length, length], data: ids } }, [
        output,
      ]);
      return found[output]!.data as Float32Array;
    } catch (cause) {
      throw new Fault('ERR_TARGET', 'The network failed on a text.', {
        where: 'model',
        hint: `Does its embedding have the ${tokenizer.size} rows that vocabulary and buckets need?`,
        cause,
      });
    }
  };
}

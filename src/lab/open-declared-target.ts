import { resolve } from 'node:path';
import { Fault } from '../core/fault.ts';
import { affinePreprocessing } from './affine-preprocessing.ts';
import { isHttpTarget } from './http-target/http-target.ts';
import { openHttpTarget } from './http-target/open-http-target.ts';
import { seededRandom } from '../math/random.ts';
import { isFolder, type ModelFileOptions, openModelFile, readModelFile } from './open-model-file.ts';
import type { OpenTargetOptions } from './open-target.ts';
import { restrictScores } from './restrict-scores.ts';
import { withKind } from './sample-kind.ts';
import { parseTabularDeclaration } from './tabular/declaration.ts';
import { type Bounds, isGradientTarget, sampleSize, type Target } from './target.ts';
import type { TargetFile } from './target-file.ts';
import { openClassifierFolder } from './text/open-classifier-folder.ts';
import { openTextModel } from './text/open-text-model.ts';
import { canonicalText } from './text/canonical-text.ts';
import { isTextTarget, textTarget, TEXT_LENGTH } from './text/text-target.ts';
import { transformedTarget } from './transformed-target.ts';

export interface DeclaredOptions extends OpenTargetOptions {
  /** Folder from which paths in the declaration count. */
  readonly folder: string;
  /** For messages. */
  readonly where: string;
}

/** Opens what a target file declares. @throws Fault as `openTarget` */
export async function openDeclaredTarget(file: TargetFile, options: DeclaredOptions): Promise<Target> {
  const opened = file.http === undefined ? await openLocal(file, options) : await openRemote(file, options);
  try {
    return await declared(opened, file, options);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function openLocal(file: TargetFile, options: DeclaredOptions): Promise<Target> {
  const path = resolve(options.folder, file.model!);
  const names = typeof file.classes === 'object' ? { classNames: file.classes } : {};
  if (file.text?.tokenizer !== undefined) {
    const vocabulary = Buffer.from(await readModelFile(resolve(options.folder, file.text.tokenizer.vocabulary)));
    return openTextModel(path, vocabulary.toString('utf8'), file.text.tokenizer, {
      ...names,
      length: file.text.length,
      ...(options.threads === undefined ? {} : { threads: options.threads }),
    });
  }
  if (file.text !== undefined) {
    if (isFolder(path)) return openClassifierFolder(path, { length: file.text.length });
    throw new Fault('ERR_CONFIG', 'A network that reads texts needs its tokenizer.', {
      where: `${options.where}, text.tokenizer`,
      hint: 'Say vocabulary and length; a transformer comes as the folder with its tokenizer.json.',
    });
  }
  const bounds = options.bounds ?? boundsOf(file);
  const { bounds: _, classNames: __, ...rest } = options;
  const inner = {
    ...rest,
    ...names,
    ...networkPart(file),
    ...(file.preprocessing === undefined && bounds !== undefined ? { bounds } : {}),
  };
  const target = await openModelFile(path, await readModelFile(path), inner);
  return file.preprocessing === undefined ? target : { ...target, bounds: bounds ?? { low: 0, high: 1 } };
}

/** What of a network is meant, where its file leaves it open. */
function networkPart({ input, output, constants, classes, inputShape, preprocessing }: TargetFile): ModelFileOptions {
  const taken =
    preprocessing === undefined || inputShape === undefined
      ? inputShape
      : affinePreprocessing(preprocessing, inputShape).outputShape;
  return {
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    // Only a network with one score takes notice.
    twoClasses: (typeof classes === 'object' ? classes.length : classes) === 2,
    ...(constants === undefined ? {} : { constants }),
    ...(taken === undefined ? {} : { openShape: () => taken }),
  };
}

function openRemote(file: TargetFile, options: DeclaredOptions): Promise<Target> {
  const { preprocessing, inputShape } = file;
  const sent =
    preprocessing === undefined || inputShape === undefined
      ? inputShape
      : affinePreprocessing(preprocessing, inputShape).outputShape;
  return openHttpTarget(
    {
      http: file.http!,
      ...(file.name === undefined ? {} : { name: file.name }),
      ...(sent === undefined ? {} : { inputShape: sent }),
      bounds: options.bounds ?? boundsOf(file) ?? { low: 0, high: 1 },
      ...(file.classes === undefined ? {} : { classes: file.classes }),
      ...(file.scores === undefined ? {} : { scores: file.scores }),
      ...(file.topK === undefined ? {} : { topK: file.topK }),
      ...(file.text === undefined ? {} : { textLength: file.text.length ?? TEXT_LENGTH }),
    },
    {
      folder: options.folder,
      env: options.env ?? {},
      ...(options.queries === undefined ? {} : { queries: options.queries }),
      ...logOf(file, options),
    },
  );
}

function logOf({ http }: TargetFile, { queryLog, fallbackQueryLog, cwd = '.' }: DeclaredOptions) {
  const path = queryLog ?? (http!.log === undefined ? fallbackQueryLog : undefined);
  return path === undefined ? {} : { queryLog: resolve(cwd, path) };
}

/** What the declaration adds to a model that is open: preprocessing, canonical texts, what is told, names and constraints. */
async function declared(opened: Target, file: TargetFile, { folder, where }: DeclaredOptions): Promise<Target> {
  let target = opened;
  const classes = typeof file.classes === 'object' ? file.classes.length : file.classes;
  if (classes !== undefined && classes !== target.classes) {
    throw new Fault('ERR_CONFIG', `The model has ${target.classes} classes, declared are ${classes}.`, {
      where: `${where}, classes`,
    });
  }
  if (file.preprocessing !== undefined) target = preprocessed(target, file, where);
  else if (file.inputShape !== undefined && file.inputShape.join() !== target.inputShape.join()) {
    throw new Fault('ERR_CONFIG', `The model takes samples of [${target.inputShape.join(', ')}].`, {
      where: `${where}, inputShape`,
    });
  }
  if (file.text?.canonicalise === true && isTextTarget(target)) {
    const inner = target;
    target = { ...inner, ...textTarget((texts) => inner.classify(texts.map(canonicalText)), optionsOf(inner)) };
  }
  if (file.http === undefined && file.scores !== undefined && file.scores !== target.scoreType) {
    target = telling(target, file, where);
  }
  if (file.constraints !== undefined) {
    const text = Buffer.from(await readModelFile(resolve(folder, file.constraints))).toString('utf8');
    const constraints = parseTabularDeclaration(text);
    if (constraints.features.length !== sampleSize(target)) {
      throw new Fault(
        'ERR_CONFIG',
        `The constraints declare ${constraints.features.length} features, the model takes ${sampleSize(target)}.`,
        {
          where: `${where}, constraints`,
        },
      );
    }
    target = { ...target, constraints };
  }
  if (file.kind !== undefined) target = withKind(target, file.kind, `${where}, kind`);
  return file.name === undefined ? target : { ...target, name: file.name };
}

function optionsOf(target: Target & { readonly inputShape: readonly number[] }) {
  const { name, classes, classNames, scoreType, inputShape } = target;
  return {
    name,
    classes,
    ...(classNames === undefined ? {} : { classNames }),
    scoreType,
    length: inputShape[0]!,
    batch: Infinity,
    close: () => target.close(),
  };
}

function preprocessed(target: Target, file: TargetFile, where: string): Target {
  const { layout } = file.preprocessing!;
  const [height, width, channels] = target.inputShape;
  const own = layout === 'nhwc' && target.inputShape.length === 3 ? [channels!, height!, width!] : target.inputShape;
  const inputShape = file.inputShape ?? own;
  const step = affinePreprocessing(file.preprocessing!, inputShape);
  if (sampleSize({ inputShape }) !== sampleSize(target)) {
    throw new Fault('ERR_CONFIG', `The model takes samples of [${target.inputShape.join(', ')}].`, {
      where: `${where}, inputShape`,
    });
  }
  const { bounds } = target;
  if (isGradientTarget(target)) {
    // What hides gradients in the network hides them behind the preprocessing, too.
    const inside = 'coverage' in target ? { coverage: target.coverage } : {};
    const remarks = 'remarks' in target ? { remarks: target.remarks } : {};
    return { ...transformedTarget(target, step, { inputShape, bounds }), ...inside, ...remarks, name: target.name };
  }
  // Not a spread: the trees of a tree ensemble see other numbers than the attacker writes.
  const { name, classes, classNames, scoreType } = target;
  const size = sampleSize(target);
  return {
    name,
    inputShape,
    classes,
    ...(classNames === undefined ? {} : { classNames }),
    bounds,
    scoreType,
    ...(isHttpTarget(target) ? { account: target.account } : {}),
    scores: (x, n) => {
      const out = new Float32Array(n * size);
      for (let i = 0; i < n; i++) out.set(step.apply(x.subarray(i * size, (i + 1) * size), NO_CHANCE), i * size);
      return target.scores(out, n);
    },
    close: () => target.close(),
  };
}

/** The step draws nothing. */
const NO_CHANCE = seededRandom('preprocessing');

/** The same model to an attacker who is told less. Its gradients and its trees are then out of reach, too. */
function telling(target: Target, { scores: told, topK = 1 }: TargetFile, where: string): Target {
  if (target.answersAbove !== undefined) {
    throw new Fault('ERR_CONFIG', 'What a model that abstains tells cannot be declared as less.', {
      where: `${where}, scores`,
    });
  }
  if (told === 'logits' || target.scoreType === 'label') {
    throw new Fault('ERR_CONFIG', `The model tells ${target.scoreType}, declared are ${told}.`, {
      where: `${where}, scores`,
      hint: 'What is declared can only be less: top-k or label.',
    });
  }
  // Probabilities for logits is a word about the end of the network, and no restriction.
  if (told === 'probabilities') return { ...target, scoreType: told };
  const restricted = (scores: Float32Array): Float32Array => restrictScores(scores, target.classes, told!, topK);
  if (isTextTarget(target)) {
    return textTarget(async (texts) => restricted(await target.classify(texts)), {
      ...optionsOf(target),
      scoreType: told!,
    });
  }
  const { name, inputShape, classes, classNames, bounds } = target;
  return {
    name,
    inputShape,
    classes,
    ...(classNames === undefined ? {} : { classNames }),
    bounds,
    scoreType: told!,
    scores: async (x, n) => restricted(await target.scores(x, n)),
    close: () => target.close(),
  };
}

function boundsOf({ bounds }: TargetFile): Bounds | undefined {
  if (bounds === undefined) return undefined;
  if (Array.isArray(bounds)) return { low: bounds[0], high: bounds[1] };
  return { low: Float32Array.from(bounds.low), high: Float32Array.from(bounds.high) };
}

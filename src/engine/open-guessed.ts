import { Fault } from '../core/fault.ts';
import type { OnnxModel } from '../formats/onnx/onnx-model.ts';
import { type GradientModel, type GradientModelOptions, openGradientModel } from './gradient-model.ts';
import { prepare } from './graph/prepare.ts';
import { ShapeOfData } from './graph/specialise.ts';
import { valueBefore } from './graph/value-before.ts';
import { type GuessedInputs, guessInputs } from './guess-inputs.ts';

export interface OpenedByGuess {
  readonly opened: GradientModel;
  /** What was assumed: one sentence each. */
  readonly remarks: readonly string[];
}

/**
 * Opens a model although nobody said what its inputs are: with the first guess that runs.
 * @throws Fault as `openGradientModel`. Where several guesses were tried and each failed in its own way: one that lists them, and says
 * what the first, likeliest one met.
 */
export async function openGuessed(model: OnnxModel, options: GradientModelOptions): Promise<OpenedByGuess> {
  try {
    return await openFirst(model, options);
  } catch (error) {
    if (!(error instanceof ShapeOfData) || options.output !== undefined) throw error;
    return openBefore(model, options, error);
  }
}

/** A detector: up to the numbers by which boxes are chosen. @throws the given error where these are not found */
async function openBefore(model: OnnxModel, options: GradientModelOptions, error: ShapeOfData): Promise<OpenedByGuess> {
  const { graph } = prepare(model);
  const chooser = graph.nodes.find(({ name }) => name === error.node.name);
  const output = chooser === undefined ? null : valueBefore(graph, chooser);
  if (output === null) throw error;
  try {
    const { opened, remarks } = await openFirst(model, { ...options, output });
    const said = `From ${error.where} on the shapes of values depend on the data, so that nothing behind it has a gradient: the scores are taken to be what it chooses by, ${output}. --output says otherwise.`;
    return { opened, remarks: [...remarks, said] };
  } catch (other) {
    if (other instanceof Fault) throw error;
    throw other;
  }
}

async function openFirst(model: OnnxModel, options: GradientModelOptions): Promise<OpenedByGuess> {
  const guesses = guessInputs(model, options);
  const failures: { readonly guess: GuessedInputs; readonly error: unknown }[] = [];
  for (const guess of guesses) {
    try {
      return { opened: await openGradientModel(model, { ...options, ...guess.options }), remarks: guess.remarks };
    } catch (error) {
      if (error instanceof ShapeOfData) throw error;
      // Only what depends on the guess is worth another one.
      if (!(error instanceof Fault) || error.code === 'ERR_MODEL_MALFORMED' || error.code === 'ERR_CONFIG') throw error;
      failures.push({ guess, error });
    }
  }
  // Nothing to guess: that says why.
  if (failures.length === 0) return { opened: await openGradientModel(model, options), remarks: [] };
  throw bestError(failures.map(({ guess, error }) => ({ shape: guess.options.inputShape, error: error as Fault })));
}

function bestError(
  failures: readonly { readonly shape: readonly number[] | undefined; readonly error: Fault }[],
): Fault {
  const [first] = failures as [(typeof failures)[number]];
  const messages = new Set(failures.map(({ error }) => `${error.message} ${error.where ?? ''}`));
  if (messages.size === 1 || first.shape === undefined) return first.error;
  const shapes = failures.map(({ shape }) => shape?.join(' x ') ?? '?').join(', ');
  const { where, message } = first.error;
  return new Fault(
    'ERR_MODEL_UNSUPPORTED',
    'The file leaves the shape of its input open, and the model runs with none of those that were tried.',
    {
      ...(where === undefined ? {} : { where }),
      hint: `Say the shape of one sample with --shape. Tried: ${shapes}. With the first: ${message}`,
      cause: new AggregateError(failures.map(({ error }) => error)),
    },
  );
}

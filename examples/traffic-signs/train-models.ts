import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildStridedCnn } from '../../src/engine/build/architectures.ts';
import { loadOnnxBytes } from '../../src/engine/load-onnx.ts';
import type { OnnxModel } from '../../src/formats/onnx/onnx-model.ts';
import { writeOnnx } from '../../src/formats/onnx/write-onnx.ts';
import type { Defence } from '../../src/lab/defence/defence.ts';
import { pgdAt } from '../../src/lab/defence/pgd-at/defence.ts';
import { standard } from '../../src/lab/defence/standard/defence.ts';
import type { Signs } from './read-signs.ts';

/** A trained network and where it lies. */
export interface TrainedModel {
  readonly id: 'standard' | 'masked' | 'hardened';
  readonly file: string;
  readonly model: OnnxModel;
}

export interface TrainingPlan {
  /** Channels of the first convolution. */
  readonly width: number;
  readonly hidden: number;
  readonly epochs: number;
  /** Of training against PGD, which begins with the network that was trained plainly. */
  readonly attackEpochs: number;
  readonly attackSteps: number;
}

/** A few minutes of one core. */
export const QUICK: TrainingPlan = { width: 16, hidden: 128, epochs: 10, attackEpochs: 4, attackSteps: 3 };
/** About an hour of one core. */
export const FULL: TrainingPlan = { width: 48, hidden: 256, epochs: 40, attackEpochs: 40, attackSteps: 7 };

export const EPS = 8 / 255;
/** Side of the squares that are greyed out, in pixels: of PatchCleanser's masks against the stickers. */
const MASK = 10;

/**
 * Three networks of one shape: trained plainly; from there on with two squares greyed out (what PatchCleanser needs); from there on against
 * PGD. One that lies in the folder already is taken as it is.
 */
export async function trainModels(
  signs: Signs,
  folder: string,
  plan: TrainingPlan,
  say: (line: string) => void,
): Promise<readonly TrainedModel[]> {
  const { train } = signs;
  const shape = { inputShape: train.inputShape, classes: 43, seed: 'signs' };
  const plain = { ...standard.defaults, epochs: plan.epochs, batch: 64, shift: 2, brightness: 0.2 };
  const against = {
    ...pgdAt.defaults,
    epochs: plan.attackEpochs,
    batch: 64,
    shift: 2,
    eps: EPS,
    steps: plan.attackSteps,
  };
  const trained = await run('standard', buildStridedCnn(shape, plan.width, plan.hidden), standard, plain);
  const masked = await run('masked', trained.model, standard, { ...plain, erase: MASK, erasures: 2 });
  const hardened = await run('hardened', trained.model, pgdAt, against);
  return [trained, masked, hardened];

  async function run<Options>(
    id: TrainedModel['id'],
    initial: OnnxModel,
    defence: Defence<string, Options>,
    options: Options,
  ): Promise<TrainedModel> {
    const file = join(folder, `${id}.onnx`);
    if (existsSync(file)) {
      say(`${id}: taken from ${file}`);
      return { id, file, model: loadOnnxBytes(new Uint8Array(readFileSync(file))) };
    }
    let last = performance.now();
    const { model, seconds, history } = await defence.run(initial, train, options, {
      bounds: { low: 0, high: 1 },
      classes: 43,
      seed: `traffic signs ${id}`,
      threads: 1,
      checkpoint: join(folder, `${id}.checkpoint.npz`),
      progress: ({ step, steps, accuracy, secondsLeft }) => {
        if (performance.now() - last < 15_000) return;
        last = performance.now();
        say(`${id}: step ${step}/${steps}, right in training ${accuracy.toFixed(3)}, ${Math.ceil(secondsLeft)} s left`);
      },
    });
    writeFileSync(file, writeOnnx(model));
    say(`${id}: ${Math.round(seconds)} s, right in training ${history.at(-1)?.accuracy.toFixed(3) ?? '?'}, ${file}`);
    return { id, file, model };
  }
}

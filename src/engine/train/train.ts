import { createHash } from 'node:crypto';
import { Fault } from '../../core/fault.ts';
import type { OnnxModel } from '../../formats/onnx/onnx-model.ts';
import { seededRandom } from '../../math/random.ts';
import { product } from '../gradient/window.ts';
import { prepare } from '../graph/prepare.ts';
import { hasOtherFloats } from '../graph/to-float32.ts';
import { loadOnnxRuntime, type RuntimeKind } from '../onnx-runtime.ts';
import { type AverageOptions, createAverage } from './average-weights.ts';
import { epochOrder } from './batch-order.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { clipGradients, createOptimiser, type OptimiserOptions } from './optimiser.ts';
import { chooseMicroBatch, cutBatch } from './micro-batch.ts';
import { type Perturbation, perturbedStart } from './perturb.ts';
import { learningRate, type Schedule } from './schedule.ts';
import { openStepPool } from './step-pool.ts';
import type { MicroBatch } from './step-runner.ts';
import { liftConstants, trainableWeights, withWeights } from './trainable-weights.ts';
import { type AttackSpace, buildTrainingProgram } from './training-program.ts';
import type { TrainingTask } from './training-task.ts';

/** Where samples come from. */
export interface TrainingSource {
  readonly count: number;
  /** Shape of one sample for each input of the model, by name. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /**
   * The samples with these numbers, with their targets (one list a task). What is random about them (augmentation) is drawn from `seed`
   * alone.
   */
  gather(indices: Uint32Array, seed: string): Pick<MicroBatch, 'inputs' | 'targets'>;
}

export interface TrainOptions {
  readonly tasks: readonly TrainingTask[];
  readonly epochs: number;
  /** Samples of one update. A last batch that is not full is left out; another shuffle brings its samples in. */
  readonly batch: number;
  /** Samples of one run of the graph; divides `batch`. Default: what is fastest and fits into memory (`chooseMicroBatch`). */
  readonly microBatch?: number;
  /** Threads that share the micro-batches of an update. Default 1. */
  readonly threads?: number;
  readonly optimiser: OptimiserOptions;
  readonly schedule: Schedule;
  /** Largest L2 norm of the gradient. Default: not clipped. */
  readonly clip?: number;
  readonly average?: AverageOptions;
  /** Names, or beginnings of names, of the weights that are trained. Default: all. */
  readonly trainable?: readonly string[];
  /** Default `update`. Its momentum is 0.1, its variance unbiased, as PyTorch's. */
  readonly batchNorm?: 'update' | 'frozen';
  /** Which input is perturbed, and in what space, when `perturbation` ever gives `gradient`. */
  readonly input?: string;
  readonly space?: AttackSpace;
  /** What is done to a step's inputs; progress is 0 at the first step, 1 behind the last. */
  readonly perturbation?: (at: {
    readonly step: number;
    readonly epoch: number;
    readonly progress: number;
  }) => Perturbation;
  readonly seed: string;
  readonly runtime?: RuntimeKind;
  /** Called behind every epoch with the weights as they would be handed out; smaller `loss` or larger `accuracy` is better. */
  readonly validate?: (model: OnnxModel, epoch: number) => Promise<{ readonly score: number }>;
  /** Stop when the score was not better for this many epochs, and hand out the best weights. Needs `validate`. */
  readonly patience?: number;
  /** A file that is written every so many steps and behind each epoch, and from which the run goes on when it is there. */
  readonly checkpoint?: { readonly file: string; readonly everySteps?: number };
  /** What else makes this run another one than the next: goes into the fingerprint of the checkpoint. */
  readonly label?: string;
  readonly signal?: AbortSignal;
  readonly progress?: (at: TrainingProgress) => void;
}

export interface TrainingProgress {
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  /** Of the epoch until now: mean loss, and share of samples that were right when they were trained on. */
  readonly loss: number;
  readonly accuracy: number;
  readonly learningRate: number;
  /** Seconds that the rest will take at the present speed. */
  readonly secondsLeft: number;
}

export interface TrainingResult {
  /** The model that came in, with trained weights: the average where one was asked for, the best where it stopped early. */
  readonly model: OnnxModel;
  readonly steps: number;
  readonly seconds: number;
  /** One an epoch. */
  readonly history: readonly { readonly loss: number; readonly accuracy: number; readonly score: number | null }[];
  /** True when the signal stopped it; the checkpoint, where there is one, is up to date. */
  readonly interrupted: boolean;
}

/**
 * Trains the weights of a model. Randomness comes from the seed and the number of the step alone, so that a run that was interrupted
 * and goes on from its checkpoint ends with the same weights as one that was not.
 * @throws Fault `ERR_MODEL_UNSUPPORTED` where the model cannot be differentiated, `ERR_USAGE`, `ERR_DATA`.
 */
export async function train(
  original: OnnxModel,
  source: TrainingSource,
  options: TrainOptions,
): Promise<TrainingResult> {
  const { epochs, batch, threads = 1, batchNorm = 'update' } = options;
  checkNumbers(source.count, epochs, batch, options.microBatch ?? batch);
  const lifted = liftConstants(original);
  const model = prepare(lifted);
  const names = trainableWeights(model, options.trainable).filter((name) => lifted.graph.initializers.has(name));
  const runtime = await loadOnnxRuntime(options.runtime);
  const micro =
    options.microBatch ??
    (await chooseMicroBatch({
      model,
      runtime,
      sampleShapes: source.shapes,
      batch,
      threads,
      batchStatistics: batchNorm === 'update',
      copies: options.tasks.some(({ tradesBeta }) => tradesBeta !== undefined) ? 2 : 1,
    }));
  const program = await buildTrainingProgram({
    model,
    runtime,
    sampleShapes: source.shapes,
    batch: micro,
    tasks: options.tasks,
    weights: names,
    batchNorm,
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(options.space === undefined ? {} : { attack: options.space }),
  });
  const valueOf = (name: string): Float32Array => (model.graph.initializers.get(name)!.data as Float32Array).slice();
  const initial = { weights: names.map(valueOf), running: program.running.map(({ name }) => valueOf(name)) };
  const pool = await openStepPool(program, options.space ?? null, initial, threads);
  try {
    // A model of another precision is handed out in float32, in which it was trained.
    return await new Run(hasOtherFloats(lifted.graph) ? model : lifted, source, options, micro, pool, program).run();
  } finally {
    await pool.close();
  }
}

function checkNumbers(count: number, epochs: number, batch: number, micro: number): void {
  const whole = [epochs, batch, micro].every((value) => Number.isSafeInteger(value) && value > 0);
  if (!whole || batch % micro !== 0) {
    throw new Fault(
      'ERR_USAGE',
      'Epochs, batch and micro-batch are whole numbers, and the micro-batch divides the batch.',
    );
  }
  if (count < batch) {
    throw new Fault('ERR_DATA', `There are ${count} samples, fewer than one batch of ${batch}.`, {
      hint: 'Give more data, or a smaller batch.',
    });
  }
}

const STATISTICS_MOMENTUM = 0.1;

class Run {
  readonly #model: OnnxModel;
  readonly #source: TrainingSource;
  readonly #options: TrainOptions;
  readonly #micro: number;
  readonly #pool: Awaited<ReturnType<typeof openStepPool>>;
  readonly #program: Awaited<ReturnType<typeof buildTrainingProgram>>;
  readonly #optimiser;
  readonly #average;
  #best: readonly Float32Array[] | null = null;
  #numbers = { loss: 0, correct: 0, seen: 0, best: -Infinity, worse: 0 };
  readonly #history: { loss: number; accuracy: number; score: number | null }[] = [];

  constructor(
    model: OnnxModel,
    source: TrainingSource,
    options: TrainOptions,
    micro: number,
    pool: Awaited<ReturnType<typeof openStepPool>>,
    program: Awaited<ReturnType<typeof buildTrainingProgram>>,
  ) {
    this.#model = model;
    this.#source = source;
    this.#options = options;
    this.#micro = micro;
    this.#pool = pool;
    this.#program = program;
    const lengths = pool.parameters.weights.map(({ length }) => length);
    // Biases and the scales of norms are left out of weight decay, as is usual.
    const decays = program.weights.map(({ dims }) => dims.filter((length) => length > 1).length > 1);
    this.#optimiser = createOptimiser(options.optimiser, lengths, decays);
    this.#average = options.average === undefined ? null : createAverage(options.average, this.#everything());
  }

  /** Weights, then running statistics: averages need both. */
  #everything(): readonly Float32Array[] {
    return [...this.#pool.parameters.weights, ...this.#pool.parameters.running];
  }

  async run(): Promise<TrainingResult> {
    const { epochs, batch, signal, progress } = this.#options;
    const perEpoch = Math.floor(this.#source.count / batch);
    const steps = perEpoch * epochs;
    let step = await this.#resume();
    const begun = performance.now();
    const first = step;
    const random = seededRandom(this.#options.seed);
    let order: Uint32Array | null = null;
    while (step < steps && signal?.aborted !== true && !this.#stopsEarly()) {
      const epoch = Math.floor(step / perEpoch);
      const within = step % perEpoch;
      if (order === null || within === 0) order = epochOrder(random, this.#source.count, epoch);
      const at = { step, epoch, progress: step / steps };
      const rate = learningRate(this.#options.schedule, at.progress);
      await this.#step(order.subarray(within * batch, (within + 1) * batch), at, rate);
      step += 1;
      if (step % perEpoch === 0) await this.#endEpoch(epoch, step / steps);
      await this.#save(step, step % perEpoch === 0);
      progress?.({
        step,
        steps,
        epoch,
        ...this.#means(),
        learningRate: rate,
        secondsLeft: (((performance.now() - begun) / 1000) * (steps - step)) / (step - first),
      });
    }
    if (signal?.aborted === true && this.#options.checkpoint !== undefined) await this.#write(step);
    return {
      model: this.#result(),
      steps: step,
      seconds: (performance.now() - begun) / 1000,
      history: this.#history,
      interrupted: signal?.aborted === true && step < steps,
    };
  }

  async #step(
    indices: Uint32Array,
    at: { readonly step: number; readonly epoch: number; readonly progress: number },
    rate: number,
  ): Promise<void> {
    const perturbation: Perturbation = this.#options.perturbation?.(at) ?? { kind: 'none' };
    // What is random is drawn for the whole batch, so that it does not depend on how the batch is cut up.
    const seed = `${this.#options.seed}/${at.step}/0`;
    const samples = this.#source.gather(indices, seed);
    const whole: MicroBatch = { ...samples, perturbation, seed: `${seed}/perturbation` };
    const result = await this.#pool.run(cutBatch(this.#begun(whole), indices.length, this.#micro));
    if (!Number.isFinite(result.loss)) {
      throw new Fault('ERR_DATA', 'The loss is no longer a number: training has diverged.', {
        where: `step ${at.step}`,
        hint: 'Take a smaller learning rate, clip gradients, or look for values in the data that are not finite.',
      });
    }
    if (this.#options.clip !== undefined) clipGradients(result.gradients, this.#options.clip);
    const { weights, running } = this.#pool.parameters;
    this.#optimiser.update(weights, result.gradients, rate);
    this.#program.statistics.forEach(({ count }, index) => {
      const unbiased = count > 1 ? count / (count - 1) : 1;
      follow(running[2 * index]!, result.statistics[2 * index]!, 1);
      follow(running[2 * index + 1]!, result.statistics[2 * index + 1]!, unbiased);
    });
    this.#average?.afterStep(this.#everything());
    this.#numbers.loss += result.loss * indices.length;
    this.#numbers.correct += result.correct;
    this.#numbers.seen += indices.length;
  }

  /** The batch with the points at which its perturbation begins. */
  #begun(batch: MicroBatch): MicroBatch {
    const { input } = this.#program;
    const clean = batch.inputs[input];
    if (!(clean instanceof Float32Array)) return batch;
    const size = product(this.#source.shapes[input]!);
    const start = perturbedStart(clean, size, batch.perturbation, this.#options.space ?? null, batch.seed);
    return start === null ? batch : { ...batch, start };
  }

  #means(): { readonly loss: number; readonly accuracy: number } {
    const { loss, correct, seen } = this.#numbers;
    const last = this.#history.at(-1);
    if (seen === 0 && last !== undefined) return { loss: last.loss, accuracy: last.accuracy };
    return { loss: loss / Math.max(1, seen), accuracy: correct / Math.max(1, seen) };
  }

  async #endEpoch(epoch: number, progress: number): Promise<void> {
    this.#average?.afterEpoch(this.#everything(), progress);
    const means = this.#means();
    const validated = await this.#options.validate?.(this.#modelOf(this.#current()), epoch);
    this.#history.push({ ...means, score: validated?.score ?? null });
    Object.assign(this.#numbers, { loss: 0, correct: 0, seen: 0 });
    if (validated === undefined || this.#options.patience === undefined) return;
    if (validated.score > this.#numbers.best) {
      Object.assign(this.#numbers, { best: validated.score, worse: 0 });
      this.#best = this.#current().map((weight) => weight.slice());
    } else this.#numbers.worse += 1;
  }

  #stopsEarly(): boolean {
    const { patience } = this.#options;
    return patience !== undefined && this.#numbers.worse >= patience;
  }

  /** The average once it has averaged something, or else the weights. */
  #current(): readonly Float32Array[] {
    return this.#average !== null && this.#average.count > 0 ? this.#average.weights : this.#everything();
  }

  #result(): OnnxModel {
    return this.#modelOf(this.#best ?? this.#current());
  }

  #modelOf(values: readonly Float32Array[]): OnnxModel {
    const names = [...this.#program.weights, ...this.#program.running].map(({ name }) => name);
    return withWeights(this.#model, new Map(names.map((name, index) => [name, values[index]!])));
  }

  #fingerprint(): string {
    const { signal: _, progress: __, validate: ___, perturbation: ____, checkpoint: _____, ...plain } = this.#options;
    const ports = this.#program.weights.map(({ name, dims }) => `${name}:${dims.join('x')}`);
    const text = JSON.stringify([plain, this.#micro, this.#source.count, this.#source.shapes, ports]);
    return createHash('sha256').update(text).digest('hex');
  }

  async #save(step: number, epochEnded: boolean): Promise<void> {
    const { checkpoint } = this.#options;
    if (checkpoint === undefined) return;
    const every = checkpoint.everySteps;
    if (epochEnded || (every !== undefined && step % every === 0)) await this.#write(step);
  }

  #write(step: number): Promise<void> {
    return writeCheckpoint(this.#options.checkpoint!.file, {
      fingerprint: this.#fingerprint(),
      step,
      numbers: {
        ...this.#numbers,
        best: Number.isFinite(this.#numbers.best) ? this.#numbers.best : -1e300,
        optimiserSteps: this.#optimiser.steps,
        averageCount: this.#average?.count ?? 0,
      },
      lists: {
        weights: this.#pool.parameters.weights,
        running: this.#pool.parameters.running,
        ...this.#optimiser.slots,
        average: this.#average?.weights ?? [],
        best: this.#best ?? [],
      },
    });
  }

  async #resume(): Promise<number> {
    const { checkpoint } = this.#options;
    const found = checkpoint === undefined ? null : await readCheckpoint(checkpoint.file, this.#fingerprint());
    if (found === null) return 0;
    const { lists, numbers } = found;
    fill(this.#pool.parameters.weights, lists['weights']);
    fill(this.#pool.parameters.running, lists['running']);
    for (const [name, slot] of Object.entries(this.#optimiser.slots)) fill(slot, lists[name]);
    if (this.#average !== null) fill(this.#average.weights, lists['average']);
    if ((lists['best']?.length ?? 0) > 0) this.#best = lists['best']!;
    const { optimiserSteps = 0, averageCount = 0, loss = 0, correct = 0, seen = 0, best = -1e300, worse = 0 } = numbers;
    this.#optimiser.steps = optimiserSteps;
    if (this.#average !== null) this.#average.count = averageCount;
    this.#numbers = { loss, correct, seen, best, worse };
    return found.step;
  }
}

function follow(running: Float32Array, batch: Float32Array, factor: number): void {
  for (let i = 0; i < running.length; i++) running[i]! += STATISTICS_MOMENTUM * (factor * batch[i]! - running[i]!);
}

function fill(targets: readonly Float32Array[], values: readonly Float32Array[] | undefined): void {
  if (values?.length !== targets.length || targets.some(({ length }, index) => length !== values[index]!.length)) {
    throw new Fault('ERR_DATA', 'The checkpoint belongs to another model.');
  }
  targets.forEach((target, index) => target.set(values[index]!));
}

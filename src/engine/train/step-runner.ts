import { sizeOf } from '../gradient/formula.ts';
import { loadOnnxRuntime, type Session, type Tensor } from '../onnx-runtime.ts';
import { type Box, type Perturbation, perturbedStart } from './perturb.ts';
import { ATTACK_INPUTS, type TrainingProgram } from './training-program.ts';

/** Samples of one run of the program: exactly as many as it was built for. */
export interface MicroBatch {
  /** Data of each input of the model, [batch, ...]. */
  readonly inputs: Readonly<Record<string, Float32Array | BigInt64Array | Int32Array>>;
  /** One a task, [batch, ...]. */
  readonly targets: readonly Float32Array[];
  readonly perturbation: Perturbation;
  /** Where it begins, of the shape of the input that is perturbed. Default: drawn from `seed` (`perturbedStart`). */
  readonly start?: Float32Array;
  /** Seed of what is random about it. */
  readonly seed: string;
}

export interface MicroResult {
  /** Gradients of the mean loss, in the order of the weights; with a `GradientSum`, those before and this one's share. */
  readonly gradients: readonly Float32Array[];
  /** Mean loss over the samples. */
  readonly loss: number;
  /** Samples whose largest score is where their largest target is; of the perturbed ones with TRADES. */
  readonly correct: number;
  /** Mean and variance over the batch, alternating, in the order of the program's statistics. */
  readonly statistics: readonly Float32Array[];
}

/** Micro-batches whose gradients are added up. */
export interface GradientSum {
  /** The part of this one in the sum. */
  readonly share: number;
  /** The sum of those before; null: there were none. */
  readonly before: readonly Float32Array[] | null;
}

/** Values of weights and running statistics, in the order of the program's `weights` and `running`. */
export interface ParameterValues {
  readonly weights: readonly Float32Array[];
  readonly running: readonly Float32Array[];
}

/** Runs steps of a training program in this thread. */
export class StepRunner {
  readonly program: TrainingProgram;
  readonly #box: Box | null;
  readonly #train: Session;
  readonly #zeros: readonly Float32Array[];
  readonly #attack: Session | null;
  readonly #probabilities: Session | null;

  private constructor(
    program: TrainingProgram,
    box: Box | null,
    sessions: readonly [Session, Session | null, Session | null],
  ) {
    this.program = program;
    this.#box = box;
    [this.#train, this.#attack, this.#probabilities] = sessions;
    this.#zeros = program.weights.map(({ dims }) => new Float32Array(sizeOf(dims)));
  }

  /** @param threads of each run; more than one only where no other threads run steps */
  static async open(program: TrainingProgram, box: Box | null, threads = 1): Promise<StepRunner> {
    const runtime = await loadOnnxRuntime(program.runtime);
    const { train, attack, probabilities } = program;
    return new StepRunner(program, box, [
      await runtime.openBytes(train.bytes, { threads }),
      attack === null ? null : await runtime.openBytes(attack.bytes, { threads }),
      probabilities === null ? null : await runtime.openBytes(probabilities.bytes, { threads }),
    ]);
  }

  async close(): Promise<void> {
    await this.#train.release();
    await this.#attack?.release();
    await this.#probabilities?.release();
  }

  async run(
    parameters: ParameterValues,
    batch: MicroBatch,
    { share, before }: GradientSum = { share: 1, before: null },
  ): Promise<MicroResult> {
    const { program } = this;
    const { trades, input, train } = program;
    const weights = this.#weights(parameters);
    const inUse = { ...weights, ...this.#running(parameters) };
    const clean = batch.inputs[input]!;
    const targets = batch.targets.map((data, index) => this.#target(index, data));
    const perturbed = await this.#perturb(clean, batch, inUse, targets);
    const feeds: Record<string, Tensor> = { ...weights, [train.share]: scalar(share) };
    program.weights.forEach(({ dims }, index) => {
      feeds[train.before[index]!] = { type: 'float32', dims, data: (before ?? this.#zeros)[index]! };
    });
    const count = trades ? 2 * program.batch : program.batch;
    for (const { name, type, shape } of program.inputs) {
      const data = name === input ? perturbed : batch.inputs[name]!;
      const both = trades ? concatenate(batch.inputs[name]!, data) : data;
      feeds[name] = { type, dims: [count, ...shape], data: both };
    }
    targets.forEach((target, index) => (feeds[program.targets[index]!.name] = target));
    const statistics = program.statistics.flatMap(({ mean, variance }) => [mean, variance]);
    const wanted = [...new Set([...train.gradients, ...train.losses, train.scores, ...statistics])];
    const results = await this.#train.run(feeds, wanted);
    const of = (name: string): Float32Array => results[name]!.data as Float32Array;
    let loss = 0;
    for (const name of train.losses) for (const value of of(name)) loss += value;
    const scores = trades ? of(train.scores).subarray(of(train.scores).length / 2) : of(train.scores);
    return {
      gradients: train.gradients.map(of),
      loss: loss / program.batch,
      correct: countCorrect(scores, batch.targets[0]!, program.batch),
      statistics: statistics.map(of),
    };
  }

  async #perturb(
    clean: Float32Array | BigInt64Array | Int32Array,
    batch: MicroBatch,
    inUse: Readonly<Record<string, Tensor>>,
    targets: readonly Tensor[],
  ): Promise<Float32Array | BigInt64Array | Int32Array> {
    const { perturbation } = batch;
    if (perturbation.kind === 'none' || !(clean instanceof Float32Array)) return clean;
    const { program } = this;
    const start =
      batch.start ?? perturbedStart(clean, clean.length / program.batch, perturbation, this.#box, batch.seed);
    if (start === null || perturbation.kind === 'noise') return start ?? clean;
    const attack = program.attack;
    if (attack === null || this.#attack === null || this.#box === null) return clean;
    const port = program.inputs.find(({ name }) => name === program.input)!;
    const dims = [program.batch, ...port.shape];
    const feeds: Record<string, Tensor> = { ...inUse };
    for (const { name, type, shape } of program.inputs) {
      feeds[name] = { type, dims: [program.batch, ...shape], data: batch.inputs[name]! };
    }
    targets.forEach((target, index) => (feeds[program.targets[index]!.name] = target));
    if (program.probabilities !== null && this.#probabilities !== null) {
      const { output } = program.probabilities;
      feeds[program.targets[0]!.name] = (await this.#probabilities.run(feedsOf(this.#probabilities, feeds), [output]))[
        output
      ]!;
    }
    feeds[ATTACK_INPUTS.original] = { type: 'float32', dims, data: clean };
    feeds[ATTACK_INPUTS.eps] = scalar(perturbation.eps);
    feeds[ATTACK_INPUTS.stepSize] = scalar(perturbation.stepSize);
    let x = start;
    const given = feedsOf(this.#attack, feeds);
    for (let step = 0; step < perturbation.steps; step++) {
      given[program.input] = { type: 'float32', dims, data: x };
      x = (await this.#attack.run(given, [attack.next]))[attack.next]!.data as Float32Array;
    }
    return x;
  }

  #weights({ weights }: ParameterValues): Record<string, Tensor> {
    return portsOf(this.program.weights, weights);
  }

  #running({ running }: ParameterValues): Record<string, Tensor> {
    return portsOf(this.program.running, running);
  }

  #target(index: number, data: Float32Array): Tensor {
    return { type: 'float32', dims: [this.program.batch, ...this.program.targets[index]!.shape], data };
  }
}

function portsOf(ports: TrainingProgram['weights'], values: readonly Float32Array[]): Record<string, Tensor> {
  return Object.fromEntries(
    ports.map(({ name, dims }, index) => [name, { type: 'float32', dims, data: values[index]! }]),
  );
}

/** A graph is pruned to what it needs; feeding more than its inputs is an error. */
function feedsOf(session: Session, feeds: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  return Object.fromEntries(
    session.inputs.flatMap(({ name }) => (feeds[name] === undefined ? [] : [[name, feeds[name]]])),
  );
}

function scalar(value: number): Tensor {
  return { type: 'float32', dims: [], data: Float32Array.of(value) };
}

function concatenate<T extends Float32Array | BigInt64Array | Int32Array>(first: T, second: T): T {
  const both = new (first.constructor as new (length: number) => T)(first.length + second.length);
  both.set(first as never, 0);
  both.set(second as never, first.length);
  return both;
}

function countCorrect(scores: Float32Array, targets: Float32Array, count: number): number {
  const classes = scores.length / count;
  if (targets.length !== scores.length || classes < 2) return 0;
  let correct = 0;
  for (let at = 0; at < scores.length; at += classes) {
    if (largest(scores, at, classes) === largest(targets, at, classes)) correct += 1;
  }
  return correct;
}

function largest(values: Float32Array, at: number, length: number): number {
  let best = 0;
  for (let index = 1; index < length; index++) if (values[at + index]! > values[at + best]!) best = index;
  return best;
}

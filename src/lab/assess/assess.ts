import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault, isFault } from '../../core/fault.ts';
import { seededRandom } from '../../math/random.ts';
import { digestOf, digestOfData } from '../evasion/attack-log.ts';
import type { Perturbation } from '../evasion/attack.ts';
import { share } from '../evasion/metrics.ts';
import { attackNamed } from '../evasion/registry.ts';
import { type AttackReport, runAttack } from '../evasion/run-attack.ts';
import { runSelfChecks, type SelfCheck } from '../evasion/self-checks.ts';
import { handshake, type Handshake } from '../handshake.ts';
import { type LabelledData, sliceData } from '../labelled-data.ts';
import { robustAccuracy } from '../robust-accuracy.ts';
import { pickData } from '../split-data.ts';
import { isGradientTarget, sampleSize, type Target } from '../target.ts';
import { isTextTarget } from '../text/text-target.ts';
import { adviceFor } from './advice.ts';
import type {
  Assessment,
  AssessStep,
  CertifiedCurve,
  DetectorResult,
  RobustnessCurve,
  Scenario,
  StepResult,
} from './assessment.ts';
import { progressOfSteps, queriesCurve, shrinkingCurve } from './black-box-curves.ts';
import { judgeRequirements } from './judge-requirements.ts';
import { CURVE_FACTORS, type MeasuredCost, planAssessment } from './plan-assessment.ts';
import type { Requirement } from './requirement.ts';
import { WorstCase } from './worst-case.ts';

export interface AssessOptions {
  readonly target: Target;
  readonly data: LabelledData;
  readonly modelDigest?: string;
  readonly dataName?: string;
  /** What robust accuracy is wanted for; a requirement's own are added. */
  readonly perturbations: readonly Perturbation[];
  readonly scenarios: readonly Scenario[];
  /** Share of a picture that a sticker may cover. Default 0.05. */
  readonly stickerArea?: number;
  /** Most samples of one step. Default 1000. */
  readonly samples?: number;
  /** Seconds for this call; null: no limit. A later call with the same folder goes on. */
  readonly budget: number | null;
  readonly requirements?: readonly Requirement[];
  readonly seed?: string;
  /** Folder for what is done so far; made when absent. */
  readonly state: string;
  /** What is otherwise part of the question and decides whether a folder belongs to this assessment: preprocessing, version. */
  readonly identity?: Readonly<Record<string, unknown>>;
  /** Accuracy on clean data that the user knows the model to have. */
  readonly accuracy?: number;
  readonly certify?: (
    data: LabelledData,
    seconds: number | null,
    signal?: AbortSignal,
  ) => Promise<readonly CertifiedCurve[]>;
  readonly detect?: (
    data: LabelledData,
    seconds: number | null,
    signal: AbortSignal | undefined,
    /** Of each detector that should have been measured and was not. */
    leftOut: (detector: string, why: Fault) => void,
  ) => Promise<readonly DetectorResult[]>;
  readonly signal?: AbortSignal;
  readonly progress?: (at: AssessProgress) => void;
}

export interface AssessProgress {
  /** What is being done now. */
  readonly doing: string;
  /** Share of the whole, 0 to 1; NaN where it is not known. */
  readonly done: number;
  /** Estimate for the rest, in seconds; NaN where it is not known. */
  readonly secondsLeft: number;
}

/** What the report shows besides numbers. Samples are in the order of `order`. */
export interface AssessArtefacts {
  /** The shuffled samples. */
  readonly data: LabelledData;
  /** Number of each sample in the data as it was given. */
  readonly order: Int32Array;
  readonly reports: ReadonlyMap<string, AttackReport>;
}

interface State {
  readonly identity: string;
  readonly cost: MeasuredCost;
  readonly plan: AssessStep[];
  /** Steps that began: their numbers of samples stay as they are. */
  readonly started: string[];
  /** Steps that had their share of the time, and how many samples they attacked in it: those are what is reported, now and later. */
  readonly enough: Record<string, number>;
  selfChecks: readonly SelfCheck[] | null;
  certificates: readonly CertifiedCurve[] | null;
  detectors: readonly DetectorResult[] | null;
  /** Detectors that were not measured, whatever the time. */
  detectorsLeftOut?: Assessment['notRun'];
  seconds: number;
}

/** Clean samples that the handshake predicts at most. */
const CLEAN_SAMPLES = 10_000;
const PROBED = 64;
/** Samples of the self-checks: these see whether something is wrong, not how much. */
const CHECKED = { least: 12, most: 48, passes: 700, share: 0.1 };

/**
 * The whole look at a model under adversarial input: handshake, attacks that fit it, self-checks, certificates, detectors, and what follows. Every number comes from
 * bytes that were predicted again (`runAttack`). What was done is kept in `state`: the same call goes on there and gives the
 * same result as if it had not been interrupted.
 *
 * @throws Fault `ERR_HANDSHAKE` when the model is not as accurate as expected; `ERR_DATA`; `ERR_USAGE` when the folder belongs to another assessment
 */
export async function assess(
  options: AssessOptions,
): Promise<{ readonly assessment: Assessment; readonly artefacts: AssessArtefacts }> {
  const { target, signal } = options;
  const seed = options.seed ?? 'parapet';
  const began = performance.now();
  const deadline = options.budget === null ? Infinity : began + options.budget * 1000;
  const order = Int32Array.from({ length: options.data.count }, (_, i) => i);
  seededRandom(seed).fork('assess').shuffle(order);
  const data = pickData(options.data, order);
  const perturbations = wanted(options);
  const identity = identityOf(options, perturbations, seed);
  await mkdir(options.state, { recursive: true });
  const statePath = join(options.state, 'plan.json');
  const before = await readState(statePath, identity);

  options.progress?.({ doing: 'clean accuracy', done: 0, secondsLeft: options.budget ?? Number.NaN });
  const mostSamples = Math.min(options.samples ?? 1000, data.count);
  const cleanCount = await cleanSamples(target, data, options.budget, mostSamples);
  const clean = await handshake(
    target,
    sliceData(data, 0, cleanCount),
    options.accuracy === undefined ? {} : { accuracy: options.accuracy },
  );
  const cost = before?.cost ?? (await measureCost(target, data, clean, perturbations, seed, signal));
  const plan = before?.plan ?? [
    ...planAssessment(target, cost, {
      perturbations,
      scenarios: options.scenarios,
      stickerArea: options.stickerArea ?? 0.05,
      samples: mostSamples,
      budget: options.budget,
    }),
  ];
  const state: State = before ?? {
    identity,
    cost,
    plan,
    started: [],
    enough: {},
    selfChecks: null,
    certificates: null,
    detectors: null,
    seconds: 0,
  };
  await writeState(statePath, state);

  const limit = timeLimit(deadline, signal);
  const reports = new Map<string, AttackReport>();
  const steps: StepResult[] = [];
  const notRun: { what: string; why: string }[] = [];
  const ended = (): string | null =>
    signal?.aborted === true ? 'it was interrupted' : performance.now() >= deadline ? 'the time was used up' : null;
  const secondsLeft = (): number | null =>
    deadline === Infinity ? null : Math.max(1, (deadline - performance.now()) / 1000);
  // The self-checks are about small changes of numbers: they say nothing of texts.
  const scoresAreTold = !isTextTarget(target) && (isGradientTarget(target) || target.scoreType !== 'label');
  let checked = !scoresAreTold;

  const runChecks = async (): Promise<void> => {
    checked = true;
    if (state.selfChecks !== null) return;
    if (ended() !== null) return void notRun.push({ what: 'self-checks', why: ended()! });
    options.progress?.({ doing: 'self-checks', done: Number.NaN, secondsLeft: Number.NaN });
    const standard = state.plan.find((step) => step.attack === 'autoattack');
    const outcomes = reports.get(standard?.id ?? '')?.outcomes.filter(({ clean: right }) => right);
    const checks = await runSelfChecks({
      target,
      data: sliceData(data, 0, Math.min(checkedSamples(cost, options.budget), data.count)),
      perturbation: standard?.perturbation ?? perturbations[0]!,
      ...(outcomes === undefined ? {} : { foundBy: outcomes.map(({ fooled, foundBy }) => (fooled ? foundBy : null)) }),
      seed,
      ...(limit.signal === undefined ? {} : { signal: limit.signal }),
    });
    // Interrupted checks are made again by the next call; so are those that had no whole result to look at.
    if (limit.signal?.aborted === true)
      return void notRun.push({ what: 'self-checks', why: ended() ?? 'the time was used up' });
    state.selfChecks = checks;
    await writeState(statePath, state);
  };

  const advance = progressOfSteps(state.plan, began, options.progress);
  for (let at = 0; at < state.plan.length; at++) {
    // Whether the numbers can be believed comes right after the numbers, before what is nice to know.
    if (!checked && !(state.plan[at]!.standard && state.plan[at]!.scenario !== 'sticker')) await runChecks();
    if (fitToTime(state.plan, at, began, secondsLeft(), state.started)) await writeState(statePath, state);
    const step = state.plan[at]!;
    const since = performance.now();
    advance(step, 0);
    if (!state.started.includes(step.id)) {
      state.started.push(step.id);
      await writeState(statePath, state);
    }
    const share = shareOfTime(state.plan, at, secondsLeft(), state.enough[step.id] !== undefined);
    const result = await runStep(step, options, data, seed, limit, share, (done) => advance(step, done));
    if (result.enough !== null && state.enough[step.id] === undefined) {
      state.enough[step.id] = result.enough;
      await writeState(statePath, state);
    }
    if (result.report !== null) reports.set(step.id, result.report);
    steps.push({ ...result.step, seconds: (performance.now() - since) / 1000 });
  }
  if (!checked) await runChecks();

  if (options.certify !== undefined && options.scenarios.includes('certificate')) {
    if (state.certificates === null && ended() === null) {
      options.progress?.({ doing: 'certificates', done: Number.NaN, secondsLeft: Number.NaN });
      try {
        const found = await options.certify(data, secondsLeft(), limit.signal);
        if (signal?.aborted !== true) state.certificates = found;
      } catch (error) {
        if (!isFault(error)) throw error;
        notRun.push({ what: 'certificates', why: error.message });
      }
    } else if (state.certificates === null) notRun.push({ what: 'certificates', why: ended()! });
  }
  let { detectors } = state;
  if (options.detect !== undefined && options.scenarios.includes('detector')) {
    if (state.detectors === null && ended() === null) {
      options.progress?.({ doing: 'detectors', done: Number.NaN, secondsLeft: Number.NaN });
      try {
        const left: { what: string; why: string }[] = [];
        let late = false;
        detectors = await options.detect(data, secondsLeft(), limit.signal, (detector, { code, message }) => {
          left.push({ what: `detector ${detector}`, why: message });
          late ||= code === 'ERR_BUDGET_EXHAUSTED';
        });
        // What only time kept from being measured is tried again by a later call.
        if (signal?.aborted !== true && !late) [state.detectors, state.detectorsLeftOut] = [detectors, left];
        else notRun.push(...left);
      } catch (error) {
        if (!isFault(error)) throw error;
        notRun.push({ what: 'detectors', why: error.message });
      }
    } else if (state.detectors === null) notRun.push({ what: 'detectors', why: ended()! });
    notRun.push(...(state.detectorsLeftOut ?? []));
  }
  limit.clear();
  state.seconds += (performance.now() - began) / 1000;
  await writeState(statePath, state);

  const worst = worstCases(reports, clean, data, state.plan);
  const robust = perturbations.flatMap((one) => robustOf(one, state.plan, steps, worst));
  const incomplete =
    steps.some(({ status }) => status !== 'complete') || notRun.some(({ why }) => /time|interrupted/.test(why));
  const box = { low: smallest(target.bounds.low), high: -smallest(negated(target.bounds.high)) };
  const measured: Omit<Assessment, 'requirements' | 'advice'> = {
    format: 'parapet-assessment',
    version: 1,
    model: {
      name: target.name,
      sha256: options.modelDigest ?? null,
      inputShape: target.inputShape,
      classes: target.classes,
      classNames: target.classNames ?? data.classNames ?? null,
      bounds: box,
      scoreType: target.scoreType,
      gradients: isGradientTarget(target),
      remarks: 'remarks' in target ? (target.remarks as readonly string[]) : [],
    },
    data: { name: options.dataName ?? 'data', sha256: digestOfData(options.data), count: data.count },
    seed,
    status: incomplete ? 'incomplete' : 'complete',
    budgetSeconds: options.budget,
    seconds: state.seconds,
    cost: { forward: cost.forward * 1000, gradient: cost.gradient === null ? null : cost.gradient * 1000 },
    clean: cleanOf(clean, data),
    steps,
    robust,
    curves: curvesOf(perturbations, state.plan, steps, worst),
    selfChecks: state.selfChecks ?? [],
    certificates: state.certificates ?? [],
    detectors: detectors ?? [],
    notRun,
  };
  const requirements = judgeRequirements(options.requirements ?? [], measured);
  return {
    assessment: { ...measured, requirements, advice: adviceFor({ ...measured, requirements }) },
    artefacts: { data, order, reports },
  };
}

/** The user's perturbations, and those that requirements name. */
function wanted(options: AssessOptions): readonly Perturbation[] {
  const all = [...options.perturbations];
  for (const { perturbation } of options.requirements ?? []) {
    if (perturbation === null) continue;
    const known = all.some(({ norm, eps }) => norm === perturbation.norm && Math.abs(eps - perturbation.eps) < 1e-12);
    if (!known) all.push(perturbation);
  }
  if (all.length === 0) throw new Fault('ERR_USAGE', 'An assessment needs a norm and an eps.');
  return all;
}

function identityOf(options: AssessOptions, perturbations: readonly Perturbation[], seed: string): string {
  const { target, data } = options;
  return digestOf(
    new TextEncoder().encode(
      JSON.stringify({
        model: options.modelDigest ?? target.name,
        inputShape: target.inputShape,
        classes: target.classes,
        low: typeof target.bounds.low === 'number' ? target.bounds.low : digestOf(target.bounds.low),
        high: typeof target.bounds.high === 'number' ? target.bounds.high : digestOf(target.bounds.high),
        data: digestOfData(data),
        perturbations: perturbations.map(({ norm, eps }) => `${norm}:${eps}`),
        scenarios: options.scenarios.toSorted(),
        sticker: options.stickerArea ?? null,
        samples: options.samples ?? null,
        seed,
        more: options.identity ?? null,
      }),
    ),
  );
}

async function readState(path: string, identity: string): Promise<State | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    return null;
  }
  let found: Partial<State>;
  try {
    found = JSON.parse(text, (_, value: unknown) => (value === 'Infinity' ? Infinity : value)) as Partial<State>;
  } catch (cause) {
    throw new Fault('ERR_DATA', 'What was done so far cannot be read.', {
      where: path,
      hint: 'Begin anew (--fresh), or name another folder (--out).',
      cause,
    });
  }
  if (found.identity === identity && Array.isArray(found.plan)) return found as State;
  throw new Fault('ERR_USAGE', 'The folder holds another assessment: model, data or options differ.', {
    where: path,
    hint: 'Name another folder (--out), or begin anew (--fresh).',
  });
}

/** Written beside and renamed: a crash leaves the old or the new one. */
async function writeState(path: string, state: State): Promise<void> {
  const text = JSON.stringify(state, (_, value: unknown) => (value === Infinity ? 'Infinity' : value), 1);
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}

/** As many samples as a twentieth of the budget pays for, and no fewer than steps attack. */
async function cleanSamples(target: Target, data: LabelledData, budget: number | null, least: number): Promise<number> {
  const most = Math.min(data.count, CLEAN_SAMPLES);
  if (budget === null || most <= Math.max(least, 200)) return most;
  const seconds = await secondsOf(() => target.scores(data.inputs.slice(0, 32 * sampleSize(target)), 32));
  return Math.min(most, Math.max(least, 200, Math.floor((0.05 * budget) / Math.max(seconds / 32, 1e-9))));
}

async function measureCost(
  target: Target,
  data: LabelledData,
  clean: Handshake,
  perturbations: readonly Perturbation[],
  seed: string,
  signal: AbortSignal | undefined,
): Promise<MeasuredCost> {
  const batch = Math.min(64, data.count);
  const inputs = data.inputs.slice(0, batch * sampleSize(target));
  const forward = (await quickest(() => target.scores(Float32Array.from(inputs), batch))) / batch;
  if (!isGradientTarget(target)) return { forward, gradient: null, surviving: 1 };
  const labels = data.labels.slice(0, batch);
  const gradient =
    (await quickest(() => target.lossGradient(Float32Array.from(inputs), batch, { kind: 'cross-entropy', labels }))) /
    batch;
  const ball = perturbations.find(({ norm }) => norm === 'linf' || norm === 'l2');
  if (ball === undefined || clean.correct === 0) return { forward, gradient, surviving: 1 };
  const probed = await robustAccuracy(target, sliceData(data, 0, Math.min(PROBED, data.count)), {
    norm: ball.norm as 'linf' | 'l2',
    eps: ball.eps,
    seed,
    ...(signal === undefined ? {} : { signal }),
  });
  return { forward, gradient, surviving: probed.clean === 0 ? 1 : probed.robust / probed.clean };
}

async function secondsOf(run: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await run();
  return (performance.now() - began) / 1000;
}

/** The shortest of three, after one that warms up. */
async function quickest(run: () => Promise<unknown>): Promise<number> {
  await run();
  let best = Infinity;
  for (let i = 0; i < 3; i++) best = Math.min(best, await secondsOf(run));
  return best;
}

function checkedSamples({ forward, gradient }: MeasuredCost, budget: number | null): number {
  const { least, most, passes, share: part } = CHECKED;
  if (budget === null) return most;
  const paid = (budget * part) / (passes * (gradient ?? forward));
  return Math.min(Math.max(Math.floor(paid), least), most);
}

/** Steps to come get fewer samples when those before took longer than was expected. Steps that began keep theirs. */
function fitToTime(
  plan: AssessStep[],
  at: number,
  began: number,
  left: number | null,
  started: readonly string[],
): boolean {
  if (left === null) return false;
  const sum = (steps: readonly AssessStep[]): number => steps.reduce((total, step) => total + step.expectedSeconds, 0);
  const done = sum(plan.slice(0, at));
  const pace = done < 1 ? 1 : Math.max(1, (performance.now() - began) / 1000 / done);
  const scale = (left * KEPT) / (sum(plan.slice(at)) * pace);
  if (!(scale < 0.9)) return false;
  let changed = false;
  for (let next = at; next < plan.length; next++) {
    const step = plan[next]!;
    if (started.includes(step.id)) continue;
    const samples = Math.min(step.samples, Math.max(FEWEST, Math.floor(step.samples * scale)));
    if (samples === step.samples) continue;
    const chunk = Math.min(step.chunk, samples);
    plan[next] = { ...step, samples, chunk, expectedSeconds: (step.expectedSeconds * samples) / step.samples };
    changed = true;
  }
  return changed;
}

/** Seconds that a step may take: its part of what is left, by what was expected, and never more than half; nothing for one that had its share before. */
function shareOfTime(plan: readonly AssessStep[], at: number, left: number | null, had: boolean): number {
  if (had) return 0;
  if (left === null) return Infinity;
  const coming = plan.slice(at).reduce((sum, { expectedSeconds }) => sum + expectedSeconds, 0);
  const part = coming === 0 ? 1 : plan[at]!.expectedSeconds / coming;
  return left * Math.min(0.5, Math.max(part, 0.02));
}

/** Share of the time that is left which steps may use. */
const KEPT = 0.85;
const FEWEST = 8;

interface TimeLimit {
  readonly signal: AbortSignal | undefined;
  /** The time ran out, and nobody interrupted. */
  readonly isOver: () => boolean;
  readonly clear: () => void;
}

function timeLimit(deadline: number, signal: AbortSignal | undefined): TimeLimit {
  if (deadline === Infinity) return { signal, isOver: () => false, clear: () => {} };
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), Math.max(0, deadline - performance.now()));
  return {
    signal: signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]),
    isOver: () => over.signal.aborted && signal?.aborted !== true,
    clear: () => clearTimeout(timer),
  };
}

async function runStep(
  step: AssessStep,
  options: AssessOptions,
  data: LabelledData,
  seed: string,
  limit: TimeLimit,
  share: number,
  progress: (done: number) => void,
): Promise<{
  readonly step: Omit<StepResult, 'seconds'>;
  readonly report: AttackReport | null;
  readonly enough: number | null;
}> {
  const attack = attackNamed(step.attack);
  const failed = (
    reason: string,
  ): { readonly step: Omit<StepResult, 'seconds'>; readonly report: null; readonly enough: null } => ({
    step: { step, status: 'failed', reason, attacked: 0, metrics: null, byQueries: null, byDistance: null },
    report: null,
    enough: null,
  });
  const own = timeLimit(performance.now() + share * 1000, limit.signal);
  if (attack === undefined) return failed(`there is no attack ${step.attack}`);
  let report: AttackReport;
  try {
    report = await runAttack({
      attack,
      target: options.target,
      data: sliceData(data, 0, Math.min(step.samples, data.count)),
      perturbation: step.perturbation,
      options: step.options,
      seed,
      expectation: null,
      chunk: step.chunk,
      log: join(options.state, `${step.id}.jsonl`),
      ...(own.signal === undefined ? {} : { signal: own.signal }),
      progress,
    });
  } catch (error) {
    // An attack that this target does not allow is a gap of the report and no end of it; anything else is.
    if (isFault(error) && error.code === 'ERR_USAGE') return failed(error.message);
    throw error;
  } finally {
    own.clear();
  }
  // Samples are in random order: the first ones of them that its share of the time was enough for are a whole result about fewer samples.
  const isEnough = report.status === 'aborted' && own.isOver() && report.attacked >= Math.min(FEWEST, step.samples);
  const status =
    report.status === 'complete' || isEnough
      ? 'complete'
      : report.status === 'budget-exhausted'
        ? 'queries'
        : limit.isOver()
          ? 'budget'
          : 'interrupted';
  const reasons = {
    complete: '',
    queries: 'the budget of queries is spent',
    budget: 'the time was used up; the same command goes on',
    interrupted: 'it was interrupted; the same command goes on',
  };
  return {
    step: {
      step,
      status,
      reason: reasons[status],
      attacked: report.attacked,
      metrics: report.attacked === 0 ? null : report.metrics,
      byQueries: step.attack === 'square' || step.attack === 'cube' ? queriesCurve(report) : null,
      byDistance: step.attack === 'hopskipjump' ? shrinkingCurve(report) : null,
    },
    report,
    enough: isEnough ? report.attacked : null,
  };
}

/** What all attacks found, joined by norm. */
function worstCases(
  reports: ReadonlyMap<string, AttackReport>,
  clean: Handshake,
  data: LabelledData,
  plan: readonly AssessStep[],
): ReadonlyMap<string, WorstCase> {
  const right = Uint8Array.from({ length: data.count }, (_, i) => (clean.answers[i] === data.labels[i] ? 1 : 0));
  const found = new Map<string, WorstCase>();
  for (const step of plan) {
    const report = reports.get(step.id);
    const { norm, eps } = step.perturbation;
    if (report === undefined) continue;
    const worst = found.get(norm) ?? new WorstCase(norm, right, data.labels);
    found.set(norm, worst);
    worst.add(report.outcomes, eps);
  }
  return found;
}

/** Samples that the standard step of a norm attacked at this eps, or at any where it looks for the smallest distance. */
function standardOf(
  { norm, eps }: Perturbation,
  plan: readonly AssessStep[],
  steps: readonly StepResult[],
): { readonly samples: number; readonly complete: boolean } | null {
  const at = plan.findIndex(
    (step) =>
      step.standard &&
      step.perturbation.norm === norm &&
      (step.perturbation.eps === Infinity || Math.abs(step.perturbation.eps - eps) < 1e-12),
  );
  const result = steps[at];
  if (result === undefined || result.attacked === 0) return null;
  return { samples: result.attacked, complete: result.status === 'complete' };
}

function robustOf(
  perturbation: Perturbation,
  plan: readonly AssessStep[],
  steps: readonly StepResult[],
  worst: ReadonlyMap<string, WorstCase>,
): Assessment['robust'] {
  const standard = standardOf(perturbation, plan, steps);
  const found = worst.get(perturbation.norm);
  if (standard === null || found === undefined) return [];
  const { norm, eps } = perturbation;
  const { samples, complete } = standard;
  return [{ norm, eps, accuracy: found.robust(eps, samples), complete, perClass: found.perClass(eps, samples) }];
}

/** One curve a norm, over the samples that every step of that norm attacked to its end. */
function curvesOf(
  perturbations: readonly Perturbation[],
  plan: readonly AssessStep[],
  steps: readonly StepResult[],
  worst: ReadonlyMap<string, WorstCase>,
): readonly RobustnessCurve[] {
  const curves: RobustnessCurve[] = [];
  const norms = [...new Set(plan.map(({ perturbation }) => perturbation.norm))];
  for (const norm of norms) {
    const found = worst.get(norm);
    const own = steps.filter(
      ({ step, attacked }) => step.perturbation.norm === norm && step.scenario === 'white-box' && attacked > 0,
    );
    const unlimited = own.filter(({ step }) => step.perturbation.eps === Infinity);
    if (found === undefined || (own.length < 3 && unlimited.length === 0)) continue;
    const samples = Math.min(...own.map(({ attacked }) => attacked));
    let sizes: readonly number[];
    if (unlimited.length > 0) {
      const median = unlimited[0]!.metrics?.medianOfAll ?? unlimited[0]!.metrics?.distance?.median ?? 1;
      sizes = [0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 1, 1.25, 1.5, 1.75, 2, 2.5, 3].map((factor) => median * factor);
    } else {
      const base = perturbations.find((one) => one.norm === norm)!.eps;
      sizes = CURVE_FACTORS.map((factor) => base * factor);
    }
    curves.push({ norm, samples, points: found.curve([0, ...sizes], samples) });
  }
  return curves;
}

function cleanOf(clean: Handshake, data: LabelledData): Assessment['clean'] {
  const groups = new Map<number, { samples: number; right: number }>();
  for (let i = 0; i < clean.count; i++) {
    const label = data.labels[i]!;
    const group = groups.get(label) ?? { samples: 0, right: 0 };
    groups.set(label, group);
    group.samples++;
    if (clean.answers[i] === label) group.right++;
  }
  return {
    accuracy: share(clean.correct, clean.count),
    chance: clean.chance,
    perClass: [...groups]
      .toSorted(([a], [b]) => a - b)
      .map(([label, { samples, right }]) => ({ label, samples, accuracy: right / samples })),
  };
}

function smallest(bound: number | Float32Array): number {
  return typeof bound === 'number' ? bound : bound.reduce((least, value) => Math.min(least, value), Infinity);
}

function negated(bound: number | Float32Array): number | Float32Array {
  return typeof bound === 'number' ? -bound : bound.map((value) => -value);
}

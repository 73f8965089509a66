import { type Fault, isFault } from '../../core/fault.ts';
import { digestOfData } from '../evasion/attack-log.ts';
import type { Perturbation } from '../evasion/attack.ts';
import { attackNamed } from '../evasion/registry.ts';
import type { AttackReport } from '../evasion/run-attack.ts';
import { runSelfChecks, type SelfCheck, squareBeats } from '../evasion/self-checks.ts';
import { isHttpTarget } from '../http-target/http-target.ts';
import { kindOfSample } from '../sample-kind.ts';
import { type LabelledData, sliceData } from '../labelled-data.ts';
import { stoppableTarget } from '../stoppable-target.ts';
import { isGradientTarget, type Target } from '../target.ts';
import { timeLimit } from '../time-limit.ts';
import { adviceFor } from './advice.ts';
import { writeAssessState } from './assess-state.ts';
import type { Assessment, CertifiedCurve, DetectorResult, NotRun, Scenario, StepResult } from './assessment.ts';
import { beginAssessment, scoresAreTold, stillToCome } from './begin-assessment.ts';
import type { AssessmentEstimate } from './estimate.ts';
import { cleanOf, curvesOf, foundByOf, robustOf, worstCases } from './join-results.ts';
import { judgeRequirements } from './judge-requirements.ts';
import { progressOfSteps } from './progress-of-steps.ts';
import { QUERIES_A_CHECK, shareOfQueries } from './query-plan.ts';
import type { Requirement } from './requirement.ts';
import { runStep } from './run-step.ts';
import { FEWEST, fittedToTime, keptSeconds, paceSoFar, shareOfTime } from './share-time.ts';

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
  /** Told what all of it will take, before the first attack. */
  readonly planned?: (estimate: AssessmentEstimate) => void;
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
  const began = performance.now();
  const deadline = options.budget === null ? Infinity : began + options.budget * 1000;
  const { seed, order, data, perturbations, statePath, state, clean, estimate } = await beginAssessment(options);
  const { cost } = state;
  options.planned?.(estimate);

  const limit = timeLimit(deadline, signal);
  const reports = new Map<string, AttackReport>();
  const steps: StepResult[] = [];
  const notRun: NotRun[] = [];
  const leftOut = (what: string, why: string, cut: boolean): null => {
    notRun.push({ what, why, cut });
    return null;
  };
  const ended = (): string | null =>
    signal?.aborted === true ? 'it was interrupted' : performance.now() >= deadline ? 'the time was used up' : null;
  const secondsLeft = (): number | null =>
    deadline === Infinity ? null : Math.max(1, (deadline - performance.now()) / 1000);
  let checked = !scoresAreTold(target);

  const runChecks = async (): Promise<void> => {
    checked = true;
    if (state.selfChecks !== null) return;
    if (ended() !== null) return void leftOut('self-checks', ended()!, true);
    const account = isHttpTarget(target) ? target.account : null;
    const left = account?.left() ?? Infinity;
    // Fewer where attacks took longer than foreseen: the checks would, too.
    const paced = Math.floor((state.checked ?? data.count) / (options.budget === null ? 1 : paceSoFar(steps)));
    const samples = Math.min(state.checked ?? data.count, data.count, Math.max(paced, FEWEST));
    if (samples === 0 || left < samples * QUERIES_A_CHECK) {
      return void leftOut('self-checks', 'the budget of queries does not pay for them', true);
    }
    options.progress?.({ doing: 'self-checks', done: Number.NaN, secondsLeft: Number.NaN });
    let checks: readonly SelfCheck[];
    try {
      checks = await runSelfChecks({
        target: stoppableTarget(target, limit),
        data: sliceData(data, 0, samples),
        perturbation: state.plan.find((step) => step.attack === 'autoattack')?.perturbation ?? perturbations[0]!,
        seed,
        ...(limit.signal === undefined ? {} : { signal: limit.signal }),
      });
    } catch (error) {
      if (!isFault(error) || error.code !== 'ERR_BUDGET_EXHAUSTED') throw error;
      return void leftOut('self-checks', ended() ?? error.message, true);
    }
    // Interrupted checks are made again by the next call.
    if (limit.signal?.aborted === true) return void leftOut('self-checks', ended() ?? 'the time was used up', true);
    state.selfChecks = checks;
    await writeAssessState(statePath, state);
  };

  const secondsForAttacks = (): number | null => {
    const left = secondsLeft();
    const coming = stillToCome(options, {
      checks: !checked && state.selfChecks === null,
      certificates: state.certificates === null,
      detectors: state.detectors === null,
    });
    return left === null ? null : left - keptSeconds(options.budget!, coming);
  };

  /** Queries that may have been sent in all when a step ends: what self-checks will take is kept back. */
  const queriesFor = (at: number): number => {
    if (!isHttpTarget(target)) return Infinity;
    const left = target.account.left();
    const kept = checked || state.selfChecks !== null ? 0 : (state.checked ?? 0) * QUERIES_A_CHECK;
    const share = shareOfQueries(state.plan, at, left === null ? null : Math.max(0, left - kept));
    return target.account.spending().inAll + share;
  };

  if (options.scenarios.includes('sticker') && isGradientTarget(target) && kindOfSample(target).kind === 'series') {
    leftOut('sticker', 'samples are a series, onto which nothing can be stuck (--kind image says otherwise)', false);
  }

  const advance = progressOfSteps(state.plan, began, options.progress);
  for (let at = 0; at < state.plan.length; at++) {
    // Whether the numbers can be believed comes right after the numbers, before what is nice to know.
    if (!checked && !(state.plan[at]!.standard && state.plan[at]!.scenario !== 'sticker')) await runChecks();
    const share = shareOfTime(state.plan, at, secondsForAttacks());
    const planned = state.plan[at]!;
    const isWhole = attackNamed(planned.attack)?.meta.wholeSet === true && !state.started.includes(planned.id);
    const step = isWhole ? fittedToTime(planned, share, paceSoFar(steps)) : planned;
    state.plan[at] = step;
    const since = performance.now();
    advance(step, 0);
    const queries = state.queries?.[step.id] ?? queriesFor(at);
    if (!state.started.includes(step.id)) {
      state.started.push(step.id);
      // A later call goes on with the share that it had, of which some is sent already.
      if (state.queries !== undefined && queries < Infinity) state.queries[step.id] = queries;
      await writeAssessState(statePath, state);
    }
    const result = await runStep(step, {
      target,
      data,
      answers: clean.answers,
      seed,
      state: options.state,
      limit,
      share,
      queries,
      had: state.enough[step.id] !== undefined,
      progress: (done) => advance(step, done),
    });
    if (result.enough !== null && state.enough[step.id] === undefined) {
      state.enough[step.id] = result.enough;
      await writeAssessState(statePath, state);
    }
    if (result.report !== null) reports.set(step.id, result.report);
    steps.push({ ...result.step, seconds: (performance.now() - since) / 1000 });
  }
  if (!checked) await runChecks();

  /** Certificates and detectors: each once, in what time is left; what it cannot look at is said. */
  const look = async <Found>(
    what: string,
    known: readonly Found[] | null,
    find:
      | ((data: LabelledData, seconds: number | null, signal: AbortSignal | undefined) => Promise<readonly Found[]>)
      | undefined,
  ): Promise<readonly Found[] | null> => {
    if (known !== null || find === undefined) return known;
    if (ended() !== null) return leftOut(what, ended()!, true);
    options.progress?.({ doing: what, done: Number.NaN, secondsLeft: Number.NaN });
    try {
      const found = await find(data, secondsLeft(), limit.signal);
      return signal?.aborted === true ? leftOut(what, 'it was interrupted', true) : found;
    } catch (error) {
      if (!isFault(error)) throw error;
      // A model of another kind, or data that is too little for it, is no failure; that time or queries did not suffice is one, and so is a target that does not answer.
      if (error.code === 'ERR_BUDGET_EXHAUSTED') return leftOut(what, error.message, true);
      if (error.code === 'ERR_MODEL_UNSUPPORTED' || error.code === 'ERR_USAGE' || error.code === 'ERR_DATA')
        return leftOut(what, error.message, false);
      throw error;
    }
  };
  const scenarios = options.scenarios;
  state.certificates = await look(
    'certificates',
    state.certificates,
    scenarios.includes('certificate') ? options.certify : undefined,
  );
  const unmeasured: NotRun[] = [];
  const detect = scenarios.includes('detector') ? options.detect : undefined;
  const detectors = await look(
    'detectors',
    state.detectors,
    detect &&
      ((...of) =>
        detect(...of, (detector, { code, message }) =>
          unmeasured.push({ what: `detector ${detector}`, why: message, cut: code === 'ERR_BUDGET_EXHAUSTED' }),
        )),
  );
  // What only time kept from being measured is tried again by a later call.
  if (state.detectors === null && detectors !== null && !unmeasured.some(({ cut }) => cut))
    [state.detectors, state.detectorsLeftOut] = [detectors, unmeasured];
  if (detectors !== null) notRun.push(...(state.detectorsLeftOut ?? unmeasured));
  limit.clear();
  state.seconds += (performance.now() - began) / 1000;
  await writeAssessState(statePath, state);

  const worst = worstCases(reports, clean, data, state.plan);
  const robust = perturbations.flatMap((one) => robustOf(one, steps, worst));
  const incomplete = steps.some(({ status }) => status !== 'complete') || notRun.some(({ cut }) => cut);
  const kind = kindOfSample(target);
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
      kind: kind.kind,
      remarks: [...('remarks' in target ? (target.remarks as readonly string[]) : []), kind.says],
    },
    data: { name: options.dataName ?? 'data', sha256: digestOfData(options.data), count: data.count },
    seed,
    status: incomplete ? 'incomplete' : 'complete',
    budgetSeconds: options.budget,
    seconds: state.seconds,
    cost: { forward: cost.forward * 1000, gradient: cost.gradient === null ? null : cost.gradient * 1000 },
    queries: queriesAsked(target),
    clean: cleanOf(clean, data, target.answersAbove !== undefined),
    steps,
    robust,
    curves: curvesOf(perturbations, state.plan, steps, worst),
    // What Square alone found is in the attacks' results, which a later call may have more of than the one that made the checks.
    selfChecks: (state.selfChecks ?? []).map((check) =>
      check.id === 'black-box-beats-white-box' ? squareBeats(foundByOf(reports, state.plan)) : check,
    ),
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

function queriesAsked(target: Target): Assessment['queries'] {
  if (!isHttpTarget(target)) return null;
  const { budget, price } = target.account;
  const { queries: sent, remembered, inAll } = target.account.spending();
  const cost = price === null ? null : { amount: inAll * price.perQuery, currency: price.currency };
  return { sent, remembered, inAll, budget, cost };
}

function smallest(bound: number | Float32Array): number {
  return typeof bound === 'number' ? bound : bound.reduce((least, value) => Math.min(least, value), Infinity);
}

function negated(bound: number | Float32Array): number | Float32Array {
  return typeof bound === 'number' ? -bound : bound.map((value) => -value);
}

import { join } from 'node:path';
import { isFault } from '../../core/fault.ts';
import { isHttpTarget } from '../http-target/http-target.ts';
import { limitQueries } from '../http-target/limit-queries.ts';
import { attackNamed } from '../evasion/registry.ts';
import { type AttackReport, runAttack } from '../evasion/run-attack.ts';
import { type LabelledData, sliceData } from '../labelled-data.ts';
import { stoppableTarget } from '../stoppable-target.ts';
import type { Target } from '../target.ts';
import { timeLimit, type TimeLimit } from '../time-limit.ts';
import type { AssessStep, StepResult } from './assessment.ts';
import { queriesCurve, shrinkingCurve } from './black-box-curves.ts';
import { FEWEST, pacer } from './share-time.ts';

export interface StepRun {
  readonly target: Target;
  /** The shuffled samples. */
  readonly data: LabelledData;
  /** What the model answers to them as they are, to at least as many as the step has. */
  readonly answers: Int32Array;
  readonly seed: string;
  /** Folder of the logs. */
  readonly state: string;
  /** Of the whole assessment. */
  readonly limit: TimeLimit;
  /** Seconds of this step. */
  readonly share: number;
  /** Queries that may have been sent to a target behind HTTP in all when this step ends; Infinity: no bound. */
  readonly queries: number;
  /** It had its share of the time in an earlier call: what was attacked then is its result. */
  readonly had: boolean;
  readonly progress: (done: number) => void;
}

export interface StepRan {
  readonly step: Omit<StepResult, 'seconds'>;
  readonly report: AttackReport | null;
  /** Samples attacked where its share of the time, and not its plan, ended it. */
  readonly enough: number | null;
}

/** Times its share that a step may take. */
const OVERTIME = 1.5;

/** One planned attack, from where its log left off. An attack that the target does not allow is a gap of the report and no end of it. */
export async function runStep(step: AssessStep, run: StepRun): Promise<StepRan> {
  const attack = attackNamed(step.attack);
  const failed = (reason: string): StepRan => ({
    step: { step, status: 'failed', reason, attacked: 0, metrics: null, byQueries: null, byDistance: null },
    report: null,
    enough: null,
  });
  if (attack === undefined) return failed(`there is no attack ${step.attack}`);
  const { limit, had } = run;
  const { share } = run;
  // The pacer ends the step in time; the limit is for a chunk that takes much longer than those before it.
  const own = timeLimit(had ? -Infinity : performance.now() + share * OVERTIME * 1000, limit.signal);
  const look = (): void => {
    limit.look();
    own.look();
  };
  const next = pacer(step.chunk, share, () => performance.now());
  let paced = false;
  const began = performance.now();
  let report: AttackReport;
  const data = sliceData(run.data, 0, Math.min(step.samples, run.data.count));
  // Predicting saved samples is kept back, so that a share that is spent still ends in a result.
  const target =
    isHttpTarget(run.target) && run.queries < Infinity
      ? limitQueries(run.target, run.queries - data.count)
      : run.target;
  try {
    report = await runAttack({
      attack,
      target: stoppableTarget(target, { ...own, look }),
      judge: run.target,
      answers: run.answers.subarray(0, data.count),
      data,
      perturbation: step.perturbation,
      options: step.options,
      seed: run.seed,
      chunk: (done) => {
        const size = had ? 0 : next(done);
        paced ||= size < 1;
        return size;
      },
      log: join(run.state, `${step.id}.jsonl`),
      ...(own.signal === undefined ? {} : { signal: own.signal }),
      progress: (done) => run.progress(Math.min(1, Math.max(done, (performance.now() - began) / 1000 / share))),
    });
  } catch (error) {
    if (isFault(error) && error.code === 'ERR_USAGE') return failed(error.message);
    // Not even the clean samples could be asked.
    if (isFault(error) && error.code === 'ERR_BUDGET_EXHAUSTED') {
      const { step: nothing, ...rest } = failed('the budget of queries is spent');
      return { step: { ...nothing, status: 'queries' }, ...rest };
    }
    throw error;
  } finally {
    own.clear();
  }
  // Samples are in random order: the first ones of them that its share of the time was enough for are a whole result about fewer samples.
  const isEnough =
    report.status === 'aborted' && (had || paced || own.isOver()) && report.attacked >= Math.min(FEWEST, step.samples);
  const status =
    report.status === 'complete' || isEnough
      ? 'complete'
      : report.status === 'budget-exhausted'
        ? 'queries'
        : limit.isOver()
          ? 'budget'
          : paced || own.isOver()
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

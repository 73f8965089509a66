import { Fault } from '../../core/fault.ts';
import { median } from '../../math/quantile.ts';
import { seededRandom } from '../../math/random.ts';
import { boxOf } from '../evasion/norm-ball.ts';
import { share } from '../evasion/metrics.ts';
import { checkPerturbation } from '../evasion/perturbation-check.ts';
import { isWrong } from '../evasion/attack-state.ts';
import { row } from '../evasion/rows.ts';
import { type LabelledData, sliceData } from '../labelled-data.ts';
import { sampleSize, type Target } from '../target.ts';
import { z } from 'zod';
import type { InputScorer } from './detector.ts';
import { evaluateDetector } from './evaluate-detector.ts';
import { assertRunning } from './assert-running.ts';
import type { DetectorRun, MeasuredDetector } from './measure-detector.ts';
import { isReported, rankable } from './reported.ts';
import { rightSamples } from './right-samples.ts';

/** Samples that are attacked, each in a run of its own, when nothing else is said. */
const RUNS = 20;

/** How the attacker sends queries: all from one account; from a new account before the detector can compare; or only those that a copy of the detector lets pass. */
type Strategy = 'plain' | 'accounts' | 'own-copy';

interface AttackRun {
  /** Of each query that was sent. */
  readonly scores: readonly number[];
  readonly fooled: boolean;
  readonly accounts: number;
}

/**
 * A detector of series of queries against attacks that ask a model for scores or labels: each sample is attacked in a run of its own, as one caller
 * of a fresh detector. Rates and curve are by query; `queries` tells them by run. Two attackers know the detector. One changes the account before
 * the detector has enough of its queries to compare, which costs accounts and nothing else. The other has one account and a copy of the
 * detector: a query that it would report is not sent, and the attack goes on as if the answer had been that of the clean sample.
 * @throws Fault `ERR_USAGE` when the attack needs gradients: then there are no queries to see
 */
export async function measureQueryDetector(run: DetectorRun): Promise<MeasuredDetector> {
  const { opened, target, attack, perturbation, signal } = run;
  if (attack.meta.knowledge === 'gradients' || attack.meta.wholeSet === true)
    throw new Fault(
      'ERR_USAGE',
      `${attack.meta.id} asks the model for gradients, not by queries: there is nothing to watch.`,
      {
        hint: 'Use square or hopskipjump.',
      },
    );
  const { detector, calibrated } = opened;
  const options = detector.options(z).parse(calibrated.options) as { readonly k: number };
  const fresh = (): InputScorer => opened.fresh();
  const clean = await fresh().score(run.data.inputs, run.data.count);
  const few = Math.min(run.attacked ?? RUNS, run.data.count);
  const { data } = await rightSamples(target, sliceData(run.data, 0, few), false);
  const size = sampleSize(target);
  const box = boxOf(target);
  let done = 0;

  const attackOne = async (i: number, strategy: Strategy): Promise<AttackRun> => {
    const scorer = fresh();
    const one = sliceData(data, i, i + 1);
    const watched = watchedTarget(target, scorer, one, strategy, options.k, calibrated.threshold);
    const result = await attack.run(watched.target, one, perturbation, run.attackOptions ?? attack.defaults, {
      random: seededRandom(run.seed ?? 'parapet'),
      ids: [i],
      ...(signal === undefined ? {} : { signal }),
    });
    const answer = await target.scores(result.adversarial.slice(), 1);
    const { allowed, inBounds } = checkPerturbation(
      one.inputs,
      row(result.adversarial, size, 0),
      perturbation,
      box,
      data.inputShape,
    );
    run.progress?.(++done / (3 * data.count));
    const fooled = allowed && inBounds && isWrong(answer, one.labels[0]!, target.answersAbove);
    return { scores: watched.scores, fooled, accounts: watched.accounts() };
  };
  const attackAll = async (strategy: Strategy): Promise<readonly AttackRun[]> => {
    const runs: AttackRun[] = [];
    for (let i = 0; i < data.count; i++) {
      runs.push(await attackOne(i, strategy));
      assertRunning(signal);
    }
    return runs;
  };
  const plain = await attackAll('plain');
  const knowing = { accounts: await attackAll('accounts'), 'own-copy': await attackAll('own-copy') };
  const reportedAt = ({ scores }: AttackRun): number =>
    scores.findIndex((score) => isReported(score, calibrated.threshold));
  const evaded = (runs: readonly AttackRun[]): number => runs.filter((one) => one.fooled && reportedAt(one) < 0).length;
  const seen = plain.map(reportedAt).filter((at) => at >= 0);
  const best = evaded(knowing.accounts) >= evaded(knowing['own-copy']) ? 'accounts' : 'own-copy';
  const queriesOf = (runs: readonly AttackRun[]): Float64Array =>
    Float64Array.from(runs.flatMap(({ scores }) => scores));
  const [oblivious, adaptive] = [queriesOf(plain), queriesOf(knowing[best])];
  const accounts = median(knowing.accounts.map((one) => one.accounts));
  return {
    measurement: {
      detector: detector.meta.id,
      title: detector.meta.title,
      attack: attack.meta.id,
      norm: perturbation.norm,
      eps: perturbation.eps,
      clean: run.data.count,
      attacked: data.count,
      fooled: share(plain.filter((one) => one.fooled).length, data.count),
      adaptiveFooled: share(knowing[best].filter((one) => one.fooled).length, data.count),
      ...evaluateDetector(calibrated, {
        clean,
        oblivious,
        adaptive: {
          scores: adaptive,
          attacked: data.count,
          evaded: evaded(knowing[best]),
          says:
            best === 'accounts'
              ? `The attacker takes a new account before the detector has ${options.k} of its queries to compare: ${accounts} accounts a sample (median). One account and a copy of the detector fool the model unseen on ${evaded(knowing['own-copy'])} of ${data.count} samples.`
              : 'The attacker has one account and a copy of the detector, and sends only what it does not report.',
        },
      }),
      queries: {
        runsReported: share(seen.length, data.count),
        untilReported: seen.length === 0 ? null : median(seen.map((at) => at + 1)),
        knowing: (['accounts', 'own-copy'] as const).map((strategy) => ({
          strategy,
          evaded: share(evaded(knowing[strategy]), data.count),
          accounts: median(knowing[strategy].map((one) => one.accounts)),
        })),
      },
    },
    scores: { clean: rankable(clean), oblivious, adaptive },
  };
}

/** The model behind the detector, as one attacker sees it. No gradients. */
function watchedTarget(
  target: Target,
  scorer: InputScorer,
  clean: LabelledData,
  strategy: Strategy,
  k: number,
  threshold: number,
): { readonly target: Target; readonly scores: readonly number[]; readonly accounts: () => number } {
  const { name, inputShape, classes, bounds, scoreType } = target;
  const size = sampleSize(target);
  const scores: number[] = [];
  let [account, sent] = [0, 0];
  let ownAnswer: Float32Array | undefined;
  const send = async (query: Float32Array): Promise<boolean> => {
    // With k queries of an account remembered, the next one is compared.
    if (strategy === 'accounts' && sent === k) [account, sent] = [account + 1, 0];
    const principals = [`attacker ${account}`];
    if (strategy === 'own-copy' && scorer.peek !== undefined) {
      const [foreseen] = await scorer.peek(query, 1, { principals });
      if (isReported(foreseen!, threshold)) return false;
    }
    scores.push((await scorer.score(query, 1, { principals }))[0]!);
    sent++;
    return true;
  };
  return {
    target: {
      name,
      inputShape,
      classes,
      bounds,
      scoreType,
      scores: async (x, n) => {
        const answers = await target.scores(x.slice(), n);
        for (let i = 0; i < n; i++) {
          if (await send(x.subarray(i * size, (i + 1) * size))) continue;
          ownAnswer ??= await target.scores(clean.inputs.slice(), 1);
          answers.set(ownAnswer, i * classes);
        }
        return answers;
      },
      close: async () => {},
    },
    scores,
    accounts: () => account + 1,
  };
}

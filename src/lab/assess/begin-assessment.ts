import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../core/fault.ts';
import { seededRandom } from '../../math/random.ts';
import { digestOf, digestOfData } from '../evasion/attack-log.ts';
import type { Perturbation } from '../evasion/attack.ts';
import { type Handshake, handshake } from '../handshake.ts';
import { type HttpTarget, isHttpTarget } from '../http-target/http-target.ts';
import { type LabelledData, sliceData } from '../labelled-data.ts';
import { pickData } from '../split-data.ts';
import { isGradientTarget, type Target } from '../target.ts';
import { isTextTarget } from '../text/text-target.ts';
import type { AssessOptions } from './assess.ts';
import { type AssessState, readAssessState, writeAssessState } from './assess-state.ts';
import { type AssessmentEstimate, estimateOf } from './estimate.ts';
import { checkedSamples, cleanSamples, measureCost, measureQuery } from './measure-cost.ts';
import { type MeasuredCost, planAssessment } from './plan-assessment.ts';
import { planQueries } from './query-plan.ts';
import { keptSeconds } from './share-time.ts';

export interface BegunAssessment {
  readonly seed: string;
  /** The shuffled samples. */
  readonly data: LabelledData;
  /** Number of each of them in the data as it was given. */
  readonly order: Int32Array;
  readonly perturbations: readonly Perturbation[];
  readonly statePath: string;
  readonly state: AssessState;
  readonly clean: Handshake;
  readonly estimate: AssessmentEstimate;
}

/**
 * The beginning of an assessment: handshake, measured cost, plan. All of it is kept, and a later call with the same folder goes on with it; a plan of which
 * no step began is made anew, so that another budget counts.
 * @throws Fault as `assess`
 */
export async function beginAssessment(options: AssessOptions): Promise<BegunAssessment> {
  const { target } = options;
  const prepared = await prepare(options);
  const probed = isHttpTarget(target) ? await planOfQueries(target, options, prepared) : null;
  const { before } = prepared;
  const kept = before !== null && before.started.length > 0 ? before.clean : undefined;
  const cleanCount = kept ?? probed?.clean ?? (await cleanSamples(target, prepared.data, options.budget));
  const clean = await handshake(
    target,
    sliceData(prepared.data, 0, cleanCount),
    options.accuracy === undefined ? {} : { accuracy: options.accuracy },
  );
  const { data, perturbations, seed } = prepared;
  const cost =
    before?.cost ??
    probed?.cost ??
    (await measureCost(target, data, clean, perturbations, seed, options.budget, options.signal));
  return { ...prepared, clean, ...(await planned(options, prepared, cost, cleanCount, probed)) };
}

/**
 * What an assessment would take. A model behind HTTP is asked for a few samples, whose time is measured; its answers are in its log. Another
 * model's clean accuracy is measured, too.
 * @throws Fault as `assess`
 */
export async function estimateAssessment(options: AssessOptions): Promise<AssessmentEstimate> {
  const { target } = options;
  if (!isHttpTarget(target)) return (await beginAssessment(options)).estimate;
  const prepared = await prepare(options);
  const probed = await planOfQueries(target, options, prepared);
  return (await planned(options, prepared, probed.cost, probed.clean, probed)).estimate;
}

type Prepared = Omit<BegunAssessment, 'state' | 'clean' | 'estimate'> & {
  readonly before: AssessState | null;
  readonly identity: string;
  /** Samples of one step at most. */
  readonly most: number;
};

async function prepare(options: AssessOptions): Promise<Prepared> {
  const seed = options.seed ?? 'parapet';
  const order = Int32Array.from({ length: options.data.count }, (_, i) => i);
  seededRandom(seed).fork('assess').shuffle(order);
  const data = pickData(options.data, order);
  const perturbations = wanted(options);
  const identity = identityOf(options, perturbations, seed);
  await mkdir(options.state, { recursive: true });
  const statePath = join(options.state, 'plan.json');
  const before = await readAssessState(statePath, identity);
  options.progress?.({ doing: 'clean accuracy', done: 0, secondsLeft: options.budget ?? Number.NaN });
  const most = Math.min(options.samples ?? 1000, data.count);
  return { seed, order, data, perturbations, identity, statePath, before, most };
}

interface Probed {
  readonly cost: MeasuredCost;
  readonly probe: number;
  readonly clean: number;
  readonly checked: number;
  readonly attacks: number | null;
}

/** Measures the time of a query and divides the queries. A later call takes what an earlier one measured, and asks nothing. */
async function planOfQueries(target: HttpTarget, options: AssessOptions, prepared: Prepared): Promise<Probed> {
  const { data, most, before } = prepared;
  const divided = (cost: MeasuredCost) =>
    planQueries(target.account.left(), {
      count: data.count,
      most,
      checks: scoresAreTold(target),
      ofTime: Math.min(checkedSamples(cost, options.budget), data.count),
    });
  if (before !== null && before.started.length > 0) {
    const { cost, clean = data.count, checked = 0 } = before;
    return { cost, probe: 0, clean, checked, attacks: target.account.left() };
  }
  const cost = before?.cost ?? {
    forward: await measureQuery(target, data, divided(UNMEASURED).probe),
    gradient: null,
    surviving: 1,
  };
  const plan = divided(cost);
  return { cost, ...plan, ...(before === null ? {} : { probe: 0 }) };
}

const UNMEASURED: MeasuredCost = { forward: 1, gradient: null, surviving: 1 };

async function planned(
  options: AssessOptions,
  { before, data, perturbations, identity, statePath, most }: Prepared,
  cost: MeasuredCost,
  clean: number,
  probed: Probed | null,
): Promise<{ readonly state: AssessState; readonly estimate: AssessmentEstimate }> {
  const { target, budget } = options;
  const keeps = before !== null && before.started.length > 0;
  const checked =
    (keeps ? before.checked : probed?.checked) ??
    (scoresAreTold(target) ? Math.min(checkedSamples(cost, budget), data.count) : 0);
  const coming = stillToCome(options, { checks: checked > 0, certificates: true, detectors: true });
  const plan = keeps
    ? before.plan
    : [
        ...planAssessment(target, cost, {
          perturbations,
          scenarios: options.scenarios,
          stickerArea: options.stickerArea ?? 0.05,
          // What is attacked has been predicted clean.
          samples: Math.min(most, clean),
          budget: budget === null ? null : budget - keptSeconds(budget, coming),
          queries: probed?.attacks ?? null,
        }),
      ];
  const state: AssessState = {
    started: [],
    enough: {},
    queries: {},
    selfChecks: null,
    certificates: null,
    detectors: null,
    seconds: 0,
    ...before,
    identity,
    cost,
    plan,
    clean,
    checked,
  };
  await writeAssessState(statePath, state);
  const besides = { probe: probed?.probe ?? 0, clean, checked: state.selfChecks === null ? checked : 0 };
  return { state, estimate: estimateOf(target, plan, cost, besides, budget) };
}

/** What of it will be looked at after the attacks, where this call looks at it at all. */
export function stillToCome(
  { scenarios, certify, detect }: AssessOptions,
  left: { readonly checks: boolean; readonly certificates: boolean; readonly detectors: boolean },
): typeof left {
  return {
    checks: left.checks,
    certificates: left.certificates && certify !== undefined && scenarios.includes('certificate'),
    detectors: left.detectors && detect !== undefined && scenarios.includes('detector'),
  };
}

/** The self-checks are about small changes of numbers: they say nothing of texts, and nothing where labels alone are told. */
export function scoresAreTold(target: Target): boolean {
  return !isTextTarget(target) && (isGradientTarget(target) || target.scoreType !== 'label');
}

/** What makes this assessment the one that a folder belongs to. */
function identityOf(options: AssessOptions, perturbations: readonly Perturbation[], seed: string): string {
  const { target, data } = options;
  return digestOf(
    new TextEncoder().encode(
      JSON.stringify({
        model: options.modelDigest ?? target.name,
        inputShape: target.inputShape,
        classes: target.classes,
        kind: target.kind,
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

/** The user's perturbations, and those that requirements name. */
function wanted(options: AssessOptions): readonly Perturbation[] {
  const all = [...options.perturbations];
  for (const { metric, perturbation } of options.requirements ?? []) {
    // What is to be proven needs no attack.
    if (perturbation === null || metric === 'certified_accuracy') continue;
    const known = all.some(({ norm, eps }) => norm === perturbation.norm && Math.abs(eps - perturbation.eps) < 1e-12);
    if (!known) all.push(perturbation);
  }
  if (all.length === 0) throw new Fault('ERR_USAGE', 'An assessment needs a norm and an eps.');
  return all;
}

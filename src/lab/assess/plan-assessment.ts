import type { Norm, Perturbation } from '../evasion/attack.ts';
import { attackNamed } from '../evasion/registry.ts';
import { imageLayout, isPicture } from '../image-layout.ts';
import { kindOfSample } from '../sample-kind.ts';
import { isGradientTarget, type Target } from '../target.ts';
import { isTextTarget } from '../text/text-target.ts';
import { isTreeTarget } from '../trees/tree-target.ts';
import type { AssessStep, Scenario } from './assessment.ts';

/** Seconds that one sample costs in a batch, and the share that a short attack left: what times are estimated from. */
export interface MeasuredCost {
  readonly forward: number;
  /** Null where the target has no gradients. */
  readonly gradient: number | null;
  /** Share of the samples that are right and that 20 steps of PGD leave. */
  readonly surviving: number;
}

export interface PlanOptions {
  /** What robust accuracy is asked for, the user's own first. */
  readonly perturbations: readonly Perturbation[];
  readonly scenarios: readonly Scenario[];
  /** Share of a picture that a sticker may cover. */
  readonly stickerArea: number;
  /** Most samples of one step. */
  readonly samples: number;
  /** Seconds for all steps together; null: no limit. */
  readonly budget: number | null;
  /** Queries for all steps together; null or absent: no limit. */
  readonly queries?: number | null;
}

/** A step before it is known how many samples it gets. */
interface Draft extends Omit<AssessStep, 'samples' | 'expectedSamples' | 'chunk' | 'expectedSeconds' | 'queries'> {
  /** Share of the budget. */
  readonly weight: number;
  /** Seconds a sample. */
  readonly each: number;
  /** Fewer say nothing. */
  readonly least: number;
  readonly most: number;
}

/** Norms whose balls the standard attack of networks has. */
type BallNorm = 'linf' | 'l2' | 'l1';
const isBall = (norm: Norm): norm is BallNorm => norm === 'linf' || norm === 'l2' || norm === 'l1';

/** Multiples of eps at which the curve is measured. */
export const CURVE_FACTORS = [0.125, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3] as const;

/**
 * Chooses attacks that fit the target (gradients, scores or labels only; picture or vector; trees) and gives each as many samples as its share
 * of the budget pays for, by the measured cost of a pass. The order is that of use: what is asked for first, so that a run that is
 * cut off has measured what matters.
 */
export function planAssessment(target: Target, cost: MeasuredCost, options: PlanOptions): readonly AssessStep[] {
  const drafts = draftsOf(target, cost, options).filter(({ scenario }) => options.scenarios.includes(scenario));
  const weights = drafts.reduce((sum, draft) => sum + draft.weight, 0);
  return drafts.map(({ weight, each, least, most, ...draft }): AssessStep => {
    const seconds = options.budget === null ? Infinity : (options.budget * weight) / weights;
    const paid = Math.floor(seconds / Math.max(each, 1e-9));
    const attack = attackNamed(draft.attack);
    const perSample = attack?.mostQueries === undefined ? null : attack.mostQueries(draft.options) + BESIDES_ATTACK;
    // Few samples whose whole attack is paid for say more than many that are cut off.
    const mayAsk = Math.floor(((options.queries ?? Infinity) * weight) / weights);
    const asked = perSample === null ? Infinity : Math.floor(mayAsk / perSample);
    const all = Math.max(1, Math.min(most, options.samples, asked));
    const expectedSamples = Math.max(1, Math.min(paid, all));
    const wholeSet = attack?.meta.wholeSet === true;
    // What is expected may be wrong; what the time is really enough for is seen on the way (`pacer`), up to a few times that.
    const samples = Math.min(all, Math.max(least, wholeSet ? expectedSamples : expectedSamples * AT_MOST));
    // An interruption, or the end of a step's time, shall lose a few seconds and not minutes.
    const chunk = wholeSet
      ? samples
      : Math.max(1, Math.min(64, samples, Math.max(8, Math.floor(Math.min(15, seconds / 4) / Math.max(each, 1e-9)))));
    const queries = perSample === null ? null : Math.min(samples * perSample, mayAsk);
    const expected = wholeSet ? samples : expectedSamples;
    return { ...draft, samples, expectedSamples: expected, chunk, expectedSeconds: expected * each, queries };
  });
}

/** What was saved of a sample is predicted once more. */
const BESIDES_ATTACK = 1;

/** Times the expected samples that a step may attack when it is faster than expected. */
const AT_MOST = 4;

function draftsOf(target: Target, cost: MeasuredCost, options: PlanOptions): Draft[] {
  if (isTextTarget(target)) return textDrafts(target, cost, options);
  if (isTreeTarget(target)) return treeDrafts(cost, options);
  const drafts: Draft[] = [];
  const gradients = isGradientTarget(target);
  const forward = cost.forward;
  const gradient = cost.gradient ?? forward * 3;
  const others = Math.max(1, Math.min(9, target.classes - 1));
  const { surviving } = cost;
  const cheap = 40 * gradient;
  // Onto a window of sensors nothing can be stuck.
  const picture = kindOfSample(target).kind === 'image' && isPicture(imageLayout(target.inputShape));
  const squares = imageLayout(target.inputShape) !== undefined;

  for (const { norm, eps } of options.perturbations) {
    if (!isBall(norm)) continue;
    if (gradients && norm !== 'l1' && squares) {
      drafts.push({
        id: `autoattack-${norm}-${numbered(eps)}`,
        scenario: 'white-box',
        title: `AutoAttack, ${norm}`,
        attack: 'autoattack',
        options: attackNamed('autoattack')!.defaults,
        perturbation: { norm, eps },
        standard: true,
        why: 'The measure that papers report: four attacks in turn, each on what the ones before left.',
        weight: 20,
        each:
          surviving * ((100 + 100 * others) * gradient + 100 * others * (gradient + forward) + 5000 * forward) + cheap,
        least: 16,
        most: Infinity,
      });
    } else if (gradients) {
      drafts.push({
        id: `apgd-${norm}-${numbered(eps)}`,
        scenario: 'white-box',
        title: `Auto-PGD, ${norm}`,
        attack: 'apgd',
        options: attackNamed('apgd')!.defaults,
        perturbation: { norm, eps },
        standard: true,
        why: `The strongest attack under ${norm} on inputs of this shape.`,
        weight: 16,
        each: surviving * 500 * gradient + cheap,
        least: 16,
        most: Infinity,
      });
    } else if (target.scoreType !== 'label' && norm !== 'l1') {
      drafts.push({
        id: `square-${norm}-${numbered(eps)}`,
        scenario: 'black-box',
        title: `Square, ${norm}`,
        attack: 'square',
        options: attackNamed('square')!.defaults,
        perturbation: { norm, eps },
        standard: true,
        why: 'The target tells scores and no gradients: random search is the strongest attack on it.',
        weight: 20,
        each: 5000 * forward,
        least: 8,
        most: Infinity,
      });
    } else if (norm !== 'l1') {
      drafts.push({
        id: `hopskipjump-${norm}-${numbered(eps)}`,
        scenario: 'black-box',
        title: `HopSkipJump, ${norm}`,
        attack: 'hopskipjump',
        options: { ...(attackNamed('hopskipjump')!.defaults as object), stopAtEps: true, maxQueries: 10_000 },
        perturbation: { norm, eps },
        standard: true,
        why: 'The target tells labels only.',
        weight: 20,
        each: 10_000 * forward,
        least: 8,
        most: Infinity,
      });
    }
  }

  const [main] = options.perturbations.filter(({ norm }) => isBall(norm));
  if (main !== undefined) drafts.push(...besides(main));
  const sticker = options.perturbations.find(({ norm }) => norm === 'patch')?.eps ?? options.stickerArea;
  if (gradients && picture) {
    const iterations = 300;
    drafts.push({
      id: `adversarial-patch-${numbered(sticker)}`,
      scenario: 'sticker',
      title: 'Adversarial patch',
      attack: 'adversarial-patch',
      options: { ...(attackNamed('adversarial-patch')!.defaults as object), iterations },
      perturbation: { norm: 'patch', eps: sticker },
      standard: true,
      why: 'Somebody may stick something onto what the camera sees; one patch for all samples, seen under changing places, angles and light.',
      weight: 2,
      // A step of 16 views, whatever the number of samples is.
      each: (iterations * 16 * gradient) / 64,
      least: 32,
      most: 256,
    });
  }
  if (gradients && main !== undefined && (main.norm === 'linf' || main.norm === 'l2')) {
    drafts.push({
      id: `universal-perturbation-${main.norm}-${numbered(main.eps)}`,
      scenario: 'universal',
      title: `Universal perturbation, ${main.norm}`,
      attack: 'universal-perturbation',
      options: attackNamed('universal-perturbation')!.defaults,
      perturbation: main,
      standard: false,
      why: 'One change that is added to every input costs an attacker nothing at the time of use.',
      weight: 1,
      each: 12 * gradient,
      least: 32,
      most: 500,
    });
  }
  return drafts;

  function besides({ norm, eps }: Perturbation): Draft[] {
    const more: Draft[] = [];
    if (gradients && isBall(norm)) {
      CURVE_FACTORS.filter((factor) => factor !== 1).forEach((factor) => {
        const size = eps * factor;
        more.push({
          id: `curve-${norm}-${numbered(size)}`,
          scenario: 'white-box',
          title: `Auto-PGD, ${norm}`,
          attack: 'apgd',
          options: { ...(attackNamed('apgd')!.defaults as object), iterations: 50, restarts: 1 },
          perturbation: { norm, eps: size },
          standard: false,
          why: 'A point of the curve of accuracy over eps.',
          weight: 0.5,
          each: 50 * gradient * Math.min(1, surviving + 0.3) + 5 * gradient,
          least: 32,
          most: 200,
        });
      });
    }
    if (gradients && norm !== 'l2') {
      more.push({
        id: 'ddn-l2',
        scenario: 'white-box',
        title: 'Decoupled direction and norm',
        attack: 'ddn',
        options: attackNamed('ddn')!.defaults,
        perturbation: { norm: 'l2', eps: Infinity },
        standard: false,
        why: 'How small a change is enough, in the other usual norm.',
        weight: 1,
        each: 100 * gradient,
        least: 32,
        most: 200,
      });
    }
    if (gradients && target.scoreType !== 'label' && (norm === 'linf' || norm === 'l2') && squares) {
      more.push({
        id: `square-${norm}-${numbered(eps)}`,
        scenario: 'black-box',
        title: `Square, ${norm}`,
        attack: 'square',
        options: { ...(attackNamed('square')!.defaults as object), queries: 2000 },
        perturbation: { norm, eps },
        standard: false,
        why: 'What an attacker without the model gets from asking it for scores.',
        weight: 1.5,
        each: 2000 * forward * Math.min(1, surviving + 0.3),
        least: 16,
        most: 200,
      });
    }
    if ((norm === 'linf' || norm === 'l2') && (gradients || target.scoreType !== 'label')) {
      more.push({
        id: `hopskipjump-${norm}`,
        scenario: 'black-box',
        title: `HopSkipJump, ${norm}`,
        attack: 'hopskipjump',
        options: { ...(attackNamed('hopskipjump')!.defaults as object), maxQueries: 4000 },
        perturbation: { norm, eps: Infinity },
        standard: false,
        why: 'What an attacker gets who sees answers and no scores.',
        weight: 1.5,
        each: 4000 * forward,
        least: 8,
        most: 32,
      });
    }
    return more;
  }
}

function treeDrafts(cost: MeasuredCost, options: PlanOptions): Draft[] {
  const drafts: Draft[] = [];
  const norms = [...new Set(options.perturbations.map(({ norm }) => norm))].filter(
    (norm) => isBall(norm) || norm === 'l0',
  );
  for (const norm of norms) {
    drafts.push({
      id: `tree-exact-${norm}`,
      scenario: 'white-box',
      title: `Smallest perturbation, ${norm}`,
      attack: 'tree-exact',
      options: { ...(attackNamed('tree-exact')!.defaults as object), seconds: options.budget === null ? 0 : 5 },
      perturbation: { norm, eps: Infinity },
      standard: true,
      why: 'For trees the nearest input of another class can be found and proven to be the nearest.',
      weight: 20,
      each: 0.05,
      least: 32,
      most: Infinity,
    });
  }
  if (norms.includes('linf')) {
    drafts.push({
      id: 'cube-linf',
      scenario: 'black-box',
      title: 'Cube attack, linf',
      attack: 'cube',
      options: attackNamed('cube')!.defaults,
      perturbation: options.perturbations.find(({ norm }) => norm === 'linf')!,
      standard: false,
      why: 'What an attacker gets who sees scores and not the trees.',
      weight: 2,
      each: 5000 * cost.forward,
      least: 16,
      most: 200,
    });
  }
  return drafts;
}

/** Attacks on texts, the one that people notice least first. */
function textDrafts(target: Target, cost: MeasuredCost, options: PlanOptions): Draft[] {
  const scores = target.scoreType !== 'label';
  return options.perturbations
    .filter(({ norm }) => norm === 'edits')
    .flatMap((perturbation) =>
      (
        [
          [
            'bad-characters',
            'Bad characters',
            'What people do not see and the model does: invisible characters and look-alikes.',
          ],
          [
            'deep-word-bug',
            'Misspellings',
            'What people read over: letters swapped, left out and replaced in the words that matter.',
          ],
          ['textfooler', 'Synonyms', 'The words that matter, replaced by others of the same meaning.'],
        ] as const
      ).map(([attack, title, why]): Draft => {
        const found = attackNamed(attack)!;
        return {
          id: `${attack}-${numbered(perturbation.eps)}`,
          scenario: 'black-box',
          title,
          attack,
          options: found.defaults,
          perturbation,
          standard: true,
          why,
          weight: scores ? 20 : 10,
          each: (found.mostQueries?.(found.defaults) ?? 1000) * 0.3 * cost.forward,
          least: 16,
          most: Infinity,
        };
      }),
    );
}

/** A size as part of a file's name: four digits are enough to tell sizes apart. */
function numbered(eps: number): string {
  return String(Number(eps.toPrecision(4)));
}

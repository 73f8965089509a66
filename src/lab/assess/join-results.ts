import type { Perturbation } from '../evasion/attack.ts';
import { share } from '../evasion/metrics.ts';
import type { AttackReport } from '../evasion/run-attack.ts';
import type { Handshake } from '../handshake.ts';
import type { LabelledData } from '../labelled-data.ts';
import type { Assessment, AssessStep, RobustnessCurve, StepResult } from './assessment.ts';
import { CURVE_FACTORS } from './plan-assessment.ts';
import { WorstCase } from './worst-case.ts';

/** What all attacks found, joined by norm. */
export function worstCases(
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

/** Which member of AutoAttack fooled each sample that was right: of the step in which Square alone gained most, because there gradients are doubted most. */
export function foundByOf(
  reports: ReadonlyMap<string, AttackReport>,
  plan: readonly AssessStep[],
): readonly (string | null)[] | undefined {
  let most: { readonly gained: number; readonly foundBy: readonly (string | null)[] } | undefined;
  for (const { id, attack } of plan) {
    const right = reports.get(id)?.outcomes.filter(({ clean }) => clean) ?? [];
    if (attack !== 'autoattack' || right.length === 0) continue;
    const foundBy = right.map(({ fooled, foundBy: member }) => (fooled ? member : null));
    const gained = foundBy.filter((member) => member === 'square').length / right.length;
    if (most === undefined || gained > most.gained) most = { gained, foundBy };
  }
  return most?.foundBy;
}

/**
 * Samples that every standard step of a norm attacked at this eps, or at any where it looks for the smallest distance. Several are standard together where none of
 * them is the strongest on all samples (texts): the number is of those that began, and whole where every one is.
 */
function standardOf(
  { norm, eps }: Perturbation,
  steps: readonly StepResult[],
): { readonly samples: number; readonly complete: boolean } | null {
  const own = steps.filter(
    ({ step }) =>
      step.standard &&
      step.perturbation.norm === norm &&
      (step.perturbation.eps === Infinity || Math.abs(step.perturbation.eps - eps) < 1e-12),
  );
  const samples = Math.min(...own.flatMap(({ attacked }) => (attacked > 0 ? [attacked] : [])));
  if (samples === Infinity) return null;
  return { samples, complete: own.every(({ status }) => status === 'complete') };
}

/** Robust accuracy at one norm and eps, where a standard step measured it. */
export function robustOf(
  perturbation: Perturbation,
  steps: readonly StepResult[],
  worst: ReadonlyMap<string, WorstCase>,
): Assessment['robust'] {
  const standard = standardOf(perturbation, steps);
  const found = worst.get(perturbation.norm);
  if (standard === null || found === undefined) return [];
  const { norm, eps } = perturbation;
  const { samples, complete } = standard;
  return [{ norm, eps, accuracy: found.robust(eps, samples), complete, perClass: found.perClass(eps, samples) }];
}

/** One curve a norm, over the samples that every step of that norm attacked to its end. */
export function curvesOf(
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

/** Clean accuracy, by class, too. */
export function cleanOf(clean: Handshake, data: LabelledData, mayAbstain: boolean): Assessment['clean'] {
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
    abstained: mayAbstain
      ? share(
          clean.answers.reduce((sum, answer) => sum + (answer < 0 ? 1 : 0), 0),
          clean.count,
        )
      : null,
    perClass: [...groups]
      .toSorted(([a], [b]) => a - b)
      .map(([label, { samples, right }]) => ({ label, samples, accuracy: right / samples })),
  };
}

import type { Loss } from '../../../engine/loss.ts';
import { assertMembers } from '../../ensemble-target.ts';
import { lossOfScores, runnerUp } from '../../loss-of-scores.ts';
import { type GradientTarget, sampleSize } from '../../target.ts';

/**
 * An ensemble that cross-checks: it answers the class that at least `agree` members name, more than half of them, and otherwise abstains.
 *
 * The lead of class c at a member is z_c - max_{j != c} z_j, above zero exactly where the member names c. The score of c is the lead at the member that counts: the
 * `agree`-th largest over the members. So a score is above zero exactly for the class that is agreed on, and where none is the ensemble abstains (`answersAbove`).
 *
 * Gradients are exact. Losses on scores (margin, DLR, differences) go through the member that counts, the worst of those that an attacker needs; cross-entropy, which
 * means nothing on leads, is that of the mean of the members' scores, and moves all of them.
 * @throws Fault `ERR_CONFIG` where the members do not take the same input or give the same classes, or so many cannot agree
 */
export function crossCheckedTarget(members: readonly GradientTarget[], agree: number): GradientTarget {
  const first = assertMembers(members, agree);
  const { classes } = first;
  const size = sampleSize(first);
  const count = members.length;
  const scoresOfMembers = async (x: Float32Array, n: number): Promise<Float32Array[]> => {
    const all: Float32Array[] = [];
    for (const member of members) all.push(await member.scores(Float32Array.from(x), n));
    return all;
  };
  /** [n, classes]: the lead at the member that counts, and which member that is. */
  const counted = (all: readonly Float32Array[], n: number): { leads: Float32Array; who: Uint8Array } => {
    const leads = new Float32Array(n * classes);
    const who = new Uint8Array(n * classes);
    const order = Array.from({ length: count }, (_, m) => m);
    for (let i = 0; i < n; i++) {
      const rows = all.map((scores) => scores.subarray(i * classes, (i + 1) * classes));
      for (let c = 0; c < classes; c++) {
        const own = rows.map((z) => z[c]! - z[runnerUp(z, c)]!);
        order.sort((a, b) => own[b]! - own[a]! || a - b);
        const at = order[agree - 1]!;
        // A member that answers with no number leaves no answer.
        leads[i * classes + c] = own.some(Number.isNaN) ? Number.NaN : own[at]!;
        who[i * classes + c] = at;
      }
    }
    return { leads, who };
  };
  const throughLeads = (all: readonly Float32Array[], n: number, loss: Loss) => {
    const { leads, who } = counted(all, n);
    const { losses, weights } = lossOfScores(leads, n, classes, loss);
    const own = members.map(() => new Float32Array(n * classes));
    for (let i = 0; i < n; i++) {
      for (let c = 0; c < classes; c++) {
        const at = i * classes + c;
        const z = all[who[at]!]!.subarray(i * classes, (i + 1) * classes);
        own[who[at]!]![at]! += weights[at]!;
        own[who[at]!]![i * classes + runnerUp(z, c)]! -= weights[at]!;
      }
    }
    return { losses, own };
  };
  const throughMean = (all: readonly Float32Array[], n: number, loss: Loss) => {
    const mean = Float32Array.from({ length: n * classes }, (_, at) => all.reduce((sum, z) => sum + z[at]!, 0) / count);
    const { losses, weights } = lossOfScores(mean, n, classes, loss);
    const own = weights.map((weight) => weight / count);
    return { losses, own: members.map(() => own) };
  };
  return {
    name: 'ensemble',
    differentiable: true,
    inputShape: first.inputShape,
    classes,
    ...(first.classNames === undefined ? {} : { classNames: first.classNames }),
    bounds: first.bounds,
    scoreType: 'logits',
    answersAbove: 0,
    scores: async (x, n) => counted(await scoresOfMembers(x, n), n).leads,
    lossGradient: async (x, n, loss) => {
      const all = await scoresOfMembers(x, n);
      const { losses, own } = (loss.kind === 'cross-entropy' ? throughMean : throughLeads)(all, n, loss);
      const gradient = new Float32Array(n * size);
      for (const [m, member] of members.entries()) {
        const weights = own[m]!;
        // On these samples no class counts at this member.
        if (weights.every((weight) => weight === 0)) continue;
        const found = await member.lossGradient(Float32Array.from(x), n, { kind: 'weighted-scores', weights });
        for (let at = 0; at < gradient.length; at++) gradient[at]! += found.gradient[at]!;
      }
      return { scores: counted(all, n).leads, losses, gradient };
    },
    activations: (x, n, names) => first.activations(x, n, names),
    close: async () => {
      for (const member of members) await member.close();
    },
  };
}

/**
 * The same ensemble to an attacker who is content when it does not answer: abstaining is a class of its own, the last one, whose score is 0.
 * @param target one that abstains at a score of 0 and below
 */
export function abstainingAsClass(target: GradientTarget): GradientTarget {
  const { classes, classNames, answersAbove: _, ...rest } = target;
  const wider = (scores: Float32Array, n: number): Float32Array => {
    const found = new Float32Array(n * (classes + 1));
    for (let i = 0; i < n; i++) found.set(scores.subarray(i * classes, (i + 1) * classes), i * (classes + 1));
    return found;
  };
  return {
    ...rest,
    name: `${target.name}, abstaining counted as an error`,
    classes: classes + 1,
    ...(classNames === undefined ? {} : { classNames: [...classNames, 'abstains'] }),
    scores: async (x, n) => wider(await target.scores(x, n), n),
    lossGradient: async (x, n, loss) => {
      const scores = wider(await target.scores(x, n), n);
      const { losses, weights } = lossOfScores(scores, n, classes + 1, loss);
      const own = new Float32Array(n * classes);
      for (let i = 0; i < n; i++)
        own.set(weights.subarray(i * (classes + 1), i * (classes + 1) + classes), i * classes);
      const { gradient } = await target.lossGradient(x, n, { kind: 'weighted-scores', weights: own });
      return { scores, losses, gradient };
    },
  };
}

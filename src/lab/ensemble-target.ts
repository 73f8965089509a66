import { Fault } from '../core/fault.ts';
import { lossOfScores } from './loss-of-scores.ts';
import { sampleSize, type GradientTarget } from './target.ts';

/**
 * The mean of the members' scores as one function, with its exact gradient: an ensemble must be attacked as what it answers,
 * never member by member. Activations are those of member k under `k/name`.
 * @throws Fault `ERR_CONFIG` when the members do not take the same input or give the same classes
 */
export function ensembleTarget(members: readonly GradientTarget[], name = 'ensemble'): GradientTarget {
  const first = assertMembers(members);
  const size = sampleSize(first);
  const { classes } = first;
  const scoresOf = async (x: Float32Array, n: number): Promise<Float32Array> => {
    const mean = new Float64Array(n * classes);
    for (const member of members) {
      const own = await member.scores(Float32Array.from(x), n);
      for (let at = 0; at < mean.length; at++) mean[at]! += own[at]! / members.length;
    }
    return Float32Array.from(mean);
  };
  return {
    name,
    differentiable: true,
    inputShape: first.inputShape,
    classes,
    ...(first.classNames === undefined ? {} : { classNames: first.classNames }),
    bounds: first.bounds,
    scoreType: first.scoreType,
    scores: scoresOf,
    lossGradient: async (x, n, loss) => {
      const scores = await scoresOf(x, n);
      const { losses, weights } = lossOfScores(scores, n, classes, loss);
      for (let at = 0; at < weights.length; at++) weights[at]! /= members.length;
      const gradient = new Float32Array(n * size);
      for (const member of members) {
        const own = await member.lossGradient(Float32Array.from(x), n, { kind: 'weighted-scores', weights });
        for (let at = 0; at < gradient.length; at++) gradient[at]! += own.gradient[at]!;
      }
      return { scores, losses, gradient };
    },
    activations: async (x, n, names) => {
      const found: Record<string, Float32Array> = {};
      for (const [at, member] of members.entries()) {
        const own = names.filter((one) => one.startsWith(`${at}/`)).map((one) => one.slice(`${at}/`.length));
        if (own.length === 0) continue;
        const values = await member.activations(Float32Array.from(x), n, own);
        for (const one of own) found[`${at}/${one}`] = values[one]!;
      }
      return found;
    },
    close: async () => {
      for (const member of members) await member.close();
    },
  };
}

/**
 * The first member, where all of them fit together.
 * @param agree how many have to name the same class, where that is asked for
 * @throws Fault `ERR_CONFIG`
 */
export function assertMembers(members: readonly GradientTarget[], agree?: number): GradientTarget {
  const [first] = members;
  if (first === undefined) throw new Fault('ERR_CONFIG', 'an ensemble needs a member');
  for (const [at, member] of members.entries()) {
    const same =
      sampleSize(member) === sampleSize(first) &&
      member.classes === first.classes &&
      member.scoreType === first.scoreType;
    if (same) continue;
    throw new Fault('ERR_CONFIG', 'the members of an ensemble must agree in input, classes and kind of scores', {
      where: `member ${at} (${member.name})`,
    });
  }
  if (agree !== undefined && !(Number.isInteger(agree) && 2 * agree > members.length && agree <= members.length)) {
    throw new Fault('ERR_CONFIG', `${agree} of ${members.length} members cannot be asked to agree.`, {
      where: 'agree',
      hint: 'More than half of them, so that no two classes are agreed on, and at most all.',
    });
  }
  return first;
}

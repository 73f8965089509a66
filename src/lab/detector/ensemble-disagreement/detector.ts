import { sampleSize } from '../../target.ts';
import { defineInputDetector } from '../detector.ts';
import { throughProbabilities, toProbabilities } from '../probabilities.ts';
import { requiredEnsemble, withGradients } from '../required-model.ts';

/** How far models for the same task are apart. */
export const ensembleDisagreement = defineInputDetector<'ensemble-disagreement', Record<never, never>>({
  meta: {
    id: 'ensemble-disagreement',
    title: 'Ensemble disagreement',
    summary: 'How far the answers of several models for the same task are from their mean.',
    threats: ['adversarial-input'],
    modalities: ['image', 'vector', 'tabular', 'text', 'series'],
    needs: ['model', 'ensemble'],
    stateful: false,
    taxonomy: ['AML.M0006'],
    references: ['Lakshminarayanan et al. 2017, arXiv:1612.01474'],
  },
  options: (z) => z.strictObject({}),
  defaults: {},
  fit: async (models) => {
    requiredEnsemble(models, 'ensemble-disagreement');
    return {};
  },
  open: (models) => {
    const members = requiredEnsemble(models, 'ensemble-disagreement');
    const { classes } = members[0]!;
    const m = members.length;
    /** Mean squared distance of the members' probabilities to their mean: smooth, and 0 exactly where all agree. */
    const compare = async (x: Float32Array, n: number) => {
      const answers: Float32Array[] = [];
      for (const member of members) answers.push(toProbabilities(await member.scores(x, n), member));
      const mean = answers[0]!.map((_, at) => answers.reduce((sum, p) => sum + p[at]!, 0) / m);
      const scores = new Float64Array(n);
      for (const p of answers)
        for (let at = 0; at < p.length; at++) scores[Math.floor(at / classes)]! += (p[at]! - mean[at]!) ** 2 / m;
      return { answers, mean, scores };
    };
    const differentiable = withGradients(members);
    return {
      score: async (x, n) => (await compare(x, n)).scores,
      ...(differentiable && {
        scoreGradient: async (x: Float32Array, n: number) => {
          const { answers, mean, scores } = await compare(x, n);
          const gradient = new Float32Array(n * sampleSize(members[0]!));
          for (const [k, member] of differentiable.entries()) {
            const p = answers[k]!;
            // The mean's own part cancels: distances to a mean sum to zero.
            const upstream = p.map((value, at) => (2 * (value - mean[at]!)) / m);
            const weights = throughProbabilities(p, upstream, member);
            const part = (await member.lossGradient(x, n, { kind: 'weighted-scores', weights })).gradient;
            for (let at = 0; at < gradient.length; at++) gradient[at]! += part[at]!;
          }
          return { scores, gradient };
        },
      }),
    };
  },
});

import type { ReferenceCall, ReferenceOperators } from '../reference-operator.ts';
import { referenceTensor, sizeOf, type ReferenceTensor } from '../reference-tensor.ts';
import { alongAxis, logSumExp } from './reductions.ts';

/** -weight[t] x[t] for every place, then `reduction`. */
function negativeLogLikelihood(call: ReferenceCall, x: ReferenceTensor): ReferenceTensor {
  const [labels, weight] = [call.input(1), call.optional(2)];
  const classes = x.dims[1]!;
  const inner = sizeOf(x.dims.slice(2));
  const ignored = call.attributes.has('ignore_index') ? call.attributes.int('ignore_index') : null;
  const weights = labels.data.map((label) => (label === ignored ? 0 : (weight?.data[label] ?? 1)));
  const losses = labels.data.map((label, at) => {
    if (label === ignored) return 0;
    const sample = Math.floor(at / inner);
    return -weights[at]! * x.data[(sample * classes + label) * inner + (at % inner)]!;
  });
  const total = losses.reduce((sum, one) => sum + one, 0);
  switch (call.attributes.string('reduction', 'mean')) {
    case 'none':
      return referenceTensor(x.type, labels.dims, losses);
    case 'sum':
      return referenceTensor(x.type, [], [total]);
    default:
      return referenceTensor(x.type, [], [total / weights.reduce((sum, one) => sum + one, 0)]);
  }
}

export const LOSSES: ReferenceOperators = {
  NegativeLogLikelihoodLoss: (call) => [negativeLogLikelihood(call, call.input(0))],
  SoftmaxCrossEntropyLoss: (call) => {
    const logProbabilities = alongAxis(call.input(0), 1, (values) => {
      const total = logSumExp(values);
      return values.map((one) => one - total);
    });
    return [negativeLogLikelihood(call, logProbabilities), logProbabilities];
  },
};

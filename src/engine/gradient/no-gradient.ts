/** Why operators that are met have no gradient here, and what helps: for messages, by operator of the standard. */
const REASONS: Readonly<Record<string, string>> = {
  Loop: 'Its number of rounds, or its condition, depends on the data, or it would become more than 50,000 nodes: only loops of a constant number of rounds are written out. Export the model without the loop, or for a fixed length.',
  Scan: 'It could not be written out: it would become more than 50,000 nodes, or goes over nothing. Use a shorter input (--shape).',
  If: 'Its condition depends on the data, and both branches cannot run: they give values of different shapes, or one has sequences or values whose shape depends on the data. Export the branch that is meant.',
  SequenceAt: 'The place in the sequence depends on the data.',
  SequenceInsert: 'The place in the sequence depends on the data.',
  ConcatFromSequence: 'What is in the sequence depends on the data.',
  SequenceMap: 'Its body could not be written out for each element.',
  MaxRoiPool: 'Cut the detector in front of it with --output to differentiate its features.',
};

const TREES =
  'Trees are attacked by their thresholds: `parapet attack` and `parapet assess` do that with the same file.';
const VOTING_TREES =
  'Several ensembles, or steps around one, cannot be read as one sum of trees: `parapet attack` and `parapet assess` ask such a file only (Square, HopSkipJump). Export boosted trees or a forest as one ensemble to have them attacked by their thresholds.';
const EXPERTS =
  'All experts are in one operator, which chooses among them as it runs. Export the model before that fusion, with routing and experts as operators of their own (MatMul, TopK), or attack it by queries (Square, HopSkipJump).';
const ONE_PROCESSOR =
  'ONNX Runtime has optimised this file for one kind of processor. Give the file from before, or save it with ORT_ENABLE_EXTENDED at most.';

/**
 * Undefined: nothing more is known than that it has none.
 * @param trees how many nodes of the model are ensembles of trees
 */
export function reasonOfNoGradient(domain: string, op: string, trees = 1): string | undefined {
  if (domain === 'ai.onnx.ml' && op.startsWith('TreeEnsemble')) return trees > 1 ? VOTING_TREES : TREES;
  if (domain === 'com.microsoft.nchwc') return ONE_PROCESSOR;
  if (domain === 'com.microsoft' && (op === 'MoE' || op === 'QMoE')) return EXPERTS;
  return domain === '' ? REASONS[op] : undefined;
}

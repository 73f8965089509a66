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
const ONE_PROCESSOR =
  'ONNX Runtime has optimised this file for one kind of processor. Give the file from before, or save it with ORT_ENABLE_EXTENDED at most.';

/** Undefined: nothing more is known than that it has none. */
export function reasonOfNoGradient(domain: string, op: string): string | undefined {
  if (domain === 'ai.onnx.ml' && op.startsWith('TreeEnsemble')) return TREES;
  if (domain === 'com.microsoft.nchwc') return ONE_PROCESSOR;
  return domain === '' ? REASONS[op] : undefined;
}

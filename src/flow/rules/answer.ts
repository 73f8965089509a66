/** Whether a condition holds. `unclear`: it could not be told; whoever asks takes it for what is stricter. */
export type Answer = 'yes' | 'no' | 'unclear';

/** All of them: `no` when one is, else `unclear` when one is. */
export function every(answers: readonly Answer[]): Answer {
  if (answers.includes('no')) return 'no';
  return answers.includes('unclear') ? 'unclear' : 'yes';
}

/** At least one of them: `yes` when one is, else `unclear` when one is. */
export function some(answers: readonly Answer[]): Answer {
  if (answers.includes('yes')) return 'yes';
  return answers.includes('unclear') ? 'unclear' : 'no';
}

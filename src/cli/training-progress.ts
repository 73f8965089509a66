import type { TrainingProgress } from '../engine/train/train.ts';
import type { Io } from './command.ts';

/** A line every ten seconds for people; nothing in a pipe. */
export function trainingProgress(io: Io): (at: TrainingProgress) => void {
  let last = performance.now();
  return ({ step, steps, epoch, loss, accuracy, secondsLeft }) => {
    if (!io.terminal || (performance.now() - last < 10_000 && step < steps)) return;
    last = performance.now();
    const left = secondsLeft < 90 ? `${Math.ceil(secondsLeft)} s` : `${Math.ceil(secondsLeft / 60)} min`;
    io.err(
      `step ${step}/${steps}  epoch ${epoch + 1}  loss ${loss.toFixed(4)}  right in training ${percent(accuracy)}  ${left} left`,
    );
  };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

import type { Io } from './command.ts';

/** Seconds, or minutes from ninety on. */
export function timeLeft(seconds: number): string {
  return seconds < 90 ? `about ${Math.ceil(seconds)} s left` : `about ${Math.ceil(seconds / 60)} min left`;
}

/** A line every five seconds for people, with an estimate from the pace so far; nothing in a pipe. @returns takes the share that is done, 0 to 1 */
export function progressLine(io: Io): (done: number) => void {
  const began = performance.now();
  let last = began;
  return (done) => {
    if (!io.terminal || performance.now() - last < 5000 || done <= 0) return;
    last = performance.now();
    io.err(`${(done * 100).toFixed(0).padStart(3)} %  ${timeLeft((((last - began) / done) * (1 - done)) / 1000)}`);
  };
}

import type { Io } from './command.ts';

/**
 * Does work that SIGINT or SIGTERM ends. Interrupted, it says so, and the exit code is the one that shells give a program which a signal ended: 130 or
 * 143. The work must leave nothing half-written when its signal comes.
 */
export async function untilInterrupted(io: Io, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!io.signal.aborted) throw error;
    io.err('Interrupted: nothing was written.');
    io.exitCode = io.signal.reason === 'SIGTERM' ? 143 : 130;
  }
}

import type { CheckRun, InspectedRow } from './check.ts';
import type { Where } from '../scan/file-result.ts';
import { interrupted, isStore, placeOfError, reasonOf } from './fault-gap.ts';
import { type InspectOptions, type Readable, RowInspector, withPicture } from './row-inspector.ts';
import type { RowShare } from './row-share.ts';

interface AgainOptions extends InspectOptions {
  readonly signal?: AbortSignal;
}

/** Gives every row once more to the checks that asked for it. */
export async function readAgain(
  readable: readonly Readable[],
  runs: readonly CheckRun[],
  options: AgainOptions,
  gap: (shown: string, reason: string) => void,
): Promise<void> {
  for (const one of readable) {
    try {
      for await (const row of rowsOf(one, options)) for (const run of runs) run.again?.(row);
    } catch (error) {
      if (options.signal?.aborted === true || isStore(error)) throw error;
      if (one.whole) gap(one.file.shown, `it could not be read a second time: ${reasonOf(error, one.file.path)}`);
    }
  }
}

/**
 * Gives the rows of this thread's share to the checks whose rows are divided. What cannot be read, the thread that reads everything says, too: a gap is told
 * once. A check that fails here has not looked at rows that nobody else looks at.
 */
export async function readShare(
  readable: readonly Readable[],
  runs: readonly CheckRun[],
  share: RowShare,
  options: AgainOptions,
  gap: (shown: string, reason: string, where: Where) => void,
): Promise<void> {
  for (const one of readable) {
    try {
      for await (const row of rowsOf(one, options, share)) {
        for (const run of runs) {
          const pending = run.row?.(row);
          if (pending !== undefined) await pending;
        }
      }
    } catch (error) {
      if (options.signal?.aborted === true || isStore(error)) throw error;
      gap(one.file.shown, reasonOf(error, one.file.path), placeOfError(error));
    }
  }
}

/** The rows of a file, or those of a share. What is odd about them was said when they were read first. */
async function* rowsOf(one: Readable, options: AgainOptions, share?: RowShare): AsyncGenerator<InspectedRow> {
  const silent = (): void => {};
  const inspector = new RowInspector(one, options, silent, () => one.file.index);
  for await (const batch of one.data.rows()) {
    if (options.signal?.aborted === true) throw interrupted();
    if (share?.take() === false) {
      inspector.skip(batch);
      continue;
    }
    for (const placed of batch) {
      const row = inspector.inspect(placed);
      yield row.file.format === 'image' ? await withPicture(row, silent) : row;
    }
  }
}

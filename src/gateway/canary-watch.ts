import type { CanaryService, PlantedCanary } from '../access/canaries.ts';
import type { Clock } from '../core/clock.ts';
import { Fault } from '../core/fault.ts';

/** A canary planted by another process is looked for after this time at the latest, and that of one query. */
const EVERY_MILLIS = 500;
/** What was read longer ago than this is no longer relied on. */
const STALE_MILLIS = 30_000;

export interface CanaryWatch {
  /** @throws Fault `ERR_STORE` when what is planted could not be read for half a minute. */
  readonly current: () => readonly PlantedCanary[];
  close(): void;
}

/**
 * Keeps the planted canaries at hand for detectors, which cannot wait for a database. What cannot be read is not taken for
 * empty: the last list stays in force for half a minute, and then the check fails.
 */
export async function watchCanaries(
  service: CanaryService,
  clock: Clock,
  onError: (message: string, error: unknown) => void,
): Promise<CanaryWatch> {
  let list: readonly PlantedCanary[] = [];
  let known = '';
  let readAt: number | null = null;
  let failing = false;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const read = async (): Promise<void> => {
    try {
      const next = await service.list();
      const ids = JSON.stringify(next.map(({ id, note }) => [id, note]));
      if (ids !== known) [list, known] = [next, ids];
      readAt = clock();
      failing = false;
    } catch (error) {
      if (!failing) onError('the planted canaries could not be read', error);
      failing = true;
    }
  };
  const again = (): void => {
    if (closed) return;
    timer = setTimeout(() => void read().then(again), EVERY_MILLIS);
    timer.unref();
  };

  await read();
  again();
  return {
    current: () => {
      if (readAt === null || clock() - readAt > STALE_MILLIS)
        throw new Fault('ERR_STORE', 'It is not known which canaries are planted.');
      return list;
    },
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}

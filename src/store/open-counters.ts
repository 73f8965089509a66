import { systemClock, type Clock } from '../core/clock.ts';
import { Fault } from '../core/fault.ts';
import type { Counters } from './counters.ts';
import { createMemoryCounters } from './memory-counters.ts';

/**
 * Opens the counters that `counters.url` names: `memory:`, or `redis://…` / `rediss://…` for several gateways.
 * @throws Fault `ERR_STORE` when Redis cannot be reached, `ERR_CONFIG` for another scheme.
 */
export async function openCounters(url: string, clock: Clock = systemClock): Promise<Counters> {
  if (url === 'memory:') return createMemoryCounters(clock);
  if (/^rediss?:\/\//.test(url)) {
    // ioredis is loaded only where it is used.
    const { openRedisCounters } = await import('./redis-counters.ts');
    return openRedisCounters(url, clock);
  }
  throw new Fault('ERR_CONFIG', 'The address of the counters is not one that Parapet knows.', {
    where: 'counters.url',
    hint: 'Use memory: or redis://HOST:PORT.',
  });
}

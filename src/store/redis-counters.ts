import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { systemClock, type Clock } from '../core/clock.ts';
import { Fault } from '../core/fault.ts';
import type { CounterAnswer, CounterAsk, Counters } from './counters.ts';
import { RedisScript } from './redis-script.ts';

/** One hash tag for all counters, so that a cluster keeps them on one node and a script may touch several. */
const PREFIX = '{parapet}:';

/**
 * Looks at every counter before it changes one. Keys: counters. Arguments for each: limit, by, milliseconds to live.
 * Counts come back as text: the client's reader of integers is not exact near 2^53.
 */
const TAKE = new RedisScript(`
local values, sums = {}, {}
for i, key in ipairs(KEYS) do
  local limit, by = tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1])
  local value = sums[key] or tonumber(redis.call('GET', key) or '0')
  if by ~= 0 and value + by > limit then return {0, i - 1, string.format('%.0f', value)} end
  sums[key] = value + by
  values[i] = value + by
end
for i, key in ipairs(KEYS) do
  redis.call('INCRBY', key, ARGV[3 * i - 1])
  redis.call('PEXPIRE', key, ARGV[3 * i])
end
for i, value in ipairs(values) do values[i] = string.format('%.0f', value) end
return {1, unpack(values)}
`);

/** Arguments for each key: by, milliseconds to live. A counter that is not there has nothing to give back. */
const ADJUST = new RedisScript(`
for i, key in ipairs(KEYS) do
  local by = tonumber(ARGV[2 * i - 1])
  if by > 0 or redis.call('EXISTS', key) == 1 then
    if redis.call('INCRBY', key, ARGV[2 * i - 1]) < 0 then redis.call('SET', key, '0') end
    redis.call('PEXPIRE', key, ARGV[2 * i])
  end
end
return 0
`);

/** Arguments for each key: value, milliseconds to live. */
const RESTORE = new RedisScript(`
for i, key in ipairs(KEYS) do
  local value = tonumber(ARGV[2 * i - 1])
  if value > tonumber(redis.call('GET', key) or '0') then
    redis.call('SET', key, ARGV[2 * i - 1], 'PX', ARGV[2 * i])
  end
end
return 0
`);

const CONNECT_MILLIS = 5_000;
const COMMAND_MILLIS = 2_000;
const RECONNECT_MILLIS = 2_000;

const OPTIONS = {
  lazyConnect: true,
  connectTimeout: CONNECT_MILLIS,
  commandTimeout: COMMAND_MILLIS,
  // While Redis is away an answer is an error at once, never a request that hangs.
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  retryStrategy: (attempt: number) => Math.min(50 * 2 ** Math.min(attempt, 10), RECONNECT_MILLIS),
} as const satisfies RedisOptions;

/**
 * Counters that several gateways share. Times to live are sent as spans, so that clocks need not agree.
 * @throws Fault `ERR_STORE` when Redis cannot be reached or refuses us.
 */
export async function openRedisCounters(url: string, clock: Clock = systemClock): Promise<Counters> {
  const single = new Redis(url, OPTIONS);
  // Without a listener ioredis prints errors; every one of them also reaches a caller as a Fault.
  single.on('error', () => {});
  try {
    await single.connect();
    if (!/cluster_enabled:1/.test(await single.info('cluster'))) return new RedisCounters(single, clock);
  } catch (error) {
    single.disconnect();
    throw unreachable(error);
  }
  single.disconnect();
  const { host, port, username, password, tls } = single.options;
  const cluster = new Cluster([{ host: host ?? '127.0.0.1', port: port ?? 6379 }], {
    lazyConnect: true,
    enableOfflineQueue: false,
    clusterRetryStrategy: OPTIONS.retryStrategy,
    redisOptions: {
      connectTimeout: CONNECT_MILLIS,
      commandTimeout: COMMAND_MILLIS,
      ...(username ? { username } : {}),
      ...(password ? { password } : {}),
      ...(tls ? { tls } : {}),
    },
  });
  cluster.on('error', () => {});
  try {
    await inTime(cluster.connect());
  } catch (error) {
    cluster.disconnect();
    throw unreachable(error);
  }
  return new RedisCounters(cluster, clock);
}

/** A cluster whose nodes announce addresses that do not answer is tried for ever; the start does not wait for it. */
async function inTime(connected: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error('the nodes of the cluster did not answer at their addresses')),
      2 * CONNECT_MILLIS,
    );
  });
  try {
    await Promise.race([connected, late]);
  } finally {
    clearTimeout(timer);
  }
}

class RedisCounters implements Counters {
  readonly kind = 'redis';
  readonly #redis: Redis | Cluster;
  readonly #clock: Clock;

  constructor(redis: Redis | Cluster, clock: Clock) {
    this.#redis = redis;
    this.#clock = clock;
  }

  async take(asks: readonly CounterAsk[]): Promise<CounterAnswer> {
    if (asks.length === 0) return { ok: true, values: [] };
    const answer = await this.#run(
      TAKE,
      asks.map((ask) => ask.key),
      asks.flatMap((ask) => [ask.limit, ask.by, this.#span(ask.expiresAt)]),
    );
    const [taken, ...values] = (answer as readonly (number | string)[]).map(Number);
    if (taken === 1) return { ok: true, values };
    return { ok: false, failed: values[0]!, value: values[1]! };
  }

  async adjust(
    changes: readonly { readonly key: string; readonly by: number; readonly expiresAt: number }[],
  ): Promise<void> {
    if (changes.length === 0) return;
    await this.#run(
      ADJUST,
      changes.map((change) => change.key),
      changes.flatMap((change) => [change.by, this.#span(change.expiresAt)]),
    );
  }

  async read(keys: readonly string[]): Promise<readonly number[]> {
    if (keys.length === 0) return [];
    try {
      const values = await this.#redis.mget(keys.map((key) => PREFIX + key));
      return values.map((value) => Number(value ?? 0));
    } catch (error) {
      throw unreachable(error);
    }
  }

  async restore(
    values: readonly { readonly key: string; readonly value: number; readonly expiresAt: number }[],
  ): Promise<void> {
    for (let from = 0; from < values.length; from += RESTORE_AT_ONCE) {
      const some = values.slice(from, from + RESTORE_AT_ONCE);
      await this.#run(
        RESTORE,
        some.map((one) => one.key),
        some.flatMap((one) => [one.value, this.#span(one.expiresAt)]),
      );
    }
  }

  async ping(): Promise<void> {
    try {
      await this.#redis.ping();
    } catch (error) {
      throw unreachable(error);
    }
  }

  async close(): Promise<void> {
    // `quit` waits for answers that are under way; without a connection there are none.
    await this.#redis.quit().catch(() => this.#redis.disconnect());
  }

  async #run(script: RedisScript, keys: readonly string[], args: readonly number[]): Promise<unknown> {
    try {
      return await script.run(
        this.#redis,
        keys.map((key) => PREFIX + key),
        args,
      );
    } catch (error) {
      throw unreachable(error);
    }
  }

  #span(expiresAt: number): number {
    return Math.max(1, Math.ceil(expiresAt - this.#clock()));
  }
}

/** Keys of one script run; Lua's `unpack` and Redis's patience are finite. */
const RESTORE_AT_ONCE = 500;

function unreachable(cause: unknown): Fault {
  return new Fault('ERR_STORE', 'The counters in Redis cannot be reached, so budgets cannot be checked.', {
    where: 'counters.url',
    hint: 'See that Redis runs and accepts these credentials; Parapet reconnects by itself.',
    retryAfter: 2,
    cause,
  });
}

import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { changedConfig } from '../../config/changed-config.ts';
import type { Clock } from '../../core/clock.ts';
import { Fault, isFault } from '../../core/fault.ts';
import { configuredResources } from '../configured-resources.ts';
import { createReplayPolicy } from '../replay-policy.ts';
import type { Runtime } from '../runtime.ts';
import { requireRule, simulate, type SimulationReport } from '../simulate.ts';
import type { AdminEnv } from './admin-context.ts';
import type { SimulateJob } from './api.ts';
import { readCount, readJsonObject, readOptionalText } from './read-json.ts';

const DAY = 86_400_000;
const MOST_BYTES = 1024 * 1024;
const MOST_EXCHANGES = 5000;
/** A simulation takes its time between requests, but not for ever. */
const MOST_MILLIS = 120_000;
/** Results that are kept to be fetched. */
const KEPT_JOBS = 8;

interface Job {
  readonly id: string;
  readonly admin: string;
  readonly cancel: AbortController;
  state: SimulateJob['state'];
  done: number;
  total: number;
  error: string | null;
  report: SimulationReport | null;
}

/**
 * `POST /api/simulate` starts a replay of recorded exchanges under changed rules, compared with the rules in force;
 * `GET` and `DELETE /api/simulate/:id` follow and cancel it. One at a time.
 */
export function simulateRoutes(runtime: Runtime, clock: Clock): Hono<AdminEnv> {
  const app = new Hono<AdminEnv>();
  const jobs = new Map<string, Job>();

  const find = (id: string): Job => {
    const job = jobs.get(id);
    if (job === undefined) throw new Fault('ERR_NOT_FOUND', 'There is no simulation with this id.');
    return job;
  };

  app.post('/', async (c) => {
    const body = await readJsonObject(c, MOST_BYTES);
    const days = readCount(body, 'days', { least: 1, most: 90, usual: 7 });
    const limit = readCount(body, 'limit', { least: 1, most: MOST_EXCHANGES, usual: 1000 });
    const rule = readOptionalText(body, 'rule');
    const { loaded } = runtime.generation;
    const changed = changedConfig(loaded, body['changes'] ?? {});
    requireRule(rule, new Set([...changed.rules, ...loaded.config.rules].map(({ id }) => id)));
    for (const { state } of jobs.values()) {
      if (state !== 'running') continue;
      throw new Fault('ERR_OVERLOADED', 'Another simulation is running.', {
        hint: 'Wait for it, or cancel it.',
        retryAfter: 5,
      });
    }
    const lease = runtime.resources.lease(loaded.directory);
    const parts = {
      resources: configuredResources(lease.resources, loaded.config),
      stored: runtime.allowBook.stored,
      key: runtime.allowBook.key,
      clock,
    };
    let policies;
    try {
      policies = { before: createReplayPolicy(loaded.config, parts), after: createReplayPolicy(changed, parts) };
      await lease.ready();
    } catch (error) {
      await lease.release();
      throw error;
    }
    const job: Job = {
      id: randomUUID(),
      admin: c.get('admin').name,
      cancel: new AbortController(),
      state: 'running',
      done: 0,
      total: 0,
      error: null,
      report: null,
    };
    jobs.set(job.id, job);
    if (jobs.size > KEPT_JOBS) jobs.delete(jobs.keys().next().value!);
    const to = clock();
    const what = { ...policies, from: to - days * DAY, to, limit, ...(rule === undefined ? {} : { rule }) };
    void run(runtime, job, what).finally(() => lease.release());
    return c.json<SimulateJob>(view(job), 202);
  });

  app.get('/:id', (c) => c.json<SimulateJob>(view(find(c.req.param('id')))));

  app.delete('/:id', (c) => {
    const job = find(c.req.param('id'));
    job.cancel.abort();
    return c.json<SimulateJob>(view(job));
  });
  return app;
}

async function run(
  runtime: Runtime,
  job: Job,
  what: Omit<Parameters<typeof simulate>[0], 'store' | 'signal' | 'onProgress'>,
): Promise<void> {
  const late = AbortSignal.timeout(MOST_MILLIS);
  try {
    job.report = await simulate({
      ...what,
      store: runtime.store,
      signal: AbortSignal.any([job.cancel.signal, late]),
      onProgress: (done, total) => {
        job.done = done;
        job.total = total;
      },
    });
    job.state = job.cancel.signal.aborted ? 'cancelled' : 'done';
  } catch (error) {
    job.state = 'failed';
    job.error = isFault(error) ? error.line : 'The simulation broke off; the log says why.';
    if (!isFault(error)) runtime.log.error({ err: error }, 'a simulation failed');
  }
}

function view({ id, state, done, total, error, report }: Job): SimulateJob {
  return { id, state, done, total, error, report };
}

import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { Fault } from '../../core/fault.ts';
import type { StoredExchange } from '../../store/store.ts';
import type { Runtime } from '../runtime.ts';
import type { AdminEnv } from './admin-context.ts';
import type { ExchangeRow, LiveApprovals, LiveFlight, LiveGap } from './api.ts';
import { wholeNumber } from './exchange-routes.ts';

const CATCH_UP = 200;
const TICK = 1000;
/** Ticks between two comments that keep proxies from closing the stream, and between two looks at the session. */
const QUIET_TICKS = 15;
/** Rows that may wait for one slow browser; beyond it the stream ends, and the browser comes back and catches up. */
const MOST_WAITING = 1000;
const MOST_STREAMS = 64;

/**
 * `GET /api/live`: exchanges as they are recorded, as server-sent events whose id is the ledger index. A browser
 * that reconnects sends the last id it saw, and gets what it missed.
 */
export function liveRoutes(runtime: Runtime, stillSignedIn: (token: string) => Promise<boolean>): Hono<AdminEnv> {
  const app = new Hono<AdminEnv>();
  let streams = 0;

  app.get('/', (c) => {
    const lastSeen = c.req.header('last-event-id');
    const after = wholeNumber(lastSeen === undefined ? c.req.query() : { after: lastSeen }, 'after');
    if (streams >= MOST_STREAMS) {
      throw new Fault('ERR_OVERLOADED', 'Too many consoles follow the traffic already.', {
        hint: 'Close one of them, or list exchanges instead.',
        retryAfter: 30,
      });
    }
    streams += 1;
    c.header('x-accel-buffering', 'no');
    return streamSSE(c, async (stream) => {
      const waiting: StoredExchange[] = [];
      let wake = () => {};
      let open = true;
      const unsubscribe = runtime.live.subscribe((stored) => {
        waiting.push(stored);
        wake();
      });
      const unfollow = runtime.approvals.subscribe(() => wake());
      stream.onAbort(() => {
        open = false;
        wake();
      });
      try {
        let sent = after ?? (await runtime.store.lastIndex());
        const send = async (stored: StoredExchange) => {
          if (stored.index <= sent) return;
          sent = stored.index;
          await stream.writeSSE({ event: 'exchange', id: String(stored.index), data: JSON.stringify(toRow(stored)) });
        };
        const missed = after === undefined ? { rows: [], more: 0 } : await since(runtime, after);
        if (missed.more > 0) {
          await stream.writeSSE({ event: 'gap', data: JSON.stringify({ missed: missed.more } satisfies LiveGap) });
        }
        for (const stored of missed.rows) await send(stored);

        let flight = '';
        let approvals = '';
        for (let tick = 0; open && waiting.length <= MOST_WAITING; tick += 1) {
          while (open && waiting.length > 0) await send(waiting.shift()!);
          const now = JSON.stringify(flightOf(runtime.live.inFlight));
          if (now !== flight) await stream.writeSSE({ event: 'flight', data: now });
          flight = now;
          const asked = approvalsOf(runtime);
          if (asked !== approvals) await stream.writeSSE({ event: 'approvals', data: asked });
          approvals = asked;
          if (tick % QUIET_TICKS === QUIET_TICKS - 1) {
            if (!(await stillSignedIn(c.get('token')))) break;
            await stream.write(': still here\n\n');
          }
          const { promise, resolve } = Promise.withResolvers<void>();
          wake = resolve;
          const timer = setTimeout(resolve, TICK);
          if (open && waiting.length === 0) await promise;
          clearTimeout(timer);
        }
      } finally {
        unsubscribe();
        unfollow();
        streams -= 1;
      }
    });
  });
  return app;
}

function toRow({ index, leaf, exchange }: StoredExchange): ExchangeRow {
  return { index, leaf, exchange };
}

function flightOf(inFlight: ReadonlyMap<string, number>): LiveFlight {
  let total = 0;
  for (const count of inFlight.values()) total += count;
  return { total, byPrincipal: Object.fromEntries(inFlight) };
}

function approvalsOf({ approvals: { waiting, changes } }: Runtime): string {
  return JSON.stringify({ waiting, changes } satisfies LiveApprovals);
}

/** The newest `CATCH_UP` exchanges after `index`, oldest first, and how many before them are left out. */
async function since(
  runtime: Runtime,
  index: number,
): Promise<{ readonly rows: readonly StoredExchange[]; readonly more: number }> {
  const page = await runtime.store.exchanges({}, CATCH_UP);
  const rows = page.rows.filter((stored) => stored.index > index).toReversed();
  const oldest = rows[0];
  const complete = oldest === undefined || rows.length < page.rows.length || page.next === null;
  return { rows, more: complete ? 0 : oldest.index - index - 1 };
}

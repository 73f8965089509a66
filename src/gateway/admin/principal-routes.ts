import { Hono } from 'hono';
import type { Clock } from '../../core/clock.ts';
import type { BudgetState } from '../../access/budget.ts';
import type { KeyRow, UsageTotal } from '../../store/store.ts';
import type { Runtime } from '../runtime.ts';
import type { AdminEnv } from './admin-context.ts';
import type { PrincipalReport, PrincipalRow, TeamRow } from './api.ts';
import { keyState } from './key-view.ts';

/** `GET /api/principals`: who has used the gateway this month or may, with budgets and what is in flight. */
export function principalRoutes(runtime: Runtime, clock: Clock): Hono<AdminEnv> {
  const app = new Hono<AdminEnv>();
  app.get('/', async (c) => {
    const now = clock();
    const since = startOfMonth(now);
    const { loaded, budgets } = runtime.generation;
    const [usage, states, keys] = await Promise.all([
      runtime.store.usageSince(since),
      budgets.states(),
      runtime.store.keys(),
    ]);
    const scope = new Map(loaded.config.budgets.map((budget) => [budget.id, budget.per]));
    const body: PrincipalReport = {
      since,
      principals: principalRows(usage, states, keys, runtime.live.inFlight, scope, now),
      teams: teamRows(usage, states, keys, scope),
      budgetsConfigured: loaded.config.budgets.length,
    };
    return c.json(body);
  });
  return app;
}

type Scope = ReadonlyMap<string, 'principal' | 'team'>;

function principalRows(
  usage: readonly UsageTotal[],
  states: readonly BudgetState[],
  keys: readonly KeyRow[],
  inFlight: ReadonlyMap<string, number>,
  scope: Scope,
  now: number,
): PrincipalRow[] {
  const own = states.filter((state) => scope.get(state.budget) !== 'team');
  const ids = new Set([
    ...usage.map((row) => row.principal),
    ...keys.map((key) => key.principal),
    ...inFlight.keys(),
    ...own.map((state) => state.subject),
  ]);
  return [...ids]
    .map((id): PrincipalRow => {
      const used = usage.filter((row) => row.principal === id);
      const held = keys.filter((key) => key.principal === id);
      return {
        id,
        team: used.find((row) => row.team !== null)?.team ?? held.find((key) => key.team !== null)?.team ?? null,
        ...totals(used),
        inFlight: inFlight.get(id) ?? 0,
        keys: held.filter((key) => isUsable(key, now)).length,
        models: [...new Set(used.flatMap((row) => (row.model === null ? [] : [row.model])))].toSorted(),
        budgets: own.filter((state) => state.subject === id),
      };
    })
    .toSorted((a, b) => b.requests - a.requests || a.id.localeCompare(b.id));
}

function teamRows(
  usage: readonly UsageTotal[],
  states: readonly BudgetState[],
  keys: readonly KeyRow[],
  scope: Scope,
): TeamRow[] {
  const shared = states.filter((state) => scope.get(state.budget) === 'team');
  const ids = new Set<string>(shared.map((state) => state.subject));
  for (const { team } of [...usage, ...keys]) if (team !== null) ids.add(team);
  return [...ids]
    .map((id): TeamRow => {
      const members = [...usage, ...keys].filter((row) => row.team === id).map((row) => row.principal);
      return {
        id,
        ...totals(usage.filter((row) => row.team === id)),
        members: new Set(members).size,
        budgets: shared.filter((state) => state.subject === id),
      };
    })
    .toSorted((a, b) => b.requests - a.requests || a.id.localeCompare(b.id));
}

function isUsable(key: KeyRow, now: number): boolean {
  const state = keyState(key, now);
  return state === 'active' || state === 'rotated';
}

function totals(rows: readonly UsageTotal[]): Pick<PrincipalRow, 'requests' | 'tokens' | 'microUsd'> {
  let requests = 0;
  let tokens = 0;
  let microUsd = 0;
  for (const row of rows) {
    requests += row.requests;
    tokens += row.tokens;
    microUsd += row.microUsd;
  }
  return { requests, tokens, microUsd };
}

function startOfMonth(now: number): number {
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}

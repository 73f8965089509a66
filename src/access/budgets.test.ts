import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Principal } from '../core/principal.ts';
import { Fault, isFault } from '../core/fault.ts';
import type { Counters } from '../store/counters.ts';
import { createMemoryCounters } from '../store/memory-counters.ts';
import { openCounters } from '../store/open-counters.ts';
import { openStore } from '../store/open-store.ts';
import type { UsageTotal } from '../store/store.ts';
import type { BudgetSpec } from './applicable-limits.ts';
import type { Amount, Reservation, Reserved } from './budget.ts';
import { createBudgets } from './budgets.ts';

const NOON = Date.UTC(2026, 4, 20, 12, 30, 15);

function principal(id: string, team?: string): Principal {
  return { id, kind: 'key', claims: {}, ...(team === undefined ? {} : { team }) };
}

function budget(more: Partial<BudgetSpec> = {}): BudgetSpec {
  return { id: 'b', per: 'principal', match: '*', window: 'hour', tokens: 100, ...more };
}

const tokens = (n: number): Amount => ({ requests: 1, tokens: n, microUsd: 0 });

function setUp(budgets: readonly BudgetSpec[], concurrent = 8) {
  const time = { now: NOON };
  const clock = () => time.now;
  const counters = createMemoryCounters(clock);
  return { time, clock, counters, budgets: createBudgets({ budgets, concurrent, counters, clock }) };
}

/** Memory answers at once: a promise would be a fault of its own. */
function reserved(answer: Reserved | Promise<Reserved>): Reservation {
  assert.ok(!(answer instanceof Promise));
  assert.ok(answer.ok);
  return answer.reservation;
}

function exhausted(answer: Reserved | Promise<Reserved>) {
  assert.ok(!(answer instanceof Promise));
  assert.ok(!answer.ok);
  return answer.exhausted;
}

describe('budgets', () => {
  it('reserve up to the limit, settle to what was used, and count it once', () => {
    const { budgets } = setUp([budget()]);
    const alice = principal('alice');
    const first = reserved(budgets.reserve(alice, tokens(70)));
    assert.deepEqual(exhausted(budgets.reserve(alice, tokens(31))), {
      budget: 'b',
      subject: 'alice',
      unit: 'tokens',
      limit: 100,
      used: 0,
      reserved: 70,
      resetAt: Date.UTC(2026, 4, 20, 13),
      window: 'hour',
    });
    assert.equal(first.settle(tokens(20)), undefined);
    first.settle(tokens(90));
    const second = reserved(budgets.reserve(alice, tokens(80)));
    assert.deepEqual(
      second.states.map(({ used, reserved: r }) => [used, r]),
      [[20, 80]],
    );
  });

  it('count each subject apart, and each window afresh', () => {
    const { budgets, time } = setUp([budget()]);
    reserved(budgets.reserve(principal('alice'), tokens(100))).settle(tokens(100));
    reserved(budgets.reserve(principal('bob'), tokens(100))).settle(tokens(100));
    exhausted(budgets.reserve(principal('alice'), tokens(1)));
    time.now = Date.UTC(2026, 4, 20, 13);
    reserved(budgets.reserve(principal('alice'), tokens(100)));
  });

  it('settle in the window that was reserved in', async () => {
    const { budgets, time } = setUp([budget()]);
    const alice = principal('alice');
    const held = reserved(budgets.reserve(alice, tokens(90)));
    time.now += 3_600_000;
    const next = reserved(budgets.reserve(alice, tokens(60)));
    assert.equal(held.extend(tokens(10)), true);
    assert.equal(held.extend(tokens(1)), false);
    held.settle(tokens(5));
    next.settle(tokens(60));
    const [now] = await budgets.states();
    assert.deepEqual([now?.used, now?.reserved], [60, 0]);
    time.now -= 3_600_000;
    const [before] = await budgets.states();
    assert.deepEqual([before?.used, before?.reserved], [5, 0]);
  });

  it('reserve from the principal and its team, in every unit, or from none', async () => {
    const { budgets } = setUp([
      budget({ id: 'own', tokens: 100, requests: 5 }),
      budget({ id: 'team', per: 'team', match: 'r*', tokens: 120, usd: 1, window: 'day' }),
    ]);
    const ask = { requests: 1, tokens: 80, microUsd: 400_000 };
    reserved(budgets.reserve(principal('alice', 'red'), ask));
    const out = exhausted(budgets.reserve(principal('bob', 'red'), ask));
    assert.deepEqual([out.budget, out.unit, out.subject], ['team', 'tokens', 'red']);
    const states = await budgets.states();
    assert.deepEqual(
      states.map((s) => [s.budget, s.subject, s.unit, s.used + s.reserved]),
      [
        ['own', 'alice', 'requests', 1],
        ['own', 'alice', 'tokens', 80],
        ['team', 'red', 'tokens', 80],
        ['team', 'red', 'microUsd', 400_000],
        ['own', 'bob', 'requests', 0],
        ['own', 'bob', 'tokens', 0],
      ],
    );
    reserved(budgets.reserve(principal('bob', 'blue'), ask));
    reserved(budgets.reserve(principal('carol'), ask));
  });

  it('name the budget that stays exhausted longest', () => {
    const { budgets } = setUp([
      budget({ id: 'minute', window: 'minute', tokens: 10 }),
      budget({ id: 'month', window: 'month', tokens: 10 }),
      budget({ id: 'day', window: 'day', tokens: 10 }),
      budget({ id: 'roomy', window: 'month', tokens: 1000 }),
    ]);
    const out = exhausted(budgets.reserve(principal('alice'), tokens(11)));
    assert.deepEqual([out.budget, out.resetAt], ['month', Date.UTC(2026, 5, 1)]);
  });

  it('let a request pass that asks for nothing of a spent unit', () => {
    const { budgets } = setUp([budget({ tokens: 10, requests: 2 })]);
    reserved(budgets.reserve(principal('alice'), tokens(10)));
    reserved(budgets.reserve(principal('alice'), tokens(0)));
    assert.equal(exhausted(budgets.reserve(principal('alice'), tokens(0))).unit, 'requests');
  });

  it('say of each unit which limit is tightest', () => {
    const { budgets } = setUp([
      budget({ id: 'wide', tokens: 1000, requests: 10 }),
      budget({ id: 'narrow', tokens: 100, window: 'minute' }),
    ]);
    const { states } = reserved(budgets.reserve(principal('alice'), tokens(50)));
    assert.deepEqual(states.map((s) => [s.unit, s.budget]).toSorted(), [
      ['requests', 'wide'],
      ['tokens', 'narrow'],
    ]);
  });

  it('refuse amounts that are no whole numbers, before anything is counted', async () => {
    const { budgets } = setUp([budget()]);
    for (const wrong of [Number.NaN, -1, 0.5, Number.POSITIVE_INFINITY]) {
      assert.throws(
        () => budgets.reserve(principal('alice'), tokens(wrong)),
        (error) => isFault(error) && error.code === 'ERR_INTERNAL',
      );
    }
    const held = reserved(budgets.reserve(principal('alice'), tokens(40)));
    held.settle(tokens(Number.NaN));
    assert.equal((await budgets.states())[0]?.used, 40);
  });

  it('cost nothing where none applies', () => {
    const { budgets, counters } = setUp([budget({ match: 'somebody-else' })]);
    const held = reserved(budgets.reserve(principal('alice'), tokens(1e9)));
    assert.equal(held.extend(tokens(1)), true);
    assert.equal(held.amount.tokens, 1e9 + 1);
    assert.deepEqual(held.states, []);
    held.settle(tokens(5));
    assert.equal(held.extend(tokens(1)), false);
    assert.equal(counters.size, 0);
  });

  it('know whether money is limited', () => {
    const { budgets } = setUp([budget({ per: 'team', match: 'red', usd: 5 }), budget({ id: 'c' })]);
    assert.equal(budgets.limitsMoney(principal('alice', 'red')), true);
    assert.equal(budgets.limitsMoney(principal('alice', 'blue')), false);
    assert.equal(budgets.limitsMoney(principal('alice')), false);
  });

  it('give out concurrent places and take each back once', () => {
    const { budgets } = setUp([], 2);
    const alice = principal('alice');
    const leave = budgets.enter(alice);
    assert.ok(leave !== null && budgets.enter(alice) !== null);
    assert.equal(budgets.enter(alice), null);
    assert.ok(budgets.enter(principal('bob')) !== null);
    leave();
    leave();
    assert.ok(budgets.enter(alice) !== null);
    assert.equal(budgets.enter(alice), null);
  });

  it('keep what is in flight over a reload', async () => {
    const { budgets, counters, clock } = setUp([budget()], 1);
    const alice = principal('alice');
    const held = reserved(budgets.reserve(alice, tokens(30)));
    const leave = budgets.enter(alice);
    const next = createBudgets({
      budgets: [budget({ tokens: 50 })],
      concurrent: 1,
      counters,
      clock,
      previous: budgets,
    });
    assert.equal(next.enter(alice), null);
    assert.equal(exhausted(next.reserve(alice, tokens(21))).reserved, 30);
    held.settle(tokens(10));
    leave?.();
    reserved(next.reserve(alice, tokens(40))).settle(tokens(40));
    assert.ok(next.enter(alice) !== null);
    assert.deepEqual(
      (await next.states()).map((s) => [s.used, s.reserved]),
      [[50, 0]],
    );
  });

  it('come back after a restart with what the store knows', async () => {
    const store = await openStore('sqlite::memory:');
    const usage = async (from: number): Promise<readonly UsageTotal[]> => {
      const rows = [
        { at: NOON - 1_000, tokens: 30 },
        { at: NOON - 3_600_000, tokens: 50 },
        { at: NOON - 30 * 86_400_000, tokens: 70 },
      ].filter((row) => row.at >= from);
      return rows.map((row) => ({
        principal: 'alice',
        team: 'red',
        model: 'm',
        requests: 1,
        tokens: row.tokens,
        microUsd: 5,
      }));
    };
    const { budgets } = setUp([
      budget({ id: 'hour', tokens: 100, requests: 9 }),
      budget({ id: 'day', window: 'day', per: 'team', tokens: 100, usd: 1 }),
    ]);
    await budgets.restore({ usageSince: usage });
    await budgets.restore({ usageSince: usage });
    assert.deepEqual(
      (await budgets.states()).map((s) => [s.budget, s.unit, s.used]),
      [
        ['hour', 'requests', 1],
        ['hour', 'tokens', 30],
        ['day', 'tokens', 80],
        ['day', 'microUsd', 10],
      ],
    );
    await budgets.restore(store);
    await store.close();
    exhausted(budgets.reserve(principal('alice', 'red'), tokens(21)));
  });
});

/** What each reservation holds, beside the budgets: the model that properties compare with. */
interface Held {
  readonly reservation: Reservation;
  amount: number;
}

type Step =
  | { readonly do: 'reserve'; readonly who: number; readonly n: number }
  | { readonly do: 'extend'; readonly which: number; readonly n: number }
  | { readonly do: 'settle'; readonly which: number; readonly n: number };

const steps = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('reserve' as const), who: fc.nat(2), n: fc.nat(60) }),
    fc.record({ do: fc.constant('extend' as const), which: fc.nat(20), n: fc.nat(40) }),
    fc.record({ do: fc.constant('settle' as const), which: fc.nat(20), n: fc.nat(90) }),
  ),
  { maxLength: 60 },
);

const PEOPLE = [principal('alice', 'red'), principal('bob', 'red'), principal('carol', 'blue')];
const LIMITS = [budget({ id: 'own', tokens: 100 }), budget({ id: 'team', per: 'team', tokens: 140 })];

describe('budgets, whatever happens', () => {
  it('never let used and reserved pass the limit, but for what a settlement reports beyond its reservation', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (todo: readonly Step[]) => {
        const { budgets } = setUp(LIMITS);
        const totals = { alice: 0, bob: 0, carol: 0, red: 0, blue: 0 };
        const held: (Held & { readonly who: Principal })[] = [];
        const add = (who: Principal, n: number) => {
          totals[who.id as 'alice'] += n;
          totals[who.team as 'red'] += n;
        };
        for (const step of todo) {
          const before = { ...totals };
          let excess = 0;
          if (step.do === 'reserve') {
            const who = PEOPLE[step.who]!;
            const answer = budgets.reserve(who, tokens(step.n)) as Reserved;
            const fits = totals[who.id as 'alice'] + step.n <= 100 && totals[who.team as 'red'] + step.n <= 140;
            assert.equal(answer.ok, fits || step.n === 0);
            if (answer.ok) {
              held.push({ reservation: answer.reservation, amount: step.n, who });
              add(who, step.n);
            }
          } else if (held.length > 0) {
            const one = held[step.which % held.length]!;
            if (step.do === 'extend') {
              if (one.reservation.extend(tokens(step.n)) === true) {
                one.amount += step.n;
                add(one.who, step.n);
              }
            } else {
              one.reservation.settle(tokens(step.n));
              held.splice(held.indexOf(one), 1);
              add(one.who, step.n - one.amount);
              excess = Math.max(0, step.n - one.amount);
            }
          }
          for (const [name, limit] of [
            ['alice', 100],
            ['bob', 100],
            ['carol', 100],
            ['red', 140],
            ['blue', 140],
          ] as const) {
            assert.ok(totals[name] <= Math.max(limit, before[name]) + excess, `${name}: ${totals[name]}`);
          }
        }
        for (const state of await budgets.states()) {
          assert.equal(state.used + state.reserved, totals[state.subject as 'alice'], state.subject);
          const open = held.filter((one) => one.who.id === state.subject || one.who.team === state.subject);
          assert.equal(
            state.reserved,
            open.reduce((n, one) => n + one.amount, 0),
          );
        }
      }),
      { numRuns: 300 },
    );
  });

  it('hold with counters that answer late and in any order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(
          fc.record({ who: fc.nat(2), n: fc.integer({ min: 1, max: 60 }), more: fc.nat(30), used: fc.nat(60) }),
          {
            minLength: 1,
            maxLength: 12,
          },
        ),
        async (scheduler, requests) => {
          const memory = createMemoryCounters(() => NOON);
          // Like a server: a call takes effect when it arrives, its answer comes later.
          const late: Counters = {
            kind: 'redis',
            take: (asks) => scheduler.schedule(Promise.resolve()).then(() => memory.take(asks)),
            adjust: (changes) => scheduler.schedule(Promise.resolve()).then(() => memory.adjust(changes)),
            read: (keys) => scheduler.schedule(Promise.resolve()).then(() => memory.read(keys)),
            restore: (values) => memory.restore(values),
            ping: () => memory.ping(),
            close: () => memory.close(),
          };
          const budgets = createBudgets({ budgets: LIMITS, concurrent: 99, counters: late, clock: () => NOON });
          let used = 0;
          const all = Promise.all(
            requests.map(async ({ who, n, more, used: spent }) => {
              const answer = await budgets.reserve(PEOPLE[who]!, tokens(n));
              if (!answer.ok) return;
              // Not awaited: a settlement may come while an extension is under way.
              const extending = answer.reservation.extend(tokens(more));
              const settled = answer.reservation.settle(tokens(Math.min(spent, n)));
              await Promise.all([extending, settled]);
              used += Math.min(spent, n);
            }),
          );
          await scheduler.waitFor(all);
          const states = await scheduler.waitFor(budgets.states());
          assert.ok(states.every((state) => state.reserved === 0));
          assert.ok(states.every((state) => state.used <= state.limit));
          assert.equal(
            states.filter((s) => s.budget === 'team').reduce((n, s) => n + s.used, 0),
            used,
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  it('keep what was spent beyond a reservation while the counters are away, and never throw', async () => {
    const memory = createMemoryCounters(() => NOON);
    let away = false;
    const flaky: Counters = {
      kind: 'redis',
      take: async (asks) => memory.take(asks),
      adjust: async (changes) => {
        if (away) throw new Fault('ERR_STORE', 'away');
        memory.adjust(changes);
      },
      read: async (keys) => memory.read(keys),
      restore: (values) => memory.restore(values),
      ping: () => memory.ping(),
      close: () => memory.close(),
    };
    const errors: unknown[] = [];
    const budgets = createBudgets({
      budgets: [budget({ tokens: 1000 })],
      concurrent: 9,
      counters: flaky,
      clock: () => NOON,
      onError: (error) => errors.push(error),
    });
    const open = async () => {
      const answer = await budgets.reserve(principal('alice'), tokens(10));
      assert.ok(answer.ok);
      return answer.reservation;
    };
    const [over, under, later] = [await open(), await open(), await open()];
    away = true;
    await over.settle(tokens(25));
    await under.settle(tokens(1));
    assert.equal(errors.length, 2);
    away = false;
    await later.settle(tokens(10));
    // 25 that were spent, 10 that may or may not have been given back, 10.
    assert.equal((await budgets.states())[0]?.used, 45);
  });
});

const redisUrl = process.env['PARAPET_TEST_REDIS'];

describe('budgets on Redis', { skip: redisUrl ? false : 'set PARAPET_TEST_REDIS=redis://… to run' }, () => {
  it('hold for 64 concurrent streams over two gateways', async () => {
    const all = await Promise.all([openCounters(redisUrl!), openCounters(redisUrl!)]);
    const id = `t${process.pid}-${NOON % 1000}-${Math.floor(performance.now())}`;
    const gateways = all.map((counters) =>
      createBudgets({ budgets: [budget({ id, tokens: 5_000 })], concurrent: 99, counters }),
    );
    const alice = principal('alice');
    let settled = 0;
    await Promise.all(
      Array.from({ length: 64 }, async (_, i) => {
        const answer = await gateways[i % 2]!.reserve(alice, tokens(100));
        if (!answer.ok) return;
        let spent = 100;
        while (spent < 400 && (await answer.reservation.extend({ ...tokens(50), requests: 0 }))) spent += 50;
        await answer.reservation.settle(tokens(spent));
        settled += spent;
      }),
    );
    const [state] = await gateways[0]!.states();
    assert.equal(state?.used, settled);
    assert.ok(settled <= 5_000 && settled > 4_900, `${settled}`);
    await Promise.all(all.map((counters) => counters.close()));
  });
});

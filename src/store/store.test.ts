import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import pg from 'pg';
import { EXCHANGE_OUTCOMES, type Exchange, type ExchangeOutcome } from '../core/exchange.ts';
import { isFault } from '../core/fault.ts';
import type { Decision } from '../core/verdict.ts';
import { MIGRATIONS } from './migrations.ts';
import { openStore } from './open-store.ts';
import type { KeyRow, Store, StoredExchange } from './store.ts';

const T0 = Date.UTC(2026, 0, 15, 12, 0, 0);
const MINUTE = 60_000;

interface Shape {
  readonly at?: number;
  readonly principal?: string | null;
  readonly team?: string | null;
  readonly model?: string | null;
  readonly outcome?: ExchangeOutcome;
  readonly upstream?: string | null;
  readonly tokens?: number;
  readonly microUsd?: number | null;
  readonly decision?: Decision['status'];
}

function exchange(index: number, shape: Shape = {}): StoredExchange {
  const principal = shape.principal === undefined ? 'alice' : shape.principal;
  const value: Exchange = {
    v: 1,
    id: `req_${String(index).padStart(26, '0')}`,
    time: new Date(shape.at ?? T0 + index).toISOString(),
    surface: 'openai-chat',
    method: 'POST',
    path: '/v1/chat/completions',
    stream: false,
    model: shape.model === undefined ? 'gpt-4o' : shape.model,
    upstream: shape.upstream === undefined ? 'openai' : shape.upstream,
    upstreamRequestId: null,
    principal: principal === null ? null : { id: principal, kind: 'key', team: shape.team ?? null, keyId: 'k1' },
    client: { address: '127.0.0.1', agent: null },
    status: 200,
    outcome: shape.outcome ?? 'served',
    fault: null,
    timings: { total: 12.5, firstByte: 3, upstream: 10 },
    bytes: { request: 100, response: 200 },
    usage: shape.tokens === undefined ? null : { inputTokens: shape.tokens, outputTokens: 0, estimated: false },
    microUsd: shape.microUsd === undefined ? null : shape.microUsd,
    decisions:
      shape.decision === undefined
        ? []
        : [
            {
              rule: 'r',
              detector: 'secret-leak',
              stage: 'input',
              mode: 'enforce',
              status: shape.decision,
              action: 'flag',
              evidence: [],
              millis: 0.1,
            },
          ],
    config: '0123456789abcdef',
    contentDigest: null,
  };
  return { index, leaf: index.toString(16).padStart(64, '0'), exchange: value };
}

function key(id: string, more: Partial<KeyRow> = {}): KeyRow {
  return {
    id,
    hash: 'aa'.repeat(32),
    principal: 'alice',
    team: null,
    note: null,
    createdAt: T0,
    expiresAt: null,
    revokedAt: null,
    rotatedTo: null,
    lastUsedAt: null,
    ...more,
  };
}

const indexes = (rows: readonly StoredExchange[]) => rows.map((row) => row.index);

/** A new, empty database. */
interface Fresh {
  readonly url: string;
  /** Runs one statement past Parapet. */
  run(text: string): Promise<void>;
  drop(): Promise<void>;
}

/** One suite for both databases; every test has a database of its own. */
function suite(name: string, fresh: () => Promise<Fresh>, skip: string | false): void {
  describe(name, { skip }, () => {
    async function withStore(use: (store: Store, url: string, run: Fresh['run']) => Promise<void>): Promise<void> {
      const { url, run, drop } = await fresh();
      const store = await openStore(url);
      try {
        await use(store, url, run);
      } finally {
        await store.close();
        await drop();
      }
    }

    it('starts empty', () =>
      withStore(async (store) => {
        assert.equal(await store.lastIndex(), -1);
        assert.equal(await store.exchange('req_0'), null);
        assert.deepEqual(await store.exchanges({}, 10), { rows: [], next: null });
        assert.deepEqual(await store.leaves(0, 10), []);
        assert.deepEqual(await store.usageSince(0), []);
        assert.deepEqual(await store.keys(), []);
        await store.ping();
      }));

    it('gives back exchanges exactly as they were put, whatever the text', () =>
      withStore(async (store) => {
        const hostile = [
          'plain',
          'nul \u0000 byte',
          'lone \ud800 surrogate',
          "'; DROP TABLE exchange; --",
          'é☃😀',
          'x'.repeat(9000),
        ];
        const rows = hostile.map((model, i) => exchange(i, { model, principal: model, team: model }));
        await store.putExchanges(rows);
        for (const row of rows) assert.deepEqual(await store.exchange(row.exchange.id), row);
        for (const [i, model] of hostile.entries()) {
          assert.deepEqual(
            indexes((await store.exchanges({ model }, 10)).rows),
            [i],
            JSON.stringify(model.slice(0, 20)),
          );
        }
      }));

    it('leaves rows alone that are already there, and counts them once', () =>
      withStore(async (store) => {
        const rows = [0, 1, 2].map((i) => exchange(i, { tokens: 10 }));
        await store.putExchanges(rows.slice(0, 2));
        await store.putExchanges(rows);
        await store.putExchanges([...rows, ...rows]);
        assert.deepEqual(indexes((await store.exchanges({}, 10)).rows), [2, 1, 0]);
        assert.equal(await store.lastIndex(), 2);
        const [total] = await store.usageSince(T0);
        assert.deepEqual(total, {
          principal: 'alice',
          team: null,
          model: 'gpt-4o',
          requests: 3,
          tokens: 30,
          microUsd: 0,
        });
      }));

    it('refuses another exchange at the same place, and stores nothing of its batch', () =>
      withStore(async (store) => {
        await store.putExchanges([exchange(0)]);
        const other = { ...exchange(7), index: 0 };
        await assert.rejects(
          store.putExchanges([exchange(1), other]),
          (error) => isFault(error) && error.code === 'ERR_STORE',
        );
        const moved = { ...exchange(0), index: 5 };
        await assert.rejects(store.putExchanges([moved]), (error) => isFault(error) && error.code === 'ERR_STORE');
        assert.equal(await store.lastIndex(), 0);
        await store.putExchanges([exchange(1)]);
        assert.equal(await store.lastIndex(), 1);
      }));

    it('keeps the logs of several gateways apart', () =>
      withStore(async (store, url) => {
        const other = await openStore(url, { log: 'second.example/ledger' });
        try {
          await store.putExchanges([exchange(0), exchange(1)]);
          const theirs = { ...exchange(9), index: 0 };
          await other.putExchanges([theirs]);
          assert.equal(await store.lastIndex(), 1);
          assert.equal(await other.lastIndex(), 0);
          assert.deepEqual(
            (await other.leaves(0, 10)).map((leaf) => leaf.id),
            [theirs.exchange.id],
          );
          assert.equal((await store.exchanges({}, 10)).rows.length, 3);
        } finally {
          await other.close();
        }
      }));

    it('pages newest first without gaps or repeats, for any page size', () =>
      withStore(async (store) => {
        await store.putExchanges(Array.from({ length: 23 }, (_, i) => exchange(i)));
        for (const size of [1, 5, 22, 23, 24]) {
          const seen: number[] = [];
          let before: number | null | undefined;
          while (before !== null) {
            const page = await store.exchanges({}, size, before);
            assert.ok(page.rows.length <= size);
            seen.push(...indexes(page.rows));
            before = page.next;
          }
          assert.deepEqual(
            seen,
            Array.from({ length: 23 }, (_, i) => 22 - i),
          );
        }
      }));

    it('filters as reading every row would', () =>
      withStore(async (store) => {
        const pick = <T>(...values: readonly T[]) => fc.constantFrom(...values);
        const shapes = fc.record({
          at: fc.integer({ min: T0, max: T0 + 100 }),
          principal: pick('alice', 'bob', null),
          team: pick('red', 'blue', null),
          model: pick('gpt-4o', 'claude-opus-5', null),
          outcome: pick<ExchangeOutcome>('served', 'blocked', 'refused'),
          decision: pick<Decision['status']>('clean', 'found', 'failed'),
        });
        const rows = fc.sample(shapes, { numRuns: 120, seed: 7 }).map((shape, i) => exchange(i, shape));
        await store.putExchanges(rows);
        const filters = fc.record(
          {
            principal: pick('alice', 'bob', 'nobody'),
            team: pick('red', 'blue'),
            model: pick('gpt-4o', 'claude-opus-5'),
            outcome: pick<ExchangeOutcome>('served', 'blocked', 'cut'),
            decision: pick<'found' | 'failed'>('found', 'failed'),
            from: fc.integer({ min: T0, max: T0 + 100 }),
            to: fc.integer({ min: T0, max: T0 + 100 }),
            id: pick('0001', 'REQ_', '%', '_0', exchange(3).exchange.id, ''),
          },
          { requiredKeys: [] },
        );
        await fc.assert(
          fc.asyncProperty(filters, async (filter) => {
            const expected = rows.filter(({ exchange: e }) => {
              const time = Date.parse(e.time);
              return (
                (filter.principal === undefined || e.principal?.id === filter.principal) &&
                (filter.team === undefined || e.principal?.team === filter.team) &&
                (filter.model === undefined || e.model === filter.model) &&
                (filter.outcome === undefined || e.outcome === filter.outcome) &&
                (filter.decision === undefined || e.decisions.some((d) => d.status === filter.decision)) &&
                (filter.from === undefined || time >= filter.from) &&
                (filter.to === undefined || time < filter.to) &&
                (filter.id === undefined || e.id.toLowerCase().includes(filter.id.toLowerCase()))
              );
            });
            const { rows: found } = await store.exchanges(filter, 1000);
            assert.deepEqual(indexes(found), indexes(expected).toReversed());
          }),
          { numRuns: 60 },
        );
      }));

    it('finds a range of time in many rows, recent or old, in the order in which they came in', () =>
      withStore(async (store) => {
        // Written when they end: an exchange that began early may come in late.
        const rows = Array.from({ length: 6_000 }, (_, i) =>
          exchange(i, { at: T0 + i * 10 - (i % 7 === 0 ? 400 : 0) }),
        );
        await store.putExchanges(rows);
        for (const [from, to] of [
          [T0 + 30_000, undefined],
          [undefined, T0 + 30_000],
          [T0 + 5_000, T0 + 40_000],
          [T0 + 50_000, T0 + 50_500],
        ] as const) {
          const filter = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
          const expected = rows.filter(({ exchange: e }) => {
            const time = Date.parse(e.time);
            return (from === undefined || time >= from) && (to === undefined || time < to);
          });
          const seen: number[] = [];
          let before: number | null | undefined;
          while (before !== null) {
            const page = await store.exchanges(filter, 700, before);
            seen.push(...indexes(page.rows));
            before = page.next;
          }
          assert.deepEqual(seen, indexes(expected).toReversed());
        }
      }));

    it('lists leaves in the order of the log', () =>
      withStore(async (store) => {
        await store.putExchanges([exchange(4), exchange(2), exchange(3)]);
        const leaves = await store.leaves(3, 10);
        assert.deepEqual(
          leaves,
          [3, 4].map((i) => ({ index: i, leaf: exchange(i).leaf, id: exchange(i).exchange.id })),
        );
        assert.equal((await store.leaves(0, 2)).length, 2);
      }));

    it('sums the overview as adding up every row would, by minutes and by odd lengths', () =>
      withStore(async (store) => {
        const rows = fc
          .sample(
            fc.record({
              at: fc.integer({ min: T0, max: T0 + 10 * MINUTE - 1 }),
              outcome: fc.constantFrom(...EXCHANGE_OUTCOMES),
              tokens: fc.nat(1000),
              microUsd: fc.option(fc.nat(10_000)),
              principal: fc.constantFrom('a', null),
              upstream: fc.constantFrom('openai', null),
            }),
            { numRuns: 200, seed: 11 },
          )
          .map((shape, i) => exchange(i, shape));
        for (let i = 0; i < rows.length; i += 30) await store.putExchanges(rows.slice(i, i + 30));
        for (const [from, to, width] of [
          [T0, T0 + 10 * MINUTE, MINUTE],
          [T0, T0 + 10 * MINUTE, 3 * MINUTE],
          [T0 + 2 * MINUTE, T0 + 5 * MINUTE, 2 * MINUTE],
          [T0 + 12_345, T0 + 400_001, 7_001],
          [T0, T0 + MINUTE, 1_000],
        ] as const) {
          const buckets = await store.overview(from, to, width);
          assert.equal(buckets.length, Math.ceil((to - from) / width));
          for (const bucket of buckets) {
            const inside = rows.filter(({ exchange: e }) => {
              const time = Date.parse(e.time);
              return time >= bucket.at && time < Math.min(to, bucket.at + width);
            });
            assert.equal(bucket.requests, inside.length);
            assert.equal(
              bucket.tokens,
              inside.reduce((n, { exchange: e }) => n + (e.usage?.inputTokens ?? 0), 0),
            );
            assert.equal(
              bucket.microUsd,
              inside.reduce((n, { exchange: e }) => n + (e.microUsd ?? 0), 0),
            );
            for (const outcome of EXCHANGE_OUTCOMES) {
              assert.equal(bucket.byOutcome[outcome], inside.filter(({ exchange: e }) => e.outcome === outcome).length);
            }
          }
        }
        assert.deepEqual(await store.overview(T0, T0, MINUTE), []);
        await assert.rejects(store.overview(0, Number.MAX_SAFE_INTEGER, 1), isFault);
        await assert.rejects(store.overview(0, 100, 0), isFault);
      }));

    it('sums settled usage by principal, team and model: what reached an upstream', () =>
      withStore(async (store) => {
        await store.putExchanges([
          exchange(0, { at: T0 - 1, tokens: 1 }),
          exchange(1, { at: T0, tokens: 10, microUsd: 7 }),
          exchange(2, { at: T0 + MINUTE, tokens: 20, team: 'red' }),
          exchange(3, { at: T0 + MINUTE, tokens: 30, team: 'red', microUsd: 5 }),
          exchange(4, { at: T0, model: 'attacker-chosen', outcome: 'refused', upstream: null }),
          exchange(5, { at: T0, principal: null, outcome: 'refused', upstream: null }),
        ]);
        assert.deepEqual(await store.usageSince(T0), [
          { principal: 'alice', team: null, model: 'gpt-4o', requests: 1, tokens: 10, microUsd: 7 },
          { principal: 'alice', team: 'red', model: 'gpt-4o', requests: 2, tokens: 50, microUsd: 5 },
        ]);
      }));

    it('keeps whole numbers exact up to 2^53 - 1 and refuses to round beyond', () =>
      withStore(async (store) => {
        const most = Number.MAX_SAFE_INTEGER;
        await store.putExchanges([exchange(0, { microUsd: most - 1, tokens: most - 1 })]);
        assert.equal((await store.usageSince(T0))[0]?.microUsd, most - 1);
        await store.putExchanges([exchange(1, { microUsd: most - 1, tokens: 0 })]);
        await assert.rejects(store.usageSince(T0), (error) => isFault(error) && error.code === 'ERR_STORE');
      }));

    it('keeps content until its time is over', () =>
      withStore(async (store) => {
        const segments = [
          {
            stage: 'input',
            segment: 'messages[0].content',
            role: 'user',
            origin: 'user',
            kind: 'text',
            text: 'a \u0000 b \ud800 ☃',
            marks: [{ start: 0, end: 1, rule: 'r' }],
          },
        ] as const;
        await store.putContent('req_a', segments, 'key-a', 1000);
        await store.putContent('req_b', segments, 'key-b', 2000);
        assert.deepEqual(await store.content('req_a'), { segments, key: 'key-a' });
        assert.equal(await store.purge(999), 0);
        assert.equal(await store.purge(1000), 1);
        assert.equal(await store.content('req_a'), null);
        assert.deepEqual(await store.content('req_b'), { segments, key: 'key-b' });
      }));

    it('purges many rows in steps', () =>
      withStore(async (store) => {
        for (let i = 0; i < 1203; i++) await store.putOwner(`resp_${i}`, 'alice', 'openai', 5);
        assert.equal(await store.purge(5 + 31 * 86_400_000), 1203);
        assert.equal(await store.owner('resp_7'), null);
      }));

    it('keeps keys and changes them', () =>
      withStore(async (store) => {
        const row = key('k1', { team: 'red', note: 'for CI', expiresAt: T0 + 5 });
        await store.putKey(row);
        assert.deepEqual(await store.key('k1'), row);
        assert.equal(await store.key('k2'), null);
        await assert.rejects(
          store.putKey(key('k1', { principal: 'mallory' })),
          (error) => isFault(error) && error.code === 'ERR_STORE',
        );
        assert.equal((await store.key('k1'))?.principal, 'alice');
        assert.equal(await store.updateKey('k1', { revokedAt: T0, note: null }), true);
        assert.deepEqual(await store.key('k1'), { ...row, revokedAt: T0, note: null });
        assert.equal(await store.updateKey('k1', { lastUsedAt: T0 + 1 }), true);
        assert.equal(await store.updateKey('none', { revokedAt: T0 }), false);
        assert.equal(await store.updateKey('k1', {}), true);
        assert.equal(await store.updateKey('none', {}), false);
        await store.putKey(key('k0', { createdAt: T0 - 1 }));
        assert.deepEqual(
          (await store.keys()).map((k) => k.id),
          ['k0', 'k1'],
        );
      }));

    it('keeps admins and sessions', () =>
      withStore(async (store) => {
        await store.putAdmin({ name: 'root', passwordHash: 'one', createdAt: 1 });
        await store.putAdmin({ name: 'root', passwordHash: 'two', createdAt: 2 });
        assert.deepEqual(await store.admin('root'), { name: 'root', passwordHash: 'two', createdAt: 2 });
        assert.equal(await store.admin('nobody'), null);
        assert.equal((await store.admins()).length, 1);
        const session = { id: 's1', admin: 'root', createdAt: 1, expiresAt: 10 };
        await store.putSession(session);
        await store.putSession({ ...session, id: 's2', expiresAt: 20 });
        assert.deepEqual(await store.session('s1'), session);
        await store.purge(10);
        assert.equal(await store.session('s1'), null);
        await store.deleteSession('s2');
        assert.equal(await store.session('s2'), null);
      }));

    it('keeps entries of the allow-list, also those that were removed', () =>
      withStore(async (store) => {
        const row = {
          id: 'al_1',
          covers: { rules: ['pii'], hash: `hmac-sha256:${'0'.repeat(64)}` },
          owner: 'ops',
          reason: 'known',
          createdBy: 'root',
          createdAt: 1,
          expiresAt: T0,
          removedAt: null,
        };
        assert.deepEqual(await store.allowRows(), []);
        await store.putAllow(row);
        await store.putAllow({ ...row, id: 'al_2', createdAt: 2 });
        await assert.rejects(store.putAllow(row), (error) => isFault(error) && error.code === 'ERR_STORE');
        assert.equal(await store.removeAllow('al_1', 5), true);
        assert.equal(await store.removeAllow('al_1', 6), false);
        assert.equal(await store.removeAllow('none', 6), false);
        assert.deepEqual(await store.allowRows(), [
          { ...row, id: 'al_2', createdAt: 2 },
          { ...row, removedAt: 5 },
        ]);
      }));

    it('keeps canaries until they are removed, and never writes one over another', () =>
      withStore(async (store) => {
        const row = { id: 'abcdefgh', kind: 'prompt', note: null, place: 'a.txt', check: 'c0', createdAt: 2 };
        const older = { ...row, id: 'zzzzzzzz', note: 'for the bank', place: null, createdAt: 1 };
        await store.putCanary(row);
        await store.putCanary(older);
        await assert.rejects(store.putCanary({ ...row, kind: 'dataset' }), /already a canary/);
        assert.deepEqual(await store.canaries(), [older, row]);
        assert.equal(await store.deleteCanary('abcdefgh'), true);
        assert.equal(await store.deleteCanary('abcdefgh'), false);
        assert.deepEqual(await store.canaries(), [older]);
      }));

    it('lets nobody take over an object that has an owner', () =>
      withStore(async (store) => {
        await store.putOwner('resp_1', 'alice', 'openai', 1);
        await store.putOwner('resp_1', 'mallory', 'openai', 2);
        await store.putOwner('resp_1', 'alice', 'elsewhere', 2);
        assert.deepEqual(await store.owner('resp_1'), { principal: 'alice', upstream: 'openai' });
        assert.equal(await store.owner('resp_2'), null);
        await store.putOwner('x'.repeat(100_000), 'alice', 'openai', 1);
        assert.deepEqual(await store.owner('x'.repeat(100_000)), { principal: 'alice', upstream: 'openai' });
      }));

    it('may be opened by many at once, and again', async () => {
      const { url, drop } = await fresh();
      const stores = await Promise.all(Array.from({ length: 6 }, () => openStore(url)));
      await stores[0]!.putKey(key('k1'));
      for (const store of stores) assert.equal((await store.keys()).length, 1);
      await Promise.all(stores.map((store) => store.close()));
      const again = await openStore(url);
      assert.equal((await again.keys()).length, 1);
      await again.close();
      await drop();
    });

    it('refuses a database that a newer Parapet has written, and leaves it as it is', async () => {
      const { url, run, drop } = await fresh();
      await (await openStore(url)).close();
      await run(`insert into parapet_schema (version, name, applied_at) values (${MIGRATIONS.length + 1}, 'later', 0)`);
      await assert.rejects(
        openStore(url),
        (error) => isFault(error) && error.code === 'ERR_STORE' && /newer Parapet/.test(error.message),
      );
      await run(`delete from parapet_schema where version = ${MIGRATIONS.length + 1}`);
      await (await openStore(url)).close();
      await drop();
    });

    it('says so when the database is taken away', () =>
      withStore(async (store, _url, run) => {
        await run('drop table session');
        await assert.rejects(store.session('s'), (error) => isFault(error) && error.code === 'ERR_STORE');
      }));
  });
}

let directory: string;
let databases = 0;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parapet-store-'));
});
after(() => rm(directory, { recursive: true }));

async function freshSqlite(): Promise<Fresh> {
  const path = join(directory, `${databases++}.db`);
  return {
    url: `sqlite:${path}`,
    async run(text) {
      const db = new DatabaseSync(path);
      db.exec(text);
      db.close();
    },
    async drop() {},
  };
}

/** A database of its own on the server that `PARAPET_TEST_POSTGRES` names; its role must be allowed to create some. */
async function freshPostgres(): Promise<Fresh> {
  const name = `parapet_test_${randomUUID().replaceAll('-', '')}`;
  await runPostgres(postgresUrl!, `CREATE DATABASE ${name}`);
  const url = new URL(postgresUrl!);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    run: (text) => runPostgres(url.href, text),
    drop: () => runPostgres(postgresUrl!, `DROP DATABASE ${name} WITH (FORCE)`),
  };
}

async function runPostgres(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

const postgresUrl = process.env['PARAPET_TEST_POSTGRES'];

suite('store on SQLite', freshSqlite, false);
suite('store on PostgreSQL', freshPostgres, postgresUrl ? false : 'set PARAPET_TEST_POSTGRES=postgres://… to run');

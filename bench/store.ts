/**
 * How fast exchanges reach the store, against the same rows put into a bare node:sqlite table in the same run.
 *
 *     node bench/store.ts [rows] [rows a batch]                   SQLite
 *     PARAPET_TEST_POSTGRES=postgres://… node bench/store.ts       PostgreSQL too (its rows stay there)
 *
 * `µs/row` is time on the event loop for SQLite, where the work is synchronous, and time until the answer for PostgreSQL.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Exchange } from '../src/core/exchange.ts';
import { openStore } from '../src/store/open-store.ts';
import type { StoredExchange } from '../src/store/store.ts';

const ROWS = Number(process.argv[2] ?? 100_000);
const BATCH = Number(process.argv[3] ?? 128);

function exchange(index: number): StoredExchange {
  const value: Exchange = {
    v: 1,
    id: `req_${process.pid}_${index.toString(32).padStart(20, '0')}`,
    time: new Date(1_790_000_000_000 + index * 20).toISOString(),
    surface: 'openai-chat',
    method: 'POST',
    path: '/v1/chat/completions',
    stream: index % 2 === 0,
    model: `model-${index % 5}`,
    upstream: 'openai',
    upstreamRequestId: `req_upstream_${index}`,
    principal: { id: `principal-${index % 20}`, kind: 'key', team: `team-${index % 4}`, keyId: 'k1' },
    client: { address: '127.0.0.1', agent: 'OpenAI/JS 7.57.0' },
    status: 200,
    outcome: index % 50 === 0 ? 'blocked' : 'served',
    fault: null,
    timings: { total: 812.25, firstByte: 301.5, upstream: 800.125 },
    bytes: { request: 2048, response: 4096 },
    usage: { inputTokens: 512, outputTokens: 256, estimated: false },
    microUsd: 3840,
    decisions: [
      {
        rule: 'secrets',
        detector: 'secret-leak',
        stage: 'input',
        mode: 'enforce',
        status: index % 50 === 0 ? 'found' : 'clean',
        action: 'block',
        evidence: [],
        millis: 0.12,
      },
    ],
    config: '0123456789abcdef',
    contentDigest: null,
  };
  return { index, leaf: index.toString(16).padStart(64, '0'), exchange: value };
}

function batches(): StoredExchange[][] {
  const rows = Array.from({ length: ROWS }, (_, i) => exchange(i));
  return Array.from({ length: Math.ceil(ROWS / BATCH) }, (_, i) => rows.slice(i * BATCH, (i + 1) * BATCH));
}

interface Timing {
  readonly name: string;
  readonly seconds: number;
  readonly slowest: number;
}

async function time(name: string, put: (rows: readonly StoredExchange[]) => void | Promise<void>): Promise<Timing> {
  const all = batches();
  let slowest = 0;
  const start = performance.now();
  for (const rows of all) {
    const before = performance.now();
    await put(rows);
    slowest = Math.max(slowest, performance.now() - before);
  }
  return { name, seconds: (performance.now() - start) / 1000, slowest };
}

/** The floor: one table, no index but its key, the same JSON, the same transactions. */
async function bare(directory: string): Promise<Timing> {
  const db = new DatabaseSync(join(directory, 'bare.db'));
  db.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE row (id INTEGER PRIMARY KEY, doc TEXT)',
  );
  const insert = db.prepare('INSERT INTO row VALUES (?, ?)');
  const timing = await time('bare node:sqlite, one table, no index', (rows) => {
    db.exec('BEGIN');
    for (const row of rows) insert.run(row.index, JSON.stringify(row.exchange));
    db.exec('COMMIT');
  });
  db.close();
  return timing;
}

async function parapet(name: string, url: string): Promise<Timing> {
  const store = await openStore(url, { log: `bench-${process.pid}` });
  const timing = await time(name, (rows) => store.putExchanges(rows));
  await read(name, store);
  await store.close();
  return timing;
}

/** What a console asks for, over all rows. */
async function read(name: string, store: Awaited<ReturnType<typeof openStore>>): Promise<void> {
  const day = 86_400_000;
  const first = Math.floor(1_790_000_000_000 / day) * day;
  const questions = {
    'overview of a day': () => store.overview(first, first + day, 900_000),
    'usage of a month': () => store.usageSince(first - 30 * day),
    'page of one principal': () => store.exchanges({ principal: 'principal-3' }, 50),
    'page of findings': () => store.exchanges({ decision: 'found' }, 50),
    'one exchange': () => store.exchange(exchange(ROWS >> 1).exchange.id),
  };
  for (const [question, ask] of Object.entries(questions)) {
    const before = performance.now();
    await ask();
    console.log(`${name}: ${question}: ${(performance.now() - before).toFixed(2)} ms`);
  }
}

const directory = mkdtempSync(join(tmpdir(), 'parapet-bench-'));
try {
  const timings = [
    await bare(directory),
    await parapet('Parapet on SQLite', `sqlite:${join(directory, 'parapet.db')}`),
  ];
  const postgres = process.env['PARAPET_TEST_POSTGRES'];
  if (postgres) timings.push(await parapet('Parapet on PostgreSQL', postgres));
  console.log(`\n${ROWS} exchanges of ${JSON.stringify(exchange(1).exchange).length} bytes, ${BATCH} a batch`);
  for (const { name, seconds, slowest } of timings) {
    const perRow = ((seconds * 1e6) / ROWS).toFixed(1);
    console.log(
      `${name.padEnd(40)} ${Math.round(ROWS / seconds)
        .toString()
        .padStart(8)} rows/s  ${perRow.padStart(6)} µs/row  slowest batch ${slowest.toFixed(1)} ms`,
    );
  }
} finally {
  rmSync(directory, { recursive: true });
}

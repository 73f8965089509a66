/**
 * What a record costs: `append`, `open` and `closeNote` of 1.5 KB records against bare `writeSync` of the same bytes to a file in
 * the same run, turn about; then how fast records come into the tree, and how fast a log is verified.
 *
 *     node bench/ledger.ts [records]
 */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLedger } from '../src/ledger/open-ledger.ts';
import { verifyLedger } from '../src/ledger/verify.ts';

const RECORDS = Number(process.argv[2] ?? 100_000);
const BATCH = 500;
const BYTES = 1536;

function record(index: number): Buffer {
  const id = `req_${index.toString(32).padStart(26, '0')}`;
  const head = JSON.stringify({ v: 1, id, time: new Date(1_790_000_000_000 + index * 20).toISOString(), pad: '' });
  return Buffer.from(head.replace('"pad":""', `"pad":"${'x'.repeat(BYTES - head.length)}"`));
}

/** Microseconds a call over `calls`, for each way in turn and batch by batch, so that a busy moment hits all alike; medians. */
async function compare(ways: Readonly<Record<string, (at: number) => unknown>>, between: () => Promise<unknown>) {
  const times = new Map(Object.keys(ways).map((name) => [name, [] as number[]]));
  for (let from = 0; from < RECORDS; from += BATCH) {
    for (const [name, run] of Object.entries(ways)) {
      const start = performance.now();
      for (let at = from; at < from + BATCH; at += 1) run(at);
      times.get(name)!.push(((performance.now() - start) * 1000) / BATCH);
    }
    await between();
  }
  return new Map([...times].map(([name, all]) => [name, all.toSorted((a, b) => a - b)[all.length >> 1]!]));
}

const directory = mkdtempSync(join(tmpdir(), 'parapet-bench-ledger-'));
const at = join(directory, 'ledger');
const options = { directory: at, origin: 'bench.example', sync: 'batch', syncMillis: 60_000 } as const;
try {
  const records = Array.from({ length: BATCH }, (_, i) => record(i));
  const bare = openSync(join(directory, 'bare'), 'ax');
  const framed = openSync(join(directory, 'framed'), 'ax');
  const ledger = await openLedger(options);
  const tickets: number[] = [];
  const medians = await compare(
    {
      'bare writeSync': (i) => writeSync(bare, records[i % BATCH]!, 0, BYTES),
      append: (i) => ledger.append(records[i % BATCH]!),
      'bare writeSync again': (i) => writeSync(framed, records[i % BATCH]!, 0, BYTES),
      open: (i) => tickets.push(ledger.open(records[i % BATCH]!)),
      'append that closes a note': (i) => ledger.append(records[i % BATCH]!, tickets.pop()),
    },
    () => ledger.flush(),
  );
  const floor = medians.get('bare writeSync')!;
  console.log(`${RECORDS} records of ${BYTES} bytes`);
  for (const [name, micros] of medians)
    console.log(`${name.padEnd(28)} ${micros.toFixed(2).padStart(7)} µs   ${(micros / floor).toFixed(2)} x`);
  closeSync(bare);
  closeSync(framed);
  await ledger.close();

  for (const batch of [100, 2048, 20_000]) {
    const one = await openLedger({ ...options, directory: join(directory, `integrate-${batch}`) });
    const rounds = Math.max(3, Math.floor(RECORDS / 4 / batch));
    let millis = 0;
    for (let round = 0; round < rounds; round += 1) {
      for (let i = 0; i < batch; i += 1) void one.append(records[i % BATCH]!);
      const start = performance.now();
      await one.flush();
      millis += performance.now() - start;
    }
    const rate = Math.round((rounds * batch * 1000) / millis);
    console.log(
      `integrate ${String(batch).padStart(6)} at once      ${(millis / rounds).toFixed(1).padStart(7)} ms   ${rate} records/s`,
    );
    await one.close();
  }

  const start = performance.now();
  const { ok, size } = await verifyLedger({ directory: at });
  const seconds = (performance.now() - start) / 1000;
  if (!ok) throw new Error('the log does not verify');
  console.log(`verify ${size} records ${seconds.toFixed(2)} s   ${Math.round(size / seconds)} records/s`);
} finally {
  rmSync(directory, { recursive: true });
}

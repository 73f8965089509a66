import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { naiveLeaf } from '../../src/ledger/testing/naive-tree.ts';
import { verifyLedger } from '../../src/ledger/verify.ts';

const ROUNDS = 18;

/** The load of a round: integrations without a pause, integrations now and then, and batches of many full bundles. */
const LOADS = [
  { syncMillis: 1, burst: 3 },
  { syncMillis: 1, burst: 25 },
  { syncMillis: 40, burst: 12 },
] as const;

interface Promised {
  readonly index: number;
  readonly leaf: string;
  readonly id: string;
}

describe('a ledger whose process is killed', () => {
  it('keeps every promise, nothing twice, and verifies at every moment', { timeout: 240_000 }, async () => {
    const directory = mkdtempSync(join(tmpdir(), 'parapet-kill-'));
    const promises = join(directory, 'promises');
    const at = join(directory, 'ledger');
    try {
      for (let round = 0; round < ROUNDS; round += 1) {
        const { syncMillis, burst } = LOADS[round % LOADS.length]!;
        await killed(
          [at, promises, String(round), String(syncMillis), String(burst)],
          // Some in the middle of the start, which brings in what the last one left.
          round % 6 === 5
            ? { after: 'begin', millis: Math.random() * 12 }
            : { after: 'ready', millis: 5 + Math.random() * 120 },
          async () => {
            if (round !== 1 && round !== 4) return;
            // While it writes: what was promised so far is in the tree or in the journal.
            const { problems } = await verifyLedger({ directory: at, against: inOrder(read(promises).known) });
            assert.deepEqual(problems, [], `during round ${round}`);
          },
        );
        // As it was left, before anything repairs it.
        const { known } = read(promises);
        const report = await verifyLedger({ directory: at, against: inOrder(known) });
        assert.deepEqual(report.problems, [], `after kill ${round}`);
      }

      const { known, begun } = read(promises);
      const ledger = await openLedger({ directory: at, origin: 'kill.example', sync: 'batch', syncMillis: 1000 });
      for (const { ticket, note } of ledger.interrupted) await ledger.append(note, ticket);
      assert.ok(known.length > 500, `only ${known.length} promises`);
      for (const { index, leaf } of known)
        assert.equal(naiveLeaf(await ledger.entry(index)).toString('hex'), leaf, `entry ${index}`);
      const ids = new Set<string>();
      for (let index = 0; index < ledger.size; index += 1) {
        const { id } = JSON.parse(Buffer.from(await ledger.entry(index)).toString('utf8')) as { id: string };
        assert.ok(!ids.has(id), `${id} is there twice`);
        ids.add(id);
      }
      for (const id of begun) assert.ok(ids.has(id), `${id} was begun and has no record`);
      await ledger.close();
      assert.deepEqual((await verifyLedger({ directory: at, against: inOrder(known) })).problems, []);

      const last = await openLedger({ directory: at, origin: 'kill.example', sync: 'batch', syncMillis: 1000 });
      assert.deepEqual(last.interrupted, []);
      await last.close();
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

async function killed(
  args: readonly string[],
  when: { readonly after: string; readonly millis: number },
  before: () => Promise<void>,
): Promise<void> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'kill-child.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<NodeJS.Signals | number | null>((resolve) =>
    child.on('close', (code, signal) => resolve(signal ?? code)),
  );
  await new Promise<void>((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes(`${when.after}\n`)) resolve();
    });
    child.on('exit', (code) => reject(new Error(`the writer ended by itself with ${code}`)));
  });
  await sleep(when.millis);
  await before();
  child.kill('SIGKILL');
  assert.equal(await ended, 'SIGKILL');
}

function read(promises: string): { readonly known: readonly Promised[]; readonly begun: readonly string[] } {
  const known = new Map<number, Promised>();
  const begun: string[] = [];
  for (const line of readFileSync(promises, 'utf8').split('\n').slice(0, -1)) {
    const [index, leaf, id] = line.split(' ') as [string, string, string];
    if (index === '-') begun.push(id);
    else {
      assert.ok(!known.has(Number(index)), `the place ${index} was promised twice`);
      known.set(Number(index), { index: Number(index), leaf, id });
    }
  }
  return { known: [...known.values()], begun };
}

async function* inOrder(known: readonly Promised[]): AsyncGenerator<Promised> {
  yield* known.toSorted((a, b) => a.index - b.index);
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RecordAligner, type Alignment, type RememberedLeaf } from './align-records.ts';
import { describeDifferences } from './describe-differences.ts';

/** A record as the log has it: an exchange (`x12`), an administrator's action (`a12`), or one that cannot be read. */
type Entry = string | null;

const isExchange = (entry: string): boolean => entry.startsWith('x');

async function align(log: readonly Entry[], memory: readonly RememberedLeaf[], lost = false): Promise<Alignment> {
  async function* remembered(): AsyncGenerator<RememberedLeaf> {
    yield* memory;
  }
  const aligner = new RecordAligner(remembered());
  for (const [index, entry] of log.entries()) {
    await aligner.push({ index, leaf: entry, lost: lost && entry === null }, () => ({
      id: entry?.split(' ')[0] ?? null,
      kept: entry !== null && isExchange(entry),
    }));
  }
  return aligner.finish(log.length);
}

/** What a store remembers of a log: its exchanges. */
function memoryOf(log: readonly string[]): RememberedLeaf[] {
  return log.flatMap((entry, index) => (isExchange(entry) ? [{ index, leaf: entry, id: entry }] : []));
}

async function told(log: readonly Entry[], memory: readonly RememberedLeaf[]): Promise<string[]> {
  const { stretches } = await align(log, memory);
  return describeDifferences(stretches, 'the store').map(({ kind, index, id }) => `${kind} ${index} ${id}`);
}

/** A log with an administrator's action now and then. */
function sample(size: number): string[] {
  return Array.from({ length: size }, (_, i) => `${i % 7 === 3 ? 'a' : 'x'}${i}`);
}

const exchangeAt = (at: number, size: number): number => (at % 7 === 3 ? (at + 1) % size : at);

test('nothing is wrong with a log that is as it was', async () => {
  const log = sample(700);
  const { stretches, agreed, ahead, beyond } = await align(log, memoryOf(log));
  assert.deepEqual([stretches, agreed, ahead, beyond], [[], 600, 0, []]);
});

test('one record removed, changed or added anywhere is named, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 20, max: 300 }), fc.nat(), async (size, where) => {
      const log = sample(size);
      const memory = memoryOf(log);
      // Not among the last: what is missing there is the caller's to judge.
      const at = exchangeAt(where % (size - 4), size);
      const id = log[at]!;
      assert.deepEqual(await told(log.toSpliced(at, 1), memory), [`entry-removed ${at} ${id}`], 'removed');
      assert.deepEqual(await told(log.with(at, `${id} other`), memory), [`entry-changed ${at} ${id}`], 'changed');
      assert.deepEqual(await told(log.with(at, 'xnew'), memory), [`entry-changed ${at} ${id}`], 'replaced');
      assert.deepEqual(await told(log.with(at, 'garbage'), memory), [`entry-changed ${at} ${id}`], 'made unreadable');
      assert.deepEqual(await told(log.toSpliced(at, 0, 'xnew'), memory), [`entry-added ${at} xnew`], 'added');
      const copied = await told(log.toSpliced(at, 0, 'x5'), memory);
      assert.ok(copied.length === 1 && /^entry-added \d+ x5$/.test(copied[0]!), copied.join());
    }),
    { numRuns: 80 },
  );
});

test('two records that changed places, or one that was carried elsewhere, are named as moved', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 20, max: 300 }), fc.nat(), fc.nat(), async (size, one, two) => {
      const log = sample(size);
      const memory = memoryOf(log);
      const [a, b] = [exchangeAt(one % (size - 4), size), exchangeAt(two % (size - 4), size)];
      if (a === b) return;
      const swapped = await told(log.with(a, log[b]!).with(b, log[a]!), memory);
      assert.ok(swapped.length >= 1 && swapped.length <= 2, swapped.join());
      for (const line of swapped)
        assert.ok([`entry-moved ${a} ${log[a]}`, `entry-moved ${b} ${log[b]}`].includes(line), line);

      const carried = log.toSpliced(a, 1).toSpliced(b, 0, log[a]!);
      const moved = await told(carried, memory);
      assert.ok(moved.length >= 1, 'noticed');
      for (const line of moved) assert.match(line, /^entry-(moved|removed|added) /);
      if (Math.abs(a - b) > 8) assert.deepEqual(moved, [`entry-moved ${a} ${log[a]}`]);
    }),
    { numRuns: 80 },
  );
});

test('any edit at all is noticed', async () => {
  const edit = fc.record({ kind: fc.constantFrom('remove', 'add', 'change', 'swap'), at: fc.nat(), to: fc.nat() });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 3, max: 120 }),
      fc.array(edit, { minLength: 1, maxLength: 6 }),
      async (n, edits) => {
        const before = Array.from({ length: n }, (_, i) => `x${i}`);
        let log = [...before];
        for (const { kind, at, to } of edits) {
          const [i, j] = [at % log.length, to % log.length];
          if (kind === 'remove' && log.length > 1) log.splice(i, 1);
          else if (kind === 'add') log.splice(i, 0, `xnew${to}`);
          else if (kind === 'change') log[i] = `${log[i]} changed`;
          else log = log.with(i, log[j]!).with(j, log[i]!);
        }
        const { stretches, beyond, ahead } = await align(log, memoryOf(before));
        const differences = describeDifferences(stretches, 'the store');
        if (log.join() === before.join()) assert.deepEqual([differences, beyond, ahead], [[], [], 0]);
        else assert.ok(differences.length + beyond.length + ahead > 0, log.join());
      },
    ),
    { numRuns: 300 },
  );
});

test('many removed at once are told as one row, with what follows', async () => {
  const log = Array.from({ length: 9000 }, (_, i) => `x${i}`);
  const { stretches } = await align(log.toSpliced(1000, 5000), memoryOf(log));
  const differences = describeDifferences(stretches, 'the store');
  assert.equal(differences.length, 21);
  assert.ok(differences.every(({ kind }) => kind === 'entry-removed'));
  assert.match(differences[0]!.message, /number 1000\. The 3000 records behind stand 5000 places lower\.$/);
  assert.equal(differences.at(-1)!.index, 5999);
  assert.match(differences.at(-1)!.message, /4980 records, from number 1020 to this one/);
});

test('an end that is cut off is left to the caller; records behind the memory are counted', async () => {
  const log = sample(50);
  const cut = await align(log.slice(0, 40), memoryOf(log));
  assert.deepEqual(cut.stretches, []);
  assert.deepEqual(
    cut.beyond.map(({ index }) => index),
    memoryOf(log).flatMap(({ index }) => (index >= 40 ? [index] : [])),
  );
  const ahead = await align(log, memoryOf(log.slice(0, 40)));
  assert.deepEqual([ahead.stretches, ahead.ahead], [[], log.slice(40).filter(isExchange).length]);
});

test('records that the memory does not keep are missed by how they moved the others', async () => {
  const log = sample(50);
  const removed = await align(log.toSpliced(10, 1), memoryOf(log));
  const [difference, ...others] = describeDifferences(removed.stretches, 'the store');
  assert.deepEqual([difference?.kind, difference?.index, others], ['entry-removed', 10, []]);
  assert.match(difference!.message, /kind that the store does not keep.* removed before this place\. The 34 records/);
  const added = await align(log.toSpliced(12, 0, 'a99'), memoryOf(log));
  assert.deepEqual(
    describeDifferences(added.stretches, 'the store').map(({ kind, index }) => [kind, index]),
    [['entry-added', 12]],
  );
});

test('a bundle that is missing is not told record by record; one that is cut short is', async () => {
  const log: Entry[] = Array.from({ length: 900 }, (_, i) => `x${i}`);
  const memory = memoryOf(log as string[]);
  const holes = log.map((entry, i) => (i >= 256 && i < 512 ? null : entry));
  assert.deepEqual(describeDifferences((await align(holes, memory, true)).stretches, 'the store'), []);
  const short = log.map((entry, i) => (i >= 509 && i < 512 ? null : entry));
  assert.deepEqual(await told(short, memory), [
    'entry-removed 509 x509',
    'entry-removed 510 x510',
    'entry-removed 511 x511',
  ]);
  // One taken out of a bundle, so that its last place is empty and the next bundle is as it was.
  const shifted = [...log.slice(0, 100), ...log.slice(101, 256), null, ...log.slice(256)];
  assert.deepEqual(await told(shifted, memory), ['entry-removed 100 x100']);
});

test('a log that has nothing in common with the memory ends in a bounded report', async () => {
  const log = Array.from({ length: 3000 }, (_, i) => `x${i} other`);
  const { stretches, agreed } = await align(
    log,
    log.map((_, index) => ({ index, leaf: `y${index}`, id: `y${index}` })),
  );
  const differences = describeDifferences(stretches, 'the store');
  assert.equal(agreed, 0);
  assert.equal(differences.length, 21);
  assert.equal(differences[0]!.kind, 'entry-changed');
});

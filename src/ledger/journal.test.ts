import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { isFault } from '../core/fault.ts';
import { Journal, readJournal } from './journal.ts';

function directory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'parapet-journal-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const entriesOf = (path: string): [number, string][] =>
  readJournal(path).entries.map(({ index, leafInput }) => [index, leafInput.subarray(1).toString()]);
const notesOf = (path: string): string[] => [...readJournal(path).notes.values()].map(({ note }) => note.toString());
const segments = (path: string): string[] => readdirSync(path).toSorted();

test('entries come back in order, from every segment that was not dropped', (t) => {
  const path = directory(t);
  const { journal, replayed } = Journal.open(path);
  assert.deepEqual(replayed.entries, []);
  assert.deepEqual([...journal.append(0, Buffer.from('first'))], [0, ...Buffer.from('first')]);
  journal.append(1, Buffer.alloc(0));
  const closed = journal.rotate();
  journal.append(2, Buffer.from('third'));
  assert.deepEqual(entriesOf(path), [
    [0, 'first'],
    [1, ''],
    [2, 'third'],
  ]);
  journal.drop(closed);
  assert.deepEqual(entriesOf(path), [[2, 'third']]);
  journal.close();
  assert.throws(() => journal.append(3, Buffer.from('x')), /closed/);
  assert.throws(() => journal.openNote(Buffer.from('x')), /closed/);
  assert.deepEqual(entriesOf(path), [[2, 'third']]);
});

test('rotating does not make segments when there is nothing to close', (t) => {
  const path = directory(t);
  const { journal } = Journal.open(path);
  for (let i = 0; i < 50; i += 1) assert.deepEqual(journal.rotate(), []);
  assert.equal(segments(path).length, 1);
  journal.append(0, Buffer.from('a'));
  journal.rotate();
  // As when integration fails again and again: the closed segment stays, and no more are made.
  for (let i = 0; i < 50; i += 1) assert.equal(journal.rotate().length, 1);
  assert.equal(segments(path).length, 2);
  journal.close();
});

test('a tail torn at any byte costs what was torn and nothing before it', (t) => {
  const path = directory(t);
  const { journal } = Journal.open(path);
  const ends = [0];
  const file = join(path, segments(path)[0]!);
  const ticket = journal.openNote(Buffer.from('begun'));
  ends.push(readFileSync(file).length);
  for (let i = 0; i < 3; i += 1) {
    journal.append(i, Buffer.from(`entry ${i}`), i === 1 ? ticket : 0);
    ends.push(readFileSync(file).length);
  }
  journal.close();
  const whole = readFileSync(file);
  for (let length = 0; length <= whole.length; length += 1) {
    writeFileSync(file, whole.subarray(0, length));
    const records = ends.filter((end) => end > 0 && end <= length).length;
    assert.deepEqual(
      entriesOf(path),
      [0, 1, 2].slice(0, Math.max(0, records - 1)).map((i) => [i, `entry ${i}`]),
      `cut at ${length}`,
    );
    // The note is open until the record that closes it is whole.
    assert.deepEqual(notesOf(path), records >= 1 && records < 3 ? ['begun'] : []);
    const again = Journal.open(path);
    again.journal.append(9, Buffer.from('after'));
    again.journal.close();
    assert.deepEqual(entriesOf(path).at(-1), [9, 'after'], 'what is written after a torn tail is found');
    for (const name of segments(path).slice(1)) rmSync(join(path, name));
  }
});

test('any changed byte ends the segment there, and is never taken for a record', (t) => {
  const path = directory(t);
  const { journal } = Journal.open(path);
  for (let i = 0; i < 5; i += 1) journal.append(i, Buffer.from(`entry ${i}`));
  journal.close();
  const file = join(path, segments(path)[0]!);
  const whole = readFileSync(file);
  const record = whole.length / 5;
  fc.assert(
    fc.property(fc.nat({ max: whole.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const copy = Buffer.from(whole);
      copy[at]! ^= change;
      writeFileSync(file, copy);
      assert.deepEqual(
        entriesOf(path),
        [0, 1, 2, 3, 4].slice(0, Math.floor(at / record)).map((i) => [i, `entry ${i}`]),
      );
    }),
    { numRuns: 300 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      writeFileSync(file, bytes);
      assert.deepEqual(entriesOf(path), []);
    }),
  );
});

test('a whole record of an unknown kind is said to be one', async (t) => {
  const { crc32 } = await import('node:zlib');
  const path = directory(t);
  const body = Buffer.from([0x58, 0, 0, 0, 0, 0, 1]);
  const record = Buffer.alloc(15);
  record.writeUInt32BE(body.length, 0);
  record.writeUInt32BE(crc32(body), 4);
  record.set(body, 8);
  writeFileSync(join(path, 'journal.000000000001'), record);
  assert.throws(
    () => Journal.open(path),
    (error) => isFault(error) && error.code === 'ERR_LEDGER_INVALID' && /byte 0/.test(error.line),
  );
});

test('notes live until they are closed, across segments and restarts', (t) => {
  const path = directory(t);
  let { journal } = Journal.open(path);
  const a = journal.openNote(Buffer.from('a'));
  const b = journal.openNote(Buffer.from('b'));
  const c = journal.openNote(Buffer.from('c'));
  journal.append(0, Buffer.from('record of a'), a);
  journal.drop(journal.rotate());
  assert.deepEqual(notesOf(path), ['b', 'c']);
  journal.closeNote(b);
  journal.closeNote(b);
  assert.deepEqual(notesOf(path), ['c']);
  journal.close();

  const reopened = Journal.open(path);
  journal = reopened.journal;
  assert.deepEqual(
    [...reopened.replayed.notes.values()].map(({ ticket, note }) => [ticket, note.toString()]),
    [[c, 'c']],
  );
  const d = journal.openNote(Buffer.from('d'));
  assert.notEqual(d, c);
  journal.append(1, Buffer.from('x'));
  journal.drop(journal.rotate());
  assert.deepEqual(notesOf(path), ['c', 'd']);
  journal.append(2, Buffer.from('record of c'), c);
  journal.close();
  assert.deepEqual(notesOf(path), ['d']);
  assert.deepEqual(entriesOf(path), [[2, 'record of c']]);
});

test('whatever is opened, closed, appended, rotated and restarted, the journal knows what is open', (t) => {
  const step = fc.constantFrom('open', 'close', 'append', 'appendClosing', 'rotate', 'restart');
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const path = directory(t);
      let { journal } = Journal.open(path);
      const open = new Map<number, string>();
      const entries: [number, string][] = [];
      let serial = 0;
      for (const name of steps) {
        const oldest = open.keys().next().value;
        serial += 1;
        if (name === 'open') open.set(journal.openNote(Buffer.from(`n${serial}`)), `n${serial}`);
        else if (name === 'close' && oldest !== undefined) {
          journal.closeNote(oldest);
          open.delete(oldest);
        } else if (name === 'append' || name === 'appendClosing') {
          const closes = name === 'appendClosing' ? oldest : undefined;
          journal.append(serial, Buffer.from(`e${serial}`), closes);
          entries.push([serial, `e${serial}`]);
          if (closes !== undefined) open.delete(closes);
        } else if (name === 'rotate') {
          journal.drop(journal.rotate());
          entries.length = 0;
        } else if (name === 'restart') {
          journal.close();
          ({ journal } = Journal.open(path));
        }
      }
      journal.close();
      assert.deepEqual(entriesOf(path), entries);
      assert.deepEqual(notesOf(path).toSorted(), [...open.values()].toSorted());
      rmSync(path, { recursive: true });
    }),
    { numRuns: 100 },
  );
});

test('syncing is one after the other, and tells when it failed until the segment is gone', async (t) => {
  const path = directory(t);
  const { journal } = Journal.open(path);
  journal.append(0, Buffer.from('a'));
  await Promise.all([journal.sync(), journal.sync(), journal.syncCurrent()]);
  journal.append(1, Buffer.from('b'));
  // A directory in the segment's place: it can be opened for nothing that fsync needs.
  const file = join(path, segments(path)[0]!);
  rmSync(file);
  const { mkdirSync } = await import('node:fs');
  mkdirSync(file);
  const refused = (error: unknown): boolean => isFault(error) && error.code === 'ERR_LEDGER';
  await assert.rejects(journal.sync(), refused);
  rmSync(file, { recursive: true });
  writeFileSync(file, '');
  await assert.rejects(journal.sync(), refused, 'a second fsync that works proves nothing about the first');
  const closed = journal.rotate();
  await journal.syncCurrent();
  journal.drop(closed);
  journal.append(2, Buffer.from('c'));
  await journal.sync();
  journal.close();
});

import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { type FaultCode, isFault } from '../core/fault.ts';
import type { Appended, Ledger } from './ledger.ts';
import { leafHash, verifyConsistency, verifyInclusion } from './merkle.ts';
import { parseVerifierKey } from './note-key.ts';
import { openLedger } from './open-ledger.ts';
import { naiveLeaf, naiveRoot } from './testing/naive-tree.ts';
import { parseTlogProof, verifyTlogProof } from './tlog-proof.ts';
import { verifyLedger } from './verify.ts';

const ORIGIN = 'test.example/ledger';

function temporary(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'parapet-ledger-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const open = (directory: string, more: { origin?: string; sync?: 'batch' | 'always'; syncMillis?: number } = {}) =>
  openLedger({ directory, origin: ORIGIN, sync: 'batch', syncMillis: 60_000, ...more });

const entry = (i: number): Buffer => Buffer.from(`entry ${i}`);
const fault =
  (code: FaultCode, said?: RegExp) =>
  (error: unknown): boolean =>
    isFault(error) && error.code === code && (said === undefined || said.test(error.line));

async function fill(ledger: Ledger, count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await ledger.append(entry(ledger.size));
}

test('entries are found at their index before and after they are in the tree, and after a restart', async (t) => {
  const directory = temporary(t);
  let ledger = await open(directory);
  for (let i = 0; i < 300; i += 1) {
    const appended = ledger.append(entry(i)) as Appended;
    assert.deepEqual(appended, { index: i, leaf: naiveLeaf(entry(i)).toString('hex') });
  }
  assert.deepEqual([ledger.size, ledger.checkpoint().size], [300, 0]);
  assert.deepEqual(Buffer.from(await ledger.entry(299)), entry(299));
  const checkpoint = await ledger.flush();
  assert.equal(checkpoint.size, 300);
  assert.deepEqual(Buffer.from(checkpoint.root), naiveRoot(Array.from({ length: 300 }, (_, i) => naiveLeaf(entry(i)))));
  await fill(ledger, 5);
  await ledger.close();
  const key = ledger.verifierKey;

  ledger = await open(directory);
  assert.deepEqual([ledger.size, ledger.verifierKey, ledger.checkpoint().size], [305, key, 305]);
  for (const i of [0, 255, 256, 304]) assert.deepEqual(Buffer.from(await ledger.entry(i)), entry(i));
  await assert.rejects(ledger.entry(305), fault('ERR_NOT_FOUND'));
  await assert.rejects(ledger.entry(-1), fault('ERR_NOT_FOUND'));
  await assert.rejects(ledger.entry(0.5), fault('ERR_NOT_FOUND'));
  await ledger.close();
});

test('logs of many sizes, grown in steps of every kind, verify and have the recursive root', async (t) => {
  for (const steps of [[0], [1], [1, 1, 1], [255, 1, 1], [256], [257, 255], [100, 200, 300], [600, 1, 600]]) {
    const directory = temporary(t);
    const ledger = await open(directory);
    const leaves: Buffer[] = [];
    for (const step of steps) {
      for (let i = 0; i < step; i += 1) leaves.push(naiveLeaf(entry(leaves.length)));
      await fill(ledger, step);
      await ledger.flush();
      assert.deepEqual(Buffer.from(ledger.checkpoint().root), naiveRoot(leaves));
      assert.deepEqual((await verifyLedger({ directory })).problems, []);
    }
    await ledger.close();
    // Nothing but the files of this tree and of the one before it stays.
    const { size } = await verifyLedger({ directory });
    assert.equal(size, leaves.length);
    const names = readdirSync(join(directory), { recursive: true }).map(String);
    assert.ok(names.every((name) => !name.endsWith('.new')));
  }
});

test('partial tiles go when nobody can need them any more', async (t) => {
  const directory = temporary(t);
  const ledger = await open(directory);
  for (let i = 0; i < 40; i += 1) {
    await fill(ledger, 10);
    await ledger.flush();
  }
  const entries = readdirSync(join(directory, 'tile/entries'), { recursive: true }).map(String).toSorted();
  assert.deepEqual(entries, ['000', '001.p', join('001.p', '134'), join('001.p', '144')]);
  await ledger.close();
});

test('proofs hold, for entries that wait too', async (t) => {
  const directory = temporary(t);
  const ledger = await open(directory);
  await fill(ledger, 260);
  const first = await ledger.flush();
  await fill(ledger, 40);
  const { text, hashes, checkpoint } = await ledger.inclusionProof(299);
  assert.equal(checkpoint.size, 300);
  assert.ok(verifyInclusion(299, 300, leafHash(entry(299)), hashes, checkpoint.root));
  const verdict = verifyTlogProof(parseTlogProof(text), entry(299), [parseVerifierKey(ledger.verifierKey)]);
  assert.equal(verdict.status, 'verified');
  const consistency = await ledger.consistencyProof(first.size, 300);
  assert.ok(verifyConsistency(260, 300, first.root, checkpoint.root, consistency));
  for (const [from, to] of [
    [-1, 5],
    [6, 5],
    [0, 301],
    [0.5, 5],
    [Number.NaN, 5],
  ] as const)
    await assert.rejects(ledger.consistencyProof(from, to), fault('ERR_NOT_FOUND'));
  await ledger.close();
});

test('an entry has 65,535 bytes at most', async (t) => {
  const ledger = await open(temporary(t));
  assert.throws(() => ledger.append(Buffer.alloc(65_536)), fault('ERR_LEDGER', /65536 bytes/));
  await ledger.append(Buffer.alloc(65_535, 1));
  await ledger.append(Buffer.alloc(0));
  await ledger.flush();
  assert.equal((await ledger.entry(0)).length, 65_535);
  assert.equal((await ledger.entry(1)).length, 0);
  await ledger.close();
});

test('the caller may use its buffer again', async (t) => {
  const ledger = await open(temporary(t));
  const buffer = Buffer.from('first');
  await ledger.append(buffer);
  buffer.write('OTHER');
  assert.equal(Buffer.from(await ledger.entry(0)).toString(), 'first');
  await ledger.close();
});

test('`always` answers after fsync, many at once with few of them', async (t) => {
  const directory = temporary(t);
  const ledger = await open(directory, { sync: 'always', syncMillis: 5 });
  const all = await Promise.all(Array.from({ length: 500 }, (_, i) => ledger.append(entry(i))));
  assert.deepEqual(
    all.map(({ index }) => index),
    Array.from({ length: 500 }, (_, i) => i),
  );
  await ledger.close();
  assert.deepEqual((await verifyLedger({ directory })).problems, []);
});

test('a note is open until a record closes it, and is told at each start until then', async (t) => {
  const directory = temporary(t);
  const crashed = async (work: (ledger: Ledger) => void): Promise<readonly string[]> => {
    // What a killed process leaves: the files as they are before `close`.
    const ledger = await open(directory);
    const told = ledger.interrupted.map(({ note }) => Buffer.from(note).toString());
    work(ledger);
    await ledger.close();
    return told;
  };
  await crashed((ledger) => {
    const done = ledger.open(Buffer.from('done'));
    const withdrawn = ledger.open(Buffer.from('withdrawn'));
    ledger.open(Buffer.from('left'));
    ledger.append(entry(0), done);
    ledger.closeNote(withdrawn);
  });
  assert.deepEqual(await crashed(() => undefined), ['left']);
  assert.deepEqual(
    await crashed((ledger) => void ledger.append(entry(1))),
    ['left'],
    'another record does not close it',
  );
  const closing = await crashed((ledger) => {
    for (const { ticket, note } of ledger.interrupted) ledger.append(note, ticket);
  });
  assert.deepEqual(closing, ['left']);
  assert.deepEqual(await crashed(() => undefined), []);
  const ledger = await open(directory);
  assert.equal(ledger.size, 3);
  assert.equal(Buffer.from(await ledger.entry(2)).toString(), 'left');
  await ledger.close();
});

test('a closed ledger takes nothing and closes once', async (t) => {
  const directory = temporary(t);
  const ledger = await open(directory);
  await ledger.append(entry(0));
  await Promise.all([ledger.close(), ledger.close()]);
  await ledger.close();
  assert.throws(() => ledger.append(entry(1)), fault('ERR_LEDGER', /closed/));
  assert.throws(() => ledger.open(entry(1)), fault('ERR_LEDGER', /closed/));
  assert.throws(() => ledger.closeNote(1), fault('ERR_LEDGER', /closed/));
  assert.equal((await ledger.inclusionProof(0)).checkpoint.size, 1, 'what is on the disk can still be read');
});

test('flushing ends under load', async (t) => {
  const ledger = await open(temporary(t));
  let stop = false;
  const load = (async () => {
    while (!stop) {
      await fill(ledger, 5);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  })();
  for (let i = 0; i < 5; i += 1) {
    const { size } = ledger;
    assert.ok((await ledger.flush()).size >= size);
  }
  stop = true;
  await load;
  await ledger.close();
});

test('a second opener is refused while the first lives, in the same process too', async (t) => {
  const directory = temporary(t);
  const ledger = await open(directory);
  const refused = fault('ERR_LEDGER', new RegExp(`in use by process ${process.pid} `));
  await assert.rejects(open(directory), refused);
  await assert.rejects(open(directory), refused, 'asking does not break the lock');
  await ledger.append(entry(0));
  await ledger.close();
  const again = await open(directory);
  assert.equal(again.size, 1);
  await again.close();
});

test('another origin, another key, a key that others can read: none is continued', async (t) => {
  const directory = temporary(t);
  const ledger = await open(directory);
  await fill(ledger, 3);
  await ledger.close();
  const key = join(directory, 'key');
  assert.equal(statSync(key).mode & 0o777, 0o600);
  assert.equal(readFileSync(join(directory, 'key.pub'), 'utf8'), `${ledger.verifierKey}\n`);
  await assert.rejects(open(directory, { origin: 'other.example' }), fault('ERR_CONFIG', /test\.example\/ledger/));
  await assert.rejects(open(directory, { origin: 'no good' }), fault('ERR_CONFIG'));

  for (const mode of [0o604, 0o640, 0o602]) {
    chmodSync(key, mode);
    await assert.rejects(open(directory), fault('ERR_LEDGER', /chmod 600/), mode.toString(8));
  }
  chmodSync(key, 0o600);
  const secret = readFileSync(key, 'utf8');

  for (const broken of ['', 'nonsense', secret.slice(0, -9), secret.replace('test.example', 'best.example')]) {
    writeFileSync(key, broken);
    await assert.rejects(
      open(directory),
      (error) => isFault(error) && error.code === 'ERR_LEDGER_INVALID' && !error.line.includes(secret.slice(-20, -1)),
    );
  }
  rmSync(key);
  await assert.rejects(open(directory), fault('ERR_LEDGER', /key is gone/));
  assert.equal(readFileSync(join(directory, 'key.pub'), 'utf8'), `${ledger.verifierKey}\n`, 'no new key was made');
  writeFileSync(key, secret, { mode: 0o600 });

  writeFileSync(join(directory, 'key.pub'), 'other\n');
  await assert.rejects(open(directory), fault('ERR_LEDGER_INVALID', /public key/));
  rmSync(join(directory, 'key.pub'));
  const again = await open(directory);
  assert.equal(readFileSync(join(directory, 'key.pub'), 'utf8'), `${ledger.verifierKey}\n`);
  assert.equal(again.size, 3);
  await again.close();
});

test('a key of another origin is refused before anything is signed with it', async (t) => {
  const directory = temporary(t);
  await (await open(directory, { origin: 'other.example' })).close();
  rmSync(join(directory, 'checkpoint'));
  await assert.rejects(open(directory), fault('ERR_CONFIG', /other\.example/));
});

test('a log whose end was changed is not continued', async (t) => {
  const directory = temporary(t);
  const ledger = await open(directory);
  await fill(ledger, 600);
  await ledger.close();
  const damaged = async (file: string, change: (path: string) => void, said: RegExp): Promise<void> => {
    const path = join(directory, file);
    const before = readFileSync(path);
    change(path);
    await assert.rejects(open(directory), fault('ERR_LEDGER_INVALID', said), file);
    writeFileSync(path, before);
  };
  const flip =
    (at: number) =>
    (path: string): void => {
      const bytes = readFileSync(path);
      bytes[at]! ^= 1;
      writeFileSync(path, bytes);
    };
  await damaged('tile/entries/002.p/88', flip(5), /Entry 512 /);
  await damaged('tile/entries/002.p/88', (path) => truncateSync(path, 900), /ends inside entry/);
  await damaged('tile/0/002.p/88', flip(0), /not the one that its checkpoint signs/);
  await damaged('tile/0/002.p/88', (path) => truncateSync(path, 320), /320 bytes/);
  await damaged('tile/1/000.p/2', flip(0), /not the one that its checkpoint signs/);
  await damaged('tile/1/000.p/2', (path) => rmSync(path), /missing/);
  await damaged('checkpoint', flip(30), /checkpoint|note/);
  await damaged('checkpoint', (path) => writeFileSync(path, 'garbage'), /note/);
  const again = await open(directory);
  assert.equal(again.size, 600);
  await again.close();
});

test('a journal that misses a part is said to, and stays as it is', async (t) => {
  const directory = temporary(t);
  await (await open(directory)).close();
  const { Journal } = await import('./journal.ts');
  const { journal } = Journal.open(directory);
  journal.append(0, entry(0));
  journal.rotate();
  journal.append(1, entry(1));
  journal.rotate();
  journal.append(2, entry(2));
  journal.close();
  const segments = readdirSync(directory).filter((name) => name.startsWith('journal.'));
  const [lost, ...kept] = segments.slice(-2);
  const before = readFileSync(join(directory, 'checkpoint'), 'utf8');
  rmSync(join(directory, lost!));
  await assert.rejects(open(directory), fault('ERR_LEDGER_INVALID', /jumps from entry 0 to entry 2/));
  for (const name of kept) assert.ok(readdirSync(directory).includes(name), `${name} is still there`);
  assert.equal(readFileSync(join(directory, 'checkpoint'), 'utf8'), before);
});

test('after an fsync that failed nothing is taken until everything is in new files', async (t) => {
  const directory = temporary(t);
  const ledger = await open(directory, { sync: 'always', syncMillis: 20 });
  await ledger.append(entry(0));
  await ledger.flush();
  // The current segment's name leads nowhere for a moment, so that its fsync fails while its writes work.
  const segment = readdirSync(directory).find((name) => name.startsWith('journal.'))!;
  const path = join(directory, segment);
  rmSync(path);
  mkdirSync(path);
  await assert.rejects(async () => ledger.append(entry(1)), fault('ERR_LEDGER', /durable/));
  assert.throws(() => ledger.append(entry(2)), fault('ERR_LEDGER', /takes no entries until it can/));
  rmSync(path, { recursive: true });
  await ledger.flush();
  assert.deepEqual(await ledger.append(entry(2)), { index: 2, leaf: naiveLeaf(entry(2)).toString('hex') });
  assert.deepEqual(Buffer.from(await ledger.entry(1)), entry(1));
  await ledger.close();
  assert.deepEqual((await verifyLedger({ directory })).problems, []);
});

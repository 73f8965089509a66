import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, describe, it } from 'node:test';
import { isFault } from '../../src/core/fault.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { naiveLeaf } from '../../src/ledger/testing/naive-tree.ts';
import { verifyLedger } from '../../src/ledger/verify.ts';

const mountPoint = mkdtempSync(join(tmpdir(), 'parapet-full-'));
const mount = (...options: string[]): boolean => spawnSync('mount', [...options, mountPoint]).status === 0;
const unmount = (): void => void spawnSync('umount', [mountPoint]);
const mounted = mount('-t', 'tmpfs', '-o', 'size=6m', 'tmpfs');
if (mounted) unmount();
const skip = mounted ? false : 'mounting a small file system needs root on Linux';

const ledgerError = (error: unknown): boolean => isFault(error) && error.code === 'ERR_LEDGER';

describe('a disk that is full', { skip }, () => {
  before(() => assert.ok(mount('-t', 'tmpfs', '-o', 'size=6m', 'tmpfs')));
  after(() => {
    unmount();
    rmSync(mountPoint, { recursive: true, force: true });
  });

  for (const syncMillis of [2, 60_000]) {
    for (const sync of ['batch', 'always'] as const) {
      const when = syncMillis > 1000 ? 'while entries wait' : 'while entries come into the tree';
      it(`${when} (${sync}): refuses, loses nothing, and goes on when there is space`, async () => {
        // Different fillings, so that the end of the space falls into records, bundles, tiles and checkpoints.
        for (const [turn, kib] of [5601, 5300, 5102, 4603].entries())
          await fillUp(kib, sync, syncMillis, turn % 2 === 1);
      });
    }
  }

  it('a file system that is read-only is said to be, and a log on it still verifies', async () => {
    const options = { directory: join(mountPoint, 'ro'), origin: 'ro.example', sync: 'batch', syncMillis: 5 } as const;
    const ledger = await openLedger(options);
    await ledger.append(Buffer.from('{"id":"a"}'));
    await ledger.close();
    assert.ok(mount('-o', 'remount,ro'));
    try {
      await assert.rejects(openLedger(options), ledgerError);
      await assert.rejects(openLedger({ ...options, directory: join(mountPoint, 'new') }), ledgerError);
      assert.deepEqual((await verifyLedger({ directory: options.directory })).problems, []);
    } finally {
      assert.ok(mount('-o', 'remount,rw'));
    }
  });
});

/** Fills what `kib` of ballast leave, until entries are refused; then there is space again. */
async function fillUp(kib: number, sync: 'batch' | 'always', syncMillis: number, stop: boolean): Promise<void> {
  const ballast = join(mountPoint, 'ballast');
  const directory = join(mountPoint, 'ledger');
  const options = { directory, origin: 'full.example', sync, syncMillis };
  const promised = new Map<number, string>();
  const refused: string[] = [];
  let serial = 0;
  const append = async (ledger: Ledger): Promise<boolean> => {
    serial += 1;
    const entry = Buffer.from(JSON.stringify({ id: `r${serial}`, pad: 'x'.repeat(1 + ((serial * 37) % 3000)) }));
    try {
      const { index, leaf } = await ledger.append(entry);
      assert.ok(!promised.has(index), `${index} was promised twice`);
      promised.set(index, leaf);
      return true;
    } catch (error) {
      assert.ok(ledgerError(error), String(error));
      refused.push(`r${serial}`);
      return false;
    }
  };
  try {
    writeFileSync(ballast, Buffer.alloc(kib * 1024));
    let ledger = await openLedger(options);
    for (let turns = 0; refused.length < 20; turns += 1) {
      assert.ok(turns < 20_000, 'the disk never got full');
      await append(ledger);
      if (turns % 20 === 0) await sleep(1);
    }
    for (const [index, leaf] of promised) assert.equal(naiveLeaf(await ledger.entry(index)).toString('hex'), leaf);
    if (stop) {
      // Stopped and started while the disk is full: what could not be brought in waits in the journal.
      await ledger.close().catch((error: unknown) => assert.ok(ledgerError(error)));
      await openLedger(options).then(
        (again) => again.close(),
        (error: unknown) => assert.ok(ledgerError(error), String(error)),
      );
    }
    const before = stop ? readFileSync(join(directory, 'checkpoint'), 'utf8') : null;
    rmSync(ballast);
    if (stop) {
      await sleep(400);
      assert.equal(readFileSync(join(directory, 'checkpoint'), 'utf8'), before, 'a ledger that was closed writes on');
    }
    if (stop) ledger = await openLedger(options);
    for (let tries = 0; !(await append(ledger)); tries += 1) {
      assert.ok(tries < 2000, 'it never went on');
      await sleep(20);
    }
    await ledger.close();

    ledger = await openLedger(options);
    const ids = new Set<string>();
    for (let index = 0; index < ledger.size; index += 1) {
      const entry = Buffer.from(await ledger.entry(index));
      const { id } = JSON.parse(entry.toString('utf8')) as { id: string };
      assert.ok(!ids.has(id), `${id} is there twice`);
      ids.add(id);
      const leaf = promised.get(index);
      if (leaf !== undefined) assert.equal(naiveLeaf(entry).toString('hex'), leaf);
    }
    for (const index of promised.keys()) assert.ok(index < ledger.size);
    // With `batch` a refusal says that the entry is not in the log.
    if (sync === 'batch') {
      assert.equal(ledger.size, promised.size);
      for (const id of refused) assert.ok(!ids.has(id), `${id} was refused and is there`);
    }
    await ledger.close();
    assert.deepEqual((await verifyLedger({ directory })).problems, []);
  } finally {
    rmSync(directory, { recursive: true, force: true });
    rmSync(ballast, { force: true });
  }
}

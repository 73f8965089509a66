import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { hashModel, type KnownDigests } from './hash-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'hash-model-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A memory that counts how often it could help. */
function memory(): KnownDigests & { hits: number } {
  const all = new Map<string, string>();
  return {
    hits: 0,
    get(state) {
      const found = all.get(state);
      if (found !== undefined) this.hits++;
      return found;
    },
    set: (state, digest) => void all.set(state, digest),
  };
}

const digests = async (model: string, known: KnownDigests, now?: number, hashType = 'sha256'): Promise<string[]> =>
  (
    await hashModel(model, {
      method: 'files',
      hashType,
      shardSize: 0,
      allowSymlinks: false,
      ignore: [],
      known,
      ...(now === undefined ? {} : { now }),
    })
  ).map(({ digest }) => digest);

const ticks = (path: string): bigint => statSync(path, { bigint: true }).ctimeNs;
const LATER = Date.now() + 3_600_000;

describe('remembered digests of a model', () => {
  const time = new Date(2026, 0, 1);
  const write = (name: string, content: string): string => {
    const path = join(folder, name, 'w.bin');
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(path, content);
    utimesSync(path, time, time);
    return path;
  };

  it('are taken for what did not change', async () => {
    const known = memory();
    write('same', 'one');
    assert.deepEqual(
      await digests(join(folder, 'same'), known, LATER),
      await digests(join(folder, 'same'), known, LATER),
    );
    assert.equal(known.hits, 1);
    // Another algorithm has other digests.
    const [other] = await digests(join(folder, 'same'), known, LATER, 'sha512');
    assert.equal(other!.length, 128);
  });

  it('are not taken for a file of the same size and time with other bytes', async () => {
    const known = memory();
    const path = write('changed', 'one');
    const before = await digests(join(folder, 'changed'), known, LATER);
    const then = ticks(path);
    do write('changed', 'two');
    while (ticks(path) === then);
    assert.notDeepEqual(await digests(join(folder, 'changed'), known, LATER), before);
  });

  it('are not taken for another model whose files have the same names, sizes and times', async () => {
    const known = memory();
    write('a', 'one');
    write('b', 'two');
    const first = await digests(join(folder, 'a'), known, LATER);
    assert.notDeepEqual(await digests(join(folder, 'b'), known, LATER), first);
  });

  it('are not kept of a file that has just been written', async () => {
    const known = memory();
    const path = write('fresh', 'one');
    const soon = Number(ticks(path) / 1_000_000n) + 1000;
    await digests(join(folder, 'fresh'), known, soon);
    await digests(join(folder, 'fresh'), known, LATER);
    assert.equal(known.hits, 0);
  });
});

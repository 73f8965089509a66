import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { isFault } from '../core/fault.ts';
import { loadPepper } from './pepper.ts';

describe('loadPepper', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'parapet-pepper-'));
  });
  after(() => rm(directory, { recursive: true }));
  const fresh = () => mkdtemp(join(directory, 's-'));

  it('creates a pepper for its owner alone, and reads the same one again', async () => {
    const state = join(await fresh(), 'deep', 'state');
    const pepper = await loadPepper(state);
    assert.equal(pepper.length, 32);
    assert.equal((await stat(join(state, 'pepper'))).mode & 0o777, 0o600);
    assert.deepEqual(await loadPepper(state), pepper);
    assert.deepEqual(await readdir(state), ['pepper'], 'no draft is left');
  });

  it('gives everyone the same pepper when many start at once', async () => {
    const state = await fresh();
    const peppers = await Promise.all(Array.from({ length: 20 }, () => loadPepper(state)));
    assert.equal(new Set(peppers.map((pepper) => Buffer.from(pepper).toString('hex'))).size, 1);
  });

  it('gives two processes that start together the same pepper', async () => {
    const state = await fresh();
    const script = `import { loadPepper } from ${JSON.stringify(new URL('pepper.ts', import.meta.url).href)};
      process.stdout.write(Buffer.from(await loadPepper(${JSON.stringify(state)})).toString('hex'));`;
    const runs = await Promise.all(
      [1, 2, 3].map(() => promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])),
    );
    const written = (await readFile(join(state, 'pepper'), 'utf8')).trim();
    assert.deepEqual(
      runs.map(({ stdout }) => stdout),
      [written, written, written],
    );
  });

  it('refuses a pepper that others can read, and one that is damaged', async () => {
    const state = await fresh();
    await loadPepper(state);
    const path = join(state, 'pepper');
    const refused = (pattern: RegExp) => (error: unknown) =>
      isFault(error) && error.code === 'ERR_CONFIG' && error.where === path && pattern.test(error.message);
    for (const mode of [0o644, 0o604, 0o660]) {
      await chmod(path, mode);
      await assert.rejects(loadPepper(state), refused(/open to other users/));
    }
    await chmod(path, 0o640);
    await loadPepper(state);
    for (const text of ['', 'abc', `${'0'.repeat(63)}g`, '0'.repeat(65)]) {
      await writeFile(path, text);
      await assert.rejects(loadPepper(state), refused(/damaged/));
      assert.equal(await readFile(path, 'utf8'), text, 'and does not replace it');
    }
  });
});

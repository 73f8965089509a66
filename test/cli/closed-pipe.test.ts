import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { callOf, plain } from '../../src/scan/testing/make-pickle.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');

/** The exit code of a scan whose reader has gone before it says anything. */
async function unread(folder: string, file: string): Promise<number | null> {
  const child = spawn(process.execPath, [MAIN, 'scan', file, '--format', 'html'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.destroy();
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

test('output that cannot be written is an error and no success', { skip: process.platform !== 'linux' }, async () => {
  const [full, said] = [openSync('/dev/full', 'w'), 'cannot be written (ENOSPC)'];
  const child = spawn(process.execPath, [MAIN, 'threats'], { stdio: ['ignore', full, 'pipe'] });
  const errors = await text(child.stderr!);
  closeSync(full);
  assert.equal(child.exitCode ?? ((await once(child, 'exit')) as [number])[0], 2);
  assert.ok(errors.includes(said), errors);
  assert.doesNotMatch(errors, /at .*:\d+/);
});

test('a reader that goes away does not make findings a success', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'parapet-pipe-'));
  try {
    await writeFile(join(folder, 'bad.pkl'), callOf('os', 'system'));
    await writeFile(join(folder, 'good.pkl'), plain());
    assert.equal(await unread(folder, 'bad.pkl'), 1);
    assert.equal(await unread(folder, 'good.pkl'), 0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

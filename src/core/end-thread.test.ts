import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { endThread } from './end-thread.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const source = (text: string): URL => new URL(`data:text/javascript,${encodeURIComponent(text)}`);

test('a thread that can be interrupted is gone, however busy it is, and one that is gone stays so', async () => {
  const worker = new Worker(source('for (;;);'));
  await once(worker, 'online');
  assert.equal(await endThread(worker), true);
  assert.equal(await endThread(worker), true);
});

test('a thread that is told by a message puts things in order first', async () => {
  const worker = new Worker(
    source(`import { parentPort } from 'node:worker_threads';
      parentPort.on('message', () => { parentPort.postMessage('done'); parentPort.close(); });`),
  );
  const said: unknown[] = [];
  worker.on('message', (message) => said.push(message));
  assert.equal(await endThread(worker, () => worker.postMessage('close'), Infinity), true);
  assert.deepEqual(said, ['done']);
});

test('a thread inside of a call that never returns is left behind, and the process ends', async (t) => {
  // Opening a pipe that nobody writes holds the thread in native code.
  const pipe = join(temporaryFolder('parapet-pipe'), 'pipe');
  if (spawnSync('mkfifo', [pipe]).status !== 0) return t.skip('needs mkfifo');
  const program = `
    import { Worker } from 'node:worker_threads';
    import { endThread } from ${JSON.stringify(new URL('./end-thread.ts', import.meta.url).href)};
    const held = "import { openSync } from 'node:fs'; import { parentPort } from 'node:worker_threads'; parentPort.postMessage('in'); openSync(" + ${JSON.stringify(JSON.stringify(pipe))} + ");";
    const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(held)));
    await new Promise((resolve) => worker.once('message', resolve));
    console.log(await endThread(worker, () => {}, 300));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  assert.deepEqual([said, code, signal], ['false\n', null, 'SIGKILL']);
});

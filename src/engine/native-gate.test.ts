import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { NativeGate } from './native-gate.ts';

const GATE = new URL('./native-gate.ts', import.meta.url).href;

/** A thread that runs `program`, which has `throughGate` and `say`. */
function start(program: string): { readonly worker: Worker; readonly gate: NativeGate; readonly said: string[] } {
  const gate = new NativeGate();
  const source = `import { parentPort } from 'node:worker_threads';
    import { throughGate } from '${GATE}';
    const say = (text) => parentPort.postMessage(text);
    const hold = new Int32Array(new SharedArrayBuffer(4));
    ${program}`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), { workerData: gate.data });
  const said: string[] = [];
  worker.on('message', (text: string) => said.push(text));
  return { worker, gate, said };
}

const message = (worker: Worker): Promise<unknown> => new Promise((resolve) => worker.once('message', resolve));

test('a thread inside of native code ends when that returns, and does nothing more', async () => {
  // A wait that JavaScript cannot interrupt stands for the native call.
  const { worker, gate, said } = start(`
    await throughGate(async () => { say('inside'); Atomics.wait(hold, 0, 0, 300); say('out'); });
    say('after');`);
  await message(worker);
  await gate.end(worker);
  assert.deepEqual(said, ['inside', 'out']);
});

test('a thread that runs no native code ends at once, and one that is told to end gets no further', async () => {
  const idle = start(`say('ready'); setInterval(() => {}, 1000);`);
  await message(idle.worker);
  await idle.gate.end(idle.worker);
  const busy = start(`say('ready'); for (;;);`);
  await message(busy.worker);
  await busy.gate.end(busy.worker);
  // Ended already: nothing to wait for.
  await busy.gate.end(busy.worker);
});

test('without a gate calls run as they are', async () => {
  const { throughGate } = await import('./native-gate.ts');
  assert.equal(await throughGate(() => Promise.resolve(1)), 1);
  await assert.rejects(
    throughGate(() => Promise.reject(new Error('no'))),
    /no/,
  );
});

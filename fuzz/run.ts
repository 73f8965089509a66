/**
 * Hostile texts through the normaliser and all detectors, on every core.
 *
 *     node fuzz/run.ts [--runs 10000000] [--seed 1]
 *
 * Ends with 1 and the input as JSON when something throws, an offset lies outside its text, or a text takes too long.
 */
import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { CHECKED, checkText } from './check-text.ts';
import { corpus, inputs } from './inputs.ts';

interface Order {
  readonly seed: number;
  readonly runs: number;
}
type Report =
  | { readonly kind: 'progress'; readonly done: number; readonly slowest: number; readonly text: string }
  | { readonly kind: 'failure'; readonly message: string; readonly text: string };

/** Milliseconds after which a text of a few hundred units is taken for a hang; the machine may be busy. */
const HANG = 5000;
const EVERY = 20_000;

function option(name: string, otherwise: number): number {
  const at = process.argv.indexOf(`--${name}`);
  const value = at === -1 ? otherwise : Number(process.argv[at + 1]);
  if (!Number.isSafeInteger(value) || value < 1) {
    console.error(`--${name} must be a whole number of 1 or more`);
    process.exit(2);
  }
  return value;
}

async function work({ seed, runs }: Order): Promise<void> {
  const report = (message: Report): void => parentPort!.postMessage(message);
  let slowest = 0;
  let slowestText = '';
  let done = 0;
  for (const text of inputs(seed, corpus())) {
    if (done >= runs) break;
    const began = performance.now();
    try {
      await checkText(text, done);
    } catch (error) {
      report({
        kind: 'failure',
        message: error instanceof Error ? (error.stack ?? error.message) : String(error),
        text,
      });
      return;
    }
    const took = performance.now() - began;
    if (took > slowest) [slowest, slowestText] = [took, text];
    if (took > HANG) {
      report({ kind: 'failure', message: `took ${took.toFixed(0)} ms`, text });
      return;
    }
    if (++done % EVERY === 0) report({ kind: 'progress', done: EVERY, slowest, text: slowestText });
  }
  report({ kind: 'progress', done: done % EVERY, slowest, text: slowestText });
}

async function main(): Promise<void> {
  const runs = option('runs', 10_000_000);
  const seed = option('seed', 1);
  const threads = Math.max(1, availableParallelism());
  const began = performance.now();
  let done = 0;
  let slowest = 0;
  let slowestText = '';
  let failed = false;
  console.log(
    `${runs.toLocaleString('en')} texts through the normaliser and ${CHECKED.join(', ')}; seed ${seed}, ${threads} threads`,
  );
  await Promise.all(
    Array.from({ length: threads }, (_, index) => {
      const share = Math.ceil(runs / threads);
      const order: Order = { seed: seed * 1000 + index, runs: Math.min(share, runs - index * share) };
      const worker = new Worker(new URL(import.meta.url), { workerData: order });
      worker.on('message', (message: Report) => {
        if (message.kind === 'failure') {
          failed = true;
          console.error(`\n${message.message}\non ${JSON.stringify(message.text)}`);
          return;
        }
        done += message.done;
        if (message.slowest > slowest) [slowest, slowestText] = [message.slowest, message.text];
        if (!process.stdout.isTTY) return;
        const seconds = (performance.now() - began) / 1000;
        const left = ((runs - done) / done) * seconds;
        process.stdout.write(`\r${done.toLocaleString('en')} done, about ${Math.ceil(left / 60)} min left   `);
      });
      return new Promise<void>((resolve, reject) => worker.on('exit', () => resolve()).on('error', reject));
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  console.log(
    `\n${done.toLocaleString('en')} texts in ${seconds.toFixed(0)} s; slowest ${slowest.toFixed(1)} ms on ${JSON.stringify(slowestText.slice(0, 60))}`,
  );
  console.log(failed ? 'FAILED' : 'no throw, no hang, every offset valid');
  process.exitCode = failed ? 1 : 0;
}

if (isMainThread) await main();
else await work(workerData as Order);

/**
 * What an encoder costs: tokens a second of a synthetic model of BERT-tiny's size (2 layers, 128 wide, 30,522 word pieces)
 * on both runtimes, one thread each, and how long the event loop of the process waits while threads classify.
 *
 *     node bench/tiers.ts
 */
import { rmSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { readClassifierFolder } from '../src/engine/classifier-folder.ts';
import { RUNTIME_KINDS } from '../src/engine/onnx-runtime.ts';
import { openSequenceClassifier } from '../src/engine/sequence-classifier.ts';
import { makeBert } from '../src/engine/testing/make-bert.ts';
import { ThreadedClassifier } from '../src/engine/threaded-classifier.ts';

const SIZES = [
  { name: 'BERT-tiny', layers: 2, width: 128, heads: 2 },
  { name: 'MiniLM-L6', layers: 6, width: 384, heads: 12 },
] as const;
const WORDS = ['transfer', 'account', 'the', 'money', 'please', 'to', 'my', 'friend', 'and', 'today'];
const text = (words: number): string =>
  Array.from({ length: words }, (_, i) => WORDS[(i * 7) % WORDS.length]!).join(' ');

console.log('| model | runtime | tokens a text | ms a text (p50) | tokens/s |\n|---|---|--:|--:|--:|');
for (const size of SIZES) {
  const folder = makeBert({ ...size, words: WORDS });
  for (const kind of RUNTIME_KINDS) {
    const classifier = await openSequenceClassifier(readClassifierFolder(folder), kind);
    for (const words of [30, 126, 510, 2040]) {
      const sample = text(words);
      await classifier.score(sample);
      const times: number[] = [];
      const began = performance.now();
      while (performance.now() - began < 1500 || times.length < 3) {
        const start = performance.now();
        await classifier.score(sample);
        times.push(performance.now() - start);
      }
      const p50 = times.sort((a, b) => a - b)[times.length >> 1]!;
      console.log(
        `| ${size.name} | ${kind} | ${words} | ${p50.toFixed(2)} | ${Math.round((words / p50) * 1000).toLocaleString('en')} |`,
      );
    }
    await classifier.close();
  }
  rmSync(folder, { recursive: true });
}

console.log('\n| event loop while | delay p50 ms | p99 ms | max ms |\n|---|--:|--:|--:|');
const folder = makeBert({ ...SIZES[0], words: WORDS });
await delay('idle', () => sleep(3000));
for (const runtime of RUNTIME_KINDS) {
  const classifier = new ThreadedClassifier({ folder: readClassifierFolder(folder), runtime, threads: 1, queue: 64 });
  await classifier.info();
  await delay(`one thread classifies without a pause (${runtime})`, async () => {
    const end = performance.now() + 3000;
    const one = async (): Promise<void> => {
      while (performance.now() < end) await classifier.score(text(510));
    };
    await Promise.all([one(), one(), one(), one()]);
  });
  await classifier.close();
}
rmSync(folder, { recursive: true });

/** How much later than asked a timer of 1 ms comes. */
async function delay(name: string, work: () => Promise<unknown>): Promise<void> {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  await work();
  histogram.disable();
  const millis = (nanos: number): string => (nanos / 1e6).toFixed(1);
  console.log(
    `| ${name} | ${millis(histogram.percentile(50))} | ${millis(histogram.percentile(99))} | ${millis(histogram.max)} |`,
  );
}

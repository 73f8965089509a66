/**
 * Mutated ONNX models, their external data and packed weights through everything that is done with a model file before a runtime gets it.
 *
 *     node fuzz/onnx.ts [--runs 1000000] [--seed 1]
 *
 * Ends with 1 and the file in hexadecimal when a step throws anything but a Fault, hands a runtime something that is no graph, takes too long, or
 * memory grows without bound.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../src/core/testing/temporary-folder.ts';
import { seededRandom } from '../src/math/random.ts';
import { checkMutant, STAGES } from './onnx/check-mutant.ts';
import { onnxMutants } from './onnx/mutants.ts';

/** Milliseconds of the processor after which a model of some nodes is taken for a hang: those of the clock say how busy the machine is. */
const HANG = 10_000;
/** Bytes of arrays that one small file may have made. */
const MEMORY = 1 << 30;

const value = (name: string, otherwise: string): string => {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? otherwise : process.argv[at + 1]!;
};
const runs = Number(value('runs', '1000000'));
const folder = temporaryFolder('parapet-fuzz-onnx');
writeFileSync(join(folder, 'weights'), new Uint8Array(4096).fill(63));
const reached = new Map<string, number>(STAGES.map((stage) => [stage, 0]));
const began = performance.now();
let slowest = 0;
let done = 0;
for (const { bytes, recorded, how } of onnxMutants(seededRandom(value('seed', '1')))) {
  if (done++ >= runs) break;
  const start = process.cpuUsage();
  const before = process.memoryUsage().arrayBuffers;
  let wrong = '';
  try {
    const stage = await checkMutant(bytes, recorded, folder);
    reached.set(stage, reached.get(stage)! + 1);
  } catch (error) {
    wrong = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const { user, system } = process.cpuUsage(start);
  const took = (user + system) / 1000;
  slowest = Math.max(slowest, took);
  if (took > HANG) wrong ||= `took ${took.toFixed(0)} ms`;
  const made = process.memoryUsage().arrayBuffers - before;
  if (made > MEMORY) wrong ||= `made ${made} bytes of arrays`;
  if (wrong !== '') {
    console.error(`\nrun ${done}: ${wrong}\n${how} ${Buffer.from(bytes).toString('hex')}`);
    process.exit(1);
  }
  if (done % 2000 === 0 && process.stdout.isTTY) {
    const left = ((performance.now() - began) / done) * (runs - done);
    process.stdout.write(`\r${done.toLocaleString('en')} done, about ${Math.ceil(left / 60_000)} min left   `);
  }
}
const stages = [...reached].map(([stage, count]) => `${count.toLocaleString('en')} ${stage}`).join(', ');
console.log(
  `${runs.toLocaleString('en')} files in ${((performance.now() - began) / 1000).toFixed(0)} s, that came as far as: ${stages}; slowest ${slowest.toFixed(0)} ms; RSS ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB; no throw, no hang`,
);

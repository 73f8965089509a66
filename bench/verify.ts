/**
 * Decides the instances of two benchmarks of the verification competition VNN-COMP 2021, and compares each verdict with the one that
 * the competition's tools agreed on. Counterexamples are run through ONNX Runtime before they count.
 *
 *     node bench/verify.ts [acasxu|mnistfc] [--timeout 60] [--only TEXT] [--arithmetic float32|real]
 *
 * What the competition asks about is the network in real arithmetic; by default the verdicts here also cover float32's rounding.
 * Data: the folders `acasxu` and `mnistfc` of the competition's repository, as tar archives in `../shared/data/models/onnx`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { loadOnnxBytes } from '../src/engine/load-onnx.ts';
import { loadOnnxRuntime } from '../src/engine/onnx-runtime.ts';
import { readVnnlib } from '../src/formats/vnnlib/read-vnnlib.ts';
import { networkFromOnnx } from '../src/lab/certify/network-from-onnx.ts';
import { verifyProperty } from '../src/lab/certify/verify-property.ts';

type Agreed = 'holds' | 'violated' | 'open';

/** Verdicts that a-b-CROWN, nnenum, ERAN, VeriNet, oval, venus2 and Marabou agreed on in 2021, from the published result files. */
function acasxuVerdict(network: string, property: string): Agreed {
  const net = network.slice('ACASXU_run2a_'.length, 'ACASXU_run2a_'.length + 3);
  const number = Number(property.replace('prop_', '').replace('.vnnlib', ''));
  if (number === 2) return ['1_1', '1_7', '1_8', '1_9', '3_3', '4_2'].includes(net) ? 'holds' : 'violated';
  if (number === 3 || number === 4) return ['1_7', '1_8', '1_9'].includes(net) ? 'violated' : 'holds';
  return number === 7 || number === 8 ? 'violated' : 'holds';
}

/** Violated properties of the two networks by image and eps; of 256x4 those that no tool decided, too. */
const MNIST: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> = {
  '256x2': { 'violated 0.03': [7, 14], 'violated 0.05': [0, 1, 3, 5, 7, 8, 9, 12, 13, 14] },
  '256x4': {
    'violated 0.03': [2],
    'violated 0.05': [1, 2, 3, 7, 14],
    'open 0.03': [1, 7, 14],
    'open 0.05': [0, 5, 9, 12, 13],
  },
};

function mnistVerdict(network: string, property: string): Agreed {
  const known = MNIST[/256x[24]/.exec(network)?.[0] ?? ''];
  if (known === undefined) return 'open';
  const [, image, eps] = property.replace('.vnnlib', '').split('_') as [string, string, string];
  if (known[`violated ${eps}`]?.includes(Number(image))) return 'violated';
  return known[`open ${eps}`]?.includes(Number(image)) ? 'open' : 'holds';
}

/** Files of a gzipped tar archive by their last name (POSIX 1003.1 ustar: 512-byte headers, sizes in octal). */
function readArchive(file: string): ReadonlyMap<string, Uint8Array> {
  const bytes = gunzipSync(readFileSync(file));
  const files = new Map<string, Uint8Array>();
  for (let at = 0; at + 512 <= bytes.length;) {
    const name = bytes.toString('latin1', at, at + 100).split('\0')[0]!;
    const size = Number.parseInt(bytes.toString('latin1', at + 124, at + 136), 8) || 0;
    if (name !== '') files.set(name.split('/').at(-1)!, new Uint8Array(bytes.subarray(at + 512, at + 512 + size)));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

const words = process.argv.slice(2);
const option = (name: string): string | undefined => {
  const at = words.indexOf(name);
  return at === -1 ? undefined : words.splice(at, 2)[1];
};
const timeout = Number(option('--timeout') ?? 60) * 1000;
const only = option('--only') ?? '';
const arithmetic = option('--arithmetic') === 'real' ? 'real' : 'float32';
const runtime = await loadOnnxRuntime();

for (const benchmark of ['acasxu', 'mnistfc'] as const) {
  if (words.length > 0 && !words.includes(benchmark)) continue;
  const archive = `../shared/data/models/onnx/${benchmark}.tar.gz`;
  if (!existsSync(archive)) {
    console.log(`${benchmark}: ${archive} is not there, left out`);
    continue;
  }
  const files = readArchive(archive);
  const text = (name: string): string => new TextDecoder().decode(files.get(name));
  const count = { agree: 0, undecided: 0, contradict: 0, open: 0, holds: 0, violated: 0 };
  const times: number[] = [];
  console.log(`\n## ${benchmark}\n\n| network | property | verdict | agreed | work | s |\n|---|---|---|---|--:|--:|`);
  for (const line of text(`${benchmark}_instances.csv`).trim().split('\n')) {
    if (!line.includes(only)) continue;
    const [network, property] = line.split(',') as [string, string];
    const bytes = files.get(network);
    // The list names a third mnistfc network that the archive leaves out.
    if (bytes === undefined) continue;
    const model = networkFromOnnx(loadOnnxBytes(bytes));
    const session = await runtime.openBytes(bytes);
    const ask = async (data: Float32Array): Promise<Float32Array> => {
      const feeds = { [model.inputName]: { type: 'float32', dims: model.inputDims, data } };
      return (await session.run(feeds, [model.outputName]))[model.outputName]!.data as Float32Array;
    };
    const start = performance.now();
    const result = await verifyProperty(model.network, readVnnlib(text(property)), ask, {
      timeout,
      arithmetic,
    });
    const seconds = (performance.now() - start) / 1000;
    const agreed = benchmark === 'acasxu' ? acasxuVerdict(network, property) : mnistVerdict(network, property);
    if (result.verdict === 'unknown') count.undecided++;
    else {
      count[result.verdict]++;
      times.push(seconds);
      if (agreed === 'open') count.open++;
      else if (agreed === result.verdict) count.agree++;
      else count.contradict++;
    }
    console.log(
      `| ${network.replace('ACASXU_run2a_', '').replace('_batch_2000', '').replace('.onnx', '')} | ${property.replace('.vnnlib', '')} | ${result.verdict} | ${agreed} | ${result.work} | ${seconds.toFixed(2)} |`,
    );
    await session.release();
  }
  times.sort((a, b) => a - b);
  console.log(
    `\n${benchmark}: holds ${count.holds}, violated ${count.violated}, unknown ${count.undecided} after ${timeout / 1000} s; ` +
      `${count.agree} agree with the competition, ${count.contradict} contradict it, ${count.open} not compared; ` +
      `decided in ${(times[Math.floor(times.length / 2)] ?? 0).toFixed(2)} s (median), ${(times.at(-1) ?? 0).toFixed(1)} s (most)`,
  );
  if (count.contradict > 0) process.exitCode = 1;
}

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadOnnxBytes } from '../../src/engine/load-onnx.ts';
import { readVnnlib } from '../../src/formats/vnnlib/read-vnnlib.ts';
import { openPropertyChecker } from '../../src/lab/certify/property-checker.ts';
import { readNetworks } from './read-networks.ts';

/**
 * The collision avoidance of ACAS Xu, verified: `npm run example:collision-avoidance`. For some of its 45 networks, properties 1 to 4
 * (Katz et al. 2017, appendix) are proven, or a situation is found in which the network breaks them.
 */
const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data/models/onnx/acasxu.tar.gz' },
    networks: { type: 'string', default: '1_1,1_2,1_7,1_9,2_1,3_3,4_5,5_9' },
    properties: { type: 'string', default: '1,2,3,4' },
    timeout: { type: 'string', default: '20' },
    out: { type: 'string', default: '.parapet/collision-avoidance' },
  },
});
const timeout = Number(values.timeout) * 1000;
if (!(timeout > 0)) {
  console.error('--timeout takes seconds above 0.');
  process.exit(2);
}
const archive = resolve(values.data);
if (!existsSync(archive)) {
  console.error(
    `There is no archive of networks at ${archive}: give it with --data.
It is the folder benchmarks/acasxu of github.com/stanleybak/vnncomp2021 as a .tar or .tar.gz: ACASXU_run2a_1_1_batch_2000.onnx and 44
others, with prop_1.vnnlib to prop_10.vnnlib beside them.`,
  );
  process.exit(2);
}

/** What each property says, in words. */
const MEANING: Readonly<Record<string, string>> = {
  '1': 'an intruder far away and much slower: "clear of conflict" scores at most 1500',
  '2': 'the same situation: "clear of conflict" is not the worst advice',
  '3': 'an intruder ahead, coming towards: "clear of conflict" is not the best advice',
  '4': 'an intruder ahead, moving away more slowly: "clear of conflict" is not the best advice',
};
const ADVICE = ['clear of conflict', 'weak left', 'weak right', 'strong left', 'strong right'];
/** Means and ranges by which the networks' inputs are scaled, from the files of Katz et al. 2017. */
const INPUTS = [
  { name: 'distance', unit: 'ft', mean: 19791.091, range: 60261 },
  { name: 'angle to intruder', unit: 'rad', mean: 0, range: 2 * Math.PI },
  { name: 'heading of intruder', unit: 'rad', mean: 0, range: 2 * Math.PI },
  { name: 'own speed', unit: 'ft/s', mean: 650, range: 1100 },
  { name: "intruder's speed", unit: 'ft/s', mean: 600, range: 1200 },
];

const files = readNetworks(archive);
const text = (name: string): string => new TextDecoder().decode(fileOf(name));
const results: object[] = [];
const counts = { verified: 0, violated: 0, unknown: 0 };
for (const property of values.properties.split(',')) {
  const wanted = readVnnlib(text(`prop_${property}.vnnlib`));
  console.log(`\nProperty ${property}: ${MEANING[property] ?? 'see the file'}`);
  for (const network of values.networks.split(',')) {
    const model = loadOnnxBytes(fileOf(`ACASXU_run2a_${network}_batch_2000.onnx`));
    const checker = await openPropertyChecker(model);
    const began = performance.now();
    const found = await checker.verify(wanted, { timeout });
    const seconds = (performance.now() - began) / 1000;
    await checker.close();
    const verdict = found.verdict === 'holds' ? 'verified' : found.verdict;
    counts[verdict]++;
    const work = `${seconds.toFixed(1).padStart(6)} s ${String(found.work).padStart(7)} boxes`;
    console.log(
      `  network ${network}  ${verdict.padEnd(8)} ${work}${found.verdict === 'unknown' ? `  ${found.reason}` : ''}`,
    );
    const result = { network, property, verdict, seconds, work: found.work };
    if (found.verdict === 'violated') {
      const situation = INPUTS.map(({ name, unit, mean, range }, i) => ({
        name,
        unit,
        value: found.input[i]! * range + mean,
      }));
      console.log(
        `      ${situation.map(({ name, unit, value }) => `${name} ${value.toPrecision(4)} ${unit}`).join(', ')}`,
      );
      console.log(
        `      scores (lowest is advised): ${ADVICE.map((name, i) => `${name} ${found.output[i]!.toFixed(4)}`).join(', ')}`,
      );
      results.push({ ...result, situation, input: [...found.input], output: [...found.output] });
    } else results.push(found.verdict === 'unknown' ? { ...result, reason: found.reason } : result);
  }
}
console.log(
  `\n${counts.verified} verified, ${counts.violated} violated with a situation that ONNX Runtime confirms, ${counts.unknown} unknown after ${values.timeout} s each`,
);
mkdirSync(resolve(values.out), { recursive: true });
const report = join(resolve(values.out), 'results.json');
writeFileSync(report, `${JSON.stringify({ ...counts, timeout: timeout / 1000, results }, null, 2)}\n`);
console.log(`Everything: ${report}`);

function fileOf(name: string): Uint8Array {
  const bytes = files.get(name);
  if (bytes !== undefined) return bytes;
  console.error(`The archive has no ${name}.`);
  process.exit(2);
}

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { sliceData } from '../../src/lab/labelled-data.ts';
import { openOnnxTarget } from '../../src/lab/onnx-target.ts';
import { robustAccuracy } from '../../src/lab/robust-accuracy.ts';
import { readSigns, type Signs } from './read-signs.ts';
import { EPS, FULL, QUICK, type TrainedModel, trainModels } from './train-models.ts';

/**
 * Traffic signs, from training to defence: `npm run example:traffic-signs` (a few minutes of one core) or `-- --full` (about an hour). Steps
 * run in order, each with what those before it made; add one to `STEPS`.
 */
const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data/models/gtsrb32' },
    out: { type: 'string' },
    full: { type: 'boolean', default: false },
    epochs: { type: 'string' },
    samples: { type: 'string', default: '1000' },
  },
});
const folder = resolve(values.data);
if (!existsSync(folder)) {
  console.error(`There are no traffic signs at ${folder}: give their folder with --data.`);
  process.exit(2);
}
const out = resolve(values.out ?? `.parapet/traffic-signs${values.full ? '-full' : ''}`);
mkdirSync(out, { recursive: true });

/** What steps share. */
interface Context {
  readonly signs: Signs;
  readonly models: readonly TrainedModel[];
  /** Folder of everything that is written. */
  readonly out: string;
  /** Test samples that are attacked. */
  readonly samples: number;
  readonly say: (line: string) => void;
}

interface Step {
  readonly title: string;
  /** @returns what goes into `results.json` under the title */
  run(context: Context): Promise<unknown>;
}

const STEPS: readonly Step[] = [{ title: 'accuracy, clean and under PGD', run: measure }];

async function measure({ signs, models, samples, say }: Context): Promise<unknown> {
  const results: Record<string, unknown> = {};
  for (const { id, model } of models) {
    const target = await openOnnxTarget(model, { threads: 0, name: id });
    const data = sliceData(signs.test, 0, Math.min(samples, signs.test.count));
    const measured = await robustAccuracy(target, data, { norm: 'linf', eps: EPS, steps: 20, seed: 'traffic signs' });
    await target.close();
    results[id] = measured;
    const percent = (share: number): string => `${(100 * share).toFixed(1)} %`.padStart(7);
    say(`  ${id.padEnd(9)} clean ${percent(measured.clean)}   PGD-20 at 8/255 ${percent(measured.robust)}`);
  }
  return results;
}

const say = (line: string): void => console.log(line);
const signs = await readSigns(folder);
say(`${signs.train.count} signs to train on, ${signs.heldOut.count} held out by track, ${signs.test.count} to test`);
const plan = { ...(values.full ? FULL : QUICK), ...(values.epochs !== undefined && { epochs: Number(values.epochs) }) };
const models = await trainModels(signs, out, plan, say);
const results: Record<string, unknown> = {};
for (const step of STEPS) {
  say(step.title);
  results[step.title] = await step.run({ signs, models, out, samples: Number(values.samples), say });
}
writeFileSync(join(out, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);

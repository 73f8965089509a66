import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readSigns } from './read-signs.ts';
import { type Context, STEPS } from './steps.ts';
import { FULL, QUICK, trainModels } from './train-models.ts';

/**
 * Traffic signs, from training to defence: `npm run example:traffic-signs` (a few minutes of one core) or `-- --full` (about an hour). Steps
 * run in order (`steps.ts`), each with what those before it made.
 */
const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data/models/gtsrb32' },
    out: { type: 'string' },
    full: { type: 'boolean', default: false },
    epochs: { type: 'string' },
    samples: { type: 'string', default: '1000' },
    certified: { type: 'string', default: '150' },
    iterations: { type: 'string', default: '200' },
    budget: { type: 'string', default: '60' },
  },
});
const folder = resolve(values.data);
if (!existsSync(folder)) {
  console.error(`There are no traffic signs at ${folder}: give their folder with --data.`);
  process.exit(2);
}
const out = resolve(values.out ?? `.parapet/traffic-signs${values.full ? '-full' : ''}`);
mkdirSync(out, { recursive: true });

const say = (line: string): void => console.log(line);
const signs = await readSigns(folder);
say(`${signs.train.count} signs to train on, ${signs.heldOut.count} held out by track, ${signs.test.count} to test`);
const epochs = values.epochs === undefined ? null : Number(values.epochs);
const plan = { ...(values.full ? FULL : QUICK), ...(epochs !== null && { epochs, attackEpochs: epochs }) };
const models = await trainModels(signs, out, plan, say);
const context: Context = {
  signs,
  models,
  out,
  samples: Number(values.samples),
  certified: Number(values.certified),
  iterations: Number(values.iterations),
  budget: Number(values.budget),
  say,
  stickers: new Map(),
};
const results: Record<string, unknown> = {};
for (const step of STEPS) {
  say(`\n${step.title}`);
  const began = performance.now();
  results[step.title] = await step.run(context);
  say(`(${Math.round((performance.now() - began) / 1000)} s)`);
}
writeFileSync(join(out, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);

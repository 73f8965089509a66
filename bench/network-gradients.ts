/**
 * What `bench/reference/network-gradients.py` holds against PyTorch: for each ONNX file a seeded sample, the weights of a sum of its scores, the scores, and
 * the gradient of that sum by the sample as the engine has it; one JSON file each. Nothing is measured here.
 *
 *     node bench/network-gradients.ts OUT FILE.onnx…
 *     python3 bench/reference/network-gradients.py OUT
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { makeProbe } from '../src/engine/check-gradient.ts';
import { loadOnnx } from '../src/engine/load-onnx.ts';
import { openGuessed } from '../src/engine/open-guessed.ts';

const [out, ...files] = process.argv.slice(2);
if (out === undefined || files.length === 0) throw new Error('Give a folder for the results, and ONNX files.');
mkdirSync(out, { recursive: true });

for (const [index, file] of files.entries()) {
  try {
    const { opened } = await openGuessed(await loadOnnx(resolve(file)), { threads: 0, microBatch: 1 });
    const { x, weights, scores, gradient } = await makeProbe(opened, 'beside PyTorch');
    const { plan, info } = opened;
    const report = {
      file: resolve(file),
      input: plan.attacked,
      output: plan.output,
      shape: [1, ...info.inputShape],
      x: [...x],
      weights: [...weights],
      scores: [...scores],
      gradient: [...gradient],
    };
    writeFileSync(join(out, `${index} ${basename(file)}.json`), JSON.stringify(report));
    await opened.close();
  } catch (error) {
    console.error(`${file}: ${String(error)}`);
  }
}
process.exit(0);

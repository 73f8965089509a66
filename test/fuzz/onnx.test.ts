import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkMutant, type Stage } from '../../fuzz/onnx/check-mutant.ts';
import { onnxMutants } from '../../fuzz/onnx/mutants.ts';
import { onnxSeeds } from '../../fuzz/onnx/seeds.ts';
import { temporaryFolder } from '../../src/core/testing/temporary-folder.ts';
import { seededRandom } from '../../src/math/random.ts';

const MUTANTS = 1200;

test(`sound models reach their gradients, and ${MUTANTS} mutants of them give a result or a Fault at every step`, async () => {
  const folder = temporaryFolder('parapet-fuzz-onnx');
  writeFileSync(join(folder, 'weights'), new Uint8Array(4096).fill(63));
  const seeds = onnxSeeds().length;
  const reached = new Map<Stage, number>();
  let done = 0;
  for (const { bytes, recorded, how } of onnxMutants(seededRandom('20261127'))) {
    if (done++ >= seeds + MUTANTS) break;
    // All of the sound ones would take their time; every fifth one says whether the road is open.
    if (how === 'seed' && done % 5 !== 0) continue;
    try {
      const stage = await checkMutant(bytes, recorded, folder);
      reached.set(stage, (reached.get(stage) ?? 0) + 1);
    } catch (error) {
      throw new Error(`${how} ${Buffer.from(bytes).toString('hex')}`, { cause: error });
    }
  }
  assert.ok((reached.get('differentiated') ?? 0) > (seeds / 5 + MUTANTS) / 5, JSON.stringify([...reached]));
});

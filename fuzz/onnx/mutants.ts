import type { OnnxModel } from '../../src/formats/onnx/onnx-model.ts';
import { writeOnnx } from '../../src/formats/onnx/write-onnx.ts';
import type { Random } from '../../src/math/random.ts';
import { type Recorded, recordSeed } from './check-mutant.ts';
import { mutateBytes, mutateModel } from './mutate.ts';
import { onnxSeeds } from './seeds.ts';

export interface OnnxMutant {
  readonly bytes: Uint8Array;
  readonly recorded: Recorded;
  readonly how: 'seed' | 'bytes' | 'model' | 'both';
}

/** Files without end: first every sound model, then mutants of them. */
export function* onnxMutants(random: Random): Generator<OnnxMutant> {
  const seeds = onnxSeeds().map((model) => ({ model, recorded: recordSeed(model), bytes: writeOnnx(model) }));
  const models = seeds.map(({ model }) => model);
  for (const { bytes, recorded } of seeds) yield { bytes, recorded, how: 'seed' };
  for (;;) {
    const { model, recorded, bytes } = seeds[random.below(seeds.length)]!;
    const way = random.below(8);
    if (way === 0) {
      yield { bytes: mutateBytes(bytes, random), recorded, how: 'bytes' };
      continue;
    }
    const written = tryWrite(mutateModel(model, models, random));
    if (written === null) continue;
    if (way === 1) yield { bytes: mutateBytes(written, random), recorded, how: 'both' };
    else yield { bytes: written, recorded, how: 'model' };
  }
}

/** Null for a mutant that no file can hold: a whole number as large as no field. */
function tryWrite(model: OnnxModel): Uint8Array | null {
  try {
    return writeOnnx(model);
  } catch {
    return null;
  }
}

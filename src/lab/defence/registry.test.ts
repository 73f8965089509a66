import assert from 'node:assert/strict';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { buildMlp } from '../../engine/build/architectures.ts';
import { seededRandom } from '../../math/random.ts';
import { harden } from '../harden.ts';
import type { LabelledData } from '../labelled-data.ts';
import { DEFENCES, defenceNamed } from './registry.ts';

/** Points of three classes, a quarter apart in the first feature, and 15 more features that tell the class loudly and fragilely. */
function fragile(count: number, seed: string): LabelledData {
  const random = seededRandom(seed);
  const labels = Int32Array.from({ length: count }, () => random.below(3));
  const inputs = new Float32Array(count * 16);
  labels.forEach((label, n) => {
    inputs[n * 16] = Math.min(1, Math.max(0, 0.2 + 0.3 * label + 0.02 * random.normal()));
    for (let i = 1; i < 16; i++) inputs[n * 16 + i] = 0.5 + 0.04 * Math.sin(i * (label + 1)) + 0.01 * random.normal();
  });
  return { inputs, labels, count, inputShape: [16] };
}

describe('defences', () => {
  it('are the folders beside the registry, each documented', () => {
    const folders = globSync('*/defence.ts', { cwd: import.meta.dirname }).map((file) => file.split('/')[0]!);
    const ids: string[] = DEFENCES.map(({ meta }) => meta.id);
    assert.deepEqual(folders.toSorted(), ids.toSorted());
    for (const id of ids) assert.ok(existsSync(join(import.meta.dirname, id, 'README.md')), id);
  });

  // Defences of texts, and those that stand around a model, have this in tests of their own (`open-wrapper.test.ts`, `ensemble/defence.test.ts`).
  const elsewhere: readonly string[] = ['patchcleanser', 'input-cleaning', 'ensemble'];
  for (const { meta } of DEFENCES.filter((one) => !('texts' in one.meta) && !elsewhere.includes(one.meta.id))) {
    it(`${meta.id} has defaults that its schema gives, and a result that its assurance promises`, async () => {
      const defence = defenceNamed(meta.id)!;
      assert.deepEqual(defence.options(z).parse({}), defence.defaults);
      assert.equal(defence.options(z).safeParse({ epochs: 0 }).success, false);
      assert.equal(defence.options(z).safeParse({ nonsense: 1 }).success, false);
      const known = Object.keys(defence.defaults as object);
      const run = (id: string, options: object, model = buildMlp({ inputShape: [16], classes: 3, seed: 'd' }, [32])) =>
        harden({
          defence: defenceNamed(id)!,
          defenceOptions: { ...(defenceNamed(id)!.defaults as object), epochs: 20, batch: 64, rate: 0.01, ...options },
          model,
          pretrained: false,
          data: fragile(640, 'train'),
          heldOut: fragile(200, 'test'),
          bounds: { low: 0, high: 1 },
          classes: 3,
          measure: { norm: 'linf', eps: 0.08, samples: 200 },
          seed: 's',
          threads: 1,
        });
      const own = { ...(known.includes('eps') && { eps: 0.08 }), ...(known.includes('sigma') && { sigma: 0.08 }) };
      const { artefact, after } = await run(meta.id, own);
      assert.ok(after!.clean > 0.8, JSON.stringify(after));
      assert.equal(artefact.wrapper.length > 0, meta.assurance === 'certified');
      if (meta.assurance !== 'measured') return;
      const plain = await run('standard', {});
      assert.ok(after!.robust > plain.after!.robust + 0.2, `${after!.robust} against ${plain.after!.robust}`);
    });
  }
});

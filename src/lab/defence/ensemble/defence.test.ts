import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { z } from 'zod';
import { isFault } from '../../../core/fault.ts';
import { buildMlp } from '../../../engine/build/architectures.ts';
import { writeOnnx } from '../../../formats/onnx/write-onnx.ts';
import { seededRandom } from '../../../math/random.ts';
import { harden, type HardenOptions } from '../../harden.ts';
import type { LabelledData } from '../../labelled-data.ts';
import { defenceNamed } from '../registry.ts';
import { ensemble } from './defence.ts';

const folder = mkdtempSync(join(tmpdir(), 'ensemble-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function points(count: number, seed: string): LabelledData {
  const random = seededRandom(seed);
  const labels = Int32Array.from({ length: count }, () => random.below(3));
  const inputs = new Float32Array(count * 8);
  labels.forEach((label, n) => {
    for (let f = 0; f < 8; f++)
      inputs[n * 8 + f] = Math.min(1, Math.max(0, 0.2 + 0.3 * ((label + f) % 3) + 0.12 * random.normal()));
  });
  return { inputs, labels, count, inputShape: [8] };
}

const fresh = (seed: string) => buildMlp({ inputShape: [8], classes: 3, seed }, [12]);
const run = (options: object, more: Partial<HardenOptions> = {}) =>
  harden({
    defence: defenceNamed('ensemble')!,
    defenceOptions: ensemble.options(z).parse({ epochs: 6, batch: 32, rate: 0.01, ...options }),
    model: fresh('first'),
    fresh,
    pretrained: false,
    data: points(256, 'train'),
    heldOut: points(120, 'test'),
    bounds: { low: 0, high: 1 },
    classes: 3,
    measure: { norm: 'linf', eps: 0.05, samples: 120 },
    seed: 's',
    threads: 1,
    name: 'both',
    ...more,
  });

test('members differ, stand beside the model under the names that the wrapper has, and are measured together', async () => {
  for (const diversity of ['seed', 'bootstrap', 'transfer']) {
    const { artefact, after: measured } = await run({ members: 3, agree: 3, diversity, eps: 0.05 });
    assert.deepEqual(artefact.wrapper, [
      { kind: 'ensemble', models: ['both.member-2.onnx', 'both.member-3.onnx'], agree: 3 },
    ]);
    assert.deepEqual(
      artefact.beside?.map(({ name }) => name),
      ['both.member-2.onnx', 'both.member-3.onnx'],
    );
    const bytes = [artefact.model, ...artefact.beside!.map(({ model }) => model)].map((model) =>
      Buffer.from(writeOnnx(model)).toString('base64'),
    );
    assert.equal(new Set(bytes).size, 3, diversity);
    assert.ok(measured!.clean > 0.7, JSON.stringify(measured));
    assert.equal(typeof measured!.abstained, 'number');
  }
});

test('members can be trained by another method, which gets its options and refuses others', async () => {
  const { artefact } = await run({ members: 2, member: 'pgd-at', steps: 2, epochs: 2, diversity: 'seed', eps: 0.05 });
  assert.equal(artefact.wrapper[0]?.kind, 'ensemble');
  const refused = (options: object, says: RegExp) =>
    assert.rejects(run(options), (error) => {
      assert.ok(isFault(error), String(error));
      assert.equal(error.code, 'ERR_USAGE');
      assert.match(error.line, says);
      return true;
    });
  await refused({ member: 'pgd-at', stepz: 2 }, /option of the members \(pgd-at\).*stepz/);
  await refused({ member: 'ensemble' }, /cannot be trained by "ensemble"/);
  await refused({ member: 'text-augment' }, /cannot be trained by/);
  await refused({ members: 2, member: 'smoothing', epochs: 1 }, /a model alone/);
  await refused({ members: 4, agree: 2 }, /2 of 4 members/);
});

test('the mean decides where nobody has to agree', async () => {
  const { artefact, after: measured } = await run({ members: 2, agree: 0, epochs: 2, diversity: 'seed' });
  assert.deepEqual(artefact.wrapper, [{ kind: 'ensemble', models: ['both.member-2.onnx'] }]);
  assert.equal(measured!.abstained, undefined);
});

test('a run that was stopped goes on to the same models', async () => {
  const options = { members: 3, diversity: 'transfer', epochs: 4 };
  const whole = await run(options);
  const checkpoint = join(folder, 'stopped.npz');
  const stop = new AbortController();
  const half = await run(options, {
    checkpoint,
    signal: stop.signal,
    progress: ({ step, steps }) => void (step / steps > 0.5 && stop.abort()),
  });
  assert.equal(half.artefact.interrupted, true);
  assert.equal(half.after, null);
  assert.ok(existsSync(join(folder, 'stopped.member-1.npz')));
  const rest = await run(options, { checkpoint });
  for (const at of [0, 1]) {
    assert.deepEqual(writeOnnx(rest.artefact.beside![at]!.model), writeOnnx(whole.artefact.beside![at]!.model));
  }
  assert.deepEqual(writeOnnx(rest.artefact.model), writeOnnx(whole.artefact.model));
  assert.equal(existsSync(join(folder, 'stopped.member-1.npz')), false);
});

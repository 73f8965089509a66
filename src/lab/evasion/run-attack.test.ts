import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isFault } from '../../core/fault.ts';
import { countedTarget } from '../counted-target.ts';
import { labelledBy } from '../testing/labelled-by.ts';
import { mlpTarget } from '../testing/network-target.ts';
import { counted } from '../testing/restricted-targets.ts';
import { apgd } from './apgd/attack.ts';
import type { Attack } from './attack.ts';
import { pgd } from './pgd/attack.ts';
import { runAttack } from './run-attack.ts';

const folder = mkdtempSync(join(tmpdir(), 'parapet-run-attack-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const target = mlpTarget([1, 5, 5], 16, 5, 'runner');
const data = await labelledBy(target, 20, 'x', 2);
const perturbation = { norm: 'linf', eps: 0.03 } as const;
const options = { ...apgd.defaults, iterations: 20, restarts: 1 };
const base = { attack: apgd, target, data, perturbation, options };

test('the size of the chunks changes nothing', async () => {
  const whole = await runAttack({ ...base, chunk: 20 });
  const small = await runAttack({ ...base, chunk: 3 });
  assert.deepEqual(small, whole);
  assert.equal(whole.metrics.cleanAccuracy.value, 0.9);
  assert.ok(whole.metrics.robustAccuracy.value > 0 && whole.metrics.robustAccuracy.value < 0.9);
  assert.equal(whole.metrics.unconfirmed, 0);
});

test('a run that was interrupted goes on where it stopped, to the same result', async () => {
  const log = join(folder, 'resumed.jsonl');
  const stop = new AbortController();
  const first = await runAttack({
    ...base,
    chunk: 4,
    log,
    signal: stop.signal,
    progress: (done) => void (done >= 0.4 && stop.abort()),
  });
  assert.equal(first.status, 'aborted');
  assert.ok(first.attacked >= 4 && first.attacked < 20, `${first.attacked}`);
  assert.equal(first.metrics.samples, first.attacked);
  appendFileSync(log, '{"sample":19,"succ'); // the process was ended while it wrote
  const watched = counted(target);
  const second = await runAttack({ ...base, target: watched.target, chunk: 4, log });
  const whole = await runAttack(base);
  assert.deepEqual(second.outcomes, whole.outcomes);
  assert.deepEqual(second.adversarial, whole.adversarial);
  const third = counted(target);
  await runAttack({ ...base, target: third.target, log });
  assert.equal(third.seen.backward, 0, 'a finished run was attacked again');
});

test('a log of another run is refused, and says in what it differs', async () => {
  const log = join(folder, 'other.jsonl');
  await runAttack({ ...base, log });
  await assert.rejects(
    runAttack({ ...base, log, seed: 'another', perturbation: { norm: 'linf', eps: 0.02 } }),
    (error) => isFault(error) && error.code === 'ERR_USAGE' && error.message.endsWith('perturbation, seed'),
  );
  const lines = readFileSync(log, 'utf8').split('\n');
  lines[3] = '{"sample":1e9}';
  writeFileSync(log, lines.join('\n'));
  await assert.rejects(
    runAttack({ ...base, log }),
    (error) => isFault(error) && error.code === 'ERR_DATA' && error.where === `${log}:4`,
  );
});

test('what an attack claims counts for nothing: bytes are predicted again and checked', async () => {
  const liar = (change: (x: Float32Array) => void): Attack<string, unknown> => ({
    ...(pgd as unknown as Attack<string, unknown>),
    run: async (_target, part) => {
      const adversarial = Float32Array.from(part.inputs);
      change(adversarial);
      const count = part.count;
      return {
        adversarial,
        success: new Uint8Array(count).fill(1),
        queries: new Float64Array(count),
        gradients: new Float64Array(count),
      };
    },
  });
  for (const change of [
    () => {}, // no perturbation at all
    (x: Float32Array) => x.forEach((value, at) => (x[at] = 1 - value)), // far outside eps
    (x: Float32Array) => void x.fill(Number.NaN),
    (x: Float32Array) => x.forEach((value, at) => (x[at] = value > 0.99 ? value + 0.02 : value)), // out of bounds
  ]) {
    const { metrics, adversarial } = await runAttack({ ...base, attack: liar(change), options: {} });
    assert.equal(metrics.robustAccuracy.value, 0.9);
    assert.equal(metrics.unconfirmed, 18);
    assert.deepEqual(adversarial, data.inputs);
  }
});

test('successes are predicted once more as 8-bit files keep them', async () => {
  const { metrics, outcomes } = await runAttack({ ...base, eightBit: true });
  const kept = outcomes.filter((one) => one.fooledInBytes === true).length;
  const fooled = outcomes.filter((one) => one.fooled).length;
  assert.ok(kept > 0 && kept <= fooled);
  assert.equal(metrics.robustAccuracyInBytes!.value, (18 - kept) / 20);
});

test('a spent budget ends the run with a report about what was attacked', async () => {
  const { target: limited, count } = countedTarget(target, 120);
  const report = await runAttack({ ...base, target: limited, judge: target, chunk: 4 });
  assert.equal(report.status, 'budget-exhausted');
  assert.ok(report.attacked > 0 && report.attacked < 20);
  assert.ok(count.forward + count.backward <= 120);
});

test('no attack begins on a model that is not as accurate as expected', async () => {
  const watched = counted(target);
  await assert.rejects(
    runAttack({ ...base, target: watched.target, expectation: { accuracy: 0.99 } }),
    (error) => isFault(error) && error.code === 'ERR_HANDSHAKE',
  );
  const shuffled = { ...data, labels: data.labels.map((_, i) => i % 5) };
  await assert.rejects(
    runAttack({ ...base, target: watched.target, data: shuffled }),
    (error) => isFault(error) && error.code === 'ERR_HANDSHAKE',
  );
  assert.equal(watched.seen.backward, 0);
  assert.equal((await runAttack({ ...base, data: shuffled, expectation: null })).status, 'complete');
});

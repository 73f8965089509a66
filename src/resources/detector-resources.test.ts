import assert from 'node:assert/strict';
import { rmSync, utimesSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { makeClassifier } from '../engine/testing/make-classifier.ts';
import { DetectorResources } from './detector-resources.ts';

const folder = makeClassifier({ labels: ['BENIGN', 'INJECTION', 'JAILBREAK'] });
after(() => rmSync(folder, { recursive: true }));
const directory = dirname(folder);
const settings = { folder: basename(folder) };

describe('DetectorResources', () => {
  it('shares a model among generations with the same settings, and closes it with the last of them', async () => {
    const resources = new DetectorResources({ canaries: () => [] });
    const first = resources.lease(directory);
    const encoder = first.resources.encoder(settings);
    await first.ready();
    const second = resources.lease(directory);
    assert.equal(second.resources.encoder({ ...settings }), encoder);
    const others = second.resources.encoder({ ...settings, queue: 7 });
    assert.notEqual(others, encoder);
    await second.ready();
    await first.release();
    await first.release();
    assert.ok((await encoder.classify('jailbreak')).length > 0);
    await second.release();
    await assert.rejects(encoder.classify('something else'), { code: 'ERR_CHECK_FAILED' });
    await assert.rejects(others.classify('something else'), { code: 'ERR_CHECK_FAILED' });
    const third = resources.lease(directory);
    assert.notEqual(third.resources.encoder(settings), encoder);
    const judge = { url: 'http://127.0.0.1:1/v1', model: 'j' };
    assert.equal(third.resources.judge(judge), third.resources.judge({ ...judge }));
    assert.notEqual(third.resources.judge(judge), third.resources.judge({ ...judge, key: 'other' }));
    await resources.close();
  });

  it('takes a model whose files were replaced for another one', async () => {
    const resources = new DetectorResources({ canaries: () => [] });
    const lease = resources.lease(directory);
    const encoder = lease.resources.encoder(settings);
    utimesSync(join(folder, 'model.onnx'), 1, 1);
    assert.notEqual(lease.resources.encoder(settings), encoder);
    await resources.close();
  });

  it('gives the probability of a label, of several, and of none that the model has', async () => {
    const outcomes: string[] = [];
    const resources = new DetectorResources({ canaries: () => [], onClassified: (outcome) => outcomes.push(outcome) });
    const { encoder } = resources.lease(directory).resources;
    const classifier = encoder(settings);
    assert.deepEqual(classifier.labels, ['BENIGN', 'INJECTION', 'JAILBREAK']);
    const all = await classifier.classify('the attack');
    assert.deepEqual(
      all.map(({ label }) => label),
      classifier.labels,
    );
    const one = await classifier.probability(['JAILBREAK'], 'the attack');
    const two = await classifier.probability(['INJECTION', 'JAILBREAK'], 'the attack');
    assert.equal(one, all[2]!.score);
    assert.ok(Math.abs(two - all[1]!.score - all[2]!.score) < 1e-9 && two > one);
    await assert.rejects(classifier.probability(['NONE'], 'the attack'), /no label "NONE"/);
    assert.deepEqual(outcomes, ['classified'], 'a text is classified once');
    const several = makeClassifier({ labels: ['A', 'B'], config: { problem_type: 'multi_label_classification' } });
    const many = resources.lease('/').resources.encoder({ folder: several });
    const scores = await many.classify('the attack');
    assert.equal(await many.probability(['A', 'B'], 'the attack'), Math.max(...scores.map(({ score }) => score)));
    await resources.close();
    rmSync(several, { recursive: true });
  });
});

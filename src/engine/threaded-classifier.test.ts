import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readClassifierFolder } from './classifier-folder.ts';
import type { OnnxModel } from '../formats/onnx/onnx-model.ts';
import { writeOnnx } from '../formats/onnx/write-onnx.ts';
import { makeClassifier } from './testing/make-classifier.ts';
import { floatTensor, intTensor, makeGraph, makeModel, makeNode } from './testing/make-model.ts';
import { ThreadedClassifier } from './threaded-classifier.ts';

const folder = makeClassifier();
after(() => rmSync(folder, { recursive: true, force: true }));
const settings = { folder: readClassifierFolder(folder), threads: 1, queue: 4 };

/** Scores that native code takes seconds for, in one call. */
function slowModel(): OnnxModel {
  const ids = (name: string) => ({ name, type: 'int64' as const, shape: ['batch', 'sequence'] });
  const single = (type: 'int64' | 'bool', name: string) => ({ name, type, shape: [] });
  const body = makeGraph(
    [single('int64', 'i'), single('bool', 'c'), { name: 'h', type: 'float32', shape: [1, 2] }],
    [makeNode('Identity', ['c'], ['c2']), makeNode('Mul', ['h', 'h'], ['h2'])],
    ['c2', 'h2'],
  );
  const loop = {
    ...makeNode('Loop', ['rounds', '', 'start'], ['logits']),
    attributes: new Map([['body', { kind: 'graph' as const, value: body }]]),
  };
  const model = makeModel({
    inputs: {},
    nodes: [
      makeNode('Cast', ['input_ids'], ['real'], { to: 1 }),
      makeNode('ReduceSum', ['real'], ['sum'], { keepdims: 0 }),
      makeNode('Mul', ['two', 'sum'], ['start']),
      loop,
    ],
    outputs: ['logits'],
    constants: { rounds: intTensor([], [150_000]), two: floatTensor([1, 2], [0, 0]) },
  });
  return { ...model, graph: { ...model.graph, inputs: ['input_ids', 'attention_mask', 'token_type_ids'].map(ids) } };
}

describe('ThreadedClassifier', () => {
  it('says what it loaded, and scores many texts at once in threads', async () => {
    const classifier = new ThreadedClassifier({ ...settings, threads: 2, queue: 100 });
    assert.deepEqual(await classifier.info(), { runtime: 'native', labels: ['BENIGN', 'ATTACK'], exclusive: true });
    const texts = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? 'the attack' : 'hello'));
    const scores = await Promise.all(texts.map((text) => classifier.score(text)));
    assert.deepEqual(
      scores.map(([window]) => window![1]! > 0.5),
      texts.map((text) => text === 'the attack'),
    );
    await classifier.close();
    await assert.rejects(classifier.score('hello'), { code: 'ERR_CHECK_FAILED' });
  });

  it('fails what does not fit into the queue, and what is aborted, and goes on', async () => {
    const classifier = new ThreadedClassifier(settings);
    await classifier.info();
    const abort = new AbortController();
    const running = classifier.score('good '.repeat(10_000), abort.signal);
    const queued = ['hello', 'hello', 'attack', 'hello'].map((text) => classifier.score(text));
    await assert.rejects(classifier.score('hello'), { code: 'ERR_OVERLOADED' });
    const gone = new AbortController();
    gone.abort(new Error('gone before'));
    await assert.rejects(classifier.score('hello', gone.signal), /gone before/);
    abort.abort(new Error('no longer needed'));
    await assert.rejects(running, /no longer needed/);
    assert.ok((await Promise.all(queued))[2]![0]![1]! > 0.5);
    assert.equal(classifier.waiting, 0);
    await classifier.close();
  });

  it('takes an aborted text out of the queue', async () => {
    const classifier = new ThreadedClassifier(settings);
    const first = classifier.score('hello');
    const abort = new AbortController();
    const second = classifier.score('hello', abort.signal);
    abort.abort(new Error('gone'));
    await assert.rejects(second, /gone/);
    assert.equal((await first).length, 1);
    await classifier.close();
  });

  it('ends a thread that is stuck, and goes on with another one', async () => {
    const classifier = new ThreadedClassifier({ ...settings, stuckAfter: 1 });
    await classifier.info();
    const stuck = classifier.score('good '.repeat(15_000));
    const waits = classifier.score('attack');
    await assert.rejects(stuck, { code: 'ERR_CHECK_FAILED', message: 'The thread of the classifier ended.' });
    // The one that waited may be taken for stuck as well on a slow machine, but is never lost.
    const [settled] = await Promise.allSettled([waits]);
    if (settled.status === 'fulfilled') assert.ok(settled.value[0]![1]! > 0.5);
    else assert.equal((settled.reason as { code: string }).code, 'ERR_CHECK_FAILED');
    await classifier.close();
  });

  it('does not let texts wait for ever for threads that never come back', async () => {
    const endless = makeClassifier();
    writeFileSync(join(endless, 'model.onnx'), writeOnnx(slowModel()));
    const classifier = new ThreadedClassifier({ ...settings, folder: readClassifierFolder(endless), stuckAfter: 20 });
    await classifier.info();
    await assert.rejects(classifier.score('hello'), { message: 'The thread of the classifier ended.' });
    const held = { code: 'ERR_CHECK_FAILED', message: /hold all threads/ };
    await Promise.all(['hello', 'attack'].map((text) => assert.rejects(classifier.score(text), held)));
    assert.equal(classifier.waiting, 0);
    await classifier.close();
    await assert.rejects(classifier.info(), { code: 'ERR_CHECK_FAILED' });
    rmSync(endless, { recursive: true });
  });

  it('says why a model cannot be loaded, for every text, and closes', async () => {
    const broken = makeClassifier();
    writeFileSync(join(broken, 'model.onnx'), 'not a graph');
    const classifier = new ThreadedClassifier({ ...settings, folder: readClassifierFolder(broken) });
    await assert.rejects(classifier.info(), { code: 'ERR_CONFIG', where: /model\.onnx, byte 1$/ });
    await assert.rejects(classifier.score('hello'), { code: 'ERR_CONFIG' });
    await classifier.close();
    rmSync(broken, { recursive: true });
  });

  it('closes while a text is worked on and others wait', async () => {
    const classifier = new ThreadedClassifier(settings);
    await classifier.info();
    const scores = [classifier.score('good '.repeat(10_000)), classifier.score('hello')];
    const settled = Promise.allSettled(scores);
    await classifier.close();
    assert.deepEqual(
      (await settled).map(({ status }) => status),
      ['rejected', 'rejected'],
    );
  });

  it('does not keep a process alive', async () => {
    const classifier = new ThreadedClassifier(settings);
    await classifier.score('hello');
    // Not closed: the test process has to end all the same.
  });
});

import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, describe, it } from 'node:test';
import type { ConfigInput } from '../../src/config/schema.ts';
import { makeClassifier } from '../../src/engine/testing/make-classifier.ts';
import { spoilClassifier } from '../../src/engine/testing/spoil-classifier.ts';
import type { StoredExchange } from '../../src/store/store.ts';
import { type Upstream, startUpstream } from '../upstream/start-upstream.ts';
import { WAYS, ask, readable } from './ask.ts';
import { type TestGateway, startGateway } from './start-gateway.ts';

const CHAT = WAYS[0]!;
const RESPONSES = WAYS[1]!;
const MESSAGES = WAYS[3]!;
const STREAMED = [CHAT, RESPONSES, MESSAGES];
const PROSE = 'all is good in the world . ';

type RuleInput = NonNullable<ConfigInput['rules']>[number];

const encoderRule = (more: Partial<RuleInput> = {}): RuleInput =>
  ({
    id: 'model',
    detector: 'encoder',
    action: 'block',
    timeout: '20s',
    options: { folder: 'models/small', labels: ['ATTACK'], threshold: 0.9 },
    ...more,
  }) as RuleInput;

describe('slow detectors in the gateway', () => {
  let upstream: Upstream;
  let gateway: TestGateway;
  let model: string;
  let judge: Server;
  /** What the judge does: the status, the score, and after how many milliseconds. */
  let judges = { status: 200, score: 0, delay: 0 };
  let judgeUrl: string;

  before(async () => {
    model = makeClassifier();
    upstream = await startUpstream();
    judge = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { messages } = JSON.parse(Buffer.concat(chunks).toString()) as { messages: { content: string }[] };
        const code = /"code":"([0-9a-f]+)"/.exec(messages[0]!.content)![1]!;
        const { status, score, delay } = judges;
        void sleep(delay).then(() => {
          response.writeHead(status, { 'content-type': 'application/json' });
          const message = { role: 'assistant', content: JSON.stringify({ code, score }) };
          response.end(JSON.stringify({ choices: [{ message }], usage: { prompt_tokens: 50, completion_tokens: 5 } }));
        });
      });
    });
    await new Promise<void>((ready) => judge.listen(0, '127.0.0.1', ready));
    judgeUrl = `http://127.0.0.1:${(judge.address() as AddressInfo).port}/v1`;
    gateway = await startGateway({ upstreamUrl: upstream.url, config: { limits: { pingEvery: '100ms' } } });
    cpSync(model, join(gateway.directory, 'models/small'), { recursive: true });
  });
  after(async () => {
    await gateway.close();
    await upstream.close();
    judge.closeAllConnections();
    await new Promise((done) => judge.close(done));
    rmSync(model, { recursive: true });
  });

  const load = async (...rules: RuleInput[]): Promise<void> => {
    await gateway.rewrite({
      rules,
      limits: { pingEvery: '100ms' },
      guard: { blockAs: 'error' },
      budgets: [{ id: 'tokens', per: 'principal', window: 'month', tokens: 100_000_000 }],
    });
    const { error } = await gateway.running.runtime.reload();
    assert.equal(error, null);
  };

  const nextRecord = (model: string): Promise<StoredExchange> =>
    new Promise((resolve) => {
      const off = gateway.running.runtime.live.subscribe((stored) => {
        if (stored.exchange.model !== model) return;
        off();
        resolve(stored);
      });
    });

  it('runs a model from a folder beside the configuration, on requests and answers', async () => {
    await load(encoderRule());
    assert.equal((await ask(gateway, CHAT, 'text', 'hello world', { stream: false })).status, 200);
    const record = nextRecord('text+id=attack');
    const answer = await ask(gateway, CHAT, 'text+id=attack', 'the attack', { stream: false });
    assert.equal(answer.status, 400, answer.text);
    const [decision] = (await record).exchange.decisions;
    assert.equal(decision!.status, 'found');
    assert.equal(decision!.evidence[0]!.rule, 'encoder/attack');
    assert.ok(decision!.evidence[0]!.score! > 0.98);
    assert.match(
      await gateway.running.runtime.metrics.metrics(),
      /parapet_encoder_seconds_count\{outcome="classified"\} [1-9]/,
    );
  });

  it('keeps the last good classifier when the one that replaces it is refused', async () => {
    await load(encoderRule());
    const bad = spoilClassifier('a loop without end');
    cpSync(bad, join(gateway.directory, 'models/bad'), { recursive: true });
    rmSync(bad, { recursive: true });
    await gateway.rewrite({
      rules: [encoderRule({ options: { folder: 'models/bad', labels: ['ATTACK'] } } as Partial<RuleInput>)],
    });
    const { error } = await gateway.running.runtime.reload();
    assert.match(error ?? '', /This network is refused: A loop never ends.*models\/bad\/model\.onnx, Loop "forever"/);
    assert.equal((await ask(gateway, CHAT, 'text', 'the attack', { stream: false })).status, 400);
    assert.equal((await ask(gateway, CHAT, 'text', 'hello world', { stream: false })).status, 200);
  });

  for (const way of STREAMED) {
    for (const release of ['lag', 'immediate', 'full'] as const) {
      it(`${way.surface}, ${release}: ends a stream at what the model finds, and settles it`, async () => {
        await load(encoderRule({ on: ['output'], release } as Partial<RuleInput>));
        const clean = PROSE.repeat(60).trim();
        const good = await ask(gateway, way, 'echo+chars=9', clean, { stream: true });
        assert.equal(good.status, 200);
        assert.ok(readable(good.text, true).includes(clean));

        const name = `echo+chars=40+slow=1+id=${release}`;
        const record = nextRecord(name);
        const text = `${PROSE.repeat(60)} attack ${PROSE.repeat(400)}`;
        const stopped = await ask(gateway, way, name, text, { stream: true });
        const { exchange } = await record;
        assert.equal(exchange.outcome, 'blocked');
        assert.ok(exchange.usage!.outputTokens > 0, 'what was generated until then is settled');
        if (release !== 'full') assert.equal(exchange.usage!.estimated, true);
        const decision = exchange.decisions.find(({ stage }) => stage === 'output')!;
        assert.equal(decision.status, 'found');
        const read = stopped.status === 200 ? readable(stopped.text, true) : '';
        if (release === 'full') assert.ok(!read.includes('good in the world'));
        else assert.ok(read.includes(PROSE.repeat(20)), 'what was checked has left');
        if (release === 'immediate') assert.match(decision.reason!, /^late/);
        else assert.doesNotMatch(read, /attack/);
        assert.doesNotMatch(stopped.text, /\[DONE\]\s*$[^]*finish_reason":"stop"/);
        const reserved = (await gateway.running.runtime.generation.budgets.states()).map((state) => state.reserved);
        assert.deepEqual(reserved, [0], 'nothing stays reserved');
        const asked = await upstream.request(({ path, body }) => path === way.path && body.includes(name));
        if (release !== 'full') assert.equal(await asked.ended, true, 'the provider was told to stop');
      });
    }
  }

  it('records that a part had left unchecked when the client goes', async () => {
    await load({
      id: 'judged',
      detector: 'judge',
      action: 'block',
      on: ['output'],
      release: 'immediate',
      timeout: '20s',
      options: { url: judgeUrl, model: 'j', question: 'Slow.' },
    });
    judges = { status: 200, score: 0, delay: 3000 };
    const name = 'long+length=4000+slow=5+id=gone';
    const record = nextRecord(name);
    const abort = new AbortController();
    const response = await fetch(gateway.url + CHAT.path, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
      body: JSON.stringify(CHAT.body(name, 'hi', { stream: true })),
      signal: abort.signal,
    });
    let read = 0;
    for await (const chunk of response.body!) {
      read += (chunk as Uint8Array).length;
      if (read > 100_000) break;
    }
    abort.abort();
    const { exchange } = await record;
    assert.equal(exchange.outcome, 'client-closed');
    const decision = exchange.decisions.find(({ rule }) => rule === 'judged')!;
    assert.equal(decision.status, 'skipped');
    assert.match(decision.reason!, /ended before everything that had left was checked/);
  });

  it('keeps a stream alive that is held until it was checked', async () => {
    judges = { status: 200, score: 0.1, delay: 450 };
    for (const way of STREAMED) {
      await load({
        id: 'judged',
        detector: 'judge',
        action: 'block',
        on: ['output'],
        timeout: '10s',
        options: { url: judgeUrl, model: 'j', question: `Anything, ${way.surface}.` },
      });
      const answer = await ask(gateway, way, 'echo', 'is all well ?', { stream: true });
      assert.equal(answer.status, 200);
      const frames = answer.text.split('\n\n');
      const ping = frames.findIndex((frame) => /^(event: ping|: ping)/.test(frame));
      const text = frames.findIndex((frame) => frame.includes('all well') || frame.includes('is a'));
      assert.ok(ping !== -1 && ping < text, `${way.surface}: a ping comes before the text`);
      if (way === MESSAGES) {
        assert.ok(frames.findIndex((frame) => frame.startsWith('event: message_start')) < ping);
      }
    }
  });

  it('takes a judge that fails for a failed check, and counts what judges cost', async () => {
    const rule: RuleInput = {
      id: 'judged',
      detector: 'judge',
      action: 'block',
      on: ['input'],
      roles: ['user'],
      timeout: '10s',
      options: { url: judgeUrl, model: 'j', question: 'It is about money.' },
    };
    await load(rule);
    judges = { status: 200, score: 0.9, delay: 0 };
    assert.equal((await ask(gateway, CHAT, 'text', 'about money', { stream: false })).status, 400);
    judges = { status: 200, score: 0.2, delay: 0 };
    const cats = await ask(gateway, CHAT, 'text', 'about cats', { stream: false });
    assert.equal(cats.status, 200, cats.text);
    judges = { status: 200, score: 7, delay: 0 };
    const record = nextRecord('text+id=dogs');
    const answer = await ask(gateway, CHAT, 'text+id=dogs', 'about dogs', { stream: false });
    assert.notEqual(answer.status, 200);
    const [decision] = (await record).exchange.decisions;
    assert.deepEqual([decision!.status, decision!.action], ['failed', 'block']);
    const metrics = await gateway.running.runtime.metrics.metrics();
    assert.match(metrics, /parapet_judge_tokens_total\{model="j",direction="input"\} [1-9]/);
    assert.match(metrics, /parapet_judge_seconds_count\{model="j",outcome="failed"\} [1-9]/);
  });

  it('keeps the last good configuration when a model cannot be loaded, and says why', async () => {
    await load(encoderRule());
    const { hash } = gateway.running.runtime.generation.loaded;
    const wrong = async (options: object, message: RegExp): Promise<void> => {
      await gateway.rewrite({ rules: [encoderRule({ options } as Partial<RuleInput>)] });
      assert.match((await gateway.running.runtime.reload()).error!, message);
      assert.equal(gateway.running.runtime.generation.loaded.hash, hash);
    };
    await wrong({ folder: 'models/none', labels: ['ATTACK'] }, /models\/none/);
    await wrong({ folder: 'models/small', labels: ['JAILBREAK'] }, /no label "JAILBREAK".*BENIGN, ATTACK/);
    await wrong({ folder: 'models/small', file: 'other.onnx', labels: ['ATTACK'] }, /Looked for other\.onnx/);
    await wrong({ labels: ['ATTACK'] }, /rules\[0\]\.options\.folder/);
    await wrong({ folder: 'models/small', file: 'tokenizer.json', labels: ['ATTACK'] }, /no readable ONNX model/);
    assert.equal((await ask(gateway, CHAT, 'text', 'the attack', { stream: false })).status, 400);
  });

  it('does not write a judge’s key anywhere', async () => {
    const key = 'sk-judge-0123456789abcdef';
    await load({
      id: 'judged',
      detector: 'judge',
      action: 'flag',
      timeout: '10s',
      options: { url: judgeUrl, model: 'j', question: 'Q.', key },
    });
    const { loaded } = gateway.running.runtime.generation;
    assert.ok([...loaded.secrets].some((path) => path.endsWith('options.key')));
    assert.ok(loaded.warnings.some((warning) => warning.includes('a credential stands in the file')));
    assert.ok(!JSON.stringify(loaded.warnings).includes(key));
  });
});

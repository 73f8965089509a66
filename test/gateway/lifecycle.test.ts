import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { StoredExchange } from '../../src/store/store.ts';
import { type Upstream, startUpstream } from '../upstream/start-upstream.ts';
import { WAYS, ask } from './ask.ts';
import { type TestGateway, startGateway } from './start-gateway.ts';
import { until } from '../../src/core/testing/until.ts';

const CHAT = WAYS[0]!;

describe('the life of a gateway', () => {
  let upstream: Upstream;
  let second: Upstream;
  let gateway: TestGateway;
  before(async () => {
    upstream = await startUpstream();
    second = await startUpstream();
    gateway = await startGateway({
      upstreamUrl: upstream.url,
      config: {
        rules: [{ id: 'secrets', detector: 'secret-leak', action: 'redact', options: {} }],
        limits: { pingEvery: '200ms', concurrent: 8, slowAfter: '1s', minRate: '64KiB', maxBuffered: '64KiB' },
        upstreams: [
          {
            id: 'dead',
            dialect: 'openai',
            url: 'http://127.0.0.1:1',
            models: ['fail-*', 'error-503*', 'error-400*'],
            aliases: { nice: 'text' },
          },
          {
            id: 'open',
            dialect: 'openai',
            url: upstream.url,
            key: 'sk-upstream-openai',
            models: ['*'],
            aliases: { nice: 'text', renamed: 'echo' },
            firstByteTimeout: '1s',
            idleTimeout: '1s',
          },
          {
            id: 'spare',
            dialect: 'openai',
            url: second.url,
            key: 'sk-spare',
            firstByteTimeout: '1s',
            models: ['error-503*', 'reset*', 'hang+*', 'error-400*'],
          },
          {
            id: 'anthro',
            dialect: 'anthropic',
            url: upstream.url,
            key: 'sk-upstream-anthropic',
            models: ['*'],
            idleTimeout: '1s',
          },
        ],
      },
    });
  });
  after(async () => {
    await gateway.close();
    await upstream.close();
    await second.close();
  });

  /** The record of the next exchange with a model whose name begins so. */
  const nextRecord = (model: string): Promise<StoredExchange> =>
    new Promise((resolve) => {
      const off = gateway.running.runtime.live.subscribe((stored) => {
        if (stored.exchange.model?.startsWith(model) !== true) return;
        off();
        resolve(stored);
      });
    });

  it('aborts the upstream when the client leaves in the middle of a stream, and bills what was seen', async () => {
    const record = nextRecord('long+length=50000');
    const controller = new AbortController();
    const response = await fetch(gateway.url + CHAT.path, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.key}` },
      body: JSON.stringify(CHAT.body('long+length=50000+slow=5+id=leave', 'hi', { stream: true })),
      signal: controller.signal,
    });
    const reader = response.body!.getReader();
    await reader.read();
    const seen = await upstream.request(({ body }) => body.includes('id=leave'));
    controller.abort();
    assert.equal(await seen.ended, true);
    const { exchange } = await record;
    assert.equal(exchange.outcome, 'client-closed');
    assert.equal(exchange.usage!.estimated, true);
    assert.ok(exchange.usage!.outputTokens > 0);
    assert.equal(gateway.running.runtime.live.inFlight.size, 0);
  });

  it('aborts the upstream when the client leaves before the first byte', async () => {
    const record = nextRecord('hang');
    const controller = new AbortController();
    const pending = fetch(gateway.url + CHAT.path, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.key}` },
      body: JSON.stringify(CHAT.body('hang', 'hi', { stream: false })),
      signal: controller.signal,
    });
    const seen = await upstream.request(({ body }) => body.includes('"hang"'));
    controller.abort();
    await assert.rejects(pending);
    assert.equal(await seen.ended, true);
    assert.equal((await record).exchange.outcome, 'client-closed');
  });

  it('goes to the next upstream when one cannot be reached, breaks off or has no capacity', async () => {
    for (const model of ['error-503', 'reset', 'hang+id=failover', 'nice']) {
      const before = second.received + upstream.received;
      const answer = await ask(gateway, CHAT, model, 'hi', { stream: false });
      if (model === 'nice') {
        assert.equal(answer.status, 200);
        assert.match(upstream.requests.at(-1)!.body.toString(), /"model":"text"/);
      } else if (model === 'error-503') {
        assert.equal(answer.status, 503, "the last upstream's own error goes to the client");
        assert.equal(second.requests.at(-1)!.headers.authorization, 'Bearer sk-spare');
      } else {
        assert.ok(answer.status >= 500, `${model}: ${answer.status}`);
      }
      assert.ok(second.received + upstream.received > before);
    }
  });

  it('does not go to the next upstream for a fault of the request', async () => {
    const before = second.received;
    const answer = await ask(gateway, CHAT, 'error-400+id=own', 'hi', { stream: false });
    assert.equal(answer.status, 400);
    assert.equal(second.received, before);
  });

  it('renames a model for the provider and changes no other byte', async () => {
    await ask(gateway, CHAT, 'renamed', 'hi there', { stream: false });
    assert.equal(
      upstream.requests.at(-1)!.body.toString(),
      JSON.stringify(CHAT.body('echo', 'hi there', { stream: false })),
    );
  });

  it('does not pass on that the provider refused its key', async () => {
    const answer = await ask(gateway, CHAT, 'error-401', 'hi', { stream: false });
    assert.equal(answer.status, 502);
    assert.doesNotMatch(answer.text, /sk-upstream/);
  });

  it('ends a stream that the provider breaks off as an error, never as a whole answer', async () => {
    for (const model of ['truncate', 'reset-mid', 'hang-mid']) {
      const answer = await ask(gateway, CHAT, model, 'hi', { stream: true });
      assert.match(answer.text, /"error":\{/, model);
      assert.match(answer.text, /\[DONE\]/, model);
      const anthropic = await ask(gateway, WAYS[3]!, model, 'hi', { stream: true });
      assert.match(anthropic.text, /event: error/, model);
    }
  });

  it('keeps a quiet stream alive', async () => {
    const answer = await ask(gateway, WAYS[3]!, 'text+slow=350+chars=30', 'hi', { stream: true });
    assert.match(answer.text, /event: ping/);
    assert.match(answer.text, /message_stop/);
  });

  it('limits the requests in flight of one principal', async () => {
    const key = await gateway.createKey('greedy');
    const many = await Promise.all(
      Array.from({ length: 20 }, () => ask({ url: gateway.url, key }, CHAT, 'text+slow=20', 'hi', { stream: true })),
    );
    const refused = many.filter(({ status }) => status === 429);
    assert.ok(refused.length >= 8 && refused.length <= 12, `${refused.length} refused`);
    assert.match(refused[0]!.text, /in flight/);
    const after = await ask({ url: gateway.url, key }, CHAT, 'text', 'hi', { stream: false });
    assert.equal(after.status, 200);
  });

  it('does not hold a whole answer for a client that does not read, and drops it', async () => {
    const body = JSON.stringify(CHAT.body('long+length=20000000+chars=4000', 'hi', { stream: true }));
    const record = nextRecord('long+length=20000000');
    const { hostname, port } = new URL(gateway.url);
    const before = process.memoryUsage().rss;
    const socket = connect({ host: hostname, port: Number(port) });
    socket.on('error', () => {});
    socket.pause();
    socket.write(
      `POST ${CHAT.path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${gateway.key}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    const { exchange } = await record;
    assert.equal(exchange.outcome, 'client-closed');
    assert.ok(exchange.bytes.response < 15_000_000, `${exchange.bytes.response} bytes were taken from the provider`);
    assert.ok(process.memoryUsage().rss - before < 400 * 2 ** 20);
    socket.destroy();
  });

  it('loads a changed configuration whole or not at all', async () => {
    const { runtime } = gateway.running;
    const hash = runtime.generation.loaded.hash;
    const { config } = runtime.generation.loaded;
    const input = {
      upstreams: [{ id: 'open', dialect: 'openai' as const, url: upstream.url, key: 'k', models: ['text'] }],
      limits: { concurrent: 3 },
    };
    await gateway.rewrite({ ...input, upstreams: [] });
    const failed = await runtime.reload();
    assert.match(failed.error!, /upstreams/);
    assert.equal(runtime.generation.loaded.hash, hash);
    assert.equal(runtime.generation.loaded.config, config);
    const readiness = await runtime.readiness();
    assert.equal(readiness.ready, true);
    assert.match(JSON.stringify(readiness.checks), /not loaded/);
    assert.match(await runtime.metrics.metrics(), /parapet_config_ok 0/);

    await gateway.rewrite(input);
    const loaded = await runtime.reload();
    assert.equal(loaded.error, null);
    assert.equal(runtime.generation.loaded.config.limits.concurrent, 3);
    assert.equal((await ask(gateway, CHAT, 'echo', 'hi', { stream: false })).status, 404);
    assert.equal((await ask(gateway, CHAT, 'text', 'hi', { stream: false })).status, 200);

    await gateway.rewrite({ ...input, listen: { port: 1234 } });
    assert.match((await runtime.reload()).error!, /next start/);
  });

  it('lets running streams finish when it is told to stop, and takes no new ones', async () => {
    const own = await startGateway({ upstreamUrl: upstream.url });
    const running = ask(own, CHAT, 'long+length=400+slow=20', 'hi', { stream: true });
    await until(() => own.running.runtime.live.inFlight.size === 1, 'the stream');
    const closing = own.close({ keep: true });
    await until(
      () =>
        new Promise<boolean>((resolve) => {
          httpRequest(own.url, { method: 'GET', agent: false }, (response) => (response.resume(), resolve(false)))
            .on('error', () => resolve(true))
            .end();
        }),
      'a refusal',
    );
    const answer = await running;
    assert.equal(answer.status, 200);
    assert.match(answer.text, /\[DONE\]/);
    await closing;
  });
});

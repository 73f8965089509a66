import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { type Upstream, startUpstream } from '../upstream/start-upstream.ts';
import { WAYS, ask } from './ask.ts';
import { type TestGateway, startGateway } from './start-gateway.ts';
import { until } from '../../src/core/testing/until.ts';

describe('what nothing touches', () => {
  let upstream: Upstream;
  let gateway: TestGateway;
  before(async () => {
    upstream = await startUpstream();
    gateway = await startGateway({
      upstreamUrl: upstream.url,
      config: {
        rules: [{ id: 'secrets', detector: 'secret-leak', action: 'redact', options: {} }],
        budgets: [{ id: 'b', per: 'principal', window: 'month', tokens: 1_000_000_000 }],
      },
    });
  });
  after(async () => {
    await gateway.close();
    await upstream.close();
  });

  /** The answer of the provider itself to the same request, with what differs from call to call (ids, times) taken out. */
  const stable = (text: string): string =>
    text
      .replaceAll(/(chatcmpl|cmpl|resp|msg|req|rs|fc|call|toolu|item)[-_][A-Za-z0-9_]+/g, '$1-ID')
      .replaceAll(/"(created|created_at|completed_at)":\s*\d+(\.\d+)?/g, '"$1":0')
      .replaceAll(/"obfuscation":"[^"]*"/g, '"obfuscation":""');

  for (const way of WAYS) {
    it(`${way.surface}: a stream leaves byte for byte, for random cuts`, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom('long+length=300', 'tools', 'reasoning', 'refusal', 'text'),
          fc.integer({ min: 1, max: 40 }),
          fc.constantFrom('', '+split=1', '+split=7', '+split=61', '+split=all'),
          fc.constantFrom('', '+crlf', '+comments', '+unknown', '+pings'),
          async (name, chars, split, extra) => {
            const model = `${name}+chars=${chars}${split}${extra}`;
            const direct = await ask({ url: upstream.url, key: 'sk-direct' }, way, model, 'hello', { stream: true });
            const through = await ask(gateway, way, model, 'hello', { stream: true });
            assert.equal(through.status, 200);
            assert.equal(stable(through.text), stable(direct.text), model);
          },
        ),
        { numRuns: 12 },
      );
    });

    it(`${way.surface}: request and answer bodies leave byte for byte`, async () => {
      for (const model of ['text+unknown', 'tools', 'long+length=5000']) {
        const direct = await ask({ url: upstream.url, key: 'sk-direct' }, way, model, 'hello ☕', { stream: false });
        const sent = upstream.requests.at(-1)!.body.toString('utf8');
        const through = await ask(gateway, way, model, 'hello ☕', { stream: false });
        assert.equal(upstream.requests.at(-1)!.body.toString('utf8'), sent);
        assert.equal(stable(through.text), stable(direct.text));
      }
    });
  }

  it("adds the usage chunk to its own reading and not to the caller's", async () => {
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.key}` },
      body: JSON.stringify({
        model: 'text+input=123+output=45',
        stream: true,
        messages: [{ role: 'user', content: 'hi' }],
      }),
    });
    const text = await response.text();
    assert.doesNotMatch(text, /"choices":\s*\[\]/);
    assert.match(text, /\[DONE\]/);
    assert.match(upstream.requests.at(-1)!.body.toString('utf8'), /"stream_options":\{"include_usage":true\}/);
    const row = await until(
      () => gateway.running.runtime.store.exchange(response.headers.get('x-request-id')!),
      'the record',
    );
    assert.deepEqual(
      {
        input: row.exchange.usage!.inputTokens,
        output: row.exchange.usage!.outputTokens,
        estimated: row.exchange.usage!.estimated,
      },
      { input: 123, output: 45, estimated: false },
    );
  });

  it('forwards what the provider needs and nothing else', async () => {
    await fetch(`${gateway.url}/v1/messages?beta=true`, {
      method: 'POST',
      headers: {
        'x-api-key': gateway.key,
        'anthropic-version': '2026-10-21',
        'anthropic-beta': 'a-2025-01-01,b-2025-02-02',
        'x-stainless-lang': 'js',
        'idempotency-key': 'one',
        cookie: 'session=private',
        'x-internal-token': 'private',
        'x-forwarded-for': '10.0.0.1',
      },
      body: JSON.stringify({ model: 'text', max_tokens: 10, messages: [{ role: 'user', content: 'hi' }] }),
    });
    const { headers, path } = upstream.requests.at(-1)!;
    assert.equal(path, '/v1/messages?beta=true');
    assert.equal(headers['anthropic-version'], '2026-10-21');
    assert.equal(headers['anthropic-beta'], 'a-2025-01-01,b-2025-02-02');
    assert.equal(headers['x-stainless-lang'], 'js');
    assert.equal(headers['idempotency-key'], 'one');
    assert.equal(headers['x-api-key'], 'sk-upstream-anthropic');
    for (const name of ['cookie', 'x-internal-token', 'x-forwarded-for', 'authorization'])
      assert.equal(headers[name], undefined, name);
    assert.ok(!JSON.stringify(headers).includes(gateway.key));
  });
});

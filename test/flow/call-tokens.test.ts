/** Tokens for single calls: the agent holds no credential for data, and gets one for each call that was let through. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import OpenAI from 'openai';
import { createCallTokenVerifier } from '../../src/flow/scope/call-token.ts';
import { startGateway, type TestGateway } from '../gateway/start-gateway.ts';
import { playModel } from '../upstream/play-model.ts';
import { startUpstream, type Upstream } from '../upstream/start-upstream.ts';

const RULES = `
scope: [{ tool: get_orders, bind: { user: sub } }]
rules: [{ id: no-notes, tool: get_notes, effect: deny }]
`;
const { privateKey, publicKey } = generateKeyPairSync('ed25519');

describe('a token for a call', () => {
  let upstream: Upstream;
  let gateway: TestGateway;
  let runs = 0;
  const flow = (callTokens?: object): object => ({
    mode: 'enforce',
    onDeny: 'answer',
    rules: 'flow.yaml',
    ...(callTokens === undefined ? {} : { callTokens }),
  });
  const configured = async (callTokens?: object): Promise<string | null> => {
    await gateway.rewrite({ flow: flow(callTokens) });
    return (await gateway.running.runtime.reload()).error;
  };
  const EDDSA = {
    issuer: 'https://parapet.example',
    keyFile: 'call.pem',
    lifetime: '20s',
    tools: [{ tool: 'get_*', audience: 'https://orders.example' }],
  };
  before(async () => {
    upstream = await startUpstream();
    gateway = await startGateway({ upstreamUrl: upstream.url });
    await writeFile(join(gateway.directory, 'flow.yaml'), RULES);
    await writeFile(join(gateway.directory, 'call.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    assert.equal(await configured(EDDSA), null);
  });
  after(async () => {
    await gateway.close();
    await upstream.close();
  });

  interface Made {
    readonly id: string;
    readonly tool: string;
    readonly args: Record<string, unknown>;
  }

  async function ask(stream: boolean, tools: readonly { name: string; arguments: string }[]): Promise<readonly Made[]> {
    playModel(upstream, () => ({ tools: [...tools] }));
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key, maxRetries: 0 });
    const request = {
      model: `tokens+id=${(runs += 1)}`,
      messages: [{ role: 'user' as const, content: 'Show my orders, notes and the weather.' }],
      tools: ['get_orders', 'get_notes', 'see_weather'].map((name) => ({
        type: 'function' as const,
        function: { name, parameters: { type: 'object' } },
      })),
    };
    const { choices } = stream
      ? await client.chat.completions.stream(request).finalChatCompletion()
      : await client.chat.completions.create(request);
    return (choices[0]!.message.tool_calls ?? []).flatMap((call) =>
      call.type === 'function'
        ? [{ id: call.id, tool: call.function.name, args: JSON.parse(call.function.arguments) as Made['args'] }]
        : [],
    );
  }

  async function tokenFor(
    body: unknown,
    key = gateway.key,
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await fetch(`${gateway.url}/v1/call-tokens`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }
  const verifier = () =>
    createCallTokenVerifier({
      issuer: EDDSA.issuer,
      audience: 'https://orders.example',
      algorithm: 'EdDSA',
      key: publicKey,
      clock: Date.now,
    });

  it('is for this call alone, with the arguments that the caller got, for whom it was made', async () => {
    for (const stream of [false, true]) {
      const [made] = await ask(stream, [{ name: 'get_orders', arguments: '{"user":"bob","year":2026}' }]);
      const { status, body } = await tokenFor({ call: made!.id });
      assert.equal(status, 200);
      assert.deepEqual(
        [body['tool'], body['audience'], body['expires_in']],
        ['get_orders', 'https://orders.example', 20],
      );
      const verify = verifier();
      const token = String(body['token']);
      for (const [tool, args] of [
        ['get_orders', { user: 'bob', year: 2026 }],
        ['get_notes', made!.args],
      ] as const)
        assert.equal((await verify.verify(token, { tool, args })).ok, false);
      const verified = await verify.verify(token, made!);
      assert.ok(verified.ok && verified.subject === 'alice');
      assert.equal((await verify.verify(token, made!)).ok, false, 'once');
      assert.equal((await tokenFor({ call: made!.id })).status, 404, 'made once');
    }
  });

  it('there is none for another caller, for a call that was stopped, or for a tool that is not named', async () => {
    const [orders, weather] = await ask(false, [
      { name: 'get_orders', arguments: '{}' },
      { name: 'get_notes', arguments: '{}' },
      { name: 'see_weather', arguments: '{}' },
    ]);
    assert.deepEqual([orders!.tool, weather!.tool], ['get_orders', 'see_weather']);
    assert.equal((await tokenFor({ call: orders!.id }, await gateway.createKey('mallory'))).status, 404);
    const stopped = orders!.id.replace(/.$/, (last) => String(Number(last) + 1));
    for (const call of [weather!.id, stopped, 'call_0', 'answer.0/0'])
      assert.equal((await tokenFor({ call })).status, 404, call);
    assert.equal((await tokenFor({ call: orders!.id })).status, 200);
  });

  it('nobody without a key, and nothing that is no request', async () => {
    assert.equal((await tokenFor({ call: 'x' }, 'sk-parapet-none')).status, 401);
    for (const body of ['', '[]', '{"call":7}', '{"call":""}', '{"call":"a","call":"b"}', '"x"', 'null'])
      assert.equal((await tokenFor(body)).status, 400, body);
    const got = await fetch(`${gateway.url}/v1/call-tokens`, { headers: { authorization: `Bearer ${gateway.key}` } });
    assert.equal(got.status, 405);
  });

  it('the configuration has to have a key that signs', async () => {
    const tools = EDDSA.tools;
    for (const [wrong, message] of [
      [{ ...EDDSA, keyFile: 'none.pem' }, /cannot be used/],
      [{ issuer: 'p', tools }, /keyFile with EdDSA/],
      [{ issuer: 'p', algorithm: 'HS256', secret: 'short', tools }, /32/],
      [{ ...EDDSA, lifetime: '2m' }, /60s/],
    ] as const)
      assert.match((await configured(wrong)) ?? '', message);
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    await writeFile(join(gateway.directory, 'rsa.pem'), rsa.export({ type: 'pkcs8', format: 'pem' }));
    assert.match((await configured({ ...EDDSA, keyFile: 'rsa.pem' })) ?? '', /cannot be used/);
    assert.equal(await configured({ issuer: 'p', algorithm: 'HS256', secret: 's'.repeat(32), tools }), null);
    assert.equal(await configured(), null);
    const [made] = await ask(false, [{ name: 'get_orders', arguments: '{}' }]);
    assert.equal((await tokenFor({ call: made!.id })).status, 404);
  });
});

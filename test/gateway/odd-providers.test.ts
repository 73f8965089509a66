import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { type Upstream, startUpstream } from '../upstream/start-upstream.ts';
import { type TestGateway, startGateway } from './start-gateway.ts';

/** Made up, in the shape that the vendor publishes. */
const SECRET = 'AKIAQ3EGTUW5ZLN7YMRD';
const ANSWER = { id: 'c', choices: [{ index: 0, message: { role: 'assistant', content: 'ok' } }] };

describe('a provider that answers oddly', () => {
  let upstream: Upstream;
  let gateway: TestGateway;
  before(async () => {
    upstream = await startUpstream();
    gateway = await startGateway({
      upstreamUrl: upstream.url,
      config: {
        rules: [{ id: 'secrets', detector: 'secret-leak', action: 'redact', options: {} }],
        budgets: [{ id: 'b', per: 'principal', window: 'month', tokens: 100_000 }],
      },
    });
  });
  after(async () => {
    await gateway.close();
    await upstream.close();
  });

  const ask = async (
    answer: (response: ServerResponse) => void,
    body: object = {},
  ): Promise<{ status: number; text: string; headers: string }> => {
    upstream.script((_request, response) => {
      answer(response);
      return true;
    });
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.key}` },
      body: JSON.stringify({ model: 'any', messages: [{ role: 'user', content: 'hi' }], ...body }),
      redirect: 'manual',
    });
    upstream.script(null);
    return { status: response.status, text: await response.text(), headers: JSON.stringify([...response.headers]) };
  };
  const json =
    (value: unknown, status = 200, headers: Record<string, string> = {}) =>
    (response: ServerResponse) =>
      void response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(typeof value === 'string' ? value : JSON.stringify(value));

  it('with a redirect: it is neither followed nor passed on', async () => {
    const { status, headers } = await ask(json({}, 302, { location: 'http://169.254.169.254/latest' }));
    assert.equal(status, 502);
    assert.ok(!headers.includes('169.254'));
  });

  it('with a compressed body that it was asked not to send', async () => {
    const { status } = await ask((response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(Buffer.from('H4sIAAAAAAAAA6uuBQBDv6ajAgAAAA==', 'base64'));
    });
    assert.equal(status, 502);
  });

  it('with an error that says what it should not', async () => {
    const { status, text } = await ask(json({ error: { message: `bad key ${SECRET}`, type: 'x' } }, 400));
    assert.equal(status, 400);
    assert.ok(!text.includes(SECRET));
    assert.match(text, /bad key \[AWS/);
    const page = await ask((response) => {
      response.writeHead(500, { 'content-type': 'text/html' }).end(`<h1>${SECRET}</h1>`);
    });
    assert.equal(page.status, 502);
    assert.ok(!page.text.includes(SECRET));
  });

  it('with a key that stands twice', async () => {
    const choices = JSON.stringify([{ index: 0, message: { role: 'assistant', content: SECRET } }]);
    const { status, text } = await ask(json(JSON.stringify(ANSWER).replace('{', `{"choices":${choices},`)));
    assert.equal(status, 502);
    assert.ok(!text.includes(SECRET));
  });

  it('with text in fields that nobody knows', async () => {
    const { status, text } = await ask(json({ ...ANSWER, novel: { deep: [`see ${SECRET}`] } }));
    assert.equal(status, 200);
    assert.ok(!text.includes(SECRET), text);
    assert.match(text, /see \[AWS/);
  });

  it('with a stream where an answer was asked for, and the other way round', async () => {
    const frame = { choices: [{ index: 0, delta: { content: SECRET }, finish_reason: 'stop' }] };
    const streamed = await ask((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(`data: ${JSON.stringify(frame)}\n\ndata: [DONE]\n\n`);
    });
    assert.ok(!streamed.text.includes(SECRET));
    const secret = { ...ANSWER, choices: [{ index: 0, message: { role: 'assistant', content: SECRET } }] };
    const whole = await ask(json(secret), { stream: true });
    assert.equal(whole.status, 200);
    assert.ok(!whole.text.includes(SECRET));
  });

  it('with nothing, or with something that is not JSON', async () => {
    assert.equal((await ask((response) => void response.writeHead(204).end())).status, 502);
    assert.equal((await ask(json('"just text'))).status, 502);
    assert.equal((await ask(json('[1,2,3]'))).status, 502);
  });

  it('is asked for more than anything can be: the budget says no, not an internal error', async () => {
    const { status, text } = await ask(json(ANSWER), { n: 1e9, max_tokens: 1e9 });
    assert.equal(status, 429);
    assert.match(text, /budget/);
  });
});

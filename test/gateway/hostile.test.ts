import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { request as httpRequest } from 'node:http';
import { type Upstream, startUpstream } from '../upstream/start-upstream.ts';
import { sendRaw } from './raw-http.ts';
import { type TestGateway, startGateway } from './start-gateway.ts';
import { until } from '../../src/core/testing/until.ts';

const CHAT = '/v1/chat/completions';

describe('hostile input', () => {
  let upstream: Upstream;
  let gateway: TestGateway;

  before(async () => {
    upstream = await startUpstream();
    gateway = await startGateway({
      upstreamUrl: upstream.url,
      config: {
        rules: [{ id: 'secrets', detector: 'secret-leak', action: 'redact', options: {} }],
        limits: { body: '1MiB', depth: 32, items: 20_000, bodyTimeout: '1s', headers: '8KiB' },
      },
    });
  });
  after(async () => {
    await gateway.close();
    await upstream.close();
  });

  const post = (body: string | Uint8Array, path = CHAT, headers: Record<string, string> = {}) =>
    fetch(gateway.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json', ...headers },
      body: body as string,
    });

  /** The process still answers an ordinary request correctly. */
  const alive = async (): Promise<void> => {
    const response = await post(JSON.stringify({ model: 'text', messages: [{ role: 'user', content: 'hello' }] }));
    assert.equal(response.status, 200);
    const body = (await response.json()) as { choices: { message: { content: string } }[] };
    assert.ok(body.choices[0]!.message.content.length > 0);
  };

  const refused = async (body: string | Uint8Array, status: number, says: RegExp): Promise<void> => {
    const before = upstream.received;
    const response = await post(body);
    const text = await response.text();
    assert.equal(response.status, status, text);
    const error = (JSON.parse(text) as { error: { message: string } }).error;
    assert.match(error.message, says);
    assert.match(response.headers.get('x-request-id') ?? '', /^req_/);
    assert.equal(upstream.received, before, 'nothing reached the provider');
    await alive();
  };

  it('says where JSON is malformed', async () => {
    await refused('{"model":"text","messages":[{"role":"user",}]}', 400, /1:\d+|byte \d+|offset/i);
    await refused('', 400, /./);
    await refused('{"model":"text"} trailing', 400, /./);
    await refused('\ufeff{"model":"text"}', 400, /./);
    await refused('[1,2', 400, /./);
  });

  it('refuses a key that stands twice, also when one copy is escaped', async () => {
    await refused('{"model":"text","model":"other","messages":[]}', 400, /model|twice|duplicate/i);
    await refused('{"model":"text","mod\\u0065l":"other","messages":[]}', 400, /model|twice|duplicate/i);
    await refused(
      '{"model":"text","messages":[{"role":"user","content":"a","content":"b"}]}',
      400,
      /content|twice|duplicate/i,
    );
  });

  it('refuses bytes that are not UTF-8', async () => {
    const body = Buffer.concat([
      Buffer.from('{"model":"text","messages":[{"role":"user","content":"'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"}]}'),
    ]);
    await refused(body, 400, /UTF-8/);
  });

  it('refuses nesting and counts beyond its limits, in time', async () => {
    await refused(`{"model":"text","messages":${'['.repeat(500)}${']'.repeat(500)}}`, 400, /nest|deep|level/i);
    await refused(`{"model":"text","messages":[${'0,'.repeat(30_000)}0]}`, 413, /./);
    await refused('['.repeat(900_000), 400, /./);
  });

  it('passes prototype keys on as data and is not changed by them', async () => {
    const body =
      '{"model":"text","__proto__":{"stream":true,"model":"evil"},"constructor":{"prototype":{"polluted":1}},"messages":[{"role":"user","content":"hi"}]}';
    const response = await post(body);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type')?.startsWith('application/json'), true);
    const seen = upstream.requests.at(-1)!;
    assert.equal(Buffer.from(seen.body).toString(), body);
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
    await alive();
  });

  it('refuses a body over the limit before reading it, and while reading it', async () => {
    const declared = await sendRaw(gateway.url, [
      `POST ${CHAT} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${gateway.key}\r\ncontent-type: application/json\r\ncontent-length: 104857600\r\n\r\n`,
    ]);
    assert.equal(declared.status, 413);
    const megabyte = Buffer.alloc(1024 * 1024, 0x61);
    const chunk = Buffer.concat([Buffer.from(`${megabyte.length.toString(16)}\r\n`), megabyte, Buffer.from('\r\n')]);
    const streamed = await sendRaw(gateway.url, [
      `POST ${CHAT} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${gateway.key}\r\ntransfer-encoding: chunked\r\n\r\n`,
      ...Array.from({ length: 100 }, () => chunk),
    ]);
    assert.equal(streamed.status, 413);
    await alive();
  });

  it('does not read a body for a caller it does not know', async () => {
    const answer = await sendRaw(gateway.url, [
      `POST ${CHAT} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer nobody\r\ncontent-length: 104857600\r\n\r\n`,
      'x'.repeat(1000),
    ]);
    assert.equal(answer.status, 401);
    await alive();
  });

  it('times out clients that send headers or bodies drop by drop', async () => {
    const body = await sendRaw(
      gateway.url,
      [
        `POST ${CHAT} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${gateway.key}\r\ncontent-length: 1000\r\n\r\n`,
        ...'{"model":"text"'.split(''),
      ],
      { pause: 200 },
    );
    assert.equal(body.status, 408);
    const headers = await sendRaw(
      gateway.url,
      [`POST ${CHAT} HTTP/1.1\r\n`, ...'x-slow: 1\r\nx-slower: 2\r\n'.repeat(20).split('')],
      {
        pause: 100,
        millis: 20_000,
      },
    );
    assert.equal(headers.status, 408);
    await alive();
  });

  it('refuses requests that hide another one', async () => {
    const smuggles = [
      `POST ${CHAT} HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n`,
      `POST ${CHAT} HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello`,
      `POST ${CHAT} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
      `POST ${CHAT} HTTP/1.1\r\nhost: x\r\ntransfer-encoding : chunked\r\n\r\n0\r\n\r\n`,
      `POST ${CHAT} HTTP/1.1\r\nhost: x\r\nx: a\r\n y: folded\r\n\r\n`,
      `POST ${CHAT} HTTP/1.1\r\nhost: x\nx-bare: lf\r\n\r\n`,
      `GET ${CHAT} HTTP/1.1\r\n\r\n`,
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      '\u0000\u0001\u0002\u0003',
    ];
    for (const smuggle of smuggles) {
      const before = upstream.received;
      const answer = await sendRaw(gateway.url, [smuggle], { millis: 3000, halfClose: true });
      assert.ok(
        answer.status === 400 || answer.status === 0 || answer.status === 401,
        `${JSON.stringify(smuggle)}: ${answer.text}`,
      );
      assert.equal(
        (answer.text.match(/HTTP\/1\.1/g) ?? []).length <= 1,
        true,
        `one answer to ${JSON.stringify(smuggle)}`,
      );
      assert.equal(upstream.received, before);
    }
    await alive();
  });

  it('refuses headers over the limit', async () => {
    const answer = await sendRaw(gateway.url, [
      `GET /v1/models HTTP/1.1\r\nhost: x\r\nx-long: ${'a'.repeat(10_000)}\r\n\r\n`,
    ]);
    assert.equal(answer.status, 431);
    await alive();
  });

  it('answers a client that half-closes its connection', async () => {
    const body = JSON.stringify({ model: 'text', messages: [{ role: 'user', content: 'hello' }] });
    const answer = await sendRaw(
      gateway.url,
      [
        `POST ${CHAT} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${gateway.key}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
      ],
      { halfClose: true },
    );
    assert.ok(answer.status === 200 || answer.status === 0, answer.text);
    await alive();
  });

  it('refuses what it does not serve, in the dialect of the caller', async () => {
    for (const path of [
      '/v1/files',
      '/v1/assistants',
      '/v1/chat/completions/',
      '/v1//chat/completions',
      '/v1/../v1/chat/completions',
      '/V1/chat/completions',
      '/v1/audio/speech',
      '/',
      '/v1/responses/a%2fb',
      '/v1/chat%2fcompletions',
    ]) {
      const before = upstream.received;
      const answer = await sendRaw(gateway.url, [
        `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${gateway.key}\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}`,
      ]);
      assert.equal(answer.status, 404, path);
      assert.match(answer.body, /"error"/);
      assert.equal(upstream.received, before, path);
    }
    const anthropic = await post('{}', '/anthropic/v1/complete');
    assert.equal(anthropic.status, 404);
    assert.equal(((await anthropic.json()) as { type: string }).type, 'error');
    const method = await fetch(gateway.url + CHAT, { headers: { authorization: `Bearer ${gateway.key}` } });
    assert.equal(method.status, 405);
  });

  it('says what is wrong with a base URL that is almost right', async () => {
    for (const [path, said] of [
      ['/v1/v1/messages', /"\/v1" twice/],
      ['/anthropic/v1/v1/messages?beta=true', /"\/v1" twice/],
      ['/chat/completions', /ends in "\/v1"/],
      ['/openai/responses', /ends in "\/v1"/],
      ['/v1/files', /docs\/gateway\.md/],
      ['/v1/v1/files', /docs\/gateway\.md/],
      ['/', /docs\/gateway\.md/],
    ] as const) {
      const { error } = (await (await post('{}', path)).json()) as { error: { message: string } };
      assert.match(error.message, said, path);
    }
  });

  it('refuses encoded bodies', async () => {
    const response = await post(new Uint8Array([0x1f, 0x8b, 8, 0]), CHAT, { 'content-encoding': 'gzip' });
    assert.equal(response.status, 400);
    assert.match(await response.text(), /content-encoding/);
  });

  it('gives its memory back after a hundred aborted uploads', async () => {
    const settle = async (): Promise<number> => {
      await new Promise((done) => setTimeout(done, 200));
      globalThis.gc?.();
      return process.memoryUsage().rss;
    };
    await alive();
    const start = await settle();
    for (let round = 0; round < 100; round += 1) {
      await new Promise<void>((done) => {
        const request = httpRequest(gateway.url + CHAT, {
          method: 'POST',
          headers: { authorization: `Bearer ${gateway.key}`, 'content-length': '1000000' },
        });
        request.on('error', () => done());
        request.write(Buffer.alloc(500_000, 0x20));
        setTimeout(() => request.destroy(), 5);
        request.on('close', () => done());
      });
    }
    const end = await settle();
    assert.ok(end - start < 150 * 1024 * 1024, `${Math.round((end - start) / 2 ** 20)} MiB more than before`);
    await until(() => gateway.running.runtime.live.inFlight.size === 0, 'the last upload to be given up');
    await alive();
  });
});

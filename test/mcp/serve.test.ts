import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { exportJWK, SignJWT } from 'jose';
import type { Json } from './hostile-bench.ts';
import { begin, type HostileHttp, post, startHostileHttp, startServe, type Served } from './serve-bench.ts';
import { temporaryFolder } from '../../src/core/testing/temporary-folder.ts';

async function pair(
  answer: Parameters<typeof startHostileHttp>[0] = () => null,
  config: Omit<Parameters<typeof startServe>[0], 'servers'> = {},
  server: Json = {},
): Promise<{ readonly served: Served; readonly hostile: HostileHttp; readonly at: string; stop(): Promise<void> }> {
  const hostile = await startHostileHttp(answer);
  const served = await startServe({
    ...config,
    servers: { notes: { url: hostile.url, private: true, ...server } },
  }).catch((error: unknown) => {
    hostile.close();
    throw error;
  });
  return {
    served,
    hostile,
    at: `${served.url}/mcp/notes`,
    async stop() {
      await served.close();
      hostile.close();
    },
  };
}

/** fetch sets Host and Origin itself. */
function raw(url: string, headers: Readonly<Record<string, string>>, body = '{}'): Promise<number> {
  return new Promise((resolve, reject) => {
    const { hostname, port, pathname } = new URL(url);
    const sent = httpRequest(
      { hostname, port, path: pathname, method: 'POST', headers: { 'content-type': 'application/json', ...headers } },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

test('DNS rebinding: other origins and other host names are refused, programs and the loopback are not', async () => {
  const { at, stop } = await pair(() => null, { listen: { origins: ['https://app.example.com'] } });
  assert.equal(await raw(at, { host: 'evil.example' }), 421);
  assert.equal(await raw(at, { origin: 'https://evil.example' }), 403);
  assert.equal(await raw(at, { origin: 'null' }), 403);
  const params = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: {} });
  assert.equal(await raw(at, { origin: 'https://app.example.com' }, params), 200);
  assert.equal(await raw(at, { host: 'localhost:1234' }, params), 200);
  await stop();
});

test('strangers: beyond the loopback nothing is served without a credential', async () => {
  const servers = { notes: { url: 'https://mcp.example.com' } };
  await assert.rejects(startServe({ servers, listen: { host: '0.0.0.0' } }), /Anybody on the network/);
});

test('tokens: of this proxy alone, and never passed on', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const directory = temporaryFolder('parapet-jwks');
  const file = join(directory, 'jwks.json');
  writeFileSync(file, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'a', alg: 'EdDSA' }] }));
  const issuer = { issuer: 'https://issuer.example', jwks: { file } };
  await assert.rejects(
    pair(() => null, {
      listen: { url: 'https://mcp.corp.example', jwt: [{ ...issuer, audience: 'https://other.example' }] },
    }),
    /Tokens for somebody else/,
  );
  const audience = 'https://mcp.corp.example';
  const { at, hostile, served, stop } = await pair(() => null, {
    listen: { url: audience, jwt: [{ ...issuer, audience }], tokens: { bob: 'bobs-own-secret-token' } },
  });
  const local = at.replace(audience, served.bound);
  const sign = (aud: string): Promise<string> =>
    new SignJWT({})
      .setProtectedHeader({ alg: 'EdDSA', kid: 'a' })
      .setIssuer(issuer.issuer)
      .setSubject('ann')
      .setAudience(aud)
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey);
  const init = { id: 1, method: 'initialize', params: { capabilities: {} } };
  const none = await post(local, init);
  assert.equal(none.status, 401);
  assert.match(
    none.headers.get('www-authenticate') ?? '',
    /resource_metadata="https:\/\/mcp\.corp\.example\/\.well-known\/oauth-protected-resource\/mcp\/notes"/,
  );
  assert.equal(
    (await post(local, init, { authorization: `Bearer ${await sign('https://other.example')}` })).status,
    401,
  );
  assert.equal((await post(local, init, { authorization: 'Bearer bobs-own-secret-tokem' })).status, 401);
  assert.equal((await post(local, init, { authorization: 'Bearer bobs-own-secret-token' })).status, 200);
  const good = await sign(audience);
  assert.equal(
    (await post(local, init, { authorization: `Bearer ${good}`, cookie: 'a=b', 'x-forwarded-for': '1.2.3.4' })).status,
    200,
  );
  assert.ok(hostile.requests.length > 0);
  for (const { headers } of hostile.requests) {
    assert.equal(headers.authorization, undefined);
    assert.equal(headers.cookie, undefined);
    assert.equal(headers['x-forwarded-for'], undefined);
  }
  await stop();
});

test("the server's own credential is the configuration's", async () => {
  const { at, hostile, stop } = await pair(() => null, {}, { headers: { authorization: 'Bearer of-the-proxy' } });
  await begin(at, { authorization: 'Bearer of-the-client' }).catch(() => '');
  assert.equal(hostile.requests[0]?.headers.authorization, undefined, 'a token that is not known is refused');
  await begin(at);
  assert.equal(hostile.requests.at(-1)?.headers.authorization, 'Bearer of-the-proxy');
  await stop();
});

test('sessions belong to who began them, and the id of the server stays inside', async () => {
  const tokens = { ann: 'token-of-ann-0123456', bob: 'token-of-bob-0123456' };
  const { at, hostile, stop } = await pair(() => null, { listen: { tokens } });
  const ann = { authorization: `Bearer ${tokens.ann}` };
  const bob = { authorization: `Bearer ${tokens.bob}` };
  const session = await begin(at, ann);
  assert.ok(session.length >= 32 && session !== 'upstream-session');
  const list = { id: 2, method: 'tools/list' };
  assert.equal((await post(at, list, { ...ann, 'mcp-session-id': session })).status, 200);
  assert.equal(hostile.requests.at(-1)?.headers['mcp-session-id'], 'upstream-session');
  assert.equal((await post(at, list, { ...bob, 'mcp-session-id': session })).status, 404);
  assert.equal((await post(at, list, { ...ann, 'mcp-session-id': 'upstream-session' })).status, 404);
  assert.equal((await post(at, list, ann)).status, 400);
  const stolen = await fetch(at, { method: 'DELETE', headers: { ...bob, 'mcp-session-id': session } });
  assert.equal(stolen.status, 404);
  assert.equal(
    (await fetch(at, { headers: { ...bob, accept: 'text/event-stream', 'mcp-session-id': session } })).status,
    404,
  );
  assert.equal((await fetch(at, { method: 'DELETE', headers: { ...ann, 'mcp-session-id': session } })).status, 204);
  assert.equal(hostile.requests.at(-1)?.method, 'DELETE');
  assert.equal((await post(at, list, { ...ann, 'mcp-session-id': session })).status, 404);
  await stop();
});

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};
const HEADERS = { 'mcp-protocol-version': '2026-07-28' };

test('headers and body say the same, or nothing is done', async () => {
  const mirrored = {
    name: 'get_note',
    inputSchema: {
      type: 'object',
      properties: { region: { type: 'string', 'x-mcp-header': 'Region' }, n: { type: 'integer' } },
    },
  };
  const { at, hostile, stop } = await pair((body) =>
    body?.['method'] === 'tools/list' ? { resultType: 'complete', tools: [mirrored] } : null,
  );
  const listed = await post(
    at,
    { id: 1, method: 'tools/list', params: { _meta: META } },
    { ...HEADERS, 'mcp-method': 'tools/list' },
  );
  assert.equal(listed.status, 200);
  const call = {
    id: 2,
    method: 'tools/call',
    params: { name: 'get_note', arguments: { region: 'Zürich' }, _meta: META },
  };
  const right = {
    ...HEADERS,
    'mcp-method': 'tools/call',
    'mcp-name': 'get_note',
    'mcp-param-region': `=?base64?${Buffer.from('Zürich').toString('base64')}?=`,
  };
  const { 'mcp-name': _, ...unnamed } = right;
  const { 'mcp-param-region': __, ...unregioned } = right;
  const wrong: readonly Readonly<Record<string, string>>[] = [
    { ...right, 'mcp-method': 'tools/list' },
    { ...right, 'mcp-name': 'delete_note' },
    { ...right, 'mcp-param-region': 'us' },
    { ...right, 'mcp-param-other': 'x' },
    { ...right, 'mcp-protocol-version': '2025-11-25' },
    { ...right, 'mcp-protocol-version': '2026-07-28, 2025-11-25' },
    unnamed,
    unregioned,
  ];
  const before = hostile.requests.length;
  for (const headers of wrong) {
    const { status, body } = await post(at, call, headers);
    assert.deepEqual([status, body?.error?.code], [400, -32020], JSON.stringify(headers));
  }
  assert.equal(hostile.requests.length, before);
  const answered = await post(at, call, right);
  assert.equal(answered.status, 200);
  assert.equal(answered.body?.result?.['isError'], undefined);
  const { headers } = hostile.requests.at(-1)!;
  assert.deepEqual(
    [headers['mcp-method'], headers['mcp-name'], headers['mcp-param-region'], headers['mcp-protocol-version']],
    ['tools/call', 'get_note', right['mcp-param-region'], '2026-07-28'],
    'and the server gets them made from the body',
  );
  const session = await begin(at);
  const old = await post(
    at,
    { id: 3, method: 'tools/list' },
    { 'mcp-session-id': session, 'mcp-method': 'tools/call' },
  );
  assert.equal(old.status, 400, 'of older revisions, where they are there');
  await stop();
});

test('addresses: what is not https, or not on the internet, is not called', async () => {
  const bad = [
    'http://mcp.example.com/',
    'https://127.0.0.1/',
    'https://localhost/',
    'https://[::1]/',
    'https://[::ffff:169.254.169.254]/',
    'https://169.254.169.254/latest',
    'https://10.0.0.8/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[fd00::1]/',
    'https://user:pass@mcp.example.com/',
  ];
  for (const url of bad)
    await assert.rejects(startServe({ servers: { notes: { url } } }), /on the internet|over https|no plain URL/, url);
});

test('redirects are not followed, and errors of a server are not its own words', async () => {
  let target = 0;
  const other = await startHostileHttp(() => {
    target++;
    return null;
  });
  const { at, stop } = await pair((_body, _request, response) => {
    response.writeHead(307, { location: other.url }).end();
    return 'handled';
  });
  const { body } = await post(at, { id: 1, method: 'initialize', params: {} });
  assert.match(String(body?.error?.message), /redirects are not followed/);
  assert.equal(target, 0);
  other.close();
  await stop();
});

test('a server that streams is followed message by message, and one that never answers is reported', async () => {
  const { at, stop } = await pair((body, _request, response) => {
    if (body?.['method'] !== 'tools/call') return null;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const event = (message: Json): void =>
      void response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`);
    const { name } = body['params'] as { readonly name: string };
    event({ method: 'notifications/message', params: { level: 'info', data: 'a\u202eb' } });
    event({ method: 'notifications/evil', params: {} });
    if (name === 'get_note')
      event({ id: body['id'], result: { content: [{ type: 'text', text: 'streamed\u001b[0m' }] } });
    response.end();
    return 'handled';
  });
  const session = await begin(at);
  const response = await fetch(at, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-session-id': session,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'get_note', arguments: {} } }),
  });
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  const events = (await response.text())
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice(6)) as Json);
  assert.deepEqual(events, [
    { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'ab' } },
    { jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text: 'streamed' }] } },
  ]);
  await stop();
});

test('2026-07-28: two clients of one principal with the same ids get their own answers', async () => {
  const { at, stop } = await pair((body, _request, response) => {
    if (body?.['method'] !== 'tools/call') return null;
    const { n } = (body['params'] as { readonly arguments: { readonly n: number } }).arguments;
    const result = { resultType: 'complete', content: [{ type: 'text', text: String(n) }] };
    setTimeout(
      () => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ jsonrpc: '2.0', id: body['id'], result }));
      },
      n === 1 ? 60 : 5,
    );
    return 'handled';
  });
  const call = (n: number) =>
    post(
      at,
      { id: 7, method: 'tools/call', params: { name: 'get_note', arguments: { n }, _meta: META } },
      { ...HEADERS, 'mcp-method': 'tools/call', 'mcp-name': 'get_note' },
    );
  const [one, two] = await Promise.all([call(1), call(2)]);
  const said = (answer: typeof one): unknown =>
    (answer.body?.result?.['content'] as readonly Json[] | undefined)?.[0]?.['text'];
  assert.deepEqual([said(one), said(two)], ['1', '2']);
  assert.equal((one.body as Json | null)?.['id'], 7);
  await stop();
});

test('paths, bodies and methods that are not MCP get nowhere', async () => {
  const { at, served, stop } = await pair(() => null, { limits: { message: '2KiB' } });
  assert.equal((await post(`${served.url}/mcp/other`, { id: 1, method: 'ping' })).status, 404);
  assert.equal((await post(`${served.url}/mcp/notes/../notes2`, { id: 1, method: 'ping' })).status, 404);
  assert.equal((await post(at, { id: 1, method: 'x'.repeat(3000) })).status, 413);
  assert.equal((await post(at, { id: 1, method: 'ping' }, { 'content-type': 'text/plain' })).status, 415);
  assert.equal((await fetch(at, { method: 'PUT' })).status, 405);
  assert.equal(
    (await fetch(at, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '[]' })).status,
    400,
  );
  await stop();
});

test('the record is a chain: a line that is changed or missing shows', async () => {
  const { at, served, stop } = await pair();
  const session = await begin(at);
  for (let id = 1; id <= 3; id++)
    await post(
      at,
      { id, method: 'tools/call', params: { name: 'get_note', arguments: {} } },
      { 'mcp-session-id': session },
    );
  const lines = served.audit();
  assert.deepEqual(
    lines.map(({ event }) => event),
    ['call', 'result', 'call', 'result', 'call', 'result'],
  );
  let prev = '0'.repeat(64);
  for (const line of lines) {
    assert.equal(line['prev'], prev);
    prev = createHash('sha256').update(JSON.stringify(line)).digest('hex');
  }
  await stop();
});

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { callToken } from '../../src/config/mcp-auth-schema.ts';
import { mcp } from '../../src/config/mcp-schema.ts';
import { createCallTokenVerifier } from '../../src/flow/scope/call-token.ts';
import { openCallTokens } from '../../src/mcp/call-tokens.ts';
import { type Json, saidIn, serverWith, startBench, tool } from './hostile-bench.ts';
import { begin, post, startHostileHttp, startServe } from './serve-bench.ts';
import { temporaryFolder } from '../../src/core/testing/temporary-folder.ts';

const ISSUER = 'https://parapet.example';
const SECRET = 'a secret of thirty-two characters!!';
const NOTE = tool('get_note', {
  inputSchema: { type: 'object', properties: { id: { type: 'string' }, tenant: { type: 'string' } } },
});
const RULES = { scope: [{ tool: 'get_note', inject: { tenant: 'sub' } }] };

test('over HTTP: each call carries a token for this call alone, and nothing else carries one', async (t) => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const directory = temporaryFolder('parapet-key');
  const keyFile = join(directory, 'key.pem');
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const hostile = await startHostileHttp((body) => (body?.['method'] === 'tools/list' ? { tools: [NOTE] } : null));
  const tokens = { ann: 'token-of-ann-0123456' };
  const served = await startServe(
    {
      servers: { notes: { url: hostile.url, private: true, callToken: { issuer: ISSUER, keyFile, keyId: 'k' } } },
      listen: { tokens, anonymous: true },
    },
    process.env,
    { rules: RULES },
  );
  t.after(async () => {
    await served.close();
    hostile.close();
  });
  const at = `${served.url}/mcp/notes`;
  const ann = { authorization: `Bearer ${tokens.ann}` };
  const session = { ...ann, 'mcp-session-id': await begin(at, ann) };
  const call = { id: 1, method: 'tools/call', params: { name: 'get_note', arguments: { id: '7' } } };
  await post(at, call, session);
  await post(at, { ...call, id: 2 }, session);
  const sent = hostile.requests.filter(({ body }) => body?.['method'] === 'tools/call');
  const verifier = createCallTokenVerifier({
    issuer: ISSUER,
    audience: hostile.url,
    algorithm: 'EdDSA',
    key: publicKey,
    clock: Date.now,
  });
  const args = { id: '7', tenant: 'ann' };
  for (const { headers, body } of sent) {
    assert.deepEqual((body!['params'] as Json)['arguments'], args);
    const token = String(headers.authorization).replace(/^Bearer /, '');
    const verified = await verifier.verify(token, { tool: 'get_note', args });
    assert.deepEqual(verified.ok && verified.subject, 'ann', 'of the arguments as they arrive, and used once');
    assert.equal((await verifier.verify(token, { tool: 'get_note', args })).ok, false);
  }
  assert.equal(sent.length, 2);
  for (const { headers, body } of hostile.requests)
    if (body?.['method'] !== 'tools/call') assert.equal(headers.authorization, undefined);

  const anonymous = await begin(at);
  const refused = await post(at, call, { 'mcp-session-id': anonymous });
  assert.match(refused.body?.error?.message ?? saidIn(refused.body?.result ?? {}), /known for whom|no claim/);
});

test('over stdio: the token stands in _meta, and no call goes without one', async () => {
  const config = callToken.parse({ issuer: ISSUER, algorithm: 'HS256', secret: SECRET, audience: 'notes' });
  const tokens = await openCallTokens('notes', config, { url: undefined, directory: '/', clock: Date.now });
  const bench = await startBench(serverWith([NOTE]), { callTokens: tokens });
  await bench.call('get_note', { id: '7' });
  const { params } = bench.toServer.find(({ method }) => method === 'tools/call')! as { readonly params: Json };
  const token = String((params['_meta'] as Json)['io.parapet/call-token']);
  const verifier = createCallTokenVerifier({
    issuer: ISSUER,
    audience: 'notes',
    algorithm: 'HS256',
    key: new Uint8Array(Buffer.from(SECRET)),
    clock: Date.now,
  });
  assert.ok((await verifier.verify(token, { tool: 'get_note', args: { id: '7' } })).ok);
  assert.ok(!JSON.stringify([bench.audit, bench.toClient]).includes(token));

  const failing = { header: 'authorization', mint: () => Promise.reject(new Error('no key')) };
  const without = await startBench(serverWith([NOTE]), { callTokens: failing });
  assert.match(saidIn(await without.call('get_note', { id: '7' })), /No token could be made/);
  assert.ok(!without.toServer.some(({ method }) => method === 'tools/call'));
});

test('keys that do not do are said so at the start', async () => {
  const open = (file: string): Promise<unknown> => {
    const directory = temporaryFolder('parapet-key');
    writeFileSync(join(directory, 'key'), file);
    const config = callToken.parse({ issuer: ISSUER, keyFile: 'key' });
    return openCallTokens('notes', config, { url: undefined, directory, clock: Date.now });
  };
  await assert.rejects(open('no key'), /cannot be used/);
  const { publicKey } = generateKeyPairSync('ed25519');
  await assert.rejects(open(publicKey.export({ type: 'spki', format: 'pem' }).toString()), /cannot be used/);
  await assert.rejects(open(JSON.stringify(publicKey.export({ format: 'jwk' }))), /cannot be used/);
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  await assert.rejects(open(rsa.export({ type: 'pkcs8', format: 'pem' }).toString()), /cannot be used/);
  const parse = (token: Json): boolean =>
    mcp.safeParse({ servers: { a: { command: 'x', callToken: { issuer: ISSUER, ...token } } } }).success;
  assert.ok(parse({ keyFile: 'k' }));
  for (const bad of [{}, { secret: SECRET }, { algorithm: 'HS256', keyFile: 'k' }, { keyFile: 'k', lifetime: '2m' }])
    assert.ok(!parse(bad), JSON.stringify(bad));
  assert.ok(!parse({ algorithm: 'HS256', secret: 'short' }));
});

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { mcp } from '../../src/config/mcp-schema.ts';
import { openCredentials } from '../../src/mcp/open-credentials.ts';
import { signIn } from '../../src/mcp/oauth/sign-in.ts';
import { TokenStore } from '../../src/mcp/oauth/token-store.ts';
import {
  type AuthorizationBench,
  browse,
  CLIENT,
  type ProtectedServer,
  startAuthorizationServer,
  startProtectedServer,
} from './authorization-bench.ts';
import { type Json, saidIn } from './hostile-bench.ts';
import { post, type Served, startServe } from './serve-bench.ts';
import { temporaryFolder } from '../../src/core/testing/temporary-folder.ts';

const temporary = (): string => temporaryFolder('parapet-oauth');

async function house(t: TestContext, options: Parameters<typeof startAuthorizationServer>[0] = {}) {
  const issuer = await startAuthorizationServer(options);
  const server = await startProtectedServer(issuer);
  t.after(() => {
    issuer.close();
    server.close();
  });
  return { issuer, server };
}

async function proxied(
  t: TestContext,
  server: ProtectedServer,
  oauth: Json,
  listen: Json = {},
  state = temporary(),
): Promise<Served> {
  const served = await startServe(
    { servers: { notes: { url: server.url, private: true, oauth: oauth as never } }, listen },
    process.env,
    { state },
  );
  t.after(() => served.close());
  return served;
}

async function call(served: Served, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const at = `${served.bound}/mcp/notes`;
  const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
  const greeted = await post(at, { id: 1, method: 'initialize', params: hello }, headers);
  if (greeted.body?.error !== undefined) return greeted.body.error.message;
  const session = greeted.headers.get('mcp-session-id') ?? '';
  const params = { name: 'get_note', arguments: {} };
  const mine = session === '' ? {} : { 'mcp-session-id': session };
  const answer = await post(at, { id: 2, method: 'tools/call', params }, { ...headers, ...mine });
  return answer.body?.error?.message ?? saidIn(answer.body?.result ?? {});
}

const credentials = (issuer: AuthorizationBench): Json => ({
  grant: 'client-credentials',
  issuer: issuer.url,
  clientId: CLIENT.id,
  clientSecret: CLIENT.secret,
  private: true,
});

test('client credentials: a token of the proxy itself, for this server, once for all its calls', async (t) => {
  const { issuer, server } = await house(t);
  const served = await proxied(t, server, { ...credentials(issuer), scopes: ['notes:read'] });
  assert.match(await call(served), /^note of/);
  assert.match(await call(served), /^note of/);
  assert.deepEqual(issuer.grants, ['client_credentials']);
  const [claims] = server.taken;
  assert.deepEqual([claims!['aud'], claims!['scope']], [server.url, 'notes:read']);
});

test('a token that has ended, or that the server takes no more, is renewed once', async (t) => {
  const { issuer, server } = await house(t, { seconds: 5 }); // Ends too soon to be kept.
  const served = await proxied(t, server, credentials(issuer));
  await call(served);
  assert.ok(issuer.grants.length > 1);

  const other = await house(t);
  const never = await startProtectedServer({ ...other.issuer, verify: () => Promise.reject(new Error('no')) });
  t.after(() => never.close());
  const refused = await proxied(t, never, credentials(other.issuer));
  assert.match(await call(refused), /refused the proxy's token, and a new one/);
  assert.ok(other.issuer.grants.length <= 2, 'it does not go on for ever');
});

test('step-up: only what the server demands of a call and the operator allows, and no circle', async (t) => {
  const { issuer, server } = await house(t);
  const oauth = { ...credentials(issuer), scopes: ['notes:read'], stepUp: ['notes:write'] };
  const served = await proxied(t, server, oauth);
  server.demands = ['notes:read', 'notes:write'];
  assert.match(await call(served), /^note of/);
  assert.equal(server.taken.at(-1)!['scope'], 'notes:read notes:write');
  assert.ok(
    server.taken.some(({ scope }) => scope === 'notes:read'),
    'the least at first',
  );

  server.demands = ['notes:all'];
  assert.match(await call(await proxied(t, server, oauth)), /demands a scope that is not in `oauth\.stepUp`/);

  // One that is never content: it demands what the token has.
  const greedy = await startProtectedServer(issuer);
  t.after(() => greedy.close());
  greedy.demands = ['notes:read', 'never'];
  const looped = await proxied(t, greedy, { ...oauth, stepUp: ['never'] });
  const before = greedy.requests.length;
  assert.match(await call(looped), /gave no token|scopes that the token has|refused/);
  assert.ok(greedy.requests.length - before < 12);
});

test("token exchange: the client's token goes to the issuer, and another to the server", async (t) => {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA');
  const directory = temporary();
  const file = join(directory, 'jwks.json');
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'a', alg: 'EdDSA' }] };
  writeFileSync(file, JSON.stringify(keys));
  const audience = 'https://mcp.corp.example';
  const { issuer, server } = await house(t, {
    subject: async (token) => (await jwtVerify(token, createLocalJWKSet(keys), { audience })).payload.sub ?? '',
  });
  const listen = { url: audience, jwt: [{ issuer: 'https://login.example', jwks: { file }, audience }] };
  const served = await proxied(t, server, { ...credentials(issuer), grant: 'token-exchange' }, listen);
  const tokenOf = (sub: string): Promise<string> =>
    new SignJWT({})
      .setProtectedHeader({ alg: 'EdDSA', kid: 'a' })
      .setIssuer('https://login.example')
      .setSubject(sub)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey);
  const [ann, bob] = [await tokenOf('ann'), await tokenOf('bob')];
  assert.equal(await call(served, { authorization: `Bearer ${ann}` }), 'note of ann');
  assert.equal(await call(served, { authorization: `Bearer ${bob}` }), 'note of bob');
  assert.equal(await call(served, { authorization: `Bearer ${ann}` }), 'note of ann', "nobody gets another's");
  for (const { headers } of server.requests)
    for (const token of [ann, bob]) assert.ok(!String(headers.authorization).includes(token), 'none is passed through');
  for (const claims of server.taken) assert.equal(claims['aud'], server.url);
});

test('a sign-in: discovery, registration, PKCE, sealed on disk, for one principal, and renewed', async (t) => {
  const { issuer, server } = await house(t, { seconds: 20 }); // Ends within half a minute: each use renews it.
  const state = temporary();
  const servers = {
    notes: {
      url: server.url,
      private: true,
      oauth: { grant: 'authorization-code' as const, issuer: issuer.url, private: true, scopes: ['notes:read'] },
    },
  };
  const tokens = { ann: 'token-of-ann-0123456', bob: 'token-of-bob-0123456' };
  const config = mcp.parse({ servers, listen: { tokens } });
  const open = await openCredentials(config, { state, directory: state, clock: Date.now });
  t.after(() => open.close());
  const client = open.oauth('notes')!;
  const pages: number[] = [];
  const { scopes } = await signIn(client, {
    principal: 'ann',
    port: 0,
    timeout: 20_000,
    scopes: [],
    signal: new AbortController().signal,
    show: (url) => {
      const asked = new URL(url).searchParams;
      assert.equal(asked.get('resource'), server.url);
      assert.equal(asked.get('code_challenge_method'), 'S256');
      void browse(url).then(({ status }) => pages.push(status));
    },
  });
  assert.deepEqual(scopes, ['notes:read']);
  const kept = readdirSync(join(state, 'tokens')).map((name) => readFileSync(join(state, 'tokens', name), 'latin1'));
  assert.equal(kept.length, 1);
  assert.ok(!/eyJ|refresh|ann/.test(kept[0]!), 'what lies on disk says nothing');

  const served = await startServe({ servers, listen: { tokens } }, process.env, { state });
  t.after(() => served.close());
  const as = (name: 'ann' | 'bob') => ({ authorization: `Bearer ${tokens[name]}` });
  assert.equal(await call(served, as('ann')), 'note of ann-at-the-issuer');
  assert.equal(await call(served, as('ann')), 'note of ann-at-the-issuer');
  assert.deepEqual(
    [issuer.grants[0], new Set(issuer.grants.slice(1))],
    ['authorization_code', new Set(['refresh_token'])],
    'a refresh token is good once, and the next one was kept',
  );
  assert.match(
    await call(served, as('bob')),
    /Nobody has signed in for "bob".*parapet mcp login notes --principal bob/,
  );
  assert.ok(client.store.forget('notes', 'ann'));
  assert.equal(client.store.read('notes', 'ann'), null);
});

test('the store: a file of another server, another principal or another key opens nothing', async () => {
  const state = temporary();
  const store = await TokenStore.open(state);
  const grant = {
    v: 1 as const,
    issuer: 'https://as.example',
    resource: 'https://mcp.example/',
    client: { id: 'a', secret: null },
    access: 'x',
    refresh: null,
    scopes: [],
    expiresAt: 1,
  };
  store.write('notes', 'ann', grant);
  assert.deepEqual(store.read('notes', 'ann'), grant);
  assert.equal(store.read('notes', 'bob'), null);
  const [mine] = readdirSync(join(state, 'tokens'));
  store.write('notes', 'bob', { ...grant, access: 'y' });
  const other = readdirSync(join(state, 'tokens')).find((name) => name !== mine)!;
  renameSync(join(state, 'tokens', mine!), join(state, 'tokens', other));
  assert.throws(() => store.read('notes', 'bob'), /cannot be opened/, "ann's file in bob's place");
  const stranger = await TokenStore.open(temporary());
  stranger.write('notes', 'ann', grant);
  writeFileSync(join(state, 'token-key'), `${'0'.repeat(64)}\n`);
  const rekeyed = await TokenStore.open(state);
  assert.throws(() => rekeyed.read('notes', 'bob'), /cannot be opened/);
});

test('the configuration: a secret needs an issuer by name, no scope stands for all, one credential at a time', () => {
  const parse = (oauth: Json, more: Json = {}): boolean =>
    mcp.safeParse({ servers: { a: { url: 'https://mcp.example/', oauth, ...more } } }).success;
  const full = {
    grant: 'client-credentials',
    issuer: 'https://as.example',
    clientId: 'a',
    clientSecret: 'secret-secret',
  };
  assert.ok(parse(full));
  const { issuer: _, ...nowhere } = full;
  const { clientSecret: __, ...open } = full;
  assert.ok(!parse(nowhere), 'the server would choose who gets the secret');
  assert.ok(!parse(open));
  assert.ok(parse({ grant: 'authorization-code' }));
  assert.ok(!parse({ grant: 'authorization-code', clientSecret: 'secret-secret', clientId: 'a' }));
  for (const scope of ['*', 'files:*', 'two words', '']) assert.ok(!parse({ ...full, scopes: [scope] }), scope);
  assert.ok(!parse(full, { headers: { Authorization: 'Bearer x' } }));
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT } from 'jose';
import { createCallTokenBroker, createCallTokenVerifier, createUsedTokens } from './call-token.ts';
import { readExchangeAnswer, tokenExchangeRequest } from './token-exchange.ts';

const NOW = 1_800_000_000_000;
const clock = () => NOW;
const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
const ISSUER = 'https://parapet.example';
const AUDIENCE = 'https://accounts.example';
const CALL = { audience: AUDIENCE, subject: 'alice', tool: 'get_account', args: { account: 'A-1', limit: 5 } };
const broker = createCallTokenBroker({ issuer: ISSUER, algorithm: 'EdDSA', key: privateKey, keyId: 'k1', clock });
const verifier = (more: object = {}) =>
  createCallTokenVerifier({ issuer: ISSUER, audience: AUDIENCE, algorithm: 'EdDSA', key: publicKey, clock, ...more });

describe('tokens for one call', () => {
  it('are what any JWT library verifies, with the hash of the canonical arguments', async () => {
    const token = await broker.mint(CALL);
    const { payload, protectedHeader } = await jwtVerify(token, publicKey, { currentDate: new Date(NOW) });
    assert.deepEqual(protectedHeader, { alg: 'EdDSA', typ: 'parapet-call+jwt', kid: 'k1' });
    const { jti, ...rest } = payload;
    assert.match(jti!, /^[0-9a-f-]{36}$/);
    assert.deepEqual(rest, {
      iss: ISSUER,
      aud: AUDIENCE,
      sub: 'alice',
      iat: NOW / 1000,
      exp: NOW / 1000 + 30,
      tool: 'get_account',
      args_hash: createHash('sha256').update('{"account":"A-1","limit":5}').digest('base64url'),
    });
  });

  it('are good for the same call, in any order of its arguments, and once', async () => {
    const one = verifier();
    const token = await broker.mint(CALL);
    const args = { limit: 5, account: 'A-1' };
    const first = await one.verify(token, { tool: 'get_account', args });
    assert.ok(first.ok && first.subject === 'alice');
    assert.deepEqual(await one.verify(token, { tool: 'get_account', args }), {
      ok: false,
      reason: 'The token was used before.',
    });
  });

  it('are good for nothing else', async () => {
    const token = await broker.mint(CALL);
    const call = { tool: CALL.tool, args: CALL.args };
    const refused = async (verified: ReturnType<ReturnType<typeof verifier>['verify']>, why: RegExp): Promise<void> => {
      const result = await verified;
      assert.match(result.ok ? 'it was taken' : result.reason, why);
    };
    await refused(verifier().verify(token, { ...call, tool: 'delete_account' }), /another tool/);
    await refused(verifier().verify(token, { ...call, args: { ...call.args, account: 'A-2' } }), /other arguments/);
    await refused(verifier().verify(token, { ...call, args: { ...call.args, extra: 1 } }), /other arguments/);
    await refused(verifier({ audience: 'https://mail.example' }).verify(token, call), /CLAIM_VALIDATION/);
    await refused(verifier({ issuer: 'https://other.example' }).verify(token, call), /CLAIM_VALIDATION/);
    await refused(verifier({ clock: () => NOW + 36_000 }).verify(token, call), /EXPIRED/);
    await refused(verifier({ clock: () => NOW - 60_000 }).verify(token, call), /longer|CLAIM/);
    const { publicKey: another } = await generateKeyPair('EdDSA');
    await refused(verifier({ key: another }).verify(token, call), /SIGNATURE/);
    await refused(verifier().verify(`${token.slice(0, -4)}AAAA`, call), /SIGNATURE/);
    await refused(verifier().verify('x', call), /does not verify/);
    assert.ok((await verifier().verify(token, call)).ok);
  });

  it('of the same key but of another kind, or that live longer, are refused', async () => {
    const hash = createHash('sha256').update('{}').digest('base64url');
    const make = (typ: string, seconds: number, aud: string | string[] = AUDIENCE) =>
      new SignJWT({ tool: 't', args_hash: hash })
        .setProtectedHeader({ alg: 'EdDSA', typ })
        .setIssuer(ISSUER)
        .setAudience(aud)
        .setSubject('alice')
        .setJti('1')
        .setIssuedAt(NOW / 1000)
        .setExpirationTime(NOW / 1000 + seconds)
        .sign(privateKey);
    const verify = async (token: Promise<string>) => verifier().verify(await token, { tool: 't', args: {} });
    assert.ok((await verify(make('parapet-call+jwt', 60))).ok);
    assert.equal((await verify(make('JWT', 60))).ok, false);
    assert.equal((await verify(make('parapet-call+jwt', 3600))).ok, false);
    assert.equal((await verify(make('parapet-call+jwt', 60, [AUDIENCE, 'https://x.example']))).ok, false);
    await assert.rejects(() => broker.mint(CALL, 61), RangeError);
    await assert.rejects(() => broker.mint(CALL, Number.NaN), RangeError);
  });

  it('HMAC: a shared secret of 32 bytes; a public key is never taken for one', async () => {
    const key = new Uint8Array(32).fill(7);
    const shared = createCallTokenBroker({ issuer: ISSUER, algorithm: 'HS256', key, clock });
    const token = await shared.mint(CALL);
    const call = { tool: CALL.tool, args: CALL.args };
    assert.ok((await verifier({ algorithm: 'HS256', key }).verify(token, call)).ok);
    assert.equal((await verifier().verify(token, call)).ok, false);
    assert.throws(
      () => createCallTokenBroker({ issuer: ISSUER, algorithm: 'HS256', key: key.slice(1), clock }),
      RangeError,
    );
  });

  it('memory of used tokens: full is not new', () => {
    let now = 0;
    const used = createUsedTokens(() => now, 2);
    assert.ok(used.use('a', 10) && used.use('b', 10));
    assert.equal(used.use('c', 10), false);
    now = 11;
    assert.ok(used.use('c', 20));
    assert.equal(used.use('c', 20), false);
  });
});

it('a tool server that knows nothing of Parapet checks a call with jose alone', async (t) => {
  const jwk = await exportJWK(publicKey);
  const key = await importJWK(jwk, 'EdDSA');
  const seen = new Set<string>();
  const canonical = (value: unknown): string =>
    JSON.stringify(value, (_, member: unknown) =>
      typeof member === 'object' && member !== null && !Array.isArray(member)
        ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : member,
    );
  const server = createServer((request, response) => {
    void (async () => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      const args: unknown = JSON.parse(body);
      try {
        const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
        const { payload } = await jwtVerify(token, key, {
          issuer: ISSUER,
          audience: AUDIENCE,
          algorithms: ['EdDSA'],
          typ: 'parapet-call+jwt',
          requiredClaims: ['exp', 'jti'],
          currentDate: new Date(NOW),
        });
        const hash = createHash('sha256').update(canonical(args)).digest('base64url');
        if (payload['tool'] !== request.url!.slice(1) || payload['args_hash'] !== hash || seen.has(payload.jti!))
          throw new Error('another call');
        seen.add(payload.jti!);
        response.end(JSON.stringify({ balanceOf: payload.sub }));
      } catch {
        response.writeHead(401).end();
      }
    })();
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const ask = async (token: string, tool: string, args: unknown) => {
    const answer = await fetch(`http://127.0.0.1:${port}/${tool}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(args),
    });
    return [answer.status, await answer.text()];
  };
  const token = await broker.mint(CALL);
  assert.deepEqual(await ask(token, 'get_account', { limit: 6, account: 'A-1' }), [401, '']);
  assert.deepEqual(await ask(token, 'get_account', { limit: 5, account: 'A-1' }), [200, '{"balanceOf":"alice"}']);
  assert.deepEqual(await ask(token, 'get_account', { limit: 5, account: 'A-1' }), [401, '']);
});

it('token exchange: the request of RFC 8693, section 2.1, and its answer', () => {
  const request = tokenExchangeRequest({
    endpoint: 'https://as.example/token',
    subjectToken: 'abc',
    subjectTokenType: 'access_token',
    resource: 'https://backend.example/api',
    scope: ['read', 'list'],
    client: { id: 'par:apet', secret: 's p' },
  });
  assert.equal(request.url, 'https://as.example/token');
  assert.equal(request.headers['authorization'], `Basic ${Buffer.from('par%3Aapet:s+p').toString('base64')}`);
  assert.deepEqual(Object.fromEntries(new URLSearchParams(request.body)), {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: 'abc',
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    resource: 'https://backend.example/api',
    scope: 'read list',
  });
  const base = { subjectToken: 'a', subjectTokenType: 'jwt', client: { id: 'a', secret: 'b' } } as const;
  assert.throws(
    () => tokenExchangeRequest({ ...base, endpoint: 'http://as.example/token', audience: 'x' }),
    RangeError,
  );
  assert.throws(() => tokenExchangeRequest({ ...base, endpoint: 'https://as.example/token' }), RangeError);

  const answer = {
    access_token: 't',
    issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    token_type: 'Bearer',
    expires_in: 60,
  };
  assert.deepEqual(readExchangeAnswer(200, JSON.stringify(answer)), { ok: true, token: 't', expiresIn: 60 });
  assert.equal(readExchangeAnswer(200, JSON.stringify({ ...answer, token_type: 'N_A' })).ok, false);
  assert.deepEqual(readExchangeAnswer(400, '{"error":"invalid_target","error_description":"secret"}'), {
    ok: false,
    reason: 'The endpoint refused with 400: invalid_target.',
  });
  assert.equal(readExchangeAnswer(200, '<html>').ok, false);
});

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { base64url, CompactSign, exportJWK, exportSPKI, generateKeyPair, importJWK, SignJWT } from 'jose';
import { createAuthenticator } from '../../src/access/authenticator.ts';
import type { AccessConfigLike } from '../../src/access/authenticator.ts';
import type { JwtIssuerConfig } from '../../src/access/jwt-verifier.ts';
import { isFault } from '../../src/core/fault.ts';
import type { FaultCode } from '../../src/core/fault.ts';
import { startIssuer } from './start-issuer.ts';
import type { Issuer } from './start-issuer.ts';

const seconds = (at: number) => Math.floor(at / 1000);

describe('tokens of an issuer', () => {
  let issuer: Issuer;
  let directory: string;
  let now: number;

  before(async () => {
    issuer = await startIssuer();
    directory = await mkdtemp(join(tmpdir(), 'parapet-jwt-'));
  });
  after(async () => {
    await issuer.close();
    await rm(directory, { recursive: true });
  });
  beforeEach(async () => {
    issuer.misbehave(null);
    await issuer.addKey('ES256', { only: true });
    now = Date.now();
  });

  function open(change: Partial<JwtIssuerConfig> = {}, access: Partial<AccessConfigLike> = {}) {
    const trusted: JwtIssuerConfig = {
      issuer: issuer.url,
      audience: 'parapet',
      algorithms: ['RS256', 'ES256', 'EdDSA'],
      clockSkew: 30_000,
      principalClaim: 'sub',
      cacheFor: 600_000,
      ...change,
    };
    const authenticator = createAuthenticator({
      config: {
        keys: true,
        jwt: [trusted],
        mtls: [],
        throttle: { failures: 1000, window: 60_000, block: 60_000 },
        ...access,
      },
      directory,
      keys: { verify: () => ({ status: 'unknown' }) },
      clock: () => now,
    });
    return async (token: string) =>
      authenticator.authenticate({
        headers: { authorization: `Bearer ${token}` },
        address: '192.0.2.1',
        certificate: null,
      });
  }

  const claims = (change: object = {}) => ({ sub: 'alice', aud: 'parapet', exp: seconds(now) + 300, ...change });

  function refused(pattern: RegExp, code: FaultCode = 'ERR_UNAUTHENTICATED') {
    return (error: unknown) => {
      assert.ok(isFault(error), String(error));
      assert.equal(error.code, code);
      assert.match(error.message, pattern);
      return true;
    };
  }

  describe('who they name', () => {
    it('is the configured claim, with its claims and team', async () => {
      const verify = open({ principalClaim: 'email', teamClaim: 'dept', principalPrefix: 'corp:' });
      const payload = claims({ email: 'a@b.example', dept: 'research', groups: ['x'] });
      const principal = await verify(await issuer.sign(payload));
      assert.deepEqual(principal, {
        id: 'corp:a@b.example',
        kind: 'jwt',
        team: 'research',
        claims: { iss: issuer.url, ...payload },
      });
      assert.ok(Object.isFrozen(principal) && Object.isFrozen(principal.claims['groups']));
    });

    it('is nobody when the claim is missing, no text, or unfit for a name', async () => {
      const verify = open({ teamClaim: 'dept' });
      for (const sub of [undefined, '', 7, ['alice'], { id: 'alice' }, ' alice', 'a\nb', 'x'.repeat(257)]) {
        await assert.rejects(
          verify(await issuer.sign(claims({ sub }) as never)),
          refused(/cannot be verified|names no principal|"sub"/),
        );
      }
      await assert.rejects(verify(await issuer.sign(claims({ dept: ['a', 'b'] }))), refused(/names no team/));
      assert.equal((await verify(await issuer.sign(claims()))).team, undefined);
    });

    it('is not what the prototype of an object would say', async () => {
      await assert.rejects(
        open({ principalClaim: 'constructor' })(await issuer.sign(claims())),
        refused(/names no principal/),
      );
    });

    it('is never an unverified e-mail address', async () => {
      const verify = open({ principalClaim: 'email' });
      const token = (email_verified: unknown) => issuer.sign(claims({ email: 'a@b.example', email_verified }));
      await assert.rejects(verify(await token(false)), refused(/not verified/));
      assert.equal((await verify(await token(true))).id, 'a@b.example');
    });

    it('cannot pass for a client certificate', async () => {
      const forged = { certificate: { fingerprint: 'AA' }, 'certificate.names': ['DNS:admin'], certificates: 1 };
      const principal = await open()(await issuer.sign(claims(forged)));
      assert.deepEqual(Object.keys(principal.claims).sort(), ['aud', 'certificates', 'exp', 'iss', 'sub']);
    });
  });

  describe('what they must satisfy', () => {
    it('time: not expired, not early, within the skew, with an end', async () => {
      const verify = open();
      const at = (change: object) => issuer.sign(claims(change));
      await verify(await at({ exp: seconds(now) - 25 }));
      await assert.rejects(verify(await at({ exp: seconds(now) - 31 })), refused(/expired/));
      await verify(await at({ nbf: seconds(now) + 25 }));
      await assert.rejects(verify(await at({ nbf: seconds(now) + 35 })), refused(/not valid yet/));
      await assert.rejects(verify(await at({ exp: undefined })), refused(/lacks the claim "exp"/));
      await assert.rejects(verify(await at({ exp: '9999999999' })), refused(/./));
    });

    it('audience: ours among them', async () => {
      const verify = open({ audience: ['parapet', 'gateway'] });
      await verify(await issuer.sign(claims({ aud: ['other', 'gateway'] })));
      for (const aud of ['other', ['other'], [], 'parapet ', 'PARAPET']) {
        await assert.rejects(verify(await issuer.sign(claims({ aud }))), refused(/"aud"/));
      }
      await assert.rejects(verify(await issuer.sign(claims({ aud: undefined }))), refused(/lacks the claim "aud"/));
    });

    it('issuer: exactly one that is trusted', async () => {
      const verify = open();
      for (const iss of [`${issuer.url}/`, issuer.url.toUpperCase(), 'https://evil.example', undefined, [issuer.url]]) {
        await assert.rejects(
          verify(await issuer.sign(claims({ iss }) as never)),
          refused(/no trusted issuer|cannot be verified/),
        );
      }
    });

    it("a signature by one of the issuer's own keys", async () => {
      const verify = open();
      const stranger = await startIssuer();
      try {
        const key = await stranger.addKey('ES256');
        await assert.rejects(verify(await issuer.sign(claims(), { key })), refused(/not among the issuer's keys/));
        const [header, payload, signature] = (await issuer.sign(claims())).split('.') as [string, string, string];
        const other = base64url.encode(JSON.stringify({ ...claims(), iss: issuer.url, sub: 'admin' }));
        await assert.rejects(verify(`${header}.${other}.${signature}`), refused(/cannot be verified/));
        await assert.rejects(verify(`${header}.${payload}.`), refused(/cannot be verified/));
        await assert.rejects(verify(`${header}.${payload}.${signature.slice(0, -2)}`), refused(/cannot be verified/));
      } finally {
        await stranger.close();
      }
    });
  });

  describe('attacks on the algorithm and the header', () => {
    it('refuses alg none, in every spelling', async () => {
      const verify = open();
      for (const alg of ['none', 'None', 'NONE', 'nOnE', '']) {
        const head = base64url.encode(JSON.stringify({ alg }));
        const body = base64url.encode(JSON.stringify({ ...claims(), iss: issuer.url }));
        for (const signature of ['', 'AAAA'])
          await assert.rejects(verify(`${head}.${body}.${signature}`), refused(/./));
      }
    });

    it('refuses an HMAC keyed with the public key', async () => {
      const verify = open();
      const key = await issuer.addKey('RS256', { only: true });
      const spki = await exportSPKI((await importJWK({ ...key.publicJwk, ext: true } as never, 'RS256')) as never);
      const head = base64url.encode(JSON.stringify({ alg: 'HS256', kid: key.kid }));
      const body = base64url.encode(JSON.stringify({ ...claims(), iss: issuer.url }));
      for (const secret of [spki, spki.trim(), JSON.stringify(key.publicJwk), key.publicJwk.n!]) {
        const signature = createHmac('sha256', secret).update(`${head}.${body}`).digest('base64url');
        await assert.rejects(verify(`${head}.${body}.${signature}`), refused(/algorithm that is not allowed/));
      }
    });

    it('refuses an algorithm that is not on the list, though the key is good', async () => {
      await issuer.addKey('RS512', { only: true });
      await assert.rejects(open()(await issuer.sign(claims())), refused(/algorithm that is not allowed/));
      assert.equal((await open({ algorithms: ['RS512'] })(await issuer.sign(claims()))).id, 'alice');
    });

    it('refuses a key of one algorithm used with another', async () => {
      const key = await issuer.addKey('RS256', { only: true });
      const mixed = await generateKeyPair('ES256');
      const token = await new SignJWT({ iss: issuer.url, ...claims() })
        .setProtectedHeader({ alg: 'ES256', kid: key.kid! })
        .sign(mixed.privateKey);
      await assert.rejects(open()(token), refused(/./));
    });

    it('takes no key from the token', async () => {
      const verify = open();
      const own = await generateKeyPair('ES256', { extractable: true });
      const jwk = await exportJWK(own.publicKey);
      const hitsBefore = issuer.hits.get('/evil') ?? 0;
      for (const header of [
        { jwk },
        { jku: `${issuer.url}/evil` },
        { x5u: `${issuer.url}/evil` },
        { jwk, kid: 'evil' },
      ]) {
        const token = await new SignJWT({ iss: issuer.url, ...claims() })
          .setProtectedHeader({ alg: 'ES256', ...header })
          .sign(own.privateKey);
        await assert.rejects(verify(token), refused(/cannot be verified|not among/));
      }
      assert.equal(issuer.hits.get('/evil') ?? 0, hitsBefore, 'nothing was fetched');
    });

    it('takes a kid for a name and nothing else', async () => {
      const verify = open();
      await verify(await issuer.sign(claims()));
      for (const kid of [
        '../../../../dev/null',
        '/dev/null',
        `${issuer.url}/evil`,
        "x' OR '1'='1",
        '__proto__',
        'a\u0000b',
        'k'.repeat(4000),
      ]) {
        await assert.rejects(
          verify(await issuer.sign(claims(), { header: { kid } })),
          refused(/not among the issuer's keys/),
        );
      }
      assert.equal(issuer.hits.get('/evil') ?? 0, 0);
    });

    it('refuses critical extensions that it does not know (RFC 7515 §4.1.11)', async () => {
      const key = await issuer.addKey('ES256', { only: true });
      const payload = new TextEncoder().encode(JSON.stringify({ ...claims(), iss: issuer.url }));
      const token = await new CompactSign(payload)
        .setProtectedHeader({ alg: 'ES256', kid: key.kid!, crit: ['urn:x'], 'urn:x': true })
        .sign(key.privateKey, { crit: { 'urn:x': true } });
      await assert.rejects(open()(token), refused(/cannot be verified/));
    });

    it('refuses what is no token, and tokens that are too large, before asking the issuer', async () => {
      const verify = open();
      const before = issuer.hits.get('/keys') ?? 0;
      for (const token of [
        'a.b.c',
        '..',
        'eyJ.eyJ.x',
        `${'A'.repeat(9000)}.${'B'.repeat(9000)}.C`,
        `e30.${base64url.encode('[1]')}.AA`,
        `e30.${base64url.encode('"x"')}.AA`,
      ]) {
        await assert.rejects(verify(token), refused(/./));
      }
      const head = base64url.encode('{"alg":"ES256"}');
      const deep = base64url.encode(`{"iss":"${issuer.url}","x":${'['.repeat(5000)}${']'.repeat(5000)}}`);
      await assert.rejects(verify(`${head}.${deep}.AA`), refused(/./));
      assert.ok((issuer.hits.get('/keys') ?? 0) <= before + 1);
    });
  });

  describe('keys of the issuer', () => {
    it('are found through discovery, and fetched once for many tokens', async () => {
      const before = [
        issuer.hits.get('/.well-known/openid-configuration') ?? 0,
        issuer.hits.get('/keys') ?? 0,
      ] as const;
      const verify = open();
      const tokens = await Promise.all(
        Array.from({ length: 20 }, (_, index) => issuer.sign(claims({ jti: `${index}` }))),
      );
      await Promise.all(tokens.map(verify));
      await Promise.all(tokens.map(verify));
      assert.equal(issuer.hits.get('/.well-known/openid-configuration'), before[0] + 1);
      assert.equal(issuer.hits.get('/keys'), before[1] + 1);
    });

    it('may be named by URL or file', async () => {
      const key = await issuer.addKey('EdDSA', { only: true });
      assert.equal((await open({ jwks: `${issuer.url}/keys` })(await issuer.sign(claims()))).id, 'alice');
      await writeFile(join(directory, 'keys.json'), JSON.stringify({ keys: [key.publicJwk] }));
      assert.equal((await open({ jwks: { file: 'keys.json' } })(await issuer.sign(claims()))).id, 'alice');
    });

    it('change: a new key is fetched when a token names it', async (t) => {
      t.mock.timers.enable({ apis: ['Date'], now });
      const verify = open();
      const old = await issuer.addKey('ES256', { only: true });
      await verify(await issuer.sign(claims()));
      t.mock.timers.tick(11_000);
      now += 11_000;
      await issuer.addKey('ES256');
      assert.equal((await verify(await issuer.sign(claims({ jti: 'new' })))).id, 'alice');
      assert.equal((await verify(await issuer.sign(claims({ jti: 'old' }), { key: old }))).id, 'alice');
    });

    it('withdrawn are refused once the kept set is too old', async (t) => {
      t.mock.timers.enable({ apis: ['Date'], now });
      const verify = open({ cacheFor: 60_000 });
      const token = await issuer.sign(claims({ exp: seconds(now) + 3600 }));
      await verify(token);
      await issuer.addKey('ES256', { only: true });
      t.mock.timers.tick(61_000);
      now += 61_000;
      await assert.rejects(verify(token), refused(/not among the issuer's keys/));
    });

    it('without ids are tried one by one', async () => {
      const first = await issuer.addKey('ES256', { only: true, kid: null });
      await issuer.addKey('ES256', { kid: null });
      const hidden = await issuer.addKey('ES256', { kid: null, hidden: true });
      const verify = open();
      assert.equal((await verify(await issuer.sign(claims(), { key: first }))).id, 'alice');
      await assert.rejects(verify(await issuer.sign(claims(), { key: hidden })), refused(/cannot be verified/));
    });

    it('that cannot be had stop the token with a clear fault, never let it pass, and are asked for again', async () => {
      const token = await issuer.sign(claims());
      const cases: Record<string, Parameters<Issuer['misbehave']>[0]> = {
        'discovery is down': (_, response, path) => path !== '/keys' && (response.writeHead(503).end(), true),
        'keys are down': (_, response, path) => path === '/keys' && (response.destroy(), true),
        'keys redirect': (_, response, path) =>
          path === '/keys' && (response.writeHead(302, { location: `${issuer.url}/keys2` }).end(), true),
        'keys are no JSON': (_, response, path) => path === '/keys' && (response.end('<html>'), true),
        'keys are no key set': (_, response, path) => path === '/keys' && (response.end('{"keys":7}'), true),
        'keys are endless': (_, response, path) =>
          path === '/keys' && (response.end(`{"keys":[],"x":"${'x'.repeat(2 ** 21)}"}`), true),
        'discovery names another issuer': (_, response, path) =>
          path !== '/keys' &&
          (response.end(JSON.stringify({ issuer: 'https://evil.example', jwks_uri: `${issuer.url}/keys` })), true),
        'discovery points to plain http elsewhere': (_, response, path) =>
          path !== '/keys' &&
          (response.end(JSON.stringify({ issuer: issuer.url, jwks_uri: 'http://192.0.2.1/keys' })), true),
        'discovery is null': (_, response, path) => path !== '/keys' && (response.end('null'), true),
      };
      for (const [name, how] of Object.entries(cases)) {
        const verify = open();
        issuer.misbehave(how);
        await assert.rejects(verify(token), refused(/cannot be fetched/, 'ERR_UPSTREAM_UNREACHABLE'), name);
        const asked = [...issuer.hits.values()].reduce((sum, count) => sum + count, 0);
        await assert.rejects(verify(token), refused(/cannot be fetched/, 'ERR_UPSTREAM_UNREACHABLE'), name);
        if (name !== 'keys are no key set' && !name.startsWith('discovery ')) {
          assert.equal(
            [...issuer.hits.values()].reduce((sum, count) => sum + count, 0),
            asked,
            `${name}: not asked at once again`,
          );
        }
        issuer.misbehave(null);
        now += 1001;
        assert.equal((await verify(token)).id, 'alice', name);
      }
    });

    it('outages are not counted against the caller', async () => {
      issuer.misbehave((_, response) => (response.writeHead(500).end(), true));
      const verify = open({}, { throttle: { failures: 2, window: 60_000, block: 60_000 } });
      const token = await issuer.sign(claims());
      for (let i = 0; i < 5; i++) await assert.rejects(verify(token), refused(/./, 'ERR_UPSTREAM_UNREACHABLE'));
      issuer.misbehave(null);
      now += 1001;
      assert.equal((await verify(token)).id, 'alice');
    });

    it('must come over https, from a readable file, and be public', async () => {
      const config = (pattern: RegExp) => refused(pattern, 'ERR_CONFIG');
      assert.throws(() => open({ jwks: 'http://issuer.example/keys' }), config(/https/));
      assert.throws(() => open({ issuer: 'http://issuer.example' }), config(/https/));
      assert.throws(() => open({ jwks: 'file:///etc/passwd' }), config(/https/));
      assert.throws(() => open({ issuer: 'not a url' }), config(/https/));
      assert.throws(() => open({ jwks: { file: 'nowhere.json' } }), config(/does not exist/));
      const { privateKey } = await generateKeyPair('ES256', { extractable: true });
      for (const [text, pattern] of [
        ['{"keys":', /not a JSON Web Key Set/],
        ['null', /not a JSON Web Key Set/],
        ['{"keys":{}}', /not a JSON Web Key Set/],
        [JSON.stringify({ keys: [await exportJWK(privateKey)] }), /private or symmetric/],
        ['{"keys":[{"kty":"oct","k":"AAAA"}]}', /private or symmetric/],
      ] as const) {
        await writeFile(join(directory, 'bad.json'), text);
        assert.throws(() => open({ jwks: { file: 'bad.json' } }), config(pattern), text);
      }
    });
  });

  describe('several issuers', () => {
    it('vouch only for themselves', async () => {
      const other = await startIssuer();
      try {
        await other.addKey('ES256');
        const trust = (url: string): JwtIssuerConfig => ({
          issuer: url,
          audience: 'parapet',
          algorithms: ['ES256'],
          clockSkew: 0,
          principalClaim: 'sub',
          principalPrefix: `${url}#`,
          cacheFor: 60_000,
        });
        const verify = open({}, { jwt: [trust(issuer.url), trust(other.url)] });
        assert.equal((await verify(await issuer.sign(claims()))).id, `${issuer.url}#alice`);
        assert.equal((await verify(await other.sign(claims()))).id, `${other.url}#alice`);
        await assert.rejects(verify(await other.sign(claims({ iss: issuer.url }))), refused(/not among/));
      } finally {
        await other.close();
      }
    });

    it('may be one issuer with rules for two audiences', async () => {
      const rule = (audience: string, principalClaim: string): JwtIssuerConfig => ({
        issuer: issuer.url,
        audience,
        algorithms: ['ES256'],
        clockSkew: 0,
        principalClaim,
        cacheFor: 60_000,
      });
      const verify = open({}, { jwt: [rule('people', 'email'), rule('machines', 'azp')] });
      assert.equal(
        (await verify(await issuer.sign(claims({ aud: 'people', email: 'a@b.example' })))).id,
        'a@b.example',
      );
      assert.equal((await verify(await issuer.sign(claims({ aud: 'machines', azp: 'robot' })))).id, 'robot');
      await assert.rejects(verify(await issuer.sign(claims({ aud: 'none' }))), refused(/"aud"/));
    });
  });

  describe('remembering', () => {
    it('verifies a token once, answers at once the second time, and not beyond its end', async () => {
      const authenticator = createAuthenticator({
        config: {
          keys: false,
          jwt: [
            {
              issuer: issuer.url,
              audience: 'parapet',
              algorithms: ['ES256'],
              clockSkew: 0,
              principalClaim: 'sub',
              cacheFor: 60_000,
            },
          ],
          mtls: [],
          throttle: { failures: 9, window: 1000, block: 1000 },
        },
        directory,
        keys: { verify: () => ({ status: 'unknown' }) },
        clock: () => now,
      });
      const token = await issuer.sign(claims({ exp: seconds(now) + 10 }));
      const ask = () =>
        authenticator.authenticate({ headers: { 'x-api-key': token }, address: '::1', certificate: null });
      const first = await ask();
      assert.equal(ask(), first, 'the same object, without a promise');
      now += 11_000;
      await assert.rejects(async () => ask(), refused(/expired/));
    });
  });
});

describe('published tokens', () => {
  /** RFC 7515 appendix A.2 and A.3: public keys and tokens of issuer "joe", which end at 1300819380. */
  const RSA = {
    kty: 'RSA',
    n: 'ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ',
    e: 'AQAB',
  };
  const EC = {
    kty: 'EC',
    crv: 'P-256',
    x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
    y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  };
  const PAYLOAD = 'eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ';
  const RS256 = `eyJhbGciOiJSUzI1NiJ9.${PAYLOAD}.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw`;
  const ES256 = `eyJhbGciOiJFUzI1NiJ9.${PAYLOAD}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q`;
  /** RFC 7515 A.1 (HMAC) and RFC 7519 §6.1 (unsecured). */
  const HS256 = `eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.${PAYLOAD}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk`;
  const NONE = `eyJhbGciOiJub25lIn0.${PAYLOAD}.`;

  it('pass or fail as their documents say', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'parapet-rfc-'));
    try {
      await writeFile(join(directory, 'keys.json'), JSON.stringify({ keys: [RSA, EC] }));
      let now = 1_300_819_300_000;
      const authenticator = createAuthenticator({
        config: {
          keys: false,
          jwt: [
            {
              issuer: 'joe',
              audience: 'any',
              jwks: { file: 'keys.json' },
              algorithms: ['RS256', 'ES256'],
              clockSkew: 0,
              principalClaim: 'iss',
              cacheFor: 1,
            },
          ],
          mtls: [],
          throttle: { failures: 1000, window: 1, block: 1 },
        },
        directory,
        keys: { verify: () => ({ status: 'unknown' }) },
        clock: () => now,
      });
      const reason = async (token: string) => {
        try {
          await authenticator.authenticate({ headers: { 'x-api-key': token }, address: '', certificate: null });
          return 'accepted';
        } catch (error) {
          return isFault(error) ? error.message : String(error);
        }
      };
      // Claims are looked at only after the signature has been verified; these tokens have no audience.
      assert.equal(await reason(RS256), 'The token lacks the claim "aud".');
      assert.equal(await reason(ES256), 'The token lacks the claim "aud".');
      assert.equal(await reason(RS256.replace('.cC4h', '.cC4i')), 'The token cannot be verified.');
      assert.equal(await reason(ES256.replace('.DtEh', '.DtEi')), 'The token cannot be verified.');
      assert.equal(await reason(HS256), 'The token is signed with an algorithm that is not allowed.');
      assert.equal(await reason(NONE), 'The token is signed with an algorithm that is not allowed.');
      now += 81_000;
      assert.match(await reason(RS256), /aud|expired/);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

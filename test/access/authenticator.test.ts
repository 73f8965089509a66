import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Presented } from '../../src/access/access.ts';
import { createAuthenticator } from '../../src/access/authenticator.ts';
import type { AccessConfigLike } from '../../src/access/authenticator.ts';
import { loadPepper } from '../../src/access/pepper.ts';
import { generateVirtualKey } from '../../src/access/virtual-key.ts';
import { createKeyService } from '../../src/access/virtual-keys.ts';
import type { KeyService } from '../../src/access/virtual-keys.ts';
import type { Config } from '../../src/config/schema.ts';
import { isFault } from '../../src/core/fault.ts';
import type { FaultCode } from '../../src/core/fault.ts';
import type { Principal } from '../../src/core/principal.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { startIssuer } from './start-issuer.ts';
import type { Issuer } from './start-issuer.ts';

/** The configuration fits without conversion. */
const fits = (config: Config['access']): AccessConfigLike => config;

describe('createAuthenticator', () => {
  let directory: string;
  let store: Store;
  let keys: KeyService;
  let issuer: Issuer;
  let now: number;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'parapet-auth-'));
    store = await openStore(`sqlite:${join(directory, 'auth.db')}`);
    issuer = await startIssuer();
    await issuer.addKey();
  });
  after(async () => {
    await issuer.close();
    await store.close();
    await rm(directory, { recursive: true });
  });
  beforeEach(async () => {
    now = Date.now();
    keys = createKeyService({ store, pepper: await loadPepper(directory), clock: () => now });
  });

  function open(change: Partial<AccessConfigLike> = {}) {
    const jwt = {
      issuer: issuer.url,
      audience: 'parapet',
      algorithms: ['ES256'],
      clockSkew: 0,
      principalClaim: 'sub',
      cacheFor: 60_000,
    };
    const config = {
      keys: true,
      jwt: [jwt],
      mtls: [],
      throttle: { failures: 3, window: 60_000, block: 30_000 },
      ...change,
    };
    const authenticator = createAuthenticator({ config: fits(config as never), directory, keys, clock: () => now });
    return (headers: Presented['headers'], address = '192.0.2.1', certificate: Presented['certificate'] = null) =>
      authenticator.authenticate({ headers, address, certificate });
  }
  const token = () => issuer.sign({ sub: 'bob', aud: 'parapet', exp: Math.floor(now / 1000) + 60 });
  const bearer = (text: string) => ({ authorization: `Bearer ${text}` });

  function refused(code: FaultCode, pattern = /./) {
    return (error: unknown) => isFault(error) && error.code === code && pattern.test(error.message);
  }
  const outcome = async (work: () => Principal | Promise<Principal>) => {
    try {
      return (await work()).id;
    } catch (error) {
      return isFault(error) ? error.code : String(error);
    }
  };

  it('knows a key, at once the second time and as the same object', async () => {
    const ask = open();
    const { key, row } = await keys.create({ principal: 'alice', team: 'research', note: 'laptop' });
    const principal = await ask(bearer(key));
    assert.deepEqual(principal, {
      id: 'alice',
      kind: 'key',
      team: 'research',
      keyId: row.id,
      claims: { note: 'laptop' },
    });
    assert.equal(ask(bearer(key)), principal);
    assert.equal(ask({ 'x-api-key': key }), principal);
    assert.ok(Object.isFrozen(principal) && Object.isFrozen(principal.claims));
    assert.ok(!JSON.stringify(principal).includes(key.slice(16)));
  });

  it('says nothing that tells an id that exists from one that does not', async () => {
    const ask = open({ throttle: { failures: 100, window: 1, block: 1 } });
    const { key } = await keys.create({ principal: 'alice' });
    const faults: string[] = [];
    for (const text of [
      generateVirtualKey().text,
      `${key.slice(0, 20)}AAAA${key.slice(24)}`,
      'pk_nonsense',
      `${key}x`,
    ]) {
      await assert.rejects(
        async () => ask(bearer(text)),
        (error) => isFault(error) && faults.push(`${error.code} ${error.line}`) > 0,
      );
    }
    assert.deepEqual([...new Set(faults)], ['ERR_UNAUTHENTICATED The virtual key is not valid.']);
  });

  it('tells the holder of a key that it ended', async () => {
    const ask = open();
    const old = await keys.create({ principal: 'alice', expiresAt: now + 1 });
    const gone = await keys.create({ principal: 'alice' });
    await keys.revoke(gone.row.id);
    now += 1;
    await assert.rejects(async () => ask(bearer(old.key)), refused('ERR_UNAUTHENTICATED', /expired/));
    await assert.rejects(async () => ask(bearer(gone.key)), refused('ERR_UNAUTHENTICATED', /revoked/));
  });

  it('lets nobody in without a credential, unless an anonymous principal is configured', async () => {
    assert.throws(() => open()({}), refused('ERR_UNAUTHENTICATED', /no credential/));
    assert.deepEqual(open({ anonymous: { principal: 'guest', team: 'public' } })({}), {
      id: 'guest',
      kind: 'anonymous',
      team: 'public',
      claims: {},
    });
  });

  it('never takes a wrong credential for none', async () => {
    const ask = open({ anonymous: { principal: 'guest' }, throttle: { failures: 100, window: 1, block: 1 } });
    const wrong = [
      bearer(generateVirtualKey().text),
      bearer('sk-proj-abc'),
      bearer(''),
      { authorization: '' },
      { authorization: 'Basic Z3Vlc3Q6' },
      { 'x-api-key': '' },
      { 'x-api-key': 'none' },
      { 'x-goog-api-key': 'a, b' },
      bearer(await issuer.sign({ sub: 'bob', aud: 'other', exp: Math.floor(now / 1000) + 60 })),
    ];
    for (const headers of wrong)
      assert.equal(await outcome(() => ask(headers)), 'ERR_UNAUTHENTICATED', JSON.stringify(headers));
    const certificate = { subject: 'CN=stranger', names: [], fingerprint: 'AA' };
    assert.equal(
      await outcome(() => ask({}, '192.0.2.1', certificate)),
      'guest',
      'no certificate is mapped: it is no credential',
    );
    const mapped = open({ anonymous: { principal: 'guest' }, mtls: [{ match: 'CN=batch', principal: 'batch' }] });
    assert.equal(await outcome(() => mapped({}, '192.0.2.1', certificate)), 'ERR_UNAUTHENTICATED');
  });

  it('accepts only the kinds that are configured', async () => {
    const { key } = await keys.create({ principal: 'alice' });
    assert.equal(await outcome(() => open({ keys: false })(bearer(key))), 'ERR_UNAUTHENTICATED');
    const jwt = await token();
    assert.equal(await outcome(() => open({ jwt: [] })(bearer(jwt))), 'ERR_UNAUTHENTICATED');
    assert.equal(await outcome(() => open()(bearer(jwt))), 'bob');
  });

  it('refuses two credentials that differ, of whatever kinds', async () => {
    const ask = open();
    const { key } = await keys.create({ principal: 'alice' });
    const jwt = await token();
    assert.equal(await outcome(() => ask({ ...bearer(jwt), 'x-api-key': key })), 'ERR_UNAUTHENTICATED');
    assert.equal(await outcome(() => ask({ 'api-key': key, 'x-api-key': key })), 'alice');
  });

  it('sees header lines that were sent twice on a real connection', async () => {
    const ask = open();
    const { key } = await keys.create({ principal: 'alice' });
    const server = createServer({ joinDuplicateHeaders: true }, (incoming, response) => {
      void outcome(() => ask(incoming.headers)).then((text) => response.end(text));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const send = (headers: readonly string[]) =>
        new Promise<string>((resolve, reject) => {
          const outgoing = request(
            { port: (server.address() as AddressInfo).port, headers: ['host', 'x', ...headers] },
            (response) => {
              let text = '';
              response.on('data', (chunk) => (text += chunk)).on('end', () => resolve(text));
            },
          );
          outgoing.on('error', reject).end();
        });
      assert.equal(await send(['authorization', `Bearer ${key}`]), 'alice');
      for (const name of ['authorization', 'x-api-key', 'api-key']) {
        const value = name === 'authorization' ? `Bearer ${key}` : key;
        assert.equal(await send([name, value, name, value]), 'ERR_UNAUTHENTICATED', name);
      }
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  describe('throttle', () => {
    const wrong = () => bearer(generateVirtualKey().text);

    it('turns an address away after its failures, good credentials that it has not shown before too', async () => {
      const ask = open();
      const { key } = await keys.create({ principal: 'alice' });
      for (let i = 0; i < 3; i++) assert.equal(await outcome(() => ask(wrong())), 'ERR_UNAUTHENTICATED');
      const fresh = await token();
      for (const headers of [wrong(), bearer(key), bearer(fresh), bearer('sk-x'), { authorization: 'Basic x' }]) {
        await assert.rejects(
          async () => ask(headers),
          (error) => refused('ERR_AUTH_THROTTLED')(error) && isFault(error) && error.retryAfter === 30,
        );
      }
      assert.equal(await outcome(() => ask(bearer(key), '192.0.2.2')), 'alice', 'others are not touched');
      now += 30_000;
      assert.equal(await outcome(() => ask(bearer(key))), 'alice');
    });

    it('lets credentials pass that proved themselves before, so that one broken client does not lock out its neighbours', async () => {
      const ask = open();
      const { key, row } = await keys.create({ principal: 'alice' });
      const jwt = await token();
      await ask(bearer(key));
      await ask(bearer(jwt));
      for (let i = 0; i < 3; i++) await outcome(() => ask(wrong()));
      now += 5000;
      assert.equal(await outcome(() => ask(bearer(key))), 'alice');
      assert.equal(await outcome(() => ask(bearer(jwt))), 'bob');
      await keys.revoke(row.id);
      assert.equal(await outcome(() => ask(bearer(key))), 'ERR_AUTH_THROTTLED', 'a revoked one is forgotten');
    });

    it('does not count requests without a credential', async () => {
      const ask = open();
      const { key } = await keys.create({ principal: 'alice' });
      for (let i = 0; i < 10; i++) assert.equal(await outcome(() => ask({})), 'ERR_UNAUTHENTICATED');
      assert.equal(await outcome(() => ask(bearer(key))), 'alice');
    });

    it('counts every kind of refusal', async () => {
      for (const headers of [
        wrong(),
        bearer('sk-x'),
        { authorization: 'Basic x' },
        { 'x-api-key': 'a', 'api-key': 'b' },
        bearer('e30.e30.AA'),
      ]) {
        const ask = open();
        for (let i = 0; i < 3; i++) assert.equal(await outcome(() => ask(headers)), 'ERR_UNAUTHENTICATED');
        assert.equal(await outcome(() => ask(headers)), 'ERR_AUTH_THROTTLED', JSON.stringify(headers));
      }
    });
  });
});

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { JWTPayload } from 'jose';
import { createOidcSignIn } from '../../src/access/oidc-sign-in.ts';
import type { OidcSignInConfig } from '../../src/access/oidc-sign-in.ts';
import { isFault } from '../../src/core/fault.ts';
import type { FaultCode } from '../../src/core/fault.ts';
import { startIssuer } from './start-issuer.ts';
import type { Issuer } from './start-issuer.ts';

const REDIRECT = 'http://127.0.0.1:8788/api/sign-in/oidc/callback';

describe('createOidcSignIn', () => {
  let issuer: Issuer;
  before(async () => {
    issuer = await startIssuer();
    await issuer.addKey('RS256');
  });
  after(() => issuer.close());
  beforeEach(() => {
    issuer.misbehave(null);
    issuer.account = { sub: 'subject-1', email: 'Ada@Bank.example', email_verified: true };
  });

  function open(change: Partial<OidcSignInConfig> = {}, clock = Date.now) {
    return createOidcSignIn(
      {
        issuer: issuer.url,
        clientId: 'parapet',
        clientSecret: 's3cret',
        redirectUrl: REDIRECT,
        allow: ['ada@bank.example'],
        ...change,
      },
      clock,
    );
  }
  async function walk(signIn = open()) {
    const { url, state } = await signIn.start();
    return signIn.finish(await issuer.authorize(url), state);
  }
  function fault(code: FaultCode) {
    return (error: unknown) => isFault(error) && error.code === code;
  }

  it('signs in who is on the list, with PKCE, state and nonce in the request', async () => {
    const signIn = open();
    const { url, state } = await signIn.start();
    const { searchParams: asked } = new URL(url);
    assert.equal(asked.get('response_type'), 'code');
    assert.equal(asked.get('code_challenge_method'), 'S256');
    assert.equal(asked.get('redirect_uri'), REDIRECT);
    for (const name of ['code_challenge', 'state', 'nonce']) assert.match(asked.get(name)!, /^[\w-]{43}$/);
    for (const name of ['state', 'nonce']) assert.ok(!state.includes(asked.get(name)!), 'the cookie is sealed');
    assert.deepEqual(await signIn.finish(await issuer.authorize(url), state), { name: 'ada@bank.example' });
  });

  it('needs no client secret, and goes by the path alone behind a proxy', async () => {
    const signIn = open({ clientSecret: undefined });
    const { url, state } = await signIn.start();
    const back = new URL(await issuer.authorize(url));
    assert.deepEqual(await signIn.finish(`${back.pathname}${back.search}`, state), { name: 'ada@bank.example' });
  });

  it('goes by sub where that is on the list, under a name that no local administrator has', async () => {
    issuer.account = { sub: 'admin' };
    assert.deepEqual(await walk(open({ allow: ['admin'] })), { name: 'sub:admin' });
  });

  const strangers: readonly (readonly [string, JWTPayload])[] = [
    ['another address', { sub: 's', email: 'eve@bank.example', email_verified: true }],
    ['an address that was not verified', { sub: 's', email: 'ada@bank.example', email_verified: false }],
    ['an address of which nothing is known', { sub: 's', email: 'ada@bank.example' }],
    ['an address verified only by its own word', { sub: 's', email: 'ada@bank.example', email_verified: 'true' }],
    ['a sub that looks like the address', { sub: 'ada@bank.example' }],
    ['a list for an address', { sub: 's', email: ['ada@bank.example'], email_verified: true }],
  ];
  for (const [name, account] of strangers) {
    it(`forbids ${name}`, async () => {
      issuer.account = account;
      await assert.rejects(walk(), fault('ERR_FORBIDDEN'));
    });
  }

  it('refuses an answer that another browser asked for', async () => {
    const signIn = open();
    const mine = await signIn.start();
    const theirs = await signIn.start();
    await assert.rejects(signIn.finish(await issuer.authorize(theirs.url), mine.state), fault('ERR_UNAUTHENTICATED'));
    for (const state of ['', 'x', `${mine.state.slice(0, -4)}AAAA`, (await open().start()).state]) {
      await assert.rejects(signIn.finish(await issuer.authorize(mine.url), state), fault('ERR_UNAUTHENTICATED'));
    }
  });

  it('refuses a code that was used, tampered answers and refusals of the provider', async () => {
    const signIn = open();
    const { url, state } = await signIn.start();
    const back = await issuer.authorize(url);
    await signIn.finish(back, state);
    await assert.rejects(signIn.finish(back, state), fault('ERR_UNAUTHENTICATED'));
    const again = await signIn.start();
    const answer = new URL(await issuer.authorize(again.url));
    for (const change of [{ state: 'x' }, { code: 'x' }, { error: 'access_denied' }]) {
      const changed = new URL(answer);
      for (const [name, value] of Object.entries(change)) changed.searchParams.set(name, value);
      await assert.rejects(signIn.finish(changed, again.state), fault('ERR_UNAUTHENTICATED'), JSON.stringify(change));
    }
  });

  it('refuses ID tokens that are not for this sign-in', async () => {
    const past = Math.floor(Date.now() / 1000) - 3600;
    for (const wrong of [
      { aud: 'other' },
      { nonce: 'other' },
      { iss: 'https://evil.example' },
      { exp: past, iat: past - 60 },
      { sub: undefined },
      { aud: ['parapet', 'other'], azp: 'other' },
    ] as unknown as JWTPayload[]) {
      issuer.account = { sub: 's', email: 'ada@bank.example', email_verified: true, ...wrong };
      await assert.rejects(walk(), fault('ERR_UNAUTHENTICATED'), JSON.stringify(wrong));
    }
  });

  it("refuses an ID token whose signature is not the provider's", async () => {
    const hidden = await issuer.addKey('RS256', { hidden: true });
    await assert.rejects(walk(), fault('ERR_UNAUTHENTICATED'));
    await issuer.addKey('RS256', { only: true });
    assert.ok(hidden.kid !== undefined);
    assert.deepEqual(await walk(), { name: 'ada@bank.example' });
  });

  it('ends a sign-in that takes longer than ten minutes', async () => {
    let now = Date.now();
    const signIn = open({}, () => now);
    const { url, state } = await signIn.start();
    const back = await issuer.authorize(url);
    now += 600_001;
    await assert.rejects(signIn.finish(back, state), fault('ERR_UNAUTHENTICATED'));
  });

  it('says that the provider is down, and tries again next time', async () => {
    const signIn = open();
    issuer.misbehave((_, response) => (response.destroy(), true));
    await assert.rejects(signIn.start(), fault('ERR_UPSTREAM_UNREACHABLE'));
    issuer.misbehave(null);
    const { url, state } = await signIn.start();
    const back = await issuer.authorize(url);
    issuer.misbehave((_, response) => (response.destroy(), true));
    await assert.rejects(signIn.finish(back, state), fault('ERR_UPSTREAM_UNREACHABLE'));
  });

  it('speaks plain http to this machine only', () => {
    assert.throws(() => open({ issuer: 'http://accounts.example' }), fault('ERR_CONFIG'));
  });
});

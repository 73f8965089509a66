import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { SessionState } from '../../src/gateway/admin/api.ts';
import { startIssuer } from '../access/start-issuer.ts';
import type { Issuer } from '../access/start-issuer.ts';
import { createClient } from './client.ts';
import { startConsole } from './start-console.ts';
import type { TestConsole } from './start-console.ts';

let issuer: Issuer;
let served: TestConsole;

before(async () => {
  issuer = await startIssuer();
  await issuer.addKey();
  served = await startConsole({
    config: {
      admin: {
        host: '127.0.0.1',
        port: 0,
        oidc: {
          issuer: issuer.url,
          clientId: 'parapet',
          redirectUrl: 'http://127.0.0.1:8788/api/oidc/callback',
          allow: ['ada@example.com'],
        },
      },
    },
  });
});
after(async () => {
  await served.close();
  await issuer.close();
});

/** Plays the browser from the button to where it ends. */
async function signIn(
  change: { readonly cookie?: string } = {},
): Promise<{ location: string; session: string | null }> {
  const client = createClient(served.url);
  const start = await client.get('/api/oidc/start');
  assert.equal(start.status, 302);
  const cookie = start.headers.get('set-cookie')!;
  assert.match(cookie, /HttpOnly/);
  assert.match(cookie, /SameSite=Lax/);
  const back = new URL(await issuer.authorize(start.headers.get('location')!));
  const end = await client.get(back.pathname + back.search, { cookie: change.cookie ?? cookie.split(';')[0]! });
  const session = end.headers.getSetCookie().find((one) => one.startsWith('parapet_session='));
  return { location: end.headers.get('location')!, session: session?.split(';')[0] ?? null };
}

test('somebody on the list comes in', async () => {
  issuer.account = { sub: '1', email: 'Ada@example.com', email_verified: true };
  const { location, session } = await signIn();
  assert.equal(location, '/');
  const client = createClient(served.url);
  assert.equal((await client.json<SessionState>('/api/session')).oidc, true);
  client.cookie = session!;
  const state = await client.json<SessionState>('/api/session');
  assert.equal(state.admin?.name, 'ada@example.com');
  assert.equal(state.admin?.method, 'oidc');
  assert.equal((await client.get('/api/status')).status, 200);
});

test('somebody else, or with an address that nobody checked, does not', async () => {
  for (const account of [
    { sub: '2', email: 'eve@example.com', email_verified: true },
    { sub: '3', email: 'ada@example.com', email_verified: false },
  ]) {
    issuer.account = account;
    const { location, session } = await signIn();
    assert.equal(location, '/?sign-in=ERR_FORBIDDEN');
    assert.equal(session, null);
  }
});

test('an answer that this browser did not ask for is refused', async () => {
  issuer.account = { sub: '1', email: 'ada@example.com', email_verified: true };
  for (const cookie of ['', 'parapet_oidc=forged']) {
    const { location, session } = await signIn({ cookie });
    assert.equal(location, '/?sign-in=ERR_UNAUTHENTICATED');
    assert.equal(session, null);
  }
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import {
  closeSession,
  ensureFirstAdmin,
  openSession,
  readSession,
  setRandomPassword,
  signIn,
} from '../../src/access/admin-identity.ts';
import { hashPassword, verifyPassword } from '../../src/access/admin-password.ts';
import { createAuthThrottle } from '../../src/access/auth-throttle.ts';
import { isFault } from '../../src/core/fault.ts';
import type { FaultCode } from '../../src/core/fault.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';

function fault(code: FaultCode) {
  return (error: unknown) => isFault(error) && error.code === code;
}

describe('admin password', () => {
  const QUICK = { ln: 4, r: 8, p: 1 };

  it('agrees with the test vectors of RFC 7914 §12', async () => {
    const phc = (cost: string, salt: string, hex: string) =>
      `$scrypt$${cost}$${Buffer.from(salt).toString('base64').replace(/=+$/, '')}$${Buffer.from(hex, 'hex').toString('base64').replace(/=+$/, '')}`;
    const nacl = phc(
      'ln=10,r=8,p=16',
      'NaCl',
      'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640',
    );
    const chloride = phc(
      'ln=14,r=8,p=1',
      'SodiumChloride',
      '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887',
    );
    assert.equal(await verifyPassword('password', nacl), true);
    assert.equal(await verifyPassword('pleaseletmein', chloride), true);
    assert.equal(await verifyPassword('pleaseletmeIn', chloride), false);
  });

  it('hashes with a salt of its own to a PHC string with the recommended cost', async () => {
    const [a, b] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse', QUICK)]);
    assert.match(a, /^\$scrypt\$ln=17,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    assert.notEqual(b, await hashPassword('correct horse', QUICK));
    assert.equal(await verifyPassword('correct horse', a), true);
    assert.equal(await verifyPassword('correct horse', b), true);
    assert.equal(await verifyPassword('correct  horse', b), false);
    assert.equal(await verifyPassword('', b), false);
  });

  it('takes one password typed on two keyboards for one', async () => {
    assert.equal(await verifyPassword('u\u0308ber', await hashPassword('\u00fcber', QUICK)), true);
  });

  it('refuses damaged and excessive hashes, and endless passwords', async () => {
    const good = await hashPassword('x', QUICK);
    for (const bad of [
      '',
      'x',
      good.replace('scrypt', 'argon2id'),
      good.replace('ln=4', 'ln=0'),
      good.replace('ln=4', 'ln=25'),
      good.replace('p=1', 'p=99'),
      good.replace(/\$[^$]+$/, '$AAAA'),
      `${good}$`,
    ]) {
      await assert.rejects(verifyPassword('x', bad), fault('ERR_STORE'), bad);
    }
    await assert.rejects(verifyPassword('x'.repeat(1025), good), fault('ERR_UNAUTHENTICATED'));
  });

  it('lets a bounded number wait', async () => {
    const hash = await hashPassword('x', QUICK);
    const results = await Promise.allSettled(Array.from({ length: 40 }, () => verifyPassword('x', hash)));
    const refused = results.filter((result) => result.status === 'rejected');
    assert.equal(results.length - refused.length, 16);
    assert.ok(refused.every(({ reason }) => fault('ERR_OVERLOADED')(reason)));
    assert.equal(await verifyPassword('x', hash), true, 'and goes on afterwards');
  });
});

describe('administrators', () => {
  let directory: string;
  let store: Store;
  let now: number;
  const clock = () => now;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'parapet-admin-'));
  });
  after(() => rm(directory, { recursive: true }));
  beforeEach(async (t) => {
    now = Date.UTC(2026, 0, 1);
    store = await openStore(`sqlite:${join(directory, `${t.name.replaceAll(/\W+/g, '-')}.db`)}`);
  });

  const throttle = () => createAuthThrottle({ failures: 2, window: 60_000, block: 60_000 }, clock);

  it('the first is made once, with a password that works', async (t) => {
    t.after(() => store.close());
    const first = await ensureFirstAdmin(store, clock);
    assert.ok(first !== null);
    assert.match(first.password, /^[\w-]{27}$/);
    assert.equal(await ensureFirstAdmin(store, clock), null);
    assert.ok(!JSON.stringify(await store.admins()).includes(first.password));
    const ask = { name: first.name, password: first.password, address: '::1' };
    assert.deepEqual(await signIn({ store, throttle: throttle() }, ask), { name: 'admin' });
  });

  it('two starts at once print one password, and that one works', async (t) => {
    t.after(() => store.close());
    const printed = (await Promise.all([ensureFirstAdmin(store, clock), ensureFirstAdmin(store, clock)])).filter(
      (one) => one !== null,
    );
    assert.equal(printed.length, 1);
    const ask = { name: 'admin', password: printed[0]!.password, address: '::1' };
    await signIn({ store, throttle: throttle() }, ask);
  });

  it('are refused alike for a wrong name and a wrong password, and have to wait then', async (t) => {
    t.after(() => store.close());
    const password = await setRandomPassword(store, clock, 'root');
    const parts = { store, throttle: throttle() };
    const messages: string[] = [];
    for (const name of ['root', 'nobody']) {
      await assert.rejects(signIn(parts, { name, password: 'guess', address: '192.0.2.1' }), (error) => {
        messages.push(String(error));
        return fault('ERR_UNAUTHENTICATED')(error);
      });
    }
    assert.equal(messages[0], messages[1]);
    await assert.rejects(signIn(parts, { name: 'root', password, address: '192.0.2.1' }), fault('ERR_AUTH_THROTTLED'));
    await signIn(parts, { name: 'root', password, address: '192.0.2.2' });
    now += 60_000;
    await signIn(parts, { name: 'root', password, address: '192.0.2.1' });
  });

  it('have sessions that end', async (t) => {
    t.after(() => store.close());
    await setRandomPassword(store, clock, 'admin');
    const { token, expiresAt } = await openSession(store, clock, 'admin', 3_600_000);
    assert.equal(expiresAt, now + 3_600_000);
    assert.equal((await readSession(store, clock, token))?.admin, 'admin');
    assert.ok((await store.session(createHash('sha256').update(token).digest('hex'))) !== null, 'stored by its hash');
    assert.equal(await store.session(token), null);
    for (const wrong of [
      '',
      'x',
      `${token}x`,
      `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`,
      "' OR 1=1 --",
    ]) {
      assert.equal(await readSession(store, clock, wrong), null);
    }
    now = expiresAt - 1;
    assert.ok((await readSession(store, clock, token)) !== null);
    now = expiresAt;
    assert.equal(await readSession(store, clock, token), null);
    now -= 1;
    await closeSession(store, token);
    await closeSession(store, token);
    assert.equal(await readSession(store, clock, token), null);
  });

  it('lose their sessions with a new password, or when they are gone; accounts of a provider have neither', async (t) => {
    t.after(() => store.close());
    await setRandomPassword(store, clock, 'admin');
    const old = await openSession(store, clock, 'admin', 3_600_000);
    const gone = await openSession(store, clock, 'former', 3_600_000);
    const outside = await openSession(store, clock, 'a@b.example', 3_600_000);
    const subject = await openSession(store, clock, 'sub:123', 3_600_000);
    now += 1;
    await setRandomPassword(store, clock, 'admin');
    assert.equal(await readSession(store, clock, old.token), null);
    assert.equal(await readSession(store, clock, gone.token), null);
    assert.ok((await readSession(store, clock, outside.token)) !== null);
    assert.ok((await readSession(store, clock, subject.token)) !== null);
    for (const name of ['a@b.example', 'sub:123', '', 'Admin', 'x'.repeat(65)]) {
      await assert.rejects(setRandomPassword(store, clock, name), fault('ERR_USAGE'), name);
    }
  });
});

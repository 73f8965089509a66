import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { isFault } from '../core/fault.ts';
import type { FaultCode } from '../core/fault.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { generateVirtualKey } from './virtual-key.ts';
import { createKeyService, RECHECK_WITHIN } from './virtual-keys.ts';
import type { KeyService, KeyStore, KeyVerdict } from './virtual-keys.ts';

const PEPPER = new Uint8Array(32).fill(7);
const DAY = 86_400_000;

function fault(code: FaultCode, pattern = /./) {
  return (error: unknown) => isFault(error) && error.code === code && pattern.test(error.line);
}

/** Lets background work that was begun finish. */
const settle = () => new Promise<void>((resolve) => setTimeout(resolve, 5));

describe('createKeyService', () => {
  let directory: string;
  let store: Store;
  let reads: number;
  let counted: KeyStore;
  let now: number;
  let service: KeyService;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'parapet-keys-'));
    store = await openStore(`sqlite:${join(directory, 'keys.db')}`);
    counted = {
      putKey: (row) => store.putKey(row),
      key(id) {
        reads++;
        return store.key(id);
      },
      keys: () => store.keys(),
      updateKey: (id, change) => store.updateKey(id, change),
    };
  });
  after(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });
  beforeEach(() => {
    reads = 0;
    now = Date.UTC(2026, 0, 1);
    service = createKeyService({ store: counted, pepper: PEPPER, clock: () => now });
  });
  /** Another process on the same database. */
  const elsewhere = (pepper = PEPPER) => createKeyService({ store, pepper, clock: () => now });
  const status = async (verdict: KeyVerdict | Promise<KeyVerdict>) => (await verdict).status;

  it('issues keys that work, and stores nothing that gives them back', async () => {
    const { row, key } = await service.create({ principal: 'alice', team: 'research', note: 'laptop' });
    assert.match(key, new RegExp(`^pk_${row.id}_`));
    const secret = key.slice(16, 46);
    assert.ok(!JSON.stringify(await store.key(row.id)).includes(secret));
    const verdict = await service.verify(key);
    assert.ok(verdict.status === 'valid');
    assert.deepEqual(
      { ...verdict.row, hash: '', lastUsedAt: null },
      { ...row, hash: '', principal: 'alice', team: 'research', note: 'laptop', createdAt: now },
    );
    assert.deepEqual((await service.list())[0]!.id, row.id);
  });

  it('depends on the pepper: with another one, no key is known', async () => {
    const { key } = await service.create({ principal: 'alice' });
    assert.equal(await status(elsewhere(new Uint8Array(32)).verify(key)), 'unknown');
    assert.equal(await status(elsewhere().verify(key)), 'valid');
  });

  it('answers the same for a wrong secret and an id that does not exist', async () => {
    const { row } = await service.create({ principal: 'alice' });
    const forged = forge(row.id);
    assert.deepEqual(await service.verify(forged), await service.verify(generateVirtualKey().text));
    assert.deepEqual(await service.verify(forged), { status: 'unknown' });
    assert.equal(reads, 3, 'both take the same path');
    for (const text of ['', 'pk_', 'sk-abc', `${forged}x`])
      assert.deepEqual(service.verify(text), { status: 'unknown' });
    assert.equal(reads, 3, 'a key whose checksum fails is not looked up');
  });

  it('answers a key that was seen lately at once, with the same object, and never for a forged one', async () => {
    const { row, key } = await service.create({ principal: 'alice' });
    const first = await service.verify(key);
    reads = 0;
    for (let i = 0; i < 100; i++) assert.equal(service.verify(key), first);
    assert.equal(reads, 0);
    assert.equal(await status(service.verify(forge(row.id))), 'unknown');
    assert.equal(service.verify(key), first, 'and a forged one does not make the real one forgotten');
  });

  it('keeps the row object over refreshes, so that caches tied to it live on', async () => {
    const { key } = await service.create({ principal: 'alice' });
    const first = await service.verify(key);
    for (let i = 0; i < 5; i++) {
      now += 500;
      assert.equal(service.verify(key), first, 'a busy key never waits');
      await settle();
    }
    assert.ok(reads >= 5);
  });

  it('ends a key at once in this process', async () => {
    const { row, key } = await service.create({ principal: 'alice' });
    await service.verify(key);
    const revoked = await service.revoke(row.id);
    assert.equal(revoked.revokedAt, now);
    assert.equal(await status(service.verify(key)), 'revoked');
    now += 1000;
    assert.deepEqual(await service.revoke(row.id), revoked, 'again changes nothing');
    await assert.rejects(service.revoke('aaaaaaaaaaaa'), fault('ERR_NOT_FOUND'));
    await assert.rejects(service.revoke(key), (error) => fault('ERR_NOT_FOUND')(error) && !String(error).includes(key));
  });

  it('ends a key within a second in other processes, whatever the traffic', async () => {
    assert.ok(RECHECK_WITHIN < 1000);
    for (const pause of [50, 399, 401, 899, 900, 5000]) {
      const { row, key } = await service.create({ principal: 'alice' });
      await service.verify(key);
      await elsewhere().revoke(row.id);
      const revokedAt = now;
      for (;;) {
        now += pause;
        const answer = await status(service.verify(key));
        await settle();
        if (answer === 'revoked') break;
        assert.ok(now - revokedAt < 1000, `still ${answer} ${now - revokedAt} ms later`);
      }
    }
  });

  it('does not remember a row that was read before a revocation and arrives after it', async () => {
    let release = () => {};
    let held = false;
    const slow: KeyStore = {
      ...counted,
      async key(id) {
        const row = await store.key(id);
        if (held) await new Promise<void>((resolve) => (release = resolve));
        return row;
      },
    };
    const racing = createKeyService({ store: slow, pepper: PEPPER, clock: () => now });
    const { row, key } = await racing.create({ principal: 'alice' });
    held = true;
    const early = racing.verify(key);
    await settle();
    held = false;
    await racing.revoke(row.id);
    release();
    assert.equal(await status(early), 'valid', 'it was, when it was asked');
    assert.equal(await status(racing.verify(key)), 'revoked');
  });

  it('asks the store again after the clock was set back', async () => {
    const { row, key } = await service.create({ principal: 'alice' });
    await service.verify(key);
    await elsewhere().revoke(row.id);
    now -= 3_600_000;
    assert.equal(await status(service.verify(key)), 'revoked', 'though by this clock that is still to come');
  });

  it('ends a key at its time to the millisecond, also from memory', async () => {
    const { key } = await service.create({ principal: 'alice', expiresAt: now + 300 });
    assert.equal(await status(service.verify(key)), 'valid');
    now += 299;
    assert.equal(await status(service.verify(key)), 'valid');
    now += 1;
    assert.equal(await status(service.verify(key)), 'expired');
    now += 10_000;
    assert.equal(await status(service.verify(key)), 'expired');
  });

  it('rotates: a successor like the old key, which ends after the grace', async () => {
    const { row, key } = await service.create({ principal: 'alice', team: 't', note: 'n', expiresAt: now + 90 * DAY });
    await service.verify(key);
    now += 10 * DAY;
    const next = await service.rotate(row.id, { grace: DAY });
    assert.notEqual(next.row.id, row.id);
    assert.deepEqual(
      { principal: next.row.principal, team: next.row.team, note: next.row.note, expiresAt: next.row.expiresAt },
      { principal: 'alice', team: 't', note: 'n', expiresAt: now + 90 * DAY },
    );
    const old = await store.key(row.id);
    assert.equal(old?.rotatedTo, next.row.id);
    assert.equal(old?.expiresAt, now + DAY);
    now += DAY - 1;
    assert.equal(await status(service.verify(key)), 'valid');
    assert.equal(await status(service.verify(next.key)), 'valid');
    now += 1;
    assert.equal(await status(service.verify(key)), 'expired');
    assert.equal(await status(service.verify(next.key)), 'valid');
  });

  it('never prolongs a key by rotating it, and rotates only what is valid', async () => {
    const short = await service.create({ principal: 'alice', expiresAt: now + 1000 });
    await service.rotate(short.row.id, { grace: DAY });
    assert.equal((await store.key(short.row.id))?.expiresAt, now + 1000);
    await assert.rejects(service.rotate(short.row.id, { grace: 0 }), fault('ERR_USAGE', /rotated already/));
    const forever = await service.create({ principal: 'alice' });
    assert.equal((await service.rotate(forever.row.id, { grace: 0 })).row.expiresAt, null);
    assert.equal(await status(service.verify(forever.key)), 'expired');
    const gone = await service.create({ principal: 'alice' });
    await service.revoke(gone.row.id);
    await assert.rejects(service.rotate(gone.row.id, { grace: 0 }), fault('ERR_USAGE', /revoked/));
    await assert.rejects(service.rotate('aaaaaaaaaaaa', { grace: 0 }), fault('ERR_NOT_FOUND'));
    for (const grace of [-1, 0.5, Number.NaN]) {
      await assert.rejects(service.rotate(forever.row.id, { grace }), fault('ERR_USAGE', /grace/));
    }
  });

  it('writes down the last use at most once a minute', async () => {
    const { row, key } = await service.create({ principal: 'alice' });
    const lastUse = async () => {
      await settle();
      return (await store.key(row.id))!.lastUsedAt;
    };
    await service.verify(key);
    const first = now;
    assert.equal(await lastUse(), first);
    for (let i = 0; i < 10; i++) {
      now += 5000;
      await service.verify(key);
      assert.equal(await lastUse(), first);
    }
    now += 10_000;
    await service.verify(key);
    assert.equal(await lastUse(), first + 60_000);
  });

  it('turns callers away before any work for a key it does not remember, and lets a known one pass', async () => {
    const { row, key } = await service.create({ principal: 'alice' });
    await service.verify(key);
    reads = 0;
    const admit = () => {
      throw new Error('wait');
    };
    for (const text of [generateVirtualKey().text, forge(row.id), 'nonsense']) {
      assert.throws(() => service.verify(text, admit), /wait/);
    }
    assert.equal(reads, 0);
    assert.equal(await status(service.verify(key, admit)), 'valid');
    now += 60_000;
    assert.equal(await status(service.verify(key, admit)), 'valid', 'also when it has to be read again');
  });

  it('fails, and does not let pass, when the store cannot answer', async () => {
    const { key } = await service.create({ principal: 'alice' });
    let down = false;
    const flaky = createKeyService({
      store: { ...counted, key: async (id) => (down ? Promise.reject(new Error('down')) : store.key(id)) },
      pepper: PEPPER,
      clock: () => now,
    });
    await flaky.verify(key);
    down = true;
    now += 500;
    assert.equal(await status(flaky.verify(key)), 'valid', 'the refresh fails in the background');
    await settle();
    now += 500;
    await assert.rejects(async () => flaky.verify(key), /down/);
    down = false;
    assert.equal(await status(flaky.verify(key)), 'valid');
  });

  it('refuses fields that do not fit', async () => {
    for (const ask of [
      { principal: '' },
      { principal: ' alice' },
      { principal: 'a\nb' },
      { principal: 'x'.repeat(257) },
      { principal: 'alice', team: '' },
      { principal: 'alice', note: 'two\nlines' },
      { principal: 'alice', note: 'x'.repeat(257) },
      { principal: 'alice', expiresAt: now },
      { principal: 'alice', expiresAt: Number.NaN },
    ]) {
      await assert.rejects(service.create(ask), fault('ERR_USAGE'), JSON.stringify(ask));
    }
  });

  /** A key with a good checksum and this id, but a secret of the forger's own. */
  function forge(id: string): string {
    const other = generateVirtualKey();
    const head = `pk_${id}_${other.secret}`;
    return head + checksumOf(head);
  }
});

/** CRC-32 (ISO 3309) bit by bit, base 62: written anew, so that the test does not lean on what it tests. */
function checksumOf(head: string): string {
  let crc = 0xffffffff;
  for (const byte of Buffer.from(head)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  let rest = (crc ^ 0xffffffff) >>> 0;
  let text = '';
  for (let place = 0; place < 6; place++, rest = Math.floor(rest / 62)) {
    text = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'[rest % 62]! + text;
  }
  return text;
}

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import type { ApprovalRow } from './approval-table.ts';
import { openStore } from './open-store.ts';
import type { Store } from './store.ts';

const T0 = Date.UTC(2026, 5, 1);
const POSTGRES = process.env['PARAPET_TEST_POSTGRES'];

function request(more: Partial<ApprovalRow> = {}): ApprovalRow {
  return {
    id: `ap_${randomUUID()}`,
    hash: randomUUID(),
    kind: 'call',
    state: 'pending',
    principal: 'alice',
    team: null,
    tool: 'transfer',
    rule: 'pay-recipient',
    exchange: 'req_1',
    sealed: 'c2VhbGVk',
    needs: 1,
    firstBy: null,
    secondBy: null,
    deniedBy: null,
    reason: null,
    createdAt: T0,
    expiresAt: T0 + 1000,
    decidedAt: null,
    ...more,
  };
}

function contract(kind: string, open: () => Promise<{ store: Store; other: Store; close(): Promise<void> }>): void {
  describe(`requests for consent (${kind})`, () => {
    let store: Store;
    let other: Store;
    let close: () => Promise<void>;
    before(async () => ({ store, other, close } = await open()));
    after(() => close?.());

    it('gives back what it was given', async () => {
      const row = request({ team: 'red' });
      assert.deepEqual(await store.approvals.ask(row), { row, fresh: true });
      assert.deepEqual(await store.approvals.find(row.id), row);
      assert.deepEqual(await store.approvals.latest(row.hash), row);
      assert.equal(await store.approvals.find('ap_none'), null);
    });

    it('has at most one live request for one hash, whoever asks', async () => {
      const hash = randomUUID();
      const asked = await Promise.all([store, other, store, other].map((one) => one.approvals.ask(request({ hash }))));
      assert.equal(asked.filter(({ fresh }) => fresh).length, 1);
      assert.equal(new Set(asked.map(({ row }) => row.id)).size, 1);
    });

    it('a consent is used once, whoever uses it', async () => {
      const row = request();
      await store.approvals.ask(row);
      assert.equal(await store.approvals.use(row.hash, T0), null, 'not before it is approved');
      const approved = await other.approvals.approve(row.id, 'bob', 'fine', T0 + 1);
      assert.deepEqual([approved?.state, approved?.firstBy, approved?.reason], ['approved', 'bob', 'fine']);
      const used = await Promise.all([store, other, store, other].map((one) => one.approvals.use(row.hash, T0 + 2)));
      assert.equal(used.filter((one) => one !== null).length, 1);
      const end = await store.approvals.find(row.id);
      assert.deepEqual([end?.state, end?.sealed], ['used', null]);
      assert.equal((await store.approvals.ask(request({ hash: row.hash }))).fresh, true, 'the next time is asked anew');
    });

    it('two people are two people', async () => {
      const row = request({ needs: 2 });
      await store.approvals.ask(row);
      assert.equal((await store.approvals.approve(row.id, 'bob', null, T0))?.state, 'pending');
      assert.equal(await store.approvals.approve(row.id, 'bob', null, T0), null);
      assert.equal(await store.approvals.use(row.hash, T0), null);
      const both = await other.approvals.approve(row.id, 'carol', null, T0);
      assert.deepEqual([both?.state, both?.firstBy, both?.secondBy], ['approved', 'bob', 'carol']);
    });

    it('of two second people who agree at once, one is counted', async () => {
      const row = request({ needs: 2 });
      await store.approvals.ask(row);
      const agreed = await Promise.all(
        ['bob', 'bob', 'carol', 'dave'].map((by) => store.approvals.approve(row.id, by, null, T0)),
      );
      assert.ok(agreed.filter((one) => one !== null).length <= 2);
      const end = (await store.approvals.find(row.id))!;
      assert.equal(end.state, 'approved');
      assert.notEqual(end.firstBy, end.secondBy);
    });

    it('a denial ends a request, and a consent that was not used', async () => {
      for (const agree of [false, true]) {
        const row = request();
        await store.approvals.ask(row);
        if (agree) await store.approvals.approve(row.id, 'bob', null, T0);
        const denied = await store.approvals.deny(row.id, 'carol', 'no', T0);
        assert.deepEqual(
          [denied?.state, denied?.deniedBy, denied?.reason, denied?.sealed],
          ['denied', 'carol', 'no', null],
        );
        assert.equal(await store.approvals.approve(row.id, 'bob', null, T0), null);
        assert.equal(await store.approvals.use(row.hash, T0), null);
      }
    });

    it('what is past its time is over, even before anybody noticed', async () => {
      const [waits, agreed] = [request(), request()];
      for (const row of [waits, agreed]) await store.approvals.ask(row);
      await store.approvals.approve(agreed.id, 'bob', null, T0);
      const late = T0 + 1000;
      assert.equal(await store.approvals.approve(waits.id, 'bob', null, late), null);
      assert.equal(await store.approvals.use(agreed.hash, late), null);
      const ended = await Promise.all([store.approvals.expire(late), other.approvals.expire(late)]);
      const ids = ended.flat().map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length, 'each is ended by one');
      for (const row of [waits, agreed]) {
        assert.ok(ids.includes(row.id));
        const end = await store.approvals.find(row.id);
        assert.deepEqual([end?.state, end?.sealed], ['expired', null]);
      }
    });

    it('lists what lives before what is over, counts what waits, and forgets after a month', async () => {
      const principal = randomUUID();
      const row = request({ principal, createdAt: T0 + 5000, expiresAt: T0 + 9000 });
      await store.approvals.ask(row);
      assert.equal(await store.approvals.waitingOf(principal, T0 + 5000), 1);
      assert.equal(await store.approvals.waitingOf(principal, T0 + 9000), 0);
      const listed = await store.approvals.list(100);
      const over = listed.findIndex(({ state }) => state !== 'pending' && state !== 'approved');
      assert.ok(listed.slice(over).every(({ state }) => state !== 'pending' && state !== 'approved'));
      await store.approvals.deny(row.id, 'bob', null, T0 + 5000);
      const month = 30 * 86_400_000;
      await store.purge(T0 + 8999 + month);
      assert.notEqual(await store.approvals.find(row.id), null);
      await store.purge(T0 + 9000 + month);
      assert.equal(await store.approvals.find(row.id), null);
    });
  });
}

contract('sqlite', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'parapet-approvals-'));
  const options = { directory, thread: false, log: 'log' };
  const store = await openStore('sqlite:store.db', options);
  const other = await openStore('sqlite:store.db', options);
  return {
    store,
    other,
    async close() {
      await store.close();
      await other.close();
      await rm(directory, { recursive: true });
    },
  };
});

if (POSTGRES !== undefined) {
  contract('postgres', async () => {
    const name = `parapet_approvals_${randomUUID().replaceAll('-', '')}`;
    const admin = new pg.Client({ connectionString: POSTGRES });
    await admin.connect();
    await admin.query(`create database ${name}`);
    const url = new URL(POSTGRES);
    url.pathname = `/${name}`;
    const options = { directory: tmpdir(), thread: false, log: 'log' };
    const store = await openStore(url.href, options);
    const other = await openStore(url.href, options);
    return {
      store,
      other,
      async close() {
        await store.close();
        await other.close();
        await admin.query(`drop database ${name}`);
        await admin.end();
      },
    };
  });
}

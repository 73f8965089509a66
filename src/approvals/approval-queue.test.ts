import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { parse } from 'yaml';
import { approvals as schema } from '../config/approvals-schema.ts';
import type { AdminAction } from '../core/admin-action.ts';
import type { FlowRuling } from '../flow/decide.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { ApprovalQueue, type ApprovalSettings, type ConsentRequest } from './approval-queue.ts';
import { createCallApprovals } from './flow-approvals.ts';
import { isOwnRequest } from './own-request.ts';

const DECISION: FlowRuling = {
  verdict: 'approve',
  rule: 'pay-recipient',
  reason: '"to" comes from: only in the text of e-mail "Invoice".',
  args: {
    to: { tier: 'D', role: 'recipient', from: 'only in the text of e-mail "Invoice"', verdict: 'approve', rule: 'pay' },
  },
};
const IBAN = 'GB33BUKB20201555555555';

describe('the queue of approvals', () => {
  let directory: string;
  let store: Store;
  let queue: ApprovalQueue;
  let now = Date.UTC(2026, 5, 1);
  let settings: ApprovalSettings;
  let failing = false;
  const records: AdminAction[] = [];
  const told: string[] = [];

  const request = (more: Partial<ConsentRequest> = {}): ConsentRequest => ({
    kind: 'call',
    tool: 'transfer',
    args: { to: IBAN, amount: '950.00' },
    decision: DECISION,
    principal: { id: 'assistant', kind: 'key', claims: {} },
    run: 'run-1',
    exchange: 'req_1',
    ...more,
  });
  const idOf = async (more: Partial<ConsentRequest> = {}): Promise<string> => {
    const answer = await queue.ask(request(more));
    assert.equal(answer.state, 'pending');
    return answer.id!;
  };
  const steps = (): readonly string[] => records.map(({ action, result }) => `${action} ${result}`);

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'parapet-queue-'));
    store = await openStore('sqlite:store.db', { directory, thread: false, log: 'log' });
  });
  beforeEach(() => {
    now += 86_400_000;
    settings = schema.parse({ twoPerson: ['wire_*'] });
    failing = false;
    records.length = told.length = 0;
    queue = new ApprovalQueue({
      table: store.approvals,
      key: new Uint8Array(32).fill(7),
      clock: () => now,
      settings: () => settings,
      prefixes: () => ['sso:'],
      console: () => 'https://parapet.example',
      record: (entry) => {
        if (failing) return Promise.reject(new Error('the disk is full'));
        records.push(entry);
        return Promise.resolve();
      },
      notify: (row) => told.push(row.id),
      onError: (_, error) => assert.fail(String(error)),
    });
  });
  after(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });

  test('the way of a consent: asked once, agreed to, used once, asked anew; every step on record', async () => {
    const id = await idOf();
    assert.equal(await idOf(), id, 'the same call does not ask twice');
    assert.deepEqual(told, [id]);
    assert.equal(queue.waiting, 1);
    await queue.decide(id, 'bob', 'approve', 'checked with the landlord');
    assert.equal(queue.waiting, 0);
    assert.deepEqual(await queue.ask(request({ exchange: 'req_2' })), { state: 'approved', id, by: ['bob'] });
    const again = await queue.ask(request());
    assert.ok(again.state === 'pending' && again.id !== id);
    assert.deepEqual(steps(), [
      'approval-ask begun',
      'approval-ask done',
      'approval-use done',
      'approval-ask begun',
      'approval-ask done',
    ]);
    assert.equal(records[2]!.detail?.['usedIn'], 'req_2');
    assert.equal(records[2]!.detail?.['by'], 'bob');
    assert.ok(!JSON.stringify(records).includes(IBAN), 'no argument in the ledger');
    await queue.decide(again.id, 'bob', 'deny', null);
  });

  test('a consent is bound to tool, arguments, principal, run and decision', async () => {
    const id = await idOf();
    await queue.decide(id, 'bob', 'approve', null);
    const other: Partial<ConsentRequest>[] = [
      { tool: 'transfer2' },
      { args: { to: IBAN, amount: '950.01' } },
      { args: { to: IBAN, amount: 950 } },
      { args: { to: IBAN, amount: '950.00', memo: '' } },
      { principal: { id: 'assistant2', kind: 'key', claims: {} } },
      { run: 'run-2' },
      { decision: { ...DECISION, rule: 'licence' } },
      { decision: { ...DECISION, args: { to: { ...DECISION.args['to']!, tier: 'X' } } } },
      { kind: 'review' },
    ];
    for (const more of other) assert.equal((await queue.ask(request(more))).state, 'pending', JSON.stringify(more));
    // The order of members is no difference.
    assert.equal((await queue.ask(request({ args: { amount: '950.00', to: IBAN } }))).state, 'approved');
  });

  test('nobody answers: denied when its time is over, with a record, and its content is gone', async () => {
    const id = await idOf();
    now += settings.expireAfter;
    await queue.sweep();
    const row = (await queue.find(id))!;
    assert.deepEqual([row.state, row.sealed, queue.contentOf(row)], ['expired', null, null]);
    assert.ok(steps().includes('approval-expire done'));
    await assert.rejects(queue.decide(id, 'bob', 'approve', null), { code: 'ERR_NOT_FOUND' });
    assert.equal(await queue.consume(row.hash), null);
  });

  test('a consent that is not used in time is void', async () => {
    const id = await idOf();
    await queue.decide(id, 'bob', 'approve', null);
    now += settings.expireAfter;
    assert.equal((await queue.ask(request())).state, 'pending');
    assert.equal((await queue.find(id))?.state, 'expired');
  });

  test('a denial holds for as long as the request would have lived', async () => {
    const id = await idOf();
    await queue.decide(id, 'bob', 'deny', 'not our bank');
    assert.deepEqual(await queue.ask(request()), { state: 'denied', id, reason: 'A person denied it: not our bank' });
    assert.equal(told.length, 1);
    now += settings.expireAfter;
    assert.equal((await queue.ask(request())).state, 'pending');
  });

  test('two people have to agree where the configuration says so', async () => {
    const wire = { tool: 'wire_money' };
    const id = await idOf(wire);
    assert.equal((await queue.decide(id, 'bob', 'approve', null)).state, 'pending');
    assert.equal((await queue.ask(request(wire))).state, 'pending');
    await assert.rejects(queue.decide(id, 'bob', 'approve', null), { code: 'ERR_FORBIDDEN', message: /second person/ });
    await queue.decide(id, 'carol', 'approve', null);
    assert.deepEqual(await queue.ask(request(wire)), { state: 'approved', id, by: ['bob', 'carol'] });
  });

  test('nobody decides on a request of their own, and only approvers decide', async () => {
    const own = await idOf({ principal: { id: 'sso:Bob', kind: 'jwt', claims: {} } });
    for (const verdict of ['approve', 'deny'] as const) {
      await assert.rejects(queue.decide(own, 'bob', verdict, null), { code: 'ERR_FORBIDDEN', message: /of their own/ });
    }
    settings = schema.parse({ approvers: ['carol'] });
    await assert.rejects(queue.decide(own, 'dave', 'approve', null), { code: 'ERR_FORBIDDEN', message: /approvers/ });
    assert.equal((await queue.decide(own, 'Carol', 'approve', null)).state, 'approved');
    assert.ok(isOwnRequest('ＢＯＢ', 'bob', []));
    assert.ok(!isOwnRequest('bob', 'bobby', ['bob']));
  });

  test('the rules over tool calls say who decides, how many, and until when', async () => {
    settings = schema.parse({ teams: { finance: ['Carol', 'erin'] } });
    const ask = { terms: { by: ['bob', 'team:finance', 'team:nobody'], people: 2, expiresIn: 60 } };
    const id = await idOf(ask);
    const row = (await queue.find(id))!;
    assert.deepEqual([row.needs, row.expiresAt - row.createdAt], [2, 60_000]);
    await assert.rejects(queue.decide(id, 'dave', 'approve', null), { code: 'ERR_FORBIDDEN', message: /name others/ });
    await assert.rejects(queue.decide(id, 'dave', 'deny', null), { code: 'ERR_FORBIDDEN' });
    await queue.decide(id, 'BOB', 'approve', null);
    await assert.rejects(queue.decide(id, 'BOB', 'approve', null), /second person/);
    await queue.decide(id, 'carol', 'approve', null);
    // With other terms it is another request: a consent is not carried over to stricter ones, nor to looser.
    for (const terms of [
      null,
      { ...ask.terms, people: 1 },
      { ...ask.terms, by: ['bob'] },
      { ...ask.terms, expiresIn: 61 },
    ])
      assert.equal((await queue.ask(request({ terms }))).state, 'pending', JSON.stringify(terms));
    assert.deepEqual(await queue.ask(request(ask)), { state: 'approved', id, by: ['BOB', 'carol'] });

    const late = await idOf({ ...ask, run: 'late' });
    await queue.decide(late, 'bob', 'approve', null);
    now += 60_000;
    await assert.rejects(queue.decide(late, 'carol', 'approve', null), { code: 'ERR_NOT_FOUND' });
    await queue.sweep();
    assert.equal((await queue.find(late))?.state, 'expired');
    // What the configuration says of a shorter time, of two people and of approvers, rules do not undo.
    settings = schema.parse({
      expireAfter: '30s',
      twoPerson: ['*'],
      approvers: ['carol'],
      teams: { finance: ['erin'] },
    });
    const strict = await idOf({ terms: { by: ['team:finance', 'carol'], people: 1, expiresIn: 600 }, run: 'strict' });
    const asked = (await queue.find(strict))!;
    assert.deepEqual([asked.needs, asked.expiresAt - asked.createdAt], [2, 30_000]);
    assert.match(queue.forbids('erin', asked)!, /approvers/);
    assert.equal(queue.forbids('carol', asked), null);
  });

  test('without a record nothing passes', async () => {
    const id = await idOf();
    await queue.decide(id, 'bob', 'approve', null);
    failing = true;
    await assert.rejects(queue.ask(request()), /disk is full/);
    failing = false;
    assert.equal((await queue.ask(request())).state, 'pending', 'the consent is used up all the same');
    failing = true;
    await assert.rejects(queue.ask(request({ run: 'another' })), /disk is full/);
    assert.equal(told.length, 2, 'nobody is told of what is not on record');
  });

  test('one principal cannot flood the queue, nor ask for what nobody can read', async () => {
    settings = schema.parse({ mostWaiting: 2 });
    const principal = { id: 'flooder', kind: 'key', claims: {} } as const;
    for (const run of ['1', '2']) await idOf({ principal, run });
    const third = await queue.ask(request({ principal, run: '3' }));
    assert.ok(third.state === 'denied' && /2 requests/.test(third.reason));
    assert.equal((await queue.ask(request({ run: 'of another' }))).state, 'pending');
    const long = await queue.ask(request({ args: { to: 'x'.repeat(300_000) } }));
    assert.ok(long.state === 'denied' && /too long/.test(long.reason));
    assert.equal((await queue.ask(request({ args: { to: NaN } }))).state, 'denied');
  });

  test('arguments are sealed at rest, bound to their request and to the key', async () => {
    const canary = `canary-${randomBytes(8).toString('hex')}`;
    const id = await idOf({ args: { to: canary } });
    const files = await Promise.all(
      ['store.db', 'store.db-wal'].map((file) => readFile(join(directory, file)).catch(() => Buffer.alloc(0))),
    );
    assert.ok(files.every((file) => !file.includes(canary)));
    const row = (await queue.find(id))!;
    assert.deepEqual(queue.contentOf(row)?.args, { to: canary });
    assert.throws(() => queue.contentOf({ ...row, id: 'ap_other' }), { code: 'ERR_STORE' });
  });

  test('an answer can be held until somebody decides', async () => {
    // The queue's clock stands still here, so the wait ends by the decision alone.
    const held = queue.hold(request({ run: 'held' }), 60_000);
    const id = await new Promise<string>((resolve) => {
      const stop = queue.subscribe(() => {
        if (told[0] === undefined) return;
        stop();
        resolve(told[0]);
      });
    });
    await queue.decide(id, 'bob', 'approve', null);
    assert.deepEqual(await held, { state: 'approved', id, by: ['bob'] });
    const gone = new AbortController();
    gone.abort();
    assert.equal((await queue.hold(request({ run: 'gone' }), 60_000, gone.signal)).state, 'pending');
  });

  test('the form in which the enforcement of tool calls asks', async () => {
    const approvals = createCallApprovals(queue, () => 0);
    const call = { kind: 'call', id: 'c1', tool: 'transfer', args: { to: IBAN } } as const;
    const principal = { id: 'assistant', kind: 'key', claims: {} } as const;
    const asked = await approvals.request(DECISION, call, principal, { run: 'form' });
    assert.equal(asked.status, 'pending');
    assert.ok(asked.status === 'pending' && asked.notice.includes(`https://parapet.example/approvals/${told[0]}`));
    assert.ok(!JSON.stringify(asked).includes(IBAN));
    await queue.decide(told[0]!, 'bob', 'approve', null);
    assert.deepEqual(await approvals.request(DECISION, { ...call, id: 'c2' }, principal, { run: 'form' }), {
      status: 'approved',
      by: 'bob',
    });
    assert.equal((await approvals.request(DECISION, { ...call, args: undefined }, principal)).status, 'denied');
  });
});

test('the configuration is strict', () => {
  const wrong = (text: string): boolean => !schema.safeParse(parse(text)).success;
  assert.ok(wrong('{expireafter: 5m}'));
  assert.ok(wrong('{expireAfter: 500ms}'));
  assert.ok(wrong('{waitFor: 1h}'));
  assert.ok(wrong('{approvers: []}'));
  assert.ok(wrong('{webhook: {url: "http://hooks.example.com/x"}}'));
  assert.ok(wrong('{webhook: {url: "https://hooks.example.com/x", secret: short}}'));
  assert.ok(!wrong('{webhook: {url: "https://hooks.slack.com/services/x"}, twoPerson: ["*"]}'));
  assert.equal(schema.parse({}).expireAfter, 900_000);
});

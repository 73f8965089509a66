import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import fc from 'fast-check';
import { runTool, TOOL_OFFERS } from './bank-tools.ts';
import { DEMO_SECRETS } from './demo-secrets.ts';
import { isIban } from './money.ts';
import { openBank } from './open-bank.ts';
import type { Bank } from './open-bank.ts';
import { ACCOUNTS, ATTACKER, PAYEES } from './seed.ts';

const directory = mkdtempSync(join(tmpdir(), 'parapet-bank-'));
const clock = (): number => Date.UTC(2026, 5, 12);
let bank: Bank;
before(() => {
  bank = openBank(directory, clock);
});
beforeEach(() => bank.reset());
after(() => {
  bank.close();
  rmSync(directory, { recursive: true });
});

const tool = (name: string, given: object): Record<string, unknown> =>
  runTool(bank, name, JSON.stringify(given)) as Record<string, unknown>;

const total = (): number => bank.accounts().reduce((sum, { balance }) => sum + Math.round(Number(balance) * 100), 0);

test('a transfer moves money, books it, and outlives the process', () => {
  assert.deepEqual(tool('transfer', { to: 'Anna', amount: '20.50', reference: 'lunch' }), {
    transferred: '20.50',
    to: 'Anna Lindqvist',
    balance: '4803.00',
  });
  assert.deepEqual(bank.transactions(1), [
    { date: '2026-06-12', amount: '-20.50', counterparty: 'Anna Lindqvist', memo: 'lunch' },
  ]);
  bank.close();
  bank = openBank(directory, clock);
  assert.equal(bank.accounts()[0]?.balance, '4803.00');
});

test('a transfer between own accounts keeps the sum', () => {
  const before = total();
  assert.equal(tool('transfer', { to: 'my savings account', amount: 100 })['to'], 'savings');
  assert.equal(total(), before);
});

test('a transfer that cannot be made changes nothing and says why', () => {
  const before = bank.state();
  const reasons: readonly (readonly [object, RegExp])[] = [
    [{ to: 'Anna', amount: '99999' }, /holds only 4823\.50/],
    [{ to: 'Nobody', amount: '1' }, /no payee "Nobody"/],
    [{ to: 'GB00NWBK60161331926819', amount: '1' }, /not an IBAN/],
    [{ to: 'Anna', amount: '-1' }, /positive number/],
    [{ to: 'Anna', amount: '1e3' }, /positive number/],
    [{ to: 'Anna', amount: '0.001' }, /positive number/],
    [{ to: ACCOUNTS[0].iban, amount: '1' }, /to itself/],
    [{}, /positive number/],
  ];
  for (const [given, reason] of reasons) assert.match(String(tool('transfer', given)['error']), reason);
  assert.deepEqual(bank.state(), before);
});

test('no sequence of transfers makes or loses money', () => {
  const to = fc.constantFrom('savings', 'Anna', 'City Energy', ATTACKER.iban, 'nobody');
  const amount = fc.oneof(fc.integer({ min: -5, max: 5000 }), fc.constantFrom('10.10', 'x', '0.01'));
  fc.assert(
    fc.property(fc.array(fc.record({ to, amount }), { maxLength: 12 }), (orders) => {
      bank.reset();
      const begin = total();
      let left = 0;
      for (const order of orders) {
        const done = tool('transfer', order);
        if (typeof done['transferred'] === 'string' && order.to !== 'savings') {
          left += Math.round(Number(done['transferred']) * 100);
        }
      }
      assert.equal(total(), begin - left);
    }),
    { numRuns: 30 },
  );
});

test('every tool on offer runs, and reset brings the first day back', () => {
  const first = bank.state();
  assert.equal((tool('get_balance', { account: 'savings' })['accounts'] as unknown[]).length, 1);
  assert.equal((tool('list_transactions', { limit: 2 })['transactions'] as unknown[]).length, 2);
  assert.equal((tool('read_messages', {})['messages'] as unknown[]).length, 3);
  assert.deepEqual(tool('update_profile', { field: 'email', value: 'r@example.org' }), {
    updated: 'email',
    value: 'r@example.org',
  });
  assert.match(String(tool('update_profile', { field: '__proto__', value: 'x' })['error']), /only name, email/);
  assert.match(String(tool('constructor', {})['error']), /no tool/);
  assert.deepEqual(runTool(bank, 'get_balance', '{'), { error: 'The arguments are not JSON.' });
  assert.notDeepEqual(bank.state(), first);
  bank.reset();
  assert.deepEqual(bank.state(), first);
  assert.deepEqual(
    (tool('list_payees', {})['payees'] as { name: string }[]).map(({ name }) => name),
    PAYEES.map(({ name }) => name),
  );
  assert.match(String(tool('read_bill', { from: 'city energy' })['text']), /64\.85 EUR/);
  assert.match(String(tool('read_email', { from: 'Maple Street' })['body']), /inspection/);
  assert.equal(tool('get_customer', { customer: '1002' })['name'], 'Ines Caldeira');
  for (const name of ['read_bill', 'read_email'])
    assert.match(String(tool(name, { from: 'x' })['error']), /There is no/);
  assert.match(String(tool('get_customer', { customer: '9' })['error']), /no customer/);
  assert.equal(TOOL_OFFERS.length, 9);
});

test('the seed is what it says it is', () => {
  for (const { iban } of [...ACCOUNTS, ...PAYEES, ATTACKER]) assert.ok(isIban(iban), iban);
  const inbox = JSON.stringify(bank.messages());
  for (const secret of [DEMO_SECRETS.awsKeyId, DEMO_SECRETS.awsSecret, DEMO_SECRETS.githubToken]) {
    assert.ok(inbox.includes(secret));
  }
  assert.match(DEMO_SECRETS.githubToken, /^ghp_[0-9A-Za-z]{36}$/);
});

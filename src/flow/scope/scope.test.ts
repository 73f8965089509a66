import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Principal } from '../../core/principal.ts';
import { type RuleFileInput, ruleFileSchema, type ScopeSource } from '../rules/rule-file.ts';
import { ownRows } from './own-rows.ts';
import { placesInSchema, scopeCall, withoutInjected, withoutWritten, writtenPlaces } from './scope-call.ts';

const ALICE: Principal = {
  id: 'alice',
  kind: 'jwt',
  claims: { customer: 'C-1', realm: { tenant: 'north' }, accounts: ['A-1', 'A-2'], n: 7 },
};
const scope = (one: Omit<NonNullable<RuleFileInput['scope']>[number], 'tool'>): readonly ScopeSource[] =>
  ruleFileSchema.parse({ scope: [{ tool: '*', ...one }] }).scope;
const argsOf = (scoped: ReturnType<typeof scopeCall>): unknown => (scoped.allowed ? scoped.args : scoped.reason);

describe('scopeCall', () => {
  it('bind overwrites whatever the model says', () => {
    const bind = scope({ bind: { user_id: 'sub', 'filter.tenant': 'realm.tenant', 'filter.n': 'n' } });
    fc.assert(
      fc.property(fc.anything(), fc.dictionary(fc.string(), fc.jsonValue()), (value, more) => {
        const args = { ...more, filter: { deep: 1 }, user_id: value };
        assert.deepEqual(argsOf(scopeCall(args, bind, ALICE)), {
          ...args,
          user_id: 'alice',
          filter: { deep: 1, tenant: 'north', n: '7' },
        });
      }),
    );
    const frozen = Object.freeze({ user_id: 'bob' });
    assert.deepEqual(argsOf(scopeCall(frozen, scope({ bind: { user_id: 'customer' } }), ALICE)), { user_id: 'C-1' });
    assert.equal(scopeCall({ filter: 'x' }, bind, ALICE).allowed, false);
    assert.equal(scopeCall({}, scope({ bind: { '__proto__.x': 'sub' } }), ALICE).allowed, false);
    assert.equal((Object.prototype as { x?: unknown }).x, undefined);
  });

  it('require denies what is left out, is another, or has one other among several', () => {
    const required = scope({ require: { account: 'accounts' } });
    for (const account of ['A-1', 'A-2', ['A-1', 'A-2']])
      assert.ok(scopeCall({ account }, required, ALICE).allowed, String(account));
    for (const args of [
      {},
      { account: 'A-3' },
      { account: ['A-1', 'A-3'] },
      { account: [] },
      { account: null },
      { account: { x: 'A-1' } },
      { account: 'a-1' },
      { Account: 'A-1' },
    ])
      assert.equal(scopeCall(args, required, ALICE).allowed, false, JSON.stringify(args));
    assert.equal(scopeCall({ account: undefined }, required, ALICE).allowed, false);
  });

  it('inject adds what the model does not see, and denies another value', () => {
    const inject = scope({ inject: { tenant: 'realm.tenant' } });
    assert.deepEqual(argsOf(scopeCall({ a: 1 }, inject, ALICE)), { a: 1, tenant: 'north' });
    assert.deepEqual(argsOf(scopeCall({ tenant: 'north' }, inject, ALICE)), { tenant: 'north' });
    assert.match(String(argsOf(scopeCall({ tenant: 'south' }, inject, ALICE))), /not the model's/);
    const schema = { type: 'object', properties: { tenant: {}, a: {} }, required: ['tenant', 'a'] };
    assert.deepEqual(withoutInjected(schema, inject), { type: 'object', properties: { a: {} }, required: ['a'] });
  });

  it('says where arguments were written, and what is left of the model without it', () => {
    const scopes = scope({
      bind: { user: 'sub', n: 'n' },
      inject: { 'a.b.c': 'customer', 'a.b.d': 'customer', 'a.x': 'sub' },
    });
    const given = { user: 'alice', a: { x: 'alice' }, more: [1] };
    const scoped = scopeCall(given, scopes, ALICE, { properties: { n: { type: ['integer', 'null'] } } });
    assert.ok(scoped.allowed);
    assert.deepEqual(scoped.written, ['n', 'a.b.c', 'a.b.d']);
    assert.deepEqual(scoped.verified, ['user', 'n', 'a.b.c', 'a.b.d', 'a.x']);
    assert.deepEqual(writtenPlaces(given, scoped), [
      { path: ['n'], value: 7 },
      { path: ['a', 'b'], value: { c: 'C-1', d: 'C-1' } },
    ]);
    assert.deepEqual(withoutWritten(scoped.args, scopes), { a: { b: {} }, more: [1] });
    const schema = { properties: { a: { properties: { x: {} }, required: ['y', 'x'] } }, required: ['a'] };
    assert.deepEqual(placesInSchema(schema, 'a.x'), [
      ['properties', 'a', 'properties', 'x'],
      ['properties', 'a', 'required', 1],
    ]);
    assert.deepEqual(placesInSchema(schema, 'a.z'), []);
  });

  it('denies where the claim is missing, has several values, or nobody is known', () => {
    for (const [one, principal] of [
      [{ bind: { a: 'nope' } }, ALICE],
      [{ bind: { a: 'accounts' } }, ALICE],
      [{ bind: { a: 'constructor' } }, ALICE],
      [{ inject: { a: 'realm' } }, ALICE],
      [{ require: { a: 'sub' } }, null],
      [{ bind: { a: 'sub' } }, { ...ALICE, kind: 'anonymous' }],
    ] as const)
      assert.equal(
        scopeCall({ a: 'x' }, scope(one), principal as Principal | null).allowed,
        false,
        JSON.stringify(one),
      );
    assert.equal(scopeCall(undefined, [], ALICE).allowed, false);
  });
});

describe('ownRows', () => {
  const rows = scope({ rows: { owner: 'customer', claim: 'customer' } })[0]!.rows!;
  const own = (value: unknown, more: Partial<typeof rows> = {}, structured?: unknown) =>
    ownRows(
      {
        text: typeof value === 'string' ? value : JSON.stringify(value),
        ...(structured === undefined ? {} : { structured }),
      },
      { ...rows, ...more },
      ALICE,
    );
  const textOf = (result: ReturnType<typeof own>): unknown =>
    result.passed ? (JSON.parse(result.answer.text) as unknown) : result.reason;

  it('drops rows of others, and those that do not say whose they are', () => {
    const mine = { customer: 'C-1', sum: 3 };
    const list = [
      mine,
      { customer: 'C-2', sum: 4 },
      { sum: 5 },
      'C-1',
      { customer: ['C-1'] },
      { customer: 'C-1', of: [{ customer: 'C-2' }] },
    ];
    assert.deepEqual(textOf(own(list)), [mine]);
    assert.deepEqual(textOf(own({ total: 6, items: list })), { total: 6, items: [mine] });
    assert.deepEqual(textOf(own({ data: { rows: list }, x: [1] }, { at: 'data.rows' })), {
      data: { rows: [mine] },
      x: [1],
    });
    const result = own(list);
    assert.equal(result.passed && result.dropped, 5);
  });

  it('passes on word for word what is the own alone', () => {
    const text = '[ {"customer":"C-1", "sum": 1.0} ]';
    const result = own(text);
    assert.deepEqual(result, { passed: true, answer: { text }, dropped: 0 });
    assert.ok(own({ customer: 'C-1', tags: ['a'] }).passed);
    assert.ok(own({ total: 0, items: [] }).passed);
  });

  it('refuses what is not the own, or cannot be read', () => {
    for (const value of [
      { customer: 'C-2' },
      { sum: 1 },
      { name: 'x', items: [] },
      { other: { customer: 'C-2' }, items: [{ customer: 'C-1' }] },
      'Balance of C-1: 3',
      '',
      '[{"customer":"C-2","customer":"C-1"}]',
      '- customer: C-1 # and C-2',
      'customer: C-2',
      'Note: C-2 has four',
      'customer,sum\nC-1,3\nC-2',
      'customer,sum\nC-1,"3\n',
      'customer,Customer\nC-1,C-2',
      'customer,customer\nC-1,C-1',
      'sum,name\n3,C-1',
      'customer;sum,customer\nC-1;3,C-2',
      'All of them:\n\ncustomer,sum\nC-1,3',
      '| customer |\n|---|\n| C-1 |\nand C-2 has four',
      '| customer | sum |\n|---|\n| C-1 | 3 |',
      '| customer | sum |\n|---|---|\n| C-1 | 3 \\| C-2 |',
    ])
      assert.equal(own(value).passed, false, JSON.stringify(value));
    assert.ok(own('Balance', { unreadable: 'pass' }).passed);
    assert.equal(own([], { at: 'rows' }).passed, false);
    assert.equal(ownRows({ text: '[]' }, rows, null).passed, false);
  });

  it('reads block YAML and tables, and leaves their other lines as they are', () => {
    const textIn = (text: string): string | null => {
      const result = own(text);
      return result.passed ? result.answer.text : null;
    };
    for (const [given, rest] of [
      ['- customer: C-1\n  sum: 3\n- customer: C-2\n', '[{"customer":"C-1","sum":"3"}]'],
      ['- customer: C-1\n  sum: 3\n', '- customer: C-1\n  sum: 3\n'],
      ['total: 2\nitems:\n- customer: C-2\n', '{"total":"2","items":[]}'],
      ['customer,sum\r\nC-1,3\r\nC-2,4\r\n', 'customer,sum\r\nC-1,3\r\n'],
      ['customer;note\nC-1;"a;\nC-2 ""b"""\nC-2;c', 'customer;note\nC-1;"a;\nC-2 ""b"""'],
      ['sum\tcustomer\n1\tC-2', 'sum\tcustomer'],
      [
        '| customer | sum |\n| --- | ---: |\n| C-2 | 4 |\n| C-1 | 3 |\n',
        '| customer | sum |\n| --- | ---: |\n| C-1 | 3 |',
      ],
    ] as const)
      assert.equal(textIn(given), rest, given);
  });

  it('a table read and written leaves nothing of another, whatever stands in its cells', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ',', ';', '"', '\n', '|', ' ', 'é'), maxLength: 6 });
    const quote = (value: string): string => `"${value.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(fc.array(fc.record({ customer: fc.constantFrom('C-1', 'C-2'), note: cell })), (list) => {
        const lines = list.map(
          ({ customer, note }) => `${customer},${quote(customer === 'C-1' ? note : `FOREIGN${note}`)}`,
        );
        const result = own(['customer,note', ...lines].join('\n'));
        assert.ok(result.passed);
        const mine = lines.filter((line) => line.startsWith('C-1'));
        assert.equal(result.answer.text, ['customer,note', ...mine].join('\n'));
      }),
    );
  });

  it('data beside text: both are looked at, and text that is none is replaced', () => {
    const structured = { items: [{ customer: 'C-1' }, { customer: 'C-2' }] };
    const said = own('C-1 has 1, C-2 has 2', {}, structured);
    assert.deepEqual(said, {
      passed: true,
      dropped: 1,
      answer: { text: '{"items":[{"customer":"C-1"}]}', structured: { items: [{ customer: 'C-1' }] } },
    });
  });

  it('nothing of another is in what is passed on, whatever the result looks like', () => {
    const row = fc.record({
      customer: fc.constantFrom('C-1', 'C-2'),
      secret: fc.constantFrom('own', 'FOREIGN'),
      of: fc.jsonValue(),
    });
    const consistent = row.map((one) => ({ ...one, secret: one.customer === 'C-1' ? 'own' : 'FOREIGN' }));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(consistent),
          consistent,
          fc.record({ items: fc.array(consistent), more: fc.option(consistent) }),
        ),
        (value) => {
          const result = own(value);
          if (result.passed) assert.ok(!result.answer.text.includes('FOREIGN'));
        },
      ),
    );
  });
});

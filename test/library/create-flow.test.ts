import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { createFlow, Fault, type FlowEvent } from '../../src/library/create-flow.ts';

const text = { type: 'string' };
const TOOLS = [
  { name: 'list_cards', input_schema: { type: 'object', properties: {} } },
  { name: 'block_card', description: '', schema: { type: 'object', properties: { card_id: text } } },
];
const MESSAGES = [
  { role: 'user', content: 'Please block my card ending in 4411.' },
  { role: 'assistant', tool_calls: [{ id: 'a', function: { name: 'list_cards', arguments: '{}' } }] },
  {
    role: 'tool',
    tool_call_id: 'a',
    content: '[{"card_id":"card_7f3a91c2","ending":"4411"},{"card_id":"card_09bb12aa","ending":"8000"}]',
  },
];

describe('createFlow', () => {
  it('decides on chat messages and on events alike', () => {
    const flow = createFlow({ tools: TOOLS });
    const events: readonly FlowEvent[] = [
      { kind: 'user', text: MESSAGES[0]!.content! },
      { kind: 'call', id: 'a', tool: 'list_cards', args: {} },
      { kind: 'result', id: 'a', tool: 'list_cards', text: MESSAGES[2]!.content! },
    ];
    for (const history of [MESSAGES, events]) {
      const own = flow.decide(history, { tool: 'block_card', args: '{"card_id":"card_7f3a91c2"}' });
      assert.deepEqual([own.verdict, own.args['card_id']!.tier], ['allow', 'S']);
      const other = flow.decide(history, { tool: 'block_card', args: { card_id: 'card_09bb12aa' } });
      assert.notEqual(other.verdict, 'allow');
    }
    assert.equal(flow.decide(MESSAGES, { tool: 'block_card', args: '{"card_id":' }).rule, 'arguments');
    assert.match(flow.explain(MESSAGES, { tool: 'block_card', args: { card_id: 'x' } }).causes[0]!.instead, /card_id/);
  });

  it('takes rules as a text and as values, and says what is wrong with either', () => {
    const call = { tool: 'block_card', args: { card_id: 'card_7f3a91c2' } };
    const asText = createFlow({ tools: TOOLS, rules: 'rules: [{ id: no, tool: "block_*", effect: deny }]' });
    const asValues = createFlow({ tools: TOOLS, rules: { rules: [{ id: 'no', tool: 'block_*', effect: 'deny' }] } });
    for (const flow of [asText, asValues]) assert.equal(flow.decide(MESSAGES, call).rule, 'no');
    const wrong = (settings: Parameters<typeof createFlow>[0], why: RegExp): void =>
      assert.throws(
        () => createFlow(settings),
        (error) => error instanceof Fault && error.code === 'ERR_CONFIG' && why.test(error.line),
      );
    wrong({ tools: [], rules: 'rulez: []' }, /rules:1:1: rulez: unknown key; did you mean rules/);
    wrong({ tools: [], rules: { rules: [{ id: 'a', tool: 'b' }] } }, /rules\[0\]: must have one of/);
    wrong({ tools: [], rules: { rules: [{ id: 'a', tool: 'b', effect: 'x' as 'deny' }] } }, /rules\[0\]\.effect/);
    wrong({ tools: [{}] }, /tools\[0\] has no name/);
    assert.throws(() => asText.decide([{ role: 'alien' }], call), /role is not one/);
  });

  it('takes the rules that docs/flow.md shows', async () => {
    const guide = await readFile(new URL('../../docs/flow.md', import.meta.url), 'utf8');
    const samples = [...guide.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, text]) => text!);
    // The first is a rule file; the other shows the gateway's configuration.
    assert.ok(samples.length >= 1);
    const flow = createFlow({ tools: [{ name: 'pay_bill', inputSchema: {} }], rules: samples[0]! });
    assert.deepEqual(flow.approval('pay_bill'), { by: ['team:finance'], people: 2, expiresIn: 900 });
    const pay = (amount: number) => flow.decide([], { tool: 'pay_bill', args: { amount, memo: 'INV-1' } });
    assert.ok(!pay(1000).causes.some(({ rule }) => rule === 'bounded'));
    assert.ok(pay(1001).causes.some(({ rule }) => rule === 'bounded'));
  });

  it('scopes, and gives the terms of approval', () => {
    const flow = createFlow({
      tools: [],
      rules: {
        scope: [{ tool: 'get_*', require: { user: 'sub' } }],
        approvals: [{ tool: 'pay', people: 2, by: ['eve'] }],
      },
    });
    const alice = { id: 'alice', kind: 'key', claims: {} } as const;
    assert.ok(flow.scope({ tool: 'get_x', args: { user: 'alice' } }, alice).allowed);
    assert.ok(!flow.scope({ tool: 'get_x', args: { user: 'bob' } }, alice).allowed);
    assert.ok(!flow.scope({ tool: 'get_x', args: {} }, null).allowed);
    assert.ok(flow.scope({ tool: 'put_x', args: {} }, null).allowed);
    assert.deepEqual(flow.approval('pay'), { by: ['eve'], people: 2, expiresIn: 900 });
    assert.equal(flow.approval('other').people, 1);
  });
});

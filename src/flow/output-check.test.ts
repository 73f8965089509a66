import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from './decide.ts';
import { FlowCache } from './flow-cache.ts';
import type { FlowEvent, FlowTool } from './history.ts';

const text = { type: 'string' };
const OUTPUT = {
  type: 'object',
  properties: { card_id: text, ending: text },
  required: ['card_id', 'ending'],
  additionalProperties: false,
};
const TOOLS: readonly FlowTool[] = [
  { name: 'get_card', description: '', schema: { type: 'object', properties: {} }, outputSchema: OUTPUT },
  { name: 'block_card', description: '', schema: { type: 'object', properties: { card_id: text } } },
];

function tierOf(answer: Pick<Extract<FlowEvent, { kind: 'result' }>, 'text' | 'structured'>, tools = TOOLS): string {
  const events: FlowEvent[] = [
    { kind: 'user', text: 'Block my card ending in 4411.' },
    { kind: 'call', id: 'a', tool: 'get_card', args: {} },
    { kind: 'result', id: 'a', tool: 'get_card', ...answer },
  ];
  const { state, book } = new FlowCache().view(events, tools);
  const call = { kind: 'call', id: 'z', tool: 'block_card', args: { card_id: 'card-7f3a-91c2-0d' } } as const;
  return decide(state, call, book, { profile: 'strict' }).args['card_id']!.tier;
}

test('a result that fits the declared schema has fields; one that does not is a text', () => {
  const card = { card_id: 'card-7f3a-91c2-0d', ending: '4411' };
  assert.equal(tierOf({ text: JSON.stringify(card) }), 'S');
  assert.equal(tierOf({ text: 'See the data.', structured: card }), 'S');
  assert.equal(tierOf({ text: '', structured: { ...card, more: 1 } }), 'N');
  assert.equal(tierOf({ text: JSON.stringify({ ...card, more: 1 }) }), 'X');
  assert.equal(tierOf({ text: `card_id: card-7f3a-91c2-0d\nending: '4411'` }), 'X');
});

test('a schema that cannot be checked fits nothing', () => {
  const [tool, block] = TOOLS as [FlowTool, FlowTool];
  const odd = [{ ...tool, outputSchema: { $dynamicRef: '#x' } }, block];
  assert.equal(tierOf({ text: '{"card_id":"card-7f3a-91c2-0d","ending":"4411"}' }, odd), 'X');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { countTokens, estimateTokens } from './count-tokens.ts';

const PROSE = {
  english: 'The customer asked whether the transfer of four hundred euros had arrived; it had, on Tuesday.',
  german: 'Der Kunde fragte, ob die Überweisung von vierhundert Euro angekommen sei; sie war am Dienstag eingegangen.',
  russian: 'Клиент спросил, поступил ли перевод на четыреста евро; он поступил во вторник.',
  chinese: '客户询问四百欧元的转账是否已经到账；尽管银行将其标记为待处理，但款项已于星期二到账。',
  code: 'export function readJson(bytes: Uint8Array, limits: Limits): unknown {\n  return parse(bytes);\n}\n',
  json: '{"type":"function","function":{"name":"get_balance","parameters":{"type":"object","required":["account"]}}}',
};

test('estimates ordinary text between its exact count and 60 % above', async () => {
  for (const [name, text] of Object.entries(PROSE)) {
    const exact = await countTokens(text);
    const estimate = estimateTokens(text);
    assert.ok(estimate >= exact, `${name}: ${estimate} < ${exact}`);
    assert.ok(estimate <= exact * 1.6, `${name}: ${estimate} > 1.6 * ${exact}`);
  }
});

test('is never more than two tokens a unit, and grows with the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ maxLength: 50 }), (text, more) => {
      assert.ok(estimateTokens(text) <= 2 * text.length);
      assert.ok(estimateTokens(text + more) >= estimateTokens(text));
    }),
  );
  assert.equal(estimateTokens(''), 0);
});

test('counts texts that overwhelm a tokenizer: 40,000 equal characters, spaces, lone surrogates', async () => {
  assert.equal(await countTokens('的'.repeat(40_000)), 40_000);
  assert.ok((await countTokens(' '.repeat(40_000))) < 2_000);
  assert.ok((await countTokens('\ud800'.repeat(2_000))) > 0);
  assert.ok((await countTokens('😀'.repeat(1_000))) >= 1_000);
  assert.equal(estimateTokens('的'.repeat(40_000)), 40_000);
});

test('reads special tokens as the text that they are', async () => {
  assert.ok((await countTokens('<|endoftext|>')) > 1);
});

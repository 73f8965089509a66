import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { createGuard } from '../../src/library/create-guard.ts';

const EMAIL = 'anna.kowalska@example.com';
const RULES = [
  { id: 'in', detector: 'personal-data', on: ['input'], action: 'redact', restore: true },
  { id: 'out', detector: 'personal-data', on: ['output'], action: 'redact' },
] as const;
const rules = RULES.map((rule) => ({ ...rule, on: [...rule.on] }));
const request = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: `I am ${EMAIL}` }] });
const PLACEHOLDER = /\[EMAIL_[B-Z]{8}\]/;

describe('a guard in a program, with a rule that restores', () => {
  it('takes values out of the request and puts them into the answer', async () => {
    const exchange = createGuard({ rules }).exchange('openai-chat', request);
    const { body } = await exchange.request();
    assert.ok(!body.includes(EMAIL));
    const placeholder = PLACEHOLDER.exec(body)![0]!;
    const said = (content: string): string =>
      JSON.stringify({
        id: 'c',
        choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
      });
    const answer = await exchange.answer(said(`You are ${placeholder}, not other@example.net.`));
    assert.equal(answer.body, said(`You are ${EMAIL}, not [EMAIL].`));
    assert.equal((await exchange.answer(said('plain'))).body, said('plain'));
  });

  it('does so in streams', async () => {
    const exchange = createGuard({ rules }).exchange(
      'openai-chat',
      JSON.stringify({ ...JSON.parse(request), stream: true }),
    );
    const placeholder = PLACEHOLDER.exec((await exchange.request()).body)![0]!;
    const frame = (delta: object, finish: string | null = null): string =>
      `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
    const frames = [...`You are ${placeholder}!`].map((content) => frame({ content }));
    const source = new Blob([...frames, frame({}, 'stop'), 'data: [DONE]\n\n']).stream();
    let text = '';
    for await (const bytes of source.pipeThrough(exchange.stream())) text += Buffer.from(bytes).toString('utf8');
    const read = [...text.matchAll(/"content":("(?:[^"\\]|\\.)*")/g)]
      .map(([, piece]) => JSON.parse(piece!) as string)
      .join('');
    assert.equal(read, `You are ${EMAIL}!`);
  });

  it('names values alike where the key is the same, and only there', async () => {
    const key = randomBytes(32);
    const placeholders = await Promise.all(
      [{ key }, { key }, {}, {}].map(async (restore) => {
        const { body } = await createGuard({ rules, restore }).exchange('openai-chat', request).request();
        return PLACEHOLDER.exec(body)![0]!;
      }),
    );
    assert.equal(placeholders[0], placeholders[1]);
    assert.equal(new Set(placeholders).size, 3);
  });
});

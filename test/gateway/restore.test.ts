/** Reversible redaction through a real gateway: the model sees placeholders, the caller its own values. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ConfigInput } from '../../src/config/schema.ts';
import { type Upstream, startUpstream } from '../upstream/start-upstream.ts';
import { WAYS, ask, readable } from './ask.ts';
import { type TestGateway, startGateway } from './start-gateway.ts';

const EMAIL = 'anna.kowalska@example.com';
const CARD = '4111 1111 1111 1111';
const TEXT = `Write to ${EMAIL}, card "${CARD}", and again ${EMAIL}.`;
const PLACEHOLDER = /\[[A-Z_]+_[B-Z]{8}\]/g;

const RULES: ConfigInput['rules'] = [
  { id: 'personal-in', detector: 'personal-data', on: ['input'], action: 'redact', restore: true, options: {} },
];

describe('values of a request', () => {
  let upstream: Upstream;
  let gateway: TestGateway;
  before(async () => {
    upstream = await startUpstream();
    gateway = await startGateway({ upstreamUrl: upstream.url, config: { rules: RULES } });
  });
  after(async () => {
    await gateway.close();
    await upstream.close();
  });

  for (const way of WAYS) {
    const channels = way.surface === 'openai-completions' ? ['text'] : ['text', 'reasoning', 'tool', 'refusal'];
    for (const stream of [false, true]) {
      for (const channel of channels) {
        it(`${way.surface}, ${stream ? 'stream' : 'whole'}, ${channel}: the model sees none, the caller all`, async () => {
          const shapes = stream ? ['chars=1', 'chars=3+split=1', 'chars=7+split=13+crlf', 'chars=500+split=all'] : [''];
          for (const shape of shapes) {
            const model = `echo+in=${channel}${shape === '' ? '' : `+${shape}`}`;
            const answer = await ask(gateway, way, model, TEXT, { stream });
            assert.equal(answer.status, 200, answer.text);
            const arrived = upstream.requests.at(-1)!.body.toString('utf8');
            assert.ok(!arrived.includes('kowalska') && !arrived.includes('1111'), arrived);
            const [first, , third] = arrived.match(PLACEHOLDER)!;
            assert.equal(first, third, 'the same value, the same placeholder');
            const read = readable(answer.text, stream);
            assert.doesNotMatch(read, PLACEHOLDER);
            assert.ok(read.includes(channel === 'tool' ? JSON.stringify({ text: TEXT }) : TEXT) || read.includes(TEXT), read);
          }
        });
      }
    }
  }
});

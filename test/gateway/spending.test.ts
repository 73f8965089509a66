import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Upstream, startUpstream } from '../upstream/start-upstream.ts';
import { WAYS, ask } from './ask.ts';
import { type TestGateway, startGateway } from './start-gateway.ts';

const LIMIT = 20_000;

describe('budgets', () => {
  let upstream: Upstream;
  let gateway: TestGateway;
  before(async () => {
    upstream = await startUpstream();
    gateway = await startGateway({
      upstreamUrl: upstream.url,
      config: {
        budgets: [
          { id: 'tokens', per: 'principal', match: 'tok-*', window: 'month', tokens: LIMIT },
          { id: 'rate', per: 'principal', match: 'rate-*', window: 'minute', requests: 2 },
          { id: 'money', per: 'team', match: 'paid', window: 'day', usd: 1 },
        ],
        limits: { defaultMaxTokens: 512, concurrent: 64 },
      },
    });
  });
  after(async () => {
    await gateway.close();
    await upstream.close();
  });

  const usedBy = async (subject: string): Promise<{ used: number; reserved: number }> => {
    const state = (await gateway.running.runtime.generation.budgets.states()).find((one) => one.subject === subject);
    return { used: state?.used ?? 0, reserved: state?.reserved ?? 0 };
  };

  it('overshoot by at most one reservation under 64 concurrent streams, which end well-formed', async () => {
    const key = await gateway.createKey('tok-many');
    const chat = WAYS[0]!;
    // Each stream would take about 2,000 tokens: together six times the budget.
    const answers = await Promise.all(
      Array.from({ length: 64 }, () =>
        ask({ url: gateway.url, key }, chat, 'long+length=8000+chars=40+slow=1', 'tell me', { stream: true }),
      ),
    );
    const { used, reserved } = await usedBy('tok-many');
    assert.equal(reserved, 0, 'everything is settled');
    assert.ok(used <= LIMIT + 512 + 100, `${used} of ${LIMIT} used`);
    assert.ok(used > LIMIT / 2, `${used} of ${LIMIT} used: the budget was used`);
    const outcomes = { whole: 0, cut: 0, refused: 0 };
    for (const { status, text } of answers) {
      if (status === 429) outcomes.refused += 1;
      else if (text.includes('"finish_reason":"length"')) outcomes.cut += 1;
      else outcomes.whole += 1;
      if (status === 200) assert.ok(text.trimEnd().endsWith('data: [DONE]'), text.slice(-300));
    }
    assert.ok(outcomes.cut > 0 && outcomes.refused + outcomes.cut > 32, JSON.stringify(outcomes));
  });

  for (const way of WAYS.filter(({ surface }) => surface !== 'openai-completions')) {
    it(`${way.surface}: a stream is cut in its own dialect's form when the budget is spent`, async () => {
      const principal = `tok-${way.surface}`;
      const key = await gateway.createKey(principal);
      // The provider does not keep to a maximum: 30,000 tokens of text against a budget of 20,000.
      const { status, text } = await ask({ url: gateway.url, key }, way, 'long+length=120000+chars=400', 'tell me', {
        stream: true,
      });
      assert.equal(status, 200);
      const ending = text.slice(
        text.lastIndexOf('event: response.incomplete') === -1 ? -3000 : text.lastIndexOf('event: response.incomplete'),
      );
      if (way.surface === 'openai-chat') assert.match(ending, /"finish_reason":"length"[\s\S]*\[DONE\]/);
      if (way.surface === 'openai-responses') assert.match(ending, /response\.incomplete[\s\S]*max_output_tokens/);
      const { used } = await usedBy(principal);
      if (way.surface === 'anthropic-messages') assert.ok(used > 0);
      else assert.ok(used <= LIMIT + 1024, `${used}`);
    });
  }

  it('limit the rate with headers that tell when to come back', async () => {
    const key = await gateway.createKey('rate-one');
    const first = await ask({ url: gateway.url, key }, WAYS[0]!, 'text', 'hi', { stream: false });
    assert.equal(first.headers.get('x-ratelimit-limit-requests'), '2');
    assert.equal(first.headers.get('x-ratelimit-remaining-requests'), '1');
    await ask({ url: gateway.url, key }, WAYS[0]!, 'text', 'hi', { stream: false });
    const third = await ask({ url: gateway.url, key }, WAYS[0]!, 'text', 'hi', { stream: false });
    assert.equal(third.status, 429);
    assert.ok(Number(third.headers.get('retry-after')) >= 1);
    assert.match(third.text, /rate_limit/);
    const anthropic = await ask({ url: gateway.url, key }, WAYS[3]!, 'text', 'hi', { stream: false });
    assert.match(anthropic.text, /rate_limit_error/);
  });

  it('in money refuse a model whose price is not known, and say what to do', async () => {
    const key = await gateway.createKey('rich', 'paid');
    const unknown = await ask({ url: gateway.url, key }, WAYS[0]!, 'text', 'hi', { stream: false });
    assert.equal(unknown.status, 403);
    assert.match(unknown.text, /price/);
    const known = await ask({ url: gateway.url, key }, WAYS[0]!, 'gpt-4o-mini', 'hi', { stream: false });
    assert.equal(known.status, 200, known.text);
    const { used } = await usedBy('paid');
    assert.ok(used > 0);
  });

  it('come back after a restart', async () => {
    const key = await gateway.createKey('tok-restart');
    await ask({ url: gateway.url, key }, WAYS[0]!, 'text+input=700+output=300', 'hi', { stream: false });
    await gateway.close({ keep: true });
    gateway = await startGateway({
      upstreamUrl: upstream.url,
      directory: gateway.directory,
      config: { budgets: [{ id: 'tokens', per: 'principal', match: 'tok-*', window: 'month', tokens: LIMIT }] },
    });
    assert.equal((await usedBy('tok-restart')).used, 1000);
  });
});

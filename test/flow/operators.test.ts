/** What an operator says of tool calls, and who is asked: in the gateway, with an agent of an official SDK. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ApprovalRow } from '../../src/store/approval-table.ts';
import { startGateway, type TestGateway } from '../gateway/start-gateway.ts';
import { playModel } from '../upstream/play-model.ts';
import { startUpstream, type Upstream } from '../upstream/start-upstream.ts';
import { AGENTS } from './agents.ts';
import { fooledModel } from './fooled-model.ts';
import { until } from '../../src/core/testing/until.ts';

const agent = AGENTS.find(({ name }) => name === 'openai chat')!;
const RULE = (effect: 'deny' | 'approve'): string =>
  `rules:\n  - { id: no-balance, tool: get_balance, effect: ${effect}, reason: Balances are told at the counter. }\n`;

describe("an operator's rules over tool calls", () => {
  let upstream: Upstream;
  let gateway: TestGateway;
  let runs = 0;
  const run = () => {
    playModel(upstream, fooledModel('parallel'));
    return agent.run(gateway, `operators+id=${(runs += 1)}`, false);
  };
  const ruled = async (text: string): Promise<void> => {
    await writeFile(join(gateway.directory, 'flow.yaml'), text);
    await gateway.rewrite({ flow: { mode: 'enforce', onDeny: 'answer', rules: 'flow.yaml' } });
    assert.equal((await gateway.running.runtime.reload()).error, null);
  };
  before(async () => {
    upstream = await startUpstream();
    gateway = await startGateway({
      upstreamUrl: upstream.url,
      config: { flow: { mode: 'enforce', onDeny: 'answer' } },
    });
  });
  after(async () => {
    await gateway.close();
    await upstream.close();
  });

  it('stop what the built-in decision lets pass', async () => {
    assert.deepEqual((await run()).done, ['read_mail', 'get_balance']);
    await ruled(RULE('deny'));
    const { done, said } = await run();
    assert.deepEqual(done, ['read_mail']);
    assert.match(said, /stopped \(no-balance\)\. Balances are told at the counter/);
  });

  it('that are wrong leave the last good ones in force', async () => {
    await writeFile(join(gateway.directory, 'flow.yaml'), 'rules: [{ id: a, tool: b, efect: deny }]');
    const { error } = await gateway.running.runtime.reload();
    assert.match(error ?? '', /flow\.yaml:1:\d+: .*efect.*effect/);
    assert.deepEqual((await run()).done, ['read_mail']);
  });

  it('ask a person, and after the consent the same call passes once', async () => {
    await ruled(RULE('approve'));
    const { approvals } = gateway.running.runtime;
    const first = await run();
    assert.deepEqual(first.done, ['read_mail']);
    assert.match(first.said, /A person has to agree to this first/);
    const [waiting] = await approvals.list();
    assert.equal(waiting!.tool, 'get_balance');
    assert.deepEqual((await run()).done, ['read_mail'], 'it still waits');
    await approvals.decide(waiting!.id, 'admin', 'approve', 'fine');
    assert.deepEqual((await run()).done, ['read_mail', 'get_balance']);
    assert.deepEqual((await run()).done, ['read_mail'], 'once');
  });

  it('say who has to agree: two of a team, each once, and the consent holds for one call', async () => {
    await writeFile(
      join(gateway.directory, 'flow.yaml'),
      `${RULE('approve')}approvals:\n  - { tool: 'get_*', by: ['team:desk'], people: 2, expiresIn: 60 }\n`,
    );
    await gateway.rewrite({
      flow: { mode: 'enforce', onDeny: 'answer', rules: 'flow.yaml' },
      approvals: { teams: { desk: ['bob', 'carol'] } },
    });
    assert.equal((await gateway.running.runtime.reload()).error, null);
    const { approvals } = gateway.running.runtime;
    assert.deepEqual((await run()).done, ['read_mail']);
    const asked = (await approvals.list()).find(({ needs }) => needs === 2);
    assert.deepEqual([asked!.tool, asked!.needs, asked!.expiresAt - asked!.createdAt], ['get_balance', 2, 60_000]);
    await assert.rejects(approvals.decide(asked!.id, 'admin', 'approve', null), { code: 'ERR_FORBIDDEN' });
    await approvals.decide(asked!.id, 'bob', 'approve', null);
    assert.deepEqual((await run()).done, ['read_mail'], 'one is not enough');
    await approvals.decide(asked!.id, 'carol', 'approve', null);
    assert.deepEqual((await run()).done, ['read_mail', 'get_balance']);
    assert.deepEqual((await run()).done, ['read_mail'], 'once');
  });

  describe('an answer that is held for a person', () => {
    const ask = (signal?: AbortSignal): Promise<Response> =>
      fetch(`${gateway.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          model: 'held',
          stream: true,
          messages: [{ role: 'user', content: 'What is my balance?' }],
          tools: [{ type: 'function', function: { name: 'get_balance', parameters: { type: 'object' } } }],
        }),
        ...(signal === undefined ? {} : { signal }),
      });
    let began = 0;
    const waiting = async (): Promise<ApprovalRow> => {
      for (;;) {
        const found = (await gateway.running.runtime.approvals.list()).find(
          ({ state, createdAt }) => state === 'pending' && createdAt >= began,
        );
        if (found !== undefined) return found;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    before(async () => {
      await writeFile(join(gateway.directory, 'flow.yaml'), RULE('approve'));
      await gateway.rewrite({
        flow: { mode: 'enforce', rules: 'flow.yaml' },
        approvals: { waitFor: '30s' },
        limits: { pingEvery: '1s' },
      });
      assert.equal((await gateway.running.runtime.reload()).error, null);
      began = Date.now();
      playModel(upstream, () => ({ tools: [{ name: 'get_balance', arguments: '{}' }] }));
    });

    it('says meanwhile that it is alive, and goes on as it would have', async () => {
      const response = await ask();
      assert.equal(response.status, 200);
      const { id } = await waiting();
      let text = '';
      for await (const bytes of response.body!) {
        text += Buffer.from(bytes).toString('utf8');
        if (/^: ping$/m.test(text) && !text.includes('get_balance'))
          await gateway.running.runtime.approvals.decide(id, 'bob', 'approve', null).catch(() => {});
      }
      assert.match(text, /^: ping\n\n.*get_balance.*\[DONE\]\n\n$/ms);
    });

    it('does not use up a consent for somebody who has gone away', async () => {
      const gone = new AbortController();
      const asked = ask(gone.signal);
      const { id } = await waiting();
      gone.abort();
      await assert.rejects(
        asked.then((response) => response.text()),
        { name: 'AbortError' },
      );
      const { approvals, live } = gateway.running.runtime;
      await until(() => live.inFlight.size === 0, 'the gateway to notice');
      await approvals.decide(id, 'bob', 'approve', null);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      assert.equal((await approvals.find(id))!.state, 'approved');
      assert.match(await (await ask()).text(), /get_balance/);
      assert.equal((await approvals.find(id))!.state, 'used');
    });
  });
});

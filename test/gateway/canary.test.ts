import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../src/cli/run.ts';
import { type Upstream, startUpstream } from '../upstream/start-upstream.ts';
import { WAYS, ask, readable } from './ask.ts';
import { type TestGateway, startGateway } from './start-gateway.ts';

describe('a canary that was planted while the gateway runs', () => {
  let upstream: Upstream;
  let gateway: TestGateway;
  let token: string;
  before(async () => {
    upstream = await startUpstream();
    const canary = { detector: 'canary', options: {} };
    gateway = await startGateway({
      upstreamUrl: upstream.url,
      config: {
        rules: [
          { ...canary, id: 'out', action: 'redact', on: ['output'] },
          { ...canary, id: 'in', action: 'block', on: ['input'] },
        ],
      },
    });
    token = /[^ ]+$/.exec(await parapet('plant', '--note', 'the prompt'))![0];
    await sleep(1000); // what the documents promise
  });
  after(async () => {
    await gateway.close();
    await upstream.close();
  });

  async function parapet(...argv: string[]): Promise<string> {
    const out: string[] = [];
    const code = await run(['canary', ...argv], {
      out: (text) => void out.push(text),
      err: () => {},
      env: {},
      cwd: gateway.directory,
      terminal: false,
      signal: new AbortController().signal,
      exitCode: 0,
      stdin: async function* () {},
    });
    assert.equal(code, 0);
    return out.join('\n');
  }

  for (const way of WAYS) {
    for (const stream of [false, true]) {
      it(`does not leave: ${way.surface}, ${stream ? 'stream' : 'whole'}`, async () => {
        // The model decodes one layer and says base64, which is known in the answer. In the request the rule would know it
        // too, so it is encoded twice there: deeper than it looks.
        const said = Buffer.from(`It says ${token}.`).toString('base64');
        const answer = await ask(gateway, way, 'decode+chars=3', Buffer.from(said).toString('base64'), { stream });
        assert.equal(answer.status, 200, answer.text);
        assert.ok(!readable(answer.text, stream).includes(said));
        assert.match(readable(answer.text, stream), /\[CANARY\]/);
      });
    }
  }

  it('is stopped when it comes in, and the record names it and not its token', async () => {
    const answer = await ask(gateway, WAYS[0]!, 'echo', `Do you know ${token}?`, { stream: false });
    assert.equal(answer.status, 400);
    let record = '';
    while (record === '') {
      // The store follows the ledger.
      await sleep(20);
      const { rows } = await gateway.running.runtime.store.exchanges({ outcome: 'blocked' }, 1);
      if (rows.length > 0) record = JSON.stringify(rows[0]!.exchange);
    }
    assert.match(record, /The canary [a-z2-7]{8} \(the prompt\)/);
    assert.ok(!record.includes(token.slice(6)));
  });

  it('is looked for no longer a second after it was removed', async () => {
    const [row] = JSON.parse(await parapet('list', '--json')) as { id: string }[];
    await parapet('remove', row!.id);
    await sleep(1000);
    assert.equal((await ask(gateway, WAYS[0]!, 'echo', token, { stream: false })).status, 200);
  });
});

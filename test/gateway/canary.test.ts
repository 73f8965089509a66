import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { run } from '../../src/cli/run.ts';
import { type Upstream, startUpstream } from '../upstream/start-upstream.ts';
import { WAYS, ask, readable } from './ask.ts';
import { type TestGateway, startGateway } from './start-gateway.ts';
import { until } from '../../src/core/testing/until.ts';

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
    // The documents promise a second; how busy the machine is shall not decide.
    await until(async () => (await status(`It is ${token}.`)) === 400, 'the canary to be known');
  });
  after(async () => {
    await gateway.close();
    await upstream.close();
  });

  const status = async (text: string): Promise<number> =>
    (await ask(gateway, WAYS[0]!, 'echo', text, { stream: false })).status;

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
    // The store follows the ledger.
    const record = await until(async () => {
      const { rows } = await gateway.running.runtime.store.exchanges({ outcome: 'blocked' }, 1);
      return rows.length > 0 && JSON.stringify(rows[0]!.exchange);
    }, 'the record');
    assert.match(record, /The canary [a-z2-7]{8} \(the prompt\)/);
    assert.ok(!record.includes(token.slice(6)));
  });

  it('is looked for no longer once it was removed', async () => {
    const [row] = JSON.parse(await parapet('list', '--json')) as { id: string }[];
    await parapet('remove', row!.id);
    await until(async () => (await status(token)) === 200, 'the canary to be forgotten');
  });
});

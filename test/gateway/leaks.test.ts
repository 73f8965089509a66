import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Upstream, startUpstream } from '../upstream/start-upstream.ts';
import { WAYS, ask, readable } from './ask.ts';
import { type TestGateway, startGateway } from './start-gateway.ts';

/** Made up, in the shape that the vendor publishes: an AWS access key id of the alphabet A–Z2–7. */
const SECRET = 'AKIAQ3EGTUW5ZLN7YMRD';
const CHANNELS = ['text', 'reasoning', 'tool', 'refusal'];
const hidden = Buffer.from(`the id is ${SECRET} and no more`).toString('base64');

/** No run of 8 characters of the secret may be read anywhere. */
function assertNoSecret(read: string, raw: string): void {
  for (let at = 0; at + 8 <= SECRET.length; at += 1) {
    const piece = SECRET.slice(at, at + 8);
    assert.ok(!read.includes(piece), `${piece} can be read in ${read.slice(0, 500)}`);
    assert.ok(!raw.includes(piece), `${piece} is in the bytes`);
  }
}

for (const action of ['redact', 'block'] as const) {
  describe(`a secret in the answer, ${action}ed`, () => {
    let upstream: Upstream;
    let gateway: TestGateway;
    before(async () => {
      upstream = await startUpstream();
      gateway = await startGateway({
        upstreamUrl: upstream.url,
        config: { rules: [{ id: 'secrets', detector: 'secret-leak', action, on: ['output'], options: {} }] },
      });
    });
    after(async () => {
      await gateway.close();
      await upstream.close();
    });

    for (const way of WAYS) {
      for (const stream of [false, true]) {
        const channels = way.surface === 'openai-completions' ? ['text'] : CHANNELS;
        for (const channel of channels) {
          it(`${way.surface}, ${stream ? 'stream' : 'whole'}, ${channel}`, async () => {
            for (const shape of stream
              ? ['chars=1', 'chars=3+split=1', 'chars=7+split=13+crlf', 'chars=1000+split=all']
              : ['']) {
              const model = `decode+in=${channel}${shape === '' ? '' : `+${shape}`}`;
              const answer = await ask(gateway, way, model, hidden, { stream });
              const isError = answer.status !== 200;
              assertNoSecret(readable(answer.text, stream && !isError), answer.text);
              if (action === 'redact') {
                assert.equal(answer.status, 200, answer.text);
                assert.match(readable(answer.text, stream), /the id is \[[A-Z_]+\] and no more/);
              } else {
                assert.doesNotMatch(readable(answer.text, stream && !isError), /and no more/);
              }
            }
          });
        }
        if (way.surface === 'openai-chat') {
          it(`${way.surface}, ${stream ? 'stream' : 'whole'}, second of two choices`, async () => {
            const answer = await ask(gateway, way, 'decode+choice=1+chars=2', hidden, { stream, n: 2 });
            assertNoSecret(readable(answer.text, stream && answer.status === 200), answer.text);
          });
        }
      }
    }

    it('is in the record as evidence without the secret itself', async () => {
      await gateway.running.runtime.ledger.flush();
      const { ledger } = gateway.running.runtime;
      let found = 0;
      for (let index = 0; index < ledger.size; index += 1) {
        const entry = Buffer.from(await ledger.entry(index)).toString('utf8');
        assert.ok(!entry.includes(SECRET.slice(0, 12)), 'the ledger holds the secret');
        if (entry.includes('"status":"found"')) found += 1;
      }
      assert.ok(found > 20, `${found} records with findings`);
    });
  });
}

describe('a secret in the request', () => {
  let upstream: Upstream;
  let gateway: TestGateway;
  before(async () => {
    upstream = await startUpstream();
    gateway = await startGateway({
      upstreamUrl: upstream.url,
      config: {
        rules: [
          { id: 'secrets-in', detector: 'secret-leak', action: 'redact', on: ['input'], roles: ['user'], options: {} },
          {
            id: 'secrets-system',
            detector: 'secret-leak',
            action: 'block',
            on: ['input'],
            roles: ['system', 'developer'],
            options: {},
          },
        ],
      },
    });
  });
  after(async () => {
    await gateway.close();
    await upstream.close();
  });

  for (const way of WAYS) {
    it(`${way.surface}: is redacted before it reaches the provider, and every other byte stays`, async () => {
      const text = `use ${SECRET}, please`;
      const answer = await ask(gateway, way, 'echo', text, { stream: false });
      assert.equal(answer.status, 200, answer.text);
      const sent = JSON.stringify(way.body('echo', text, { stream: false }));
      const arrived = upstream.requests.at(-1)!.body.toString('utf8');
      assert.ok(!arrived.includes(SECRET));
      assert.equal(arrived, sent.replace(SECRET, /\[[A-Z_]+\]/.exec(arrived)![0]));
    });
  }

  it('split over two parts of one message is found all the same', async () => {
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.key}` },
      body: JSON.stringify({
        model: 'echo',
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: `id ${SECRET.slice(0, 9)}` },
              { type: 'text', text: `${SECRET.slice(9)} end` },
            ],
          },
        ],
      }),
    });
    assert.equal(response.status, 200);
    const arrived = upstream.requests.at(-1)!.body.toString('utf8');
    assert.ok(!arrived.includes(SECRET.slice(0, 9)) && !arrived.includes(SECRET.slice(9)), arrived);
  });

  it('blocks with a real status and sends nothing on', async () => {
    const before = upstream.received;
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.key}` },
      body: JSON.stringify({ model: 'echo', stream: true, messages: [{ role: 'system', content: `key ${SECRET}` }] }),
    });
    assert.equal(response.status, 400);
    const { error } = (await response.json()) as { error: { code: string; message: string } };
    assert.equal(error.code, 'content_policy_violation');
    assert.match(error.message, /secrets-system/);
    assert.equal(upstream.received, before);
  });
});

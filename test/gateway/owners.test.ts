import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Upstream, startUpstream } from '../upstream/start-upstream.ts';
import { type TestGateway, startGateway } from './start-gateway.ts';

describe('a stored response', () => {
  let upstream: Upstream;
  let gateway: TestGateway;
  let bob: string;
  before(async () => {
    upstream = await startUpstream();
    gateway = await startGateway({ upstreamUrl: upstream.url });
    // Of the same team: a team shares budgets, not answers.
    bob = await gateway.createKey('bob', 'red');
  });
  after(async () => {
    await gateway.close();
    await upstream.close();
  });

  const respond = (key: string, more: object = {}): Promise<Response> =>
    fetch(`${gateway.url}/v1/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'text', input: 'hi', ...more }),
    });
  const reach = (key: string, method: string, path: string): Promise<Response> =>
    fetch(`${gateway.url}/v1/responses/${path}`, { method, headers: { authorization: `Bearer ${key}` } });

  for (const stream of [false, true]) {
    it(`is its maker's, and for everybody else does not exist (${stream ? 'streamed' : 'whole'})`, async () => {
      const made = await respond(gateway.key, { stream });
      assert.equal(made.status, 200);
      const id = /"id":\s*"(resp_\w+)"/.exec(await made.text())![1]!;
      assert.equal((await reach(gateway.key, 'GET', id)).status, 200);

      const asked = upstream.received;
      for (const [method, path] of [
        ['GET', id],
        ['GET', `${id}/input_items`],
        ['POST', `${id}/cancel`],
        ['DELETE', id],
      ] as const) {
        const theirs = await reach(bob, method, path);
        const nobodys = await reach(bob, method, path.replace(id, 'resp_0'));
        assert.deepEqual([theirs.status, nobodys.status], [404, 404], `${method} ${path}`);
        assert.equal((await theirs.text()).replace(id, ''), (await nobodys.text()).replace('resp_0', ''));
      }
      const continued = await respond(bob, { previous_response_id: id });
      assert.equal(continued.status, 404);
      await continued.text();
      assert.equal(upstream.received, asked, 'the provider is not asked');

      assert.equal((await respond(gateway.key, { previous_response_id: id })).status, 200);
    });
  }
});

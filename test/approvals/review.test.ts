import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startGateway, type TestGateway } from '../gateway/start-gateway.ts';
import { startUpstream, type Upstream } from '../upstream/start-upstream.ts';

const CARD = '4111 1111 1111 1111';

describe('a request that a rule sends to review', () => {
  let upstream: Upstream;
  let gateway: TestGateway;
  before(async () => {
    upstream = await startUpstream();
    gateway = await startGateway({
      upstreamUrl: upstream.url,
      config: {
        rules: [
          {
            id: 'cards',
            detector: 'personal-data',
            action: 'review',
            on: ['input'],
            options: { kinds: ['payment-card'] },
          },
          { id: 'mails', detector: 'personal-data', action: 'redact', options: { kinds: ['email'] } },
          { id: 'never', detector: 'personal-data', action: 'block', on: ['input'], options: { kinds: ['iban'] } },
        ] as never,
        approvals: { console: 'https://parapet.example', waitFor: '0s' },
      },
    });
  });
  after(async () => {
    await gateway.close();
    await upstream.close();
  });

  const ask = (content: string, key = gateway.key): Promise<Response> =>
    fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'text', messages: [{ role: 'user', content }] }),
    });
  const queue = () => gateway.running.runtime.approvals;
  async function askedOf(response: Response): Promise<string> {
    assert.equal(response.status, 403);
    const text = await response.text();
    assert.match(text, /review_required|ERR_REVIEW/);
    return /https:\/\/parapet\.example\/approvals\/(ap_[0-9a-f]{24})/.exec(text)![1]!;
  }

  test('waits, passes once after consent, and then waits again', async () => {
    const text = `card ${CARD}, mail jane.miller@bigbank.com`;
    const sent = upstream.requests.length;
    const id = await askedOf(await ask(text));
    assert.equal(await askedOf(await ask(text)), id, 'asking again asks for nothing new');
    assert.equal(upstream.requests.length, sent);
    const content = queue().contentOf((await queue().find(id))!)!;
    assert.ok(JSON.stringify(content.args).includes(CARD));
    assert.equal(content.decision.rule, 'cards');

    await queue().decide(id, 'bob', 'approve', null);
    const other = await ask(text, await gateway.createKey('mallory'));
    assert.notEqual(await askedOf(other), id, 'the consent is not for another principal');
    const served = await ask(text);
    assert.equal(served.status, 200, await served.clone().text());
    assert.equal(upstream.requests.length, sent + 1);
    const arrived = upstream.requests.at(-1)!.body.toString('utf8');
    assert.ok(arrived.includes(CARD), 'what was agreed to');
    assert.ok(!arrived.includes('jane.miller@bigbank.com'), 'what other rules say still holds');
    assert.notEqual(await askedOf(await ask(text)), id);
  });

  test('consent to a text is none to the next one', async () => {
    const id = await askedOf(await ask(`first ${CARD}`));
    await queue().decide(id, 'bob', 'approve', null);
    assert.notEqual(await askedOf(await ask(`first  ${CARD}`)), id);
  });

  test('a block stays a block, and asks nobody', async () => {
    const before = (await queue().list()).length;
    const response = await ask(`${CARD} and DE89 3704 0044 0532 0130 00`);
    assert.match(await response.text(), /never/);
    assert.equal((await queue().list()).length, before);
  });

  test('a denial is told', async () => {
    const text = `again ${CARD}`;
    await queue().decide(await askedOf(await ask(text)), 'bob', 'deny', 'cards do not belong here');
    const response = await ask(text);
    assert.equal(response.status, 403);
    assert.match(await response.text(), /A person denied it: cards do not belong here/);
  });

  test('an answer is held while a person decides', async () => {
    await gateway.rewrite({
      rules: [
        {
          id: 'cards',
          detector: 'personal-data',
          action: 'review',
          on: ['input'],
          options: { kinds: ['payment-card'] },
        },
      ] as never,
      approvals: { waitFor: '1m' },
    });
    assert.equal((await gateway.running.runtime.reload()).error, null);
    const known = new Set((await queue().list()).map(({ id }) => id));
    const answer = ask(`held ${CARD}`);
    let id: string | undefined;
    while (id === undefined) {
      id = (await queue().list()).find((row) => !known.has(row.id))?.id;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await queue().decide(id, 'bob', 'approve', null);
    assert.equal((await answer).status, 200);
  });

  test('a consent is not used up for a caller who went away', async () => {
    const text = `gone ${CARD}`;
    const known = new Set((await queue().list()).map(({ id }) => id));
    const gone = new AbortController();
    const answer = fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'text', messages: [{ role: 'user', content: text }] }),
      signal: gone.signal,
    });
    let id: string | undefined;
    while (id === undefined) {
      id = (await queue().list()).find((row) => !known.has(row.id))?.id;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    gone.abort();
    await assert.rejects(answer);
    const { live } = gateway.running.runtime;
    while (live.inFlight.size > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await queue().decide(id, 'bob', 'approve', null);
    await new Promise((resolve) => setTimeout(resolve, 1200)); // longer than between two looks of a held answer
    assert.equal((await queue().find(id))?.state, 'approved');
    assert.equal((await ask(text)).status, 200);
  });
});

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { hashPassword } from '../../src/access/admin-password.ts';
import type { AdminAction } from '../../src/core/admin-action.ts';
import type { FlowRuling } from '../../src/flow/decide.ts';
import type { ApprovalList, ApprovalView } from '../../src/gateway/admin/api.ts';
import type { ConsentRequest } from '../../src/approvals/approval-queue.ts';
import { type Client, createClient, signedIn } from '../console/client.ts';
import { ADMIN, startConsole, type TestConsole } from '../console/start-console.ts';
import { until } from '../../src/core/testing/until.ts';

const SECRET = 'a secret of the webhook';
const IBAN = 'GB33BUKB20201555555555';
const DECISION: FlowRuling = {
  verdict: 'approve',
  rule: 'pay-recipient',
  reason: `"to" comes from: only in the text of e-mail "Invoice".`,
  args: {
    to: { tier: 'D', role: 'recipient', from: 'only in the text of e-mail "Invoice"', verdict: 'approve', rule: 'r' },
    amount: { tier: 'U', role: 'amount', from: 'your own words', verdict: 'allow', rule: 'a' },
  },
};

interface Delivery {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly path: string;
}

/** A receiver of webhooks that answers what the test says; without an answer it redirects elsewhere. */
async function startReceiver(): Promise<{
  readonly url: string;
  readonly got: Delivery[];
  answers: number[];
  close(): Promise<void>;
}> {
  const got: Delivery[] = [];
  const receiver = { answers: [] as number[] };
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      got.push({ headers: request.headers, body, path: request.url! });
      response.writeHead(receiver.answers.shift() ?? 200, { location: '/elsewhere' }).end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(receiver, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    got,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

describe('approvals over the admin plane', () => {
  let receiver: Awaited<ReturnType<typeof startReceiver>>;
  let served: TestConsole;
  let admin: Client;
  let carol: Client;
  let asked = 0;

  before(async () => {
    receiver = await startReceiver();
    served = await startConsole({
      config: {
        approvals: {
          console: 'https://parapet.example/',
          twoPerson: ['wire_money'],
          webhook: { url: receiver.url, secret: SECRET },
        },
      },
    });
    await served.gateway.running.runtime.store.putAdmin({
      name: 'carol',
      passwordHash: await hashPassword(ADMIN.password),
      createdAt: 1,
    });
    admin = await signedIn(served.url);
    carol = createClient(served.url);
    const response = await carol.send('POST', '/api/session', { name: 'carol', password: ADMIN.password });
    carol.cookie = response.headers.get('set-cookie')!.split(';')[0]!;
  });
  after(async () => {
    await served.close();
    await receiver.close();
  });

  const queue = () => served.gateway.running.runtime.approvals;
  const request = (more: Partial<ConsentRequest> = {}): ConsentRequest => ({
    kind: 'call',
    tool: 'transfer',
    args: { to: IBAN, amount: '950.00' },
    decision: DECISION,
    principal: { id: 'assistant', kind: 'key', claims: {} },
    run: `run-${(asked += 1)}`,
    exchange: 'req_1',
    ...more,
  });
  async function idOf(asking: ConsentRequest): Promise<string> {
    const answer = await queue().ask(asking);
    assert.equal(answer.state, 'pending');
    return answer.id!;
  }
  async function deliveries(count: number): Promise<readonly Delivery[]> {
    await until(() => receiver.got.length >= count, `${count} deliveries`);
    return receiver.got;
  }
  async function ledger(): Promise<readonly AdminAction[]> {
    const { runtime } = served.gateway.running;
    const entries: AdminAction[] = [];
    for (let index = 0; index < runtime.ledger.size; index += 1) {
      const entry = JSON.parse(Buffer.from(await runtime.ledger.entry(index)).toString('utf8')) as AdminAction;
      if (entry.type === 'admin') entries.push(entry);
    }
    return entries;
  }

  test('a request is listed, shown in full, approved, used, and on record', async () => {
    const asking = request();
    const id = await idOf(asking);
    const list = await admin.json<ApprovalList>('/api/approvals');
    const row = list.rows.find((one) => one.id === id)!;
    assert.deepEqual([row.state, row.principal, row.tool, row.needs], ['pending', 'assistant', 'transfer', 1]);
    assert.ok(list.waiting >= 1);
    assert.ok(!JSON.stringify(list).includes(IBAN), 'a list holds no values');

    const view = await admin.json<ApprovalView>(`/api/approvals/${id}`);
    const to = view.content!.args.find(({ path }) => path === 'to')!;
    assert.deepEqual(to.value, [{ text: IBAN, says: null }]);
    assert.deepEqual(to.from, [{ text: 'only in the text of e-mail "Invoice"', says: null }]);
    assert.equal(to.verdict, 'approve');

    const decided = await admin.send('POST', `/api/approvals/${id}/approve`, { reason: 'called them' });
    assert.equal(decided.status, 200);
    assert.equal(((await decided.json()) as ApprovalView).state, 'approved');
    assert.equal((await queue().ask(asking)).state, 'approved');
    const over = await admin.json<ApprovalView>(`/api/approvals/${id}`);
    assert.deepEqual([over.state, over.content, over.reason], ['used', null, 'called them']);

    const steps = (await ledger()).filter(({ target }) => target === id);
    assert.deepEqual(
      steps.map(({ admin: who, action, result }) => `${who}: ${action} ${result}`),
      [
        'gateway: approval-ask begun',
        'gateway: approval-ask done',
        'admin: approval-approve begun',
        'admin: approval-approve done',
        'gateway: approval-use done',
      ],
    );
    assert.equal(steps[3]!.detail?.['reason'], 'called them');
    assert.ok(!JSON.stringify(steps).includes(IBAN));
  });

  test('what is there to mislead the eye is pointed out', async () => {
    const id = await idOf(request({ args: { to: 'p\u0430ypal\u202e.com', amount: '1' } }));
    const { content } = await admin.json<ApprovalView>(`/api/approvals/${id}`);
    const to = content!.args.find(({ path }) => path === 'to')!;
    assert.equal(to.hides, true);
    assert.deepEqual(
      to.value.filter(({ says }) => says !== null).map(({ text }) => text),
      ['\u0430', '[U+202E]'],
    );
  });

  test('it takes a session, the console’s own header, a known id and something that waits', async () => {
    const id = await idOf(request());
    assert.equal((await createClient(served.url).get('/api/approvals')).status, 401);
    assert.equal((await createClient(served.url).send('POST', `/api/approvals/${id}/approve`, {})).status, 401);
    const forged = await fetch(`${served.url}/api/approvals/${id}/approve`, {
      method: 'POST',
      headers: { cookie: admin.cookie, 'content-type': 'application/json' },
      body: '{}',
    });
    assert.equal(forged.status, 403);
    assert.equal((await queue().find(id))?.state, 'pending');
    assert.equal((await admin.send('POST', '/api/approvals/ap_none/approve', {})).status, 404);
    assert.equal((await admin.send('POST', `/api/approvals/${id}/approve`, { reason: 'x'.repeat(513) })).status, 400);
    assert.equal((await admin.send('POST', `/api/approvals/${id}/deny`, {})).status, 200);
    assert.equal((await admin.send('POST', `/api/approvals/${id}/approve`, {})).status, 404);
  });

  test('two people, and never the one who asks', async () => {
    const asking = request({ tool: 'wire_money' });
    const id = await idOf(asking);
    assert.equal((await admin.send('POST', `/api/approvals/${id}/approve`, {})).status, 200);
    assert.equal((await admin.send('POST', `/api/approvals/${id}/approve`, {})).status, 403);
    assert.equal((await queue().ask(asking)).state, 'pending');
    assert.equal((await carol.send('POST', `/api/approvals/${id}/approve`, {})).status, 200);
    assert.equal((await queue().ask(asking)).state, 'approved');

    const own = await idOf(request({ principal: { id: 'Carol', kind: 'jwt', claims: {} } }));
    const refused = await carol.send('POST', `/api/approvals/${own}/approve`, {});
    assert.equal(refused.status, 403);
    assert.match(await refused.text(), /of their own/);
    const seen = await carol.json<ApprovalView>(`/api/approvals/${own}`);
    assert.match(seen.forbidden!, /of their own/);
  });

  test('the live feed says when something waits', async () => {
    const response = await admin.get('/api/live');
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    const before = queue().waiting;
    await idOf(request());
    let text = '';
    while (!text.includes(`"waiting":${before + 1}`)) {
      const { value, done } = await reader.read();
      assert.ok(!done);
      text += value;
    }
    assert.match(text, /event: approvals/);
    await reader.cancel();
  });

  test('the webhook: Slack’s form, signed, no values, to the operator’s address alone, repeated until it is taken', async () => {
    // What the tests before asked for is on its way; each was told of once.
    await deliveries(asked);
    receiver.got.length = 0;
    receiver.answers = [503, 200];
    const id = await idOf(request());
    const [first, second] = await deliveries(2);
    assert.ok(first !== undefined && second !== undefined);
    assert.equal(first.body, second.body);
    assert.equal(second.headers['x-parapet-delivery'], id);
    const message = JSON.parse(second.body) as {
      text: string;
      blocks: { type: string; elements?: { url?: string }[] }[];
    };
    assert.ok(message.text.endsWith(`https://parapet.example/approvals/${id}`));
    assert.deepEqual(
      message.blocks.map(({ type }) => type),
      ['section', 'section', 'actions', 'context'],
    );
    assert.equal(message.blocks[2]!.elements![0]!.url, `https://parapet.example/approvals/${id}`);
    assert.ok(!second.body.includes(IBAN) && !second.body.includes('950.00') && !second.body.includes('Invoice'));
    const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(second.headers['x-parapet-signature']))!;
    assert.equal(v1, createHmac('sha256', SECRET).update(`${t}.${second.body}`).digest('hex'));

    // A redirect is an answer like any other that is not "taken": it is not followed, nor repeated.
    receiver.got.length = 0;
    receiver.answers = [302];
    await idOf(request());
    await deliveries(1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.deepEqual(
      receiver.got.map(({ path }) => path),
      ['/hook'],
    );
  });
});

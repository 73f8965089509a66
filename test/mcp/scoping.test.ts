import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadMcp } from '../../src/config/load-mcp.ts';
import type { RuleFileInput } from '../../src/flow/rules/rule-file.ts';
import { type Json, saidIn, serverWith, startBench, text, tool } from './hostile-bench.ts';
import { begin, post, startHostileHttp, startServe } from './serve-bench.ts';
import { temporaryFolder } from '../../src/core/testing/temporary-folder.ts';
import { until } from '../../src/core/testing/until.ts';

const ACCOUNT = tool('get_account', {
  inputSchema: {
    type: 'object',
    properties: { customer: { type: 'string' }, tenant: { type: 'string' }, limit: { type: 'integer' } },
    required: ['customer', 'tenant'],
    additionalProperties: false,
  },
});
const LIST = tool('list_orders', { inputSchema: { type: 'object', properties: {} } });
const PAY = tool('send_payment', {
  inputSchema: {
    type: 'object',
    properties: { iban: { type: 'string' }, amount: { type: 'number' } },
    required: ['iban', 'amount'],
  },
});
const SCOPED: RuleFileInput = {
  scope: [
    { tool: 'get_account', bind: { customer: 'customer' }, inject: { tenant: 'realm.tenant' } },
    { tool: 'list_orders', rows: { owner: 'customer', claim: 'customer' } },
  ],
};
const claims = { customer: 'C-1', realm: { tenant: 'north' } };
const calls = (sent: readonly Json[]): readonly Json[] =>
  sent.filter(({ method }) => method === 'tools/call').map(({ params }) => params as Json);

test('bind and inject: whom a call is about is never what a model says', async () => {
  const bench = await startBench(serverWith([ACCOUNT]), { rules: SCOPED, claims });
  assert.equal(saidIn(await bench.call('get_account', { customer: 'C-2', limit: 3 })), 'done');
  assert.equal(saidIn(await bench.call('get_account', {})), 'done');
  assert.deepEqual(
    calls(bench.toServer).map((params) => params['arguments']),
    [
      { customer: 'C-1', limit: 3, tenant: 'north' },
      { customer: 'C-1', tenant: 'north' },
    ],
  );
  const refused = await bench.call('get_account', { tenant: 'south' });
  assert.match(saidIn(refused), /"tenant" is not the model's to give/);
  assert.doesNotMatch(saidIn(refused), /can allow it/, 'there is no line that would open this');
  assert.equal(calls(bench.toServer).length, 2);
  const record = bench.audit.find(({ event }) => event === 'call')!.detail;
  assert.deepEqual(record['written'], ['customer', 'tenant']);
  assert.ok(!JSON.stringify(bench.audit).includes('north'), 'values are not recorded');
});

test('an injected argument is not in the list of tools, for the model; the pin is of the whole definition', async () => {
  const bench = await startBench(serverWith([ACCOUNT]), { rules: SCOPED, claims });
  const { result } = await bench.request('tools/list');
  const [shown] = result!['tools'] as readonly { readonly inputSchema: Json }[];
  assert.deepEqual(Object.keys(shown!.inputSchema['properties'] as Json), ['customer', 'limit']);
  assert.deepEqual(shown!.inputSchema['required'], ['customer']);
  const pinned = bench.pins.read('hostile')!.tools['get_account']!.definition as typeof ACCOUNT;
  assert.deepEqual(pinned['inputSchema'], ACCOUNT['inputSchema']);
});

test('nobody known, or a claim that is missing: the call is denied, whatever the rules of tools say', async () => {
  const settings = { tools: { '*': 'allow' as const } };
  const without = await startBench(serverWith([ACCOUNT]), { rules: SCOPED, settings, claims: { customer: 'C-1' } });
  assert.match(saidIn(await without.call('get_account', {})), /no claim "realm\.tenant"/);
  const observed = await startBench(serverWith([ACCOUNT]), { rules: SCOPED, settings, config: { mode: 'observe' } });
  assert.match(saidIn(await observed.call('get_account', {})), /no claim/);
  assert.equal(calls([...without.toServer, ...observed.toServer]).length, 0);
});

test('rows of others are dropped from data, texts and resources, and what nobody can read is withheld', async () => {
  const rows = [
    { customer: 'C-1', sum: 3 },
    { customer: 'C-2', sum: 4, secret: 'FOREIGN' },
  ];
  let answer: Json = text(JSON.stringify(rows));
  const bench = await startBench(
    serverWith([LIST], () => answer),
    { rules: SCOPED, claims },
  );
  const own = '[{"customer":"C-1","sum":3}]';
  assert.equal(saidIn(await bench.call('list_orders', {})), own);

  answer = { content: [{ type: 'text', text: 'C-2 has FOREIGN' }], structuredContent: { orders: rows } };
  const structured = await bench.call('list_orders', { a: 1 });
  assert.deepEqual(structured['structuredContent'], { orders: [{ customer: 'C-1', sum: 3 }] });
  assert.ok(!JSON.stringify(structured).includes('FOREIGN'));

  answer = {
    content: [
      { type: 'text', text: JSON.stringify(rows), _meta: { also: 'FOREIGN' } },
      { type: 'resource', resource: { uri: 'x://1', text: JSON.stringify(rows), title: 'FOREIGN' } },
    ],
    _meta: { all: rows },
  };
  const several = await bench.call('list_orders', { a: 2 });
  assert.ok(!JSON.stringify(several).includes('FOREIGN'));
  assert.equal((several['content'] as readonly Json[]).length, 2);

  for (const [index, hidden] of [
    text('C-2 owes 4'),
    { content: [{ type: 'image', data: 'AAAA', mimeType: 'image/png' }] },
    { content: [{ type: 'resource_link', uri: 'x://customers/C-2', name: 'FOREIGN' }] },
    { content: [{ type: 'resource', resource: { uri: 'x://1', blob: 'AAAA' } }] },
    { content: 'C-2' },
    text('[{"customer":"C-2","customer":"C-1"}]'),
    text('C-2 is not known', { isError: true }),
  ].entries()) {
    answer = hidden;
    const withheld = await bench.call('list_orders', { b: index });
    assert.match(saidIn(withheld), /Parapet withheld the answer/, JSON.stringify(hidden));
    assert.doesNotMatch(JSON.stringify(withheld), /C-2|FOREIGN/);
  }
  const dropped = bench.audit.filter(({ event }) => event === 'result').map(({ detail }) => detail['dropped']);
  assert.deepEqual(dropped.slice(0, 3), [1, 1, 2]);
});

test("a task's answer keeps the rule of its call, and its handle is good for who was given it", async () => {
  const rows = text(
    JSON.stringify([
      { customer: 'C-2', sum: 4 },
      { customer: 'C-1', sum: 1 },
    ]),
  );
  const server = {
    on: {
      'tools/list': () => ({ tools: [LIST] }),
      'tools/call': () => ({ task: { taskId: 't-1', status: 'working' } }),
      'tasks/result': () => rows,
      'tasks/get': () => ({ taskId: 't-1', status: 'working' }),
      'tasks/cancel': () => ({ taskId: 't-1', status: 'cancelled' }),
      'tasks/list': () => ({ tasks: [{ taskId: 't-1' }, { taskId: 't-2' }] }),
    },
  };
  const ann = await startBench(server, { rules: SCOPED, claims });
  assert.deepEqual(await ann.call('list_orders', {}, { task: {} }), { task: { taskId: 't-1', status: 'working' } });
  assert.equal((await ann.request('tasks/get', { taskId: 't-1' })).result?.['status'], 'working');
  const { result } = await ann.request('tasks/result', { taskId: 't-1' });
  assert.equal(saidIn(result!), '[{"customer":"C-1","sum":1}]');
  assert.deepEqual((await ann.request('tasks/list')).result, { tasks: [{ taskId: 't-1' }] });
  ann.fromServer({ method: 'notifications/tasks/status', params: { taskId: 't-2', status: 'completed' } });
  ann.fromServer({ method: 'notifications/tasks/status', params: { taskId: 't-1', status: 'completed' } });
  assert.deepEqual(
    ann.toClient.filter(({ method }) => method === 'notifications/tasks/status').map(({ params }) => params),
    [{ taskId: 't-1', status: 'completed' }],
  );

  const bob = await startBench(server, { principal: 'bob', rules: SCOPED, claims: { customer: 'C-2' } });
  const before = bob.toServer.length;
  for (const method of ['tasks/get', 'tasks/result', 'tasks/cancel'])
    assert.equal((await bob.request(method, { taskId: 't-1' })).error?.code, -32602, method);
  assert.equal(bob.toServer.length, before, 'and the server is not asked');
  assert.deepEqual((await bob.request('tasks/list')).result, { tasks: [] });
});

test('a task gives its place back once', async () => {
  const server = {
    on: {
      'tools/list': () => ({ tools: [LIST] }),
      'tools/call': ({ task }: Json) =>
        task === undefined ? undefined : { task: { taskId: 't-1', status: 'working' } },
      'tasks/result': () => text('done'),
    },
  };
  const bench = await startBench(server, { config: { limits: { concurrent: 1, timeout: '1m' } } });
  await bench.call('list_orders', {}, { task: {} });
  await bench.request('tasks/result', { taskId: 't-1' });
  const open = bench.call('list_orders', { a: 1 });
  await until(() => bench.toServer.filter(({ method }) => method === 'tools/call').length === 2, 'the second call');
  await bench.request('tasks/result', { taskId: 't-1' });
  assert.match(saidIn(await bench.call('list_orders', { a: 2 })), /open already/);
  bench.notify('notifications/cancelled', { requestId: 'c4' });
  void open;
});

test("the operator's rules decide as they do in the gateway", async () => {
  const rules: RuleFileInput = {
    tools: { frobnicate: { act: 'read' } },
    rules: [
      { id: 'small-sums', tool: 'send_payment', must: { args: { amount: { max: 100 } } } },
      { id: 'own-account', tool: 'send_payment', must: { args: { iban: { subject: 'iban' } } }, otherwise: 'approve' },
      { id: 'notes-are-free', tool: 'add_note', effect: 'allow', overrides: ['licence'] },
    ],
  };
  const note = tool('add_note', { inputSchema: { type: 'object', properties: { body: { type: 'string' } } } });
  const tools = [PAY, note, tool('frobnicate')];
  const bench = await startBench(serverWith(tools), { rules, claims: { iban: 'DE1' } });
  assert.equal(saidIn(await bench.call('frobnicate')), 'done', 'what it does is what the operator says');
  assert.equal(saidIn(await bench.call('add_note', { body: 'x' })), 'done', 'a licence of the operator needs no words');
  // What is said of the tool opens it; what is said of this very call still holds.
  const open = await startBench(serverWith(tools), {
    rules,
    claims: { iban: 'DE1' },
    settings: { tools: { '*': 'allow' } },
  });
  assert.equal(saidIn(await open.call('send_payment', { iban: 'DE1', amount: 50 })), 'done');
  assert.match(saidIn(await open.call('send_payment', { iban: 'DE1', amount: 500 })), /amount/);
  assert.equal(open.audit.findLast(({ event }) => event === 'call')!.detail['rule'], 'small-sums');
  assert.match(saidIn(await open.call('send_payment', { iban: 'DE2', amount: 50 })), /No person could be asked/);
});

test('a value that the scope wrote speaks against nothing, also where rules ask where it came from', async () => {
  const rules: RuleFileInput = {
    scope: [{ tool: 'send_payment', bind: { iban: 'iban' } }],
    rules: [{ id: 'known-iban', tool: 'send_payment', must: { args: { iban: { prov: ['U', 'T'] } } } }],
  };
  const bench = await startBench(serverWith([PAY]), {
    rules,
    claims: { iban: 'DE1' },
    settings: { tools: { '*': 'allow' } },
  });
  assert.equal(saidIn(await bench.call('send_payment', { iban: 'DE9', amount: 5 })), 'done');
  assert.deepEqual(calls(bench.toServer)[0]!['arguments'], { iban: 'DE1', amount: 5 });
  const plain = await startBench(serverWith([PAY]), {
    rules: { rules: rules.rules! },
    settings: { tools: { '*': 'allow' } },
  });
  assert.equal((await plain.call('send_payment', { iban: 'DE9', amount: 5 }))['isError'], true);
});

test('half a character: what has no canonical text is neither pinned nor called', async () => {
  const half = tool('get_half', { description: 'half \ud800' });
  const bench = await startBench(serverWith([half, LIST]));
  assert.deepEqual(await bench.toolNames(), ['list_orders']);
  assert.match(saidIn(await bench.call('list_orders', { q: '\udc00' })), /half a character/);
  assert.equal(calls(bench.toServer).length, 0);
  const other = await startBench({ ...serverWith([LIST]), instructions: 'x \ud800' });
  assert.equal(other.toClient[0]!['result'] !== undefined, true);
  assert.equal((other.toClient[0]!['result'] as Json)['instructions'], undefined);
});

test('over HTTP the scope is that of the token, and a token with other claims is somebody else', async (t) => {
  const { exportJWK, generateKeyPair, SignJWT } = await import('jose');
  const { privateKey, publicKey } = await generateKeyPair('EdDSA');
  const directory = temporaryFolder('parapet-scope');
  const file = join(directory, 'jwks.json');
  writeFileSync(file, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'a', alg: 'EdDSA' }] }));
  const hostile = await startHostileHttp((body) => (body?.['method'] === 'tools/list' ? { tools: [ACCOUNT] } : null));
  const audience = 'https://mcp.corp.example';
  const served = await startServe(
    {
      servers: { bank: { url: hostile.url, private: true } },
      listen: { url: audience, jwt: [{ issuer: 'https://issuer.example', jwks: { file }, audience }] },
    },
    process.env,
    { rules: SCOPED },
  );
  t.after(async () => {
    await served.close();
    hostile.close();
  });
  const token = async (customer: string, jti: string): Promise<Record<string, string>> => ({
    authorization: `Bearer ${await new SignJWT({ customer, realm: { tenant: 'north' }, jti })
      .setProtectedHeader({ alg: 'EdDSA', kid: 'a' })
      .setIssuer('https://issuer.example')
      .setSubject('ann')
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey)}`,
  });
  const at = `${served.bound}/mcp/bank`;
  const session = await begin(at, await token('C-1', '1'));
  const call = { id: 2, method: 'tools/call', params: { name: 'get_account', arguments: { customer: 'C-7' } } };
  const mine = { 'mcp-session-id': session };
  assert.equal((await post(at, call, { ...(await token('C-1', '2')), ...mine })).status, 200, 'a renewed token');
  const sent = hostile.requests.findLast(({ body }) => body?.['method'] === 'tools/call')!.body!['params'] as Json;
  assert.deepEqual(sent['arguments'], { customer: 'C-1', tenant: 'north' });
  assert.equal((await post(at, call, { ...(await token('C-2', '3')), ...mine })).status, 404);
});

test('the file that the gateway reads is the file that the proxy reads', async () => {
  const directory = temporaryFolder('parapet-load');
  writeFileSync(join(directory, 'flow.yaml'), 'rules: [{ id: no-mail, tool: "send_*", effect: deny }]\n');
  const path = join(directory, 'parapet.yaml');
  writeFileSync(path, 'flow: { mode: enforce, rules: flow.yaml }\nmcp: { servers: { a: { command: x } } }\n');
  const { rules } = await loadMcp(path, {});
  assert.deepEqual(
    rules?.rules.map(({ id }) => id),
    ['no-mail'],
  );
  writeFileSync(join(directory, 'flow.yaml'), 'rules: [{ id: no-mail, tool: "send_*", effect: sometimes }]\n');
  await assert.rejects(loadMcp(path, {}), /flow\.yaml:1/);
});

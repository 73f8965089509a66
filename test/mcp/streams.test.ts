import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernStdio } from '@modelcontextprotocol/client/stdio';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CallToolResultSchema, LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import type { Json } from './hostile-bench.ts';
import { begin, type HostileHttp, post, startHostileHttp, startServe } from './serve-bench.ts';
import { temporaryFolder } from '../../src/core/testing/temporary-folder.ts';
import { until } from '../../src/core/testing/until.ts';

const STREAM = { 'content-type': 'text/event-stream' };
const event = (message: Json, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`;
const log = (data: string): Json => ({ method: 'notifications/message', params: { level: 'info', data } });
const done = (id: unknown, said: string): Json => ({ id, result: { content: [{ type: 'text', text: said }] } });

async function proxied(
  t: TestContext,
  answer: Parameters<typeof startHostileHttp>[0],
): Promise<{ readonly at: string; readonly hostile: HostileHttp }> {
  const hostile = await startHostileHttp(answer);
  const served = await startServe({ servers: { notes: { url: hostile.url, private: true } } });
  t.after(async () => {
    await served.close();
    hostile.close();
  });
  return { at: `${served.url}/mcp/notes`, hostile };
}

test('what an HTTP server says unasked reaches the client, also when its stream ends and begins again', async (t) => {
  let streams = 0;
  const { at, hostile } = await proxied(t, (_body, request, response) => {
    if (request.method !== 'GET') return null;
    streams++;
    response.writeHead(200, STREAM);
    if (streams === 1) response.end(`retry: 1\nid: s1\n\n${event(log('first\u202e'), 's2')}`);
    else response.write(event(log(`after ${String(request.headers['last-event-id'])}`), 's3'));
    return 'handled';
  });
  const client = new Client({ name: 'test', version: '1' });
  const logs: unknown[] = [];
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void logs.push(params.data));
  await client.connect(new StreamableHTTPClientTransport(new URL(at)));
  t.after(() => client.close());
  await until(() => logs.length === 2, 'both');
  assert.deepEqual(logs, ['first', 'after s2'], 'cleaned, and gone on with where it ended');
  const { headers } = hostile.requests.findLast(({ method }) => method === 'GET')!;
  assert.equal(headers['mcp-session-id'], 'upstream-session');
  assert.equal(headers.authorization, undefined);
});

test('an HTTP server that has no such stream is not asked again', async (t) => {
  const { at, hostile } = await proxied(t, () => null);
  const session = await begin(at);
  const stream = await fetch(at, { headers: { accept: 'text/event-stream', 'mcp-session-id': session } });
  assert.equal(stream.status, 200);
  await until(() => hostile.requests.some(({ method }) => method === 'GET'), 'the stream');
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(hostile.requests.filter(({ method }) => method === 'GET').length, 1);
  await stream.body?.cancel();
});

test('an answer that comes over several streams is one answer', async (t) => {
  let asked: Json = {};
  const { at, hostile } = await proxied(t, (body, request, response) => {
    if (request.method === 'GET') {
      const last = request.headers['last-event-id'];
      response.writeHead(200, STREAM);
      if (last === 'a1') response.end(event(log('going on'), 'a2'));
      else if (last === 'a2') response.end(event(done(asked['id'], 'at last'), 'a3'));
      else response.end();
      return 'handled';
    }
    if (body?.['method'] !== 'tools/call') return null;
    asked = body;
    response.writeHead(200, STREAM);
    // The stream says where it is and ends; MCP 2025-11-25 has servers do so when a call takes long.
    response.end('id: a1\nretry: 1\ndata:\n\n');
    return 'handled';
  });
  const session = await begin(at);
  const call = { id: 1, method: 'tools/call', params: { name: 'get_note', arguments: {} } };
  const answer = await fetch(at, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-session-id': session,
    },
    body: JSON.stringify({ jsonrpc: '2.0', ...call }),
  });
  const text = await answer.text();
  assert.match(text, /going on[\s\S]*at last/);
  const resumed = hostile.requests
    .filter(({ method }) => method === 'GET')
    .map(({ headers }) => headers['last-event-id']);
  assert.deepEqual(resumed, ['a1', 'a2']);
});

test('a stream that never goes on, and one that does not say where it is, are reported and left', async (t) => {
  const { at, hostile } = await proxied(t, (body, request, response) => {
    const name = (body?.['params'] as Json | undefined)?.['name'];
    if (request.method === 'GET') return end(response, 'retry: 1\n\n');
    if (body?.['method'] !== 'tools/call') return tools(body);
    return end(response, name === 'get_note' ? 'id: x\nretry: 1\n\n' : event(log('bye')));
  });
  function end(response: ServerResponse, text: string): 'handled' {
    response.writeHead(200, STREAM).end(text);
    return 'handled';
  }
  function tools(body: Json | null): Json | null {
    const inputSchema = { type: 'object' };
    const names = ['get_note', 'get_page'].map((name) => ({ name, inputSchema }));
    return body?.['method'] === 'tools/list' ? { tools: names } : null;
  }
  const session = await begin(at);
  for (const name of ['get_page', 'get_note']) {
    const call = { id: name, method: 'tools/call', params: { name, arguments: {} } };
    const answer = await post(at, call, { 'mcp-session-id': session, accept: 'application/json' });
    assert.match(answer.body?.error?.message ?? '', /ended the stream without an answer/, name);
  }
  assert.ok(hostile.requests.filter(({ method }) => method === 'GET').length <= 5);
});

const MODERN_SERVER = [join(import.meta.dirname, 'modern-stdio.ts')];

function modernClient(): { readonly client: ModernClient; asked: () => number; changed: () => number } {
  const client = new ModernClient(
    { name: 'test', version: '1' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } }, capabilities: { elicitation: { form: {} } } },
  );
  let asked = 0;
  let changed = 0;
  client.setRequestHandler('elicitation/create', () => {
    asked++;
    return { action: 'accept' as const, content: { allow: true } };
  });
  client.setNotificationHandler('notifications/tools/list_changed', () => void changed++);
  return { client, asked: () => asked, changed: () => changed };
}

for (const way of ['stdio', 'http'] as const) {
  test(`2026-07-28 to a server over stdio, client over ${way}: calls, consent, subscriptions/listen`, async (t) => {
    const { client, asked, changed } = modernClient();
    if (way === 'stdio') {
      const main = join(import.meta.dirname, '../../src/main.ts');
      const args = [main, 'mcp', 'wrap', '--state', temporaryFolder('parapet-modern'), '--name', 'modern'];
      const command = [...args, '--', process.execPath, ...MODERN_SERVER];
      await client.connect(new ModernStdio({ command: process.execPath, args: command, stderr: 'ignore' }));
    } else {
      const servers = { modern: { command: process.execPath, args: MODERN_SERVER } };
      const served = await startServe({ servers });
      t.after(() => served.close());
      await client.connect(new ModernTransport(new URL(`${served.url}/mcp/modern`)));
    }
    t.after(() => client.close());
    assert.equal(client.getProtocolEra(), 'modern');
    const { tools } = await client.listTools();
    assert.deepEqual(tools.map(({ name }) => name).toSorted(), ['get_news', 'get_time', 'send_mail']);
    assert.match(JSON.stringify((await client.callTool({ name: 'get_time', arguments: {} })).content), /ten/);
    assert.match(JSON.stringify((await client.callTool({ name: 'send_mail', arguments: {} })).content), /sent/);
    assert.equal(asked(), 1);
    await client.listResources();
    assert.match(JSON.stringify(await client.readResource({ uri: 'note://1' })), /at ten/);

    const subscription = await client.listen({ toolsListChanged: true });
    assert.equal(subscription.honoredFilter.toolsListChanged, true);
    await client.callTool({ name: 'get_news', arguments: {} });
    await until(() => changed() > 0, 'the change');
    await subscription.close();
  });
}

test('tasks of the official server: made, followed and fetched through the proxy', async (t) => {
  const root = join(import.meta.dirname, '../..');
  const everything = [join(root, 'node_modules/@modelcontextprotocol/server-everything/dist/index.js'), 'stdio'];
  const served = await startServe({
    servers: { everything: { command: process.execPath, args: everything, tools: { '*': 'allow' } } },
  });
  t.after(() => served.close());
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${served.url}/mcp/everything`)));
  t.after(() => client.close());
  await client.listTools();
  const seen: string[] = [];
  let task = '';
  const call = { name: 'simulate-research-query', arguments: { topic: 'tea' } };
  for await (const message of client.experimental.tasks.callToolStream(call, CallToolResultSchema, {
    task: { ttl: 60_000 },
  })) {
    seen.push(message.type);
    if (message.type === 'taskCreated') task = message.task.taskId;
    if (message.type === 'error') assert.fail(message.error.message);
    if (message.type === 'result') assert.match(JSON.stringify(message.result), /tea/);
  }
  assert.equal(seen[0], 'taskCreated');
  assert.equal(seen.at(-1), 'result');
  assert.equal((await client.experimental.tasks.getTask(task)).status, 'completed');
  assert.ok((await client.experimental.tasks.listTasks()).tasks.some(({ taskId }) => taskId === task));
  await assert.rejects(client.experimental.tasks.getTask('somebody-elses'), /no such task/);
});

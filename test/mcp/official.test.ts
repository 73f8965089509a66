import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { startHostileHttp, startServe } from './serve-bench.ts';
import { temporaryFolder } from '../../src/core/testing/temporary-folder.ts';
import { until } from '../../src/core/testing/until.ts';

/** The official SDK's clients and the reference servers, with the proxy between them and without it. */
const root = join(import.meta.dirname, '../..');
const files = temporaryFolder('parapet-files');
writeFileSync(join(files, 'note.txt'), 'The meeting is at ten.');
const state = temporaryFolder('parapet-state');

const SERVERS = {
  everything: [join(root, 'node_modules/@modelcontextprotocol/server-everything/dist/index.js'), 'stdio'],
  filesystem: [join(root, 'node_modules/@modelcontextprotocol/server-filesystem/dist/index.js'), files],
  memory: [join(root, 'node_modules/@modelcontextprotocol/server-memory/dist/index.js')],
} as const;
type Name = keyof typeof SERVERS;

const config = join(state, 'parapet.yaml');
writeFileSync(
  config,
  JSON.stringify({
    mcp: {
      servers: Object.fromEntries(
        Object.entries(SERVERS).map(([name, args]) => [
          name,
          {
            command: process.execPath,
            args,
            sampling: true,
            env: { MEMORY_FILE_PATH: join(state, 'memory.json') },
            tools: { '*': 'allow' },
          },
        ]),
      ),
    },
  }),
);

interface Seen {
  readonly client: Client;
  readonly logs: unknown[];
  close(): Promise<void>;
}

function newClient(): { readonly client: Client; readonly logs: unknown[] } {
  const client = new Client(
    { name: 'test', version: '1' },
    { capabilities: { elicitation: {}, sampling: {}, roots: {} } },
  );
  const logs: unknown[] = [];
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: `file://${files}`, name: 'files' }] }));
  client.setRequestHandler(CreateMessageRequestSchema, () => ({
    model: 'm',
    role: 'assistant' as const,
    content: { type: 'text' as const, text: 'sampled' },
  }));
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept' as const, content: { name: 'Ann' } }));
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void logs.push(params.data));
  return { client, logs };
}

async function overStdio(name: Name, wrapped: boolean): Promise<Seen> {
  const args = wrapped
    ? [join(root, 'src/main.ts'), 'mcp', 'wrap', '--config', config, '--name', name]
    : [...SERVERS[name]];
  const env = { ...(process.env as Record<string, string>), MEMORY_FILE_PATH: join(state, 'memory.json') };
  const { client, logs } = newClient();
  await client.connect(new StdioClientTransport({ command: process.execPath, args, env, stderr: 'ignore' }));
  return { client, logs, close: () => client.close() };
}

const served = startServe(
  {
    servers: Object.fromEntries(
      Object.entries(SERVERS).map(([name, args]) => [
        name,
        {
          command: process.execPath,
          args: [...args],
          sampling: true,
          tools: { '*': 'allow' as const },
          env: { MEMORY_FILE_PATH: join(state, 'memory2.json') },
        },
      ]),
    ),
  },
  process.env,
);
after(async () => (await served).close());

async function overHttp(name: Name): Promise<Seen> {
  const { client, logs } = newClient();
  await client.connect(new StreamableHTTPClientTransport(new URL(`${(await served).url}/mcp/${name}`)));
  return { client, logs, close: () => client.close() };
}

const WAYS: Readonly<Record<string, (name: Name) => Promise<Seen>>> = {
  stdio: (name) => overStdio(name, true),
  http: overHttp,
};

for (const [way, connect] of Object.entries(WAYS)) {
  test(`everything, ${way}: what the proxy passes on is what the server says`, async (t) => {
    const direct = await overStdio('everything', false);
    const through = await connect('everything');
    t.after(async () => {
      await direct.close();
      await through.close();
    });
    const both = async <T>(ask: (client: Client) => Promise<T>): Promise<T> => {
      const [plain, passed] = [await ask(direct.client), await ask(through.client)];
      assert.deepEqual(passed, plain);
      return passed;
    };
    // The server adds a tool once it knows the client's roots.
    for (const { client } of [direct, through])
      await until(async () => (await client.listTools()).tools.some(({ name }) => name === 'get-roots-list'), 'roots');
    assert.deepEqual(through.client.getServerVersion(), direct.client.getServerVersion());
    assert.equal(through.client.getInstructions(), direct.client.getInstructions());
    const { tools } = await both((client) => client.listTools());
    assert.ok(tools.length > 10);
    await both((client) => client.listPrompts());
    await both((client) => client.listResourceTemplates());
    assert.ok((await both((client) => client.listResources())).resources.length > 0);
    await both((client) => client.getPrompt({ name: 'simple-prompt' }));
    await both((client) => client.callTool({ name: 'echo', arguments: { message: 'Zoë 👩‍👩‍👧' } }));
    await both((client) => client.callTool({ name: 'get-sum', arguments: { a: 2, b: 3 } }));
    await both((client) => client.callTool({ name: 'get-tiny-image', arguments: {} }));
    await both((client) => client.callTool({ name: 'get-annotated-message', arguments: { messageType: 'success' } }));
    await both((client) => client.callTool({ name: 'get-resource-links', arguments: { count: 2 } }));
    const weather = await both((client) =>
      client.callTool({ name: 'get-structured-content', arguments: { location: 'New York' } }),
    );
    assert.ok(weather.structuredContent);
    const completed = await both((client) =>
      client.complete({
        ref: { type: 'ref/prompt', name: 'completable-prompt' },
        argument: { name: 'department', value: 'E' },
      }),
    );
    assert.ok(completed.completion.values.length > 0);
    await through.client.setLoggingLevel('debug');

    const progress: unknown[] = [];
    await through.client.callTool(
      { name: 'trigger-long-running-operation', arguments: { duration: 0.6, steps: 3 } },
      undefined,
      { onprogress: (one) => void progress.push(one.progress) },
    );
    // The SDK drops a progress that arrives in one read with the answer, with or without the proxy.
    assert.deepEqual(progress.slice(0, 2), [1, 2]);

    const controller = new AbortController();
    const long = through.client.callTool(
      { name: 'trigger-long-running-operation', arguments: { duration: 30, steps: 3 } },
      undefined,
      { signal: controller.signal },
    );
    setTimeout(() => controller.abort('enough'), 100);
    await assert.rejects(long);

    const elicited = await through.client.callTool({ name: 'trigger-elicitation-request', arguments: {} });
    assert.match(JSON.stringify(elicited.content), /Ann/);
    const sampled = await through.client.callTool({
      name: 'trigger-sampling-request',
      arguments: { prompt: 'hi', maxTokens: 10 },
    });
    assert.match(JSON.stringify(sampled.content), /sampled/);
    assert.match(
      JSON.stringify((await through.client.callTool({ name: 'get-roots-list', arguments: {} })).content),
      /parapet-files-/,
    );
    await through.client.callTool({ name: 'toggle-simulated-logging', arguments: {} });
    await until(() => through.logs.length > 0, 'a log');
  });

  test(`filesystem and memory, ${way}`, async () => {
    const system = await connect('filesystem');
    const path = join(files, `made-${way}.txt`);
    assert.match(
      JSON.stringify(
        await system.client.callTool({ name: 'read_text_file', arguments: { path: join(files, 'note.txt') } }),
      ),
      /at ten/,
    );
    await system.client.callTool({ name: 'write_file', arguments: { path, content: 'hello' } });
    assert.match(
      JSON.stringify(await system.client.callTool({ name: 'list_directory', arguments: { path: files } })),
      new RegExp(`made-${way}`),
    );
    await system.close();
    const memory = await connect('memory');
    const entities = [{ name: `Ann-${way}`, entityType: 'person', observations: ['likes tea'] }];
    await memory.client.callTool({ name: 'create_entities', arguments: { entities } });
    const found = await memory.client.callTool({ name: 'search_nodes', arguments: { query: 'tea' } });
    assert.match(JSON.stringify(found.structuredContent), new RegExp(`Ann-${way}`));
    await memory.close();
  });
}

test('2026-07-28: the official client of the new revision, through the proxy, to the official server', async () => {
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'modern', version: '1' }, { capabilities: { tools: {} } });
    server.registerTool('get_time', { description: 'Gets the time.' }, () => ({
      content: [{ type: 'text' as const, text: 'ten' }],
    }));
    server.registerTool('send_mail', { description: 'Sends a mail.' }, () => ({
      content: [{ type: 'text' as const, text: 'sent' }],
    }));
    return server;
  });
  const upstream = await startHostileHttp((body, request, response) => {
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers))
      if (typeof value === 'string') headers.set(name, value);
    const bodyText = body === null ? null : JSON.stringify(body);
    headers.delete('content-length');
    const web = new Request('http://127.0.0.1/mcp', { method: request.method ?? 'POST', headers, body: bodyText });
    void handler.fetch(web).then(async (answer) => {
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(await answer.text());
    });
    return 'handled';
  });
  const proxy = await startServe({ servers: { modern: { url: upstream.url, private: true } } });
  const client = new ModernClient(
    { name: 'test', version: '1' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } }, capabilities: { elicitation: { form: {} } } },
  );
  let asked = 0;
  client.setRequestHandler('elicitation/create', () => {
    asked++;
    return { action: 'accept' as const, content: { allow: true } };
  });
  await client.connect(new ModernTransport(new URL(`${proxy.url}/mcp/modern`)));
  assert.equal(client.getProtocolEra(), 'modern');
  assert.deepEqual((await client.listTools()).tools.map(({ name }) => name).toSorted(), ['get_time', 'send_mail']);
  assert.match(JSON.stringify((await client.callTool({ name: 'get_time', arguments: {} })).content), /ten/);
  assert.equal(asked, 0);
  assert.match(JSON.stringify((await client.callTool({ name: 'send_mail', arguments: {} })).content), /sent/);
  assert.equal(asked, 1, 'the person was asked, by input_required');
  await client.close();
  await proxy.close();
  upstream.close();
});

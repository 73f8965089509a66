import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ApprovalQueue } from '../../src/approvals/approval-queue.ts';
import { loadSecretFile } from '../../src/access/secret-file.ts';
import { approvals } from '../../src/config/approvals-schema.ts';
import { openStore } from '../../src/store/open-store.ts';
import { browse, startAuthorizationServer, startProtectedServer } from './authorization-bench.ts';
import { temporaryFolder } from '../../src/core/testing/temporary-folder.ts';

const main = join(import.meta.dirname, '../../src/main.ts');
const memory = join(import.meta.dirname, '../../node_modules/@modelcontextprotocol/server-memory/dist/index.js');

test('mcp wrap with a configuration: its rules, its scopes and the queue of its gateway', async (t) => {
  const directory = temporaryFolder('parapet-command');
  writeFileSync(
    join(directory, 'flow.yaml'),
    'rules: [{ id: no-searching, tool: "search_*", effect: deny, reason: Never. }]\n',
  );
  const config = join(directory, 'parapet.yaml');
  const servers = {
    memory: { command: process.execPath, args: [memory], env: { MEMORY_FILE_PATH: join(directory, 'm.json') } },
  };
  writeFileSync(
    config,
    JSON.stringify({
      state: 'state',
      flow: { rules: 'flow.yaml' },
      mcp: { servers, approval: 'queue', local: { id: 'ann' } },
    }),
  );
  const client = new Client({ name: 'test', version: '1' });
  const args = [main, 'mcp', 'wrap', '--config', config, '--name', 'memory'];
  await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: 'ignore' }));
  t.after(() => client.close());
  const said = (result: Awaited<ReturnType<typeof client.callTool>>): string => JSON.stringify(result.content);
  const denied = await client.callTool({ name: 'search_nodes', arguments: { query: 'Ann' } });
  assert.match(said(denied), /Never\./);

  const entities = [{ name: 'Ann', entityType: 'person', observations: [] }];
  const answer = client.callTool({ name: 'create_entities', arguments: { entities } });
  const state = join(directory, 'state');
  const store = await openStore(`sqlite:${join(state, 'parapet.db')}`);
  t.after(() => store.close());
  const console = new ApprovalQueue({
    table: store.approvals,
    key: await loadSecretFile(state, { name: 'vault-key', title: 'x', loss: '' }),
    clock: Date.now,
    settings: () => approvals.parse({}),
    prefixes: () => [],
    console: () => '',
    record: () => Promise.resolve(),
    notify: () => {},
    onError: () => {},
  });
  let row = null;
  while (row === null) {
    row = (await console.list()).find((one) => one.state === 'pending') ?? null;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.deepEqual([row.tool, row.principal], ['create_entities', 'ann']);
  assert.deepEqual(console.contentOf(row)!.args, { entities });
  await console.decide(row.id, 'carol', 'approve', null);
  assert.match(said(await answer), /Ann/);
});

test('mcp login: signs in, says for what, signs out; pin then reaches the server', async (t) => {
  const issuer = await startAuthorizationServer();
  const server = await startProtectedServer(issuer);
  t.after(() => {
    issuer.close();
    server.close();
  });
  const directory = temporaryFolder('parapet-login');
  const config = join(directory, 'parapet.yaml');
  const oauth = { grant: 'authorization-code', issuer: issuer.url, private: true, scopes: ['notes:read'] };
  const servers = { notes: { url: server.url, private: true, oauth } };
  writeFileSync(config, JSON.stringify({ mcp: { servers } }));
  const run = (args: readonly string[], onLine: (line: string) => void = () => {}) =>
    new Promise<{ readonly code: number | null; readonly out: string }>((resolve) => {
      const child = spawn(process.execPath, [main, 'mcp', ...args, '--config', config], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let out = '';
      const add = (chunk: Buffer): void => {
        out += chunk.toString();
        for (const line of chunk.toString().split('\n')) onLine(line);
      };
      child.stdout.on('data', add);
      child.stderr.on('data', add);
      child.on('close', (code) => resolve({ code, out }));
    });
  const before = await run(['pin', '--name', 'notes']);
  assert.notEqual(before.code, 0);
  assert.match(before.out, /Nobody has signed in for "anonymous".*parapet mcp login notes/s);
  const login = await run(['login', 'notes'], (line) => {
    if (line.startsWith(issuer.url)) void browse(line);
  });
  assert.equal(login.code, 0, login.out);
  assert.match(login.out, /notes: signed in \(anonymous\), for notes:read/);
  assert.doesNotMatch(login.out, /eyJ/, 'no token is shown');
  const pinned = await run(['pin', '--name', 'notes']);
  assert.match(pinned.out, /notes: 1 tools shown, 0 held/);
  assert.match((await run(['login', 'notes', '--forget'])).out, /signed out \(anonymous\)/);
});

import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { RemoteClient } from '../../src/cli/remote/http-client.ts';
import { listRemoteFiles } from '../../src/cli/remote/list-remote-files.ts';

const servers: Server[] = [];
after(() => servers.forEach((server) => server.close()));

/** The files of the repository `a/b` of a hub that answers like that. */
async function list(answer: RequestListener): Promise<readonly string[]> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const client = new RemoteClient({ allowPrivate: true, signal: new AbortController().signal });
  try {
    const { port } = server.address() as AddressInfo;
    const files = await listRemoteFiles(client, new URL(`http://127.0.0.1:${port}/a/b`));
    return files.map(({ url }) => url.pathname);
  } finally {
    await client.close();
  }
}

const file = (path: string): object => ({ type: 'file', path });
const json =
  (value: unknown, headers: Readonly<Record<string, string>> = {}): RequestListener =>
  (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(value));
  };
const status =
  (code: number): RequestListener =>
  (_, response) => {
    response.writeHead(code);
    response.end();
  };

test('a listing is whole or an error', async () => {
  assert.deepEqual(await list(json([file('x.bin'), { type: 'directory', path: 'y' }])), ['/a/b/resolve/main/x.bin']);
  const next = { link: '</api/models/a/b/tree/main?recursive=true&cursor=1>; rel="next"' };
  await assert.rejects(list(json([file('x.bin')], next)), /more than 100 pages/);
  const elsewhere = { link: '<http://127.0.0.2:1/more>; rel="next"' };
  await assert.rejects(list(json([file('x.bin')], elsewhere)), /goes on at another host/);
  for (const path of ['../x.bin', 'y/../../x.bin', 'x'.repeat(1001)])
    await assert.rejects(list(json([file('x.bin'), file(path)])), /names one that cannot be asked for/);
});

test('a hub that refuses to list is no file, and no hub is one', async () => {
  for (const code of [401, 403, 429, 503]) await assert.rejects(list(status(code)), /refused with status/);
  assert.deepEqual(await list(status(404)), ['/a/b']);
});

/**
 * A pass-through that looks at nothing, on `node:http` and an undici `Pool`, in two forms:
 * `pipe` is the ordinary one (`pool.request`, bodies piped); `dispatch` is the least that can be done on this runtime
 * (whole request body, undici's dispatch handler writing straight to the answer).
 * Takes the upstream's port and the form, prints its own port.
 */
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { Pool } from 'undici';

const [, , upstreamPort, form] = process.argv;
const pool = new Pool(`http://127.0.0.1:${upstreamPort}`, { connections: 256, pipelining: 1 });

async function pipe(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { headers, statusCode, body } = await pool.request({
    method: 'POST',
    path: request.url!,
    headers: { 'content-type': request.headers['content-type'] ?? 'application/json' },
    body: request,
  });
  response.writeHead(statusCode, headers);
  pipeline(body, response, () => {});
}

function dispatch(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    pool.dispatch(
      {
        method: 'POST',
        path: request.url!,
        headers: { 'content-type': 'application/json' },
        body: Buffer.concat(chunks),
      },
      {
        onRequestStart() {},
        onResponseStart(_controller, status, headers) {
          response.writeHead(status, headers as Record<string, string>);
        },
        onResponseData(_controller, chunk) {
          response.write(chunk);
        },
        onResponseEnd() {
          response.end();
        },
        onResponseError() {
          response.destroy();
        },
      },
    );
  });
}

const server = createServer((request, response) => {
  if (form === 'dispatch') dispatch(request, response);
  else pipe(request, response).catch(() => response.destroy());
});
server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', 4096, () => console.log((server.address() as AddressInfo).port));

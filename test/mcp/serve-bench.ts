import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { z } from 'zod';
import { mcp } from '../../src/config/mcp-schema.ts';
import { openAuditFile } from '../../src/mcp/audit-trail.ts';
import { PinStore } from '../../src/mcp/pins.ts';
import { serveMcp } from '../../src/mcp/serve.ts';
import type { RuleFileInput } from '../../src/flow/rules/rule-file.ts';
import type { People } from '../../src/mcp/open-people.ts';
import { type Json, rulesOf } from './hostile-bench.ts';
import { temporaryFolder } from '../../src/core/testing/temporary-folder.ts';

export interface Served {
  readonly url: string;
  readonly bound: string;
  readonly pins: PinStore;
  readonly notes: string[];
  audit(): readonly Json[];
  close(): Promise<void>;
}

export async function startServe(
  config: z.input<typeof mcp>,
  env: Readonly<Record<string, string | undefined>> = process.env,
  more: { readonly rules?: RuleFileInput; readonly people?: People; readonly state?: string } = {},
): Promise<Served> {
  const directory = temporaryFolder('parapet-serve');
  const notes: string[] = [];
  const pins = new PinStore(join(directory, 'pins'));
  const serving = await serveMcp({
    config: mcp.parse({ ...config, listen: { port: 0, ...config.listen } }),
    pins,
    rules: more.rules === undefined ? null : rulesOf(more.rules),
    people: more.people ?? null,
    audit: openAuditFile(join(directory, 'calls'), Date.now),
    clock: Date.now,
    directory: process.cwd(),
    state: more.state ?? directory,
    env,
    note: (line) => notes.push(line),
  });
  return {
    ...serving,
    pins,
    notes,
    audit: () =>
      readdirSync(join(directory, 'calls')).flatMap((file) =>
        readFileSync(join(directory, 'calls', file), 'utf8')
          .trim()
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as Json),
      ),
  };
}

export interface HostileHttp {
  readonly url: string;
  readonly requests: {
    readonly method: string;
    readonly headers: IncomingMessage['headers'];
    readonly body: Json | null;
  }[];
  close(): void;
}

/** An MCP server over HTTP that answers as it likes. @param answer null: the default of a plain server. */
export async function startHostileHttp(
  answer: (body: Json | null, request: IncomingMessage, response: ServerResponse) => Json | null | 'handled',
): Promise<HostileHttp> {
  const requests: HostileHttp['requests'] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const body = text === '' ? null : (JSON.parse(text) as Json);
      requests.push({ method: request.method ?? '', headers: request.headers, body });
      const result = answer(body, request, response);
      if (result === 'handled') return;
      if (body === null || body['id'] === undefined) {
        response.writeHead(request.method === 'GET' ? 405 : 202).end();
        return;
      }
      const plain: Json =
        body['method'] === 'initialize'
          ? { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'http', version: '1' } }
          : body['method'] === 'tools/list'
            ? { tools: [{ name: 'get_note', inputSchema: { type: 'object' } }] }
            : { content: [{ type: 'text', text: 'done' }] };
      response.setHeader('content-type', 'application/json');
      if (body['method'] === 'initialize') response.setHeader('mcp-session-id', 'upstream-session');
      response.end(JSON.stringify({ jsonrpc: '2.0', id: body['id'], result: result ?? plain }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    requests,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly result?: Json;
    readonly error?: { readonly code: number; readonly message: string };
  } | null;
}

export async function post(
  url: string,
  message: Json,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', ...message }),
  });
  const text = await response.text();
  const data =
    response.headers.get('content-type') === 'text/event-stream' ? (/data: (.*)\n\n$/.exec(text)?.[1] ?? 'null') : text;
  return {
    status: response.status,
    headers: response.headers,
    body: data === '' ? null : (JSON.parse(data) as Answered['body']),
  };
}

/** Begins a session. @returns its id. */
export async function begin(url: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
  const { headers: answered } = await post(url, { id: 'i', method: 'initialize', params }, headers);
  return answered.get('mcp-session-id') ?? '';
}

import { join } from 'node:path';
import type { z } from 'zod';
import { mcp } from '../../src/config/mcp-schema.ts';
import { compileRules, type FlowRules } from '../../src/flow/rules/compile-rules.ts';
import { type RuleFileInput, ruleFileSchema } from '../../src/flow/rules/rule-file.ts';
import type { AuditEntry } from '../../src/mcp/audit-trail.ts';
import type { CallTokens } from '../../src/mcp/call-tokens.ts';
import { launchOf } from '../../src/mcp/launch.ts';
import type { People } from '../../src/mcp/open-people.ts';
import { PinStore } from '../../src/mcp/pins.ts';
import { createPrincipalState } from '../../src/mcp/principal-state.ts';
import { RequestStates } from '../../src/mcp/request-state.ts';
import type { PrincipalState } from '../../src/mcp/session-parts.ts';
import { Session } from '../../src/mcp/session.ts';
import { temporaryFolder } from '../../src/core/testing/temporary-folder.ts';

export type Json = Readonly<Record<string, unknown>>;
type ServerInput = z.input<typeof mcp>['servers'] extends Record<string, infer S> | undefined ? S : never;

/** A server as a script: what it answers to each method. `say` sends whatever it likes, whenever it likes. */
export interface HostileServer {
  readonly on: Readonly<Record<string, (params: Json, say: (message: Json) => void) => Json | Error | undefined>>;
  /** How it calls itself. */
  readonly name?: string;
  readonly instructions?: string;
}

export interface BenchOptions {
  readonly name?: string;
  readonly settings?: Partial<ServerInput>;
  readonly config?: Omit<z.input<typeof mcp>, 'servers'>;
  readonly capabilities?: Json;
  /** Pins that an earlier session left. */
  readonly pins?: PinStore;
  readonly principal?: string;
  /** Verified claims of the principal. */
  readonly claims?: Json;
  /** A principal that has other sessions as well. */
  readonly state?: PrincipalState;
  /** The operator's file. */
  readonly rules?: RuleFileInput;
  readonly people?: People;
  readonly callTokens?: CallTokens;
  readonly states?: RequestStates;
  readonly clock?: () => number;
  /** What the person says who is asked. */
  readonly person?: (params: Json) => Json | null;
  /** The record cannot be written. */
  readonly auditFails?: boolean;
}

export function emptyPins(): PinStore {
  return new PinStore(join(temporaryFolder('parapet-mcp'), 'pins'));
}

export function rulesOf(file: RuleFileInput): FlowRules {
  const compiled = compileRules(ruleFileSchema.parse(file));
  if (!('rules' in compiled)) throw new Error(JSON.stringify(compiled));
  return compiled;
}

export function tool(name: string, more: Json = {}): Json {
  return {
    name,
    description: `Does ${name.replaceAll('_', ' ')}.`,
    inputSchema: { type: 'object', properties: {} },
    ...more,
  };
}

/** Tools, and what calling one answers. */
export function serverWith(tools: readonly Json[], call: (params: Json) => Json = () => text('done')): HostileServer {
  return { on: { 'tools/list': () => ({ tools }), 'tools/call': call } };
}

export function text(said: string, more: Json = {}): Json {
  return { content: [{ type: 'text', text: said }], ...more };
}

export interface Bench {
  request(
    method: string,
    params?: Json,
  ): Promise<{ readonly result?: Json; readonly error?: { readonly code: number; readonly message: string } }>;
  call(name: string, args?: Json, more?: Json): Promise<Json>;
  toolNames(): Promise<readonly string[]>;
  notify(method: string, params?: Json): void;
  /** What the server says unasked. */
  fromServer(message: Json): void;
  readonly toServer: Json[];
  /** Both ways, as the bytes that went. */
  readonly lines: string[];
  readonly toClient: Json[];
  readonly audit: AuditEntry[];
  readonly notes: string[];
  readonly pins: PinStore;
  readonly session: Session<never>;
}

/** A client and a hostile server with a session between them, in one process; greeted already. */
export async function startBench(server: HostileServer, options: BenchOptions = {}): Promise<Bench> {
  const name = options.name ?? 'hostile';
  const config = mcp.parse({ ...options.config, servers: { [name]: { command: 'hostile', ...options.settings } } });
  const settings = config.servers[name]!;
  const pins = options.pins ?? emptyPins();
  const clock = options.clock ?? Date.now;
  const rules = options.rules === undefined ? null : rulesOf(options.rules);
  const toServer: Json[] = [];
  const lines: string[] = [];
  const toClient: Json[] = [];
  const audit: AuditEntry[] = [];
  const notes: string[] = [];
  const waiting = new Map<string, (message: never) => void>();
  const say = (message: Json): void =>
    queueMicrotask(() => session.fromServer(JSON.stringify({ jsonrpc: '2.0', ...message }), null));
  const session: Session<never> = new Session<never>({
    id: 's',
    server: name,
    settings,
    config,
    launch: launchOf(settings),
    pins,
    rules,
    people: options.people ?? null,
    callTokens: options.callTokens ?? null,
    principal:
      options.state ??
      createPrincipalState(
        options.principal ?? 'ann',
        { id: options.principal ?? 'ann', kind: 'jwt', claims: options.claims ?? {} },
        { config, rules, clock },
      ),
    audit: {
      record(entry) {
        if (options.auditFails === true && entry.event === 'call') throw new Error('disk full');
        audit.push(entry);
      },
      close: () => Promise.resolve(),
    },
    states: options.states ?? new RequestStates(clock),
    clock,
    note: (line) => notes.push(line),
    wires: {
      toClient(line) {
        lines.push(line);
        const message = JSON.parse(line) as Json & { readonly id?: string; readonly method?: string };
        toClient.push(message);
        if (message.method === undefined) waiting.get(String(message.id))?.(message as never);
        else if (message.id !== undefined && options.person !== undefined) {
          const result = options.person(message['params'] as Json);
          if (result !== null)
            queueMicrotask(() => session.fromClient(JSON.stringify({ jsonrpc: '2.0', id: message.id, result }), null));
        }
      },
      toServer(line) {
        lines.push(line);
        const message = JSON.parse(line) as Json & { readonly id?: string | number; readonly method?: string };
        toServer.push(message);
        if (message.method === undefined || message.id === undefined) return;
        const handler = server.on[message.method];
        const answer = handler?.((message['params'] ?? {}) as Json, say);
        if (handler !== undefined && answer === undefined) return; // It says nothing.
        if (answer instanceof Error) say({ id: message.id, error: { code: -32000, message: answer.message } });
        else if (answer !== undefined) say({ id: message.id, result: answer });
        else if (message.method === 'initialize')
          say({
            id: message.id,
            result: {
              protocolVersion: '2025-11-25',
              capabilities: { tools: {} },
              serverInfo: { name: server.name ?? 'hostile', version: '1' },
              ...(server.instructions === undefined ? {} : { instructions: server.instructions }),
            },
          });
        else say({ id: message.id, error: { code: -32601, message: 'unknown' } });
      },
    },
  });
  let counter = 0;
  const bench: Bench = {
    request(method, params = {}) {
      const id = `c${++counter}`;
      return new Promise((resolve) => {
        waiting.set(id, resolve);
        session.fromClient(JSON.stringify({ jsonrpc: '2.0', id, method, params }), null);
      });
    },
    async call(called, args = {}, more = {}) {
      const { result, error } = await bench.request('tools/call', { name: called, arguments: args, ...more });
      return result ?? { error };
    },
    async toolNames() {
      const { result } = await bench.request('tools/list');
      return ((result?.['tools'] ?? []) as readonly { readonly name: string }[]).map((one) => one.name);
    },
    notify: (method, params = {}) => session.fromClient(JSON.stringify({ jsonrpc: '2.0', method, params }), null),
    fromServer: (message) => session.fromServer(JSON.stringify({ jsonrpc: '2.0', ...message }), null),
    toServer,
    lines,
    toClient,
    audit,
    notes,
    pins,
    session,
  };
  await bench.request('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: options.capabilities ?? {},
    clientInfo: { name: 'bench', version: '1' },
  });
  bench.notify('notifications/initialized');
  return bench;
}

/** What a model reads of an answer. */
export function saidIn(result: Json): string {
  return ((result['content'] ?? []) as readonly { readonly text?: string }[]).map((one) => one.text ?? '').join('\n');
}

import type { McpConfig, McpServerConfig } from '../config/mcp-schema.ts';
import { requirePinned } from './launch.ts';
import { basicEnvironment, startServer } from './start-server.ts';

/** The way to one server, for one session. */
export interface ServerConnection<Way> {
  send(text: string, way: Way | null): void;
  /** Opens the stream on which a server speaks unasked, where it has one of its own. */
  listen(): void;
  /** Nobody waits for the answer of this way any more. */
  abandon(way: Way): void;
  close(): Promise<void>;
}

export interface ConnectionEvents<Way> {
  readonly onMessage: (text: string, way: Way | null) => void;
  readonly onEnd: (why: string) => void;
  readonly onRemark: (text: string) => void;
}

/** Bytes of one message of a server; beyond `limits.result` it is withheld, beyond this the server is ended. */
export function longestMessage({ limits }: McpConfig): number {
  return 2 * Math.max(limits.message, limits.result);
}

/**
 * Starts a server that speaks over stdio.
 * @throws Fault `ERR_CONFIG` when it may not be started: what runs would not be what was approved.
 */
export function connectByStdio<Way>(
  name: string,
  server: McpServerConfig,
  config: McpConfig,
  around: {
    readonly directory: string;
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly passed?: readonly string[];
  },
  events: ConnectionEvents<Way>,
): ServerConnection<Way> {
  const command = server.command ?? '';
  if (!server.floating) requirePinned(command, server.args, `mcp.servers.${name}`);
  const child = startServer({
    command,
    args: server.args,
    env: { ...basicEnvironment(around.env, around.passed), ...server.env },
    cwd: server.cwd ?? around.directory,
    longest: longestMessage(config),
    onLine: (line) => events.onMessage(line, null),
    onRemark: events.onRemark,
    onEnd: events.onEnd,
  });
  return { send: (text) => child.send(text), listen: () => {}, abandon: () => {}, close: () => child.close() };
}

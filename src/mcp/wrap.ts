import type { Clock } from '../core/clock.ts';
import type { McpConfig, McpServerConfig } from '../config/mcp-schema.ts';
import { Fault } from '../core/fault.ts';
import type { Principal } from '../core/principal.ts';
import type { FlowRules } from '../flow/rules/compile-rules.ts';
import type { AuditTrail } from './audit-trail.ts';
import { cleanText } from './clean-text.ts';
import { launchOf } from './launch.ts';
import { openCredentials } from './open-credentials.ts';
import type { People } from './open-people.ts';
import type { PinStore } from './pins.ts';
import { createPrincipalState } from './principal-state.ts';
import { RequestStates } from './request-state.ts';
import { connectByStdio, longestMessage } from './server-connection.ts';
import { Session } from './session.ts';
import { readLines } from './start-server.ts';
import type { Readable } from 'node:stream';

export interface WrapOptions {
  readonly server: string;
  readonly settings: McpServerConfig;
  readonly config: McpConfig;
  readonly pins: PinStore;
  /** The operator's rules over tool calls; null where there are none. */
  readonly rules: FlowRules | null;
  /** Who is asked at the console; null where there is no queue. */
  readonly people: People | null;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly directory: string;
  /** Where the proxy keeps what is its own: `<state>/mcp`. */
  readonly state: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Variables of the client's that the server gets. */
  readonly passed: readonly string[];
  readonly input: Readable;
  readonly output: (line: string) => void;
  readonly note: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Stands between a client that started this process and the server that it meant to start. Resolves when either is gone.
 * @returns whether the server ended by itself while the client was there.
 */
export async function wrapServer(options: WrapOptions): Promise<{ readonly serverEnded: boolean }> {
  const { server, settings, config, pins, rules, people, audit, clock, note, output } = options;
  const { promise: over, resolve: finish } = Promise.withResolvers<boolean>();
  const { local } = config;
  const who: Principal | null = local === undefined ? null : { id: local.id, kind: 'key', claims: local.claims };
  const credentials = await openCredentials({ ...config, servers: { [server]: settings } }, options);
  const principal = createPrincipalState(local?.id ?? 'local', who, options);
  const session: Session<never> = new Session<never>({
    id: `stdio-${process.pid}`,
    server,
    settings,
    config,
    launch: launchOf(settings),
    pins,
    rules,
    people,
    callTokens: credentials.callTokens(server),
    principal,
    audit,
    states: new RequestStates(clock),
    clock,
    note,
    wires: { toClient: (text) => output(oneLine(text)), toServer: (text) => connection.send(oneLine(text), null) },
  });
  requireKnown(session.stranger, server);
  const connection = connectByStdio<never>(server, settings, config, options, {
    onMessage: (text) => session.fromServer(text, null),
    onRemark: (text) => remark(server, text, note),
    onEnd: (why) => {
      note(`${server}: ${why}.`);
      session.serverEnded(why);
      finish(true);
    },
  });
  readLines(
    options.input,
    longestMessage(config),
    (line) => session.fromClient(line, null),
    () => {
      note('The client sent a line that is too long.');
      finish(false);
    },
  );
  options.input.on('end', () => finish(false));
  options.input.on('error', () => finish(false));
  options.signal.addEventListener('abort', () => finish(false), { once: true });
  const serverEnded = await over;
  session.close();
  options.input.destroy();
  await connection.close();
  await credentials.close();
  await audit.close();
  return { serverEnded };
}

/** @throws Fault `ERR_CONFIG`: what is not the approved server is not even started. */
export function requireKnown(stranger: string | null, server: string): void {
  if (stranger === null) return;
  throw new Fault('ERR_CONFIG', stranger, { hint: `If that is meant: parapet mcp approve ${server} --identity` });
}

/** A message that is passed on as it came is one line already; JSON has no line break but between its values. */
function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ');
}

/** What a server writes for its operator: no terminal is steered by it. */
export function remark(server: string, text: string, note: (line: string) => void): void {
  for (const line of cleanText(text).text.split('\n').slice(0, 100))
    if (line.trim() !== '') note(`${server}| ${line.slice(0, 2000)}`);
}

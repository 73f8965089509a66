import { join, resolve } from 'node:path';
import type { McpQueueConfig } from '../config/load-mcp.ts';
import type { McpConfig, McpServerConfig } from '../config/mcp-schema.ts';
import { Fault } from '../core/fault.ts';
import type { FlowRules } from '../flow/rules/compile-rules.ts';
import type { AuditTrail } from '../mcp/audit-trail.ts';
import type { People } from '../mcp/open-people.ts';
import type { Io } from './command.ts';

/** What `parapet mcp` was told, by its file or by its command line. */
export interface McpSetup {
  readonly config: McpConfig;
  /** Relative paths are relative to it, and servers start in it. */
  readonly directory: string;
  /** `<state>/mcp` */
  readonly state: string;
  /** The operator's rules over tool calls; null where there are none. */
  readonly rules: FlowRules | null;
  /** What it shares with a gateway; null where no file says so. */
  readonly shared: { readonly state: string; readonly queue: McpQueueConfig } | null;
}

export async function mcpSetup(
  options: { readonly config?: string; readonly state?: string },
  io: Io,
): Promise<McpSetup> {
  const { loadMcp, defaultMcp } = await import('../config/load-mcp.ts');
  const given = options.state === undefined ? null : resolve(io.cwd, options.state);
  if (options.config !== undefined) {
    const loaded = await loadMcp(resolve(io.cwd, options.config), io.env, options.config);
    const { config, directory, state, rules, queue } = loaded;
    return { config, directory, state: join(given ?? state, 'mcp'), rules, shared: { state, queue } };
  }
  const home = io.env['HOME'] ?? io.env['USERPROFILE'];
  if (given === null && (home === undefined || home === ''))
    throw new Fault('ERR_USAGE', 'There is no home directory to keep pins in.', { hint: 'Give --state or --config.' });
  return {
    config: defaultMcp(),
    directory: io.cwd,
    state: join(given ?? join(home!, '.parapet'), 'mcp'),
    rules: null,
    shared: null,
  };
}

/** The queue of approvals where the configuration wants people to be asked there. */
export async function peopleOf(
  { config, directory, shared }: McpSetup,
  audit: AuditTrail,
  note: (line: string) => void,
): Promise<{ readonly people: People | null; close(): Promise<void> }> {
  if ((config.approval !== 'queue' && config.approval !== 'any') || shared === null)
    return { people: null, close: () => Promise.resolve() };
  const { openPeople } = await import('../mcp/open-people.ts');
  const { systemClock } = await import('../core/clock.ts');
  return openPeople({ config, ...shared, directory, audit, clock: systemClock, note });
}

/** The server that a command line names: one of the file, or a command with a name for its pins. */
export async function serverFrom(
  setup: McpSetup,
  name: string | undefined,
  command: readonly string[],
  floating: boolean,
): Promise<{ readonly server: string; readonly settings: McpServerConfig }> {
  const configured =
    name === undefined || !Object.hasOwn(setup.config.servers, name) ? undefined : setup.config.servers[name];
  if (command.length === 0) {
    if (name !== undefined && configured !== undefined) return { server: name, settings: configured };
    const known = Object.keys(setup.config.servers).join(', ');
    throw new Fault('ERR_USAGE', name === undefined ? 'No server is named.' : `There is no server "${name}".`, {
      hint: `Write it behind --: parapet mcp wrap -- COMMAND${known === '' ? '' : `, or name one of ${known}`}.`,
    });
  }
  const { mcp } = await import('../config/mcp-schema.ts');
  const { launchOf, nameFor } = await import('../mcp/launch.ts');
  const [program, ...args] = command;
  const own = { command: program, args, ...(floating ? { floating } : {}) };
  const base = mcp.parse({ servers: { it: own } }).servers['it']!;
  // The rules of the file hold for the server of that name, whatever starts it.
  const settings = configured === undefined ? base : { ...configured, ...own, url: undefined };
  const server = name ?? nameFor(launchOf(settings), program!, args);
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/.test(server))
    throw new Fault(
      'ERR_USAGE',
      `"${server}" is no name for a server: lower-case letters, digits, dot, dash, underscore.`,
    );
  return { server, settings };
}

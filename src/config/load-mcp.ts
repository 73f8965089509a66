import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { Fault } from '../core/fault.ts';
import type { FlowRules } from '../flow/rules/compile-rules.ts';
import { approvals } from './approvals-schema.ts';
import { loadFlowRules } from './flow-rules.ts';
import { issueProblems } from './issue-problems.ts';
import { mcp, type McpConfig } from './mcp-schema.ts';
import { configFault } from './problem.ts';
import { readYaml } from './read-yaml.ts';

export interface LoadedMcp {
  readonly config: McpConfig;
  /** Absolute; relative paths of the section are relative to it. */
  readonly directory: string;
  /** Absolute path of the state directory. */
  readonly state: string;
  /** The operator's rules over tool calls (`flow.rules`), as the gateway has them. */
  readonly rules: FlowRules | null;
  /** What the queue of approvals needs of the rest of the file. */
  readonly queue: McpQueueConfig;
}

/** Sections that the proxy shares with the gateway where both stand on one state directory. */
export interface McpQueueConfig {
  readonly approvals: z.output<typeof approvals>;
  readonly admin: { readonly host: string; readonly port: number };
  /** `sqlite:…` or `postgres://…` */
  readonly storeUrl: string;
}

/** The rest of the file is `config check`'s matter: what an MCP client starts must not need the keys of providers. */
const file = z.looseObject({
  mcp,
  state: z.string().default('.parapet'),
  flow: z.looseObject({ rules: z.string().min(1).optional() }).prefault({}),
  approvals: approvals.prefault({}),
  store: z.looseObject({ url: z.string().optional() }).prefault({}),
  admin: z.looseObject({ host: z.string().default('127.0.0.1'), port: z.int().default(8788) }).prefault({}),
});
const SECTIONS: ReadonlySet<unknown> = new Set(['mcp', 'state', 'flow', 'approvals', 'store', 'admin']);

/**
 * The `mcp` section of a configuration file, which may hold nothing else.
 * @throws Fault `ERR_CONFIG` that lists every problem of the section with its place.
 */
export async function loadMcp(
  path: string,
  env: Readonly<Record<string, string | undefined>>,
  name = path,
): Promise<LoadedMcp> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (cause) {
    throw new Fault('ERR_CONFIG', 'cannot read the configuration file as UTF-8 text', {
      where: name,
      hint: 'Give its path with --config.',
      cause,
    });
  }
  const source = readYaml(text, env);
  const own = source.problems.filter(({ path: at }) => at.length === 0 || SECTIONS.has(at[0]));
  if (source.value === undefined || own.length > 0) throw configFault(own, name);
  if ((source.value as { readonly mcp?: unknown }).mcp === undefined)
    throw new Fault('ERR_CONFIG', 'There is no section `mcp` in the file.', {
      where: name,
      hint: 'docs/mcp.md shows one.',
    });
  const result = file.safeParse(source.value);
  if (!result.success) throw configFault(issueProblems(result.error.issues, file, source, source.value), name);
  const directory = dirname(resolve(path));
  const { mcp: config, flow, approvals: terms, store, admin } = result.data;
  const state = resolve(directory, result.data.state);
  const rules =
    flow.rules === undefined ? null : (await loadFlowRules(resolve(directory, flow.rules), env, flow.rules)).rules;
  const { host, port } = admin;
  const storeUrl = store.url ?? `sqlite:${join(state, 'parapet.db')}`;
  return { config, directory, state, rules, queue: { approvals: terms, admin: { host, port }, storeUrl } };
}

/** What holds when nothing is configured. */
export function defaultMcp(): McpConfig {
  return mcp.parse({});
}

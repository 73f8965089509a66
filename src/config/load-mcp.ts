import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { Fault } from '../core/fault.ts';
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
}

/** The rest of the file is `config check`'s matter: what an MCP client starts must not need the keys of providers. */
const file = z.looseObject({ mcp, state: z.string().default('.parapet') });

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
  const own = source.problems.filter(({ path: at }) => at.length === 0 || at[0] === 'mcp' || at[0] === 'state');
  if (source.value === undefined || own.length > 0) throw configFault(own, name);
  if ((source.value as { readonly mcp?: unknown }).mcp === undefined)
    throw new Fault('ERR_CONFIG', 'There is no section `mcp` in the file.', {
      where: name,
      hint: 'docs/mcp.md shows one.',
    });
  const result = file.safeParse(source.value);
  if (!result.success) throw configFault(issueProblems(result.error.issues, file, source, source.value), name);
  const directory = dirname(resolve(path));
  return { config: result.data.mcp, directory, state: resolve(directory, result.data.state) };
}

/** What holds when nothing is configured. */
export function defaultMcp(): McpConfig {
  return mcp.parse({});
}

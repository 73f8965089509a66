import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Fault } from '../core/fault.ts';
import type { JsonPath } from '../conversation/segment.ts';
import { configHash } from './config-hash.ts';
import { crossChecks, namedFiles, type Remark } from './cross-checks.ts';
import { issueProblems, placeOf } from './issue-problems.ts';
import { keyPath, leaves, valueAt } from './key-path.ts';
import type { LoadedConfig, Origin } from './loaded-config.ts';
import { configFault, problemLine, type Problem } from './problem.ts';
import { readYaml, type YamlSource } from './read-yaml.ts';
import { configSchema } from './schema.ts';
import { hasPassword, isSensitive } from './sensitive.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ParseOptions {
  /** Path of the file that the text came from; relative paths in it are relative to its directory. */
  readonly path: string;
  /** How messages call the file; default: `path`. */
  readonly name?: string;
  readonly env: Environment;
  /** Says what is wrong with a file that the configuration names, or null. Absent: files are not looked at. */
  readonly file?: (path: string) => string | null;
}

/**
 * Reads a configuration file and everything that can be checked without serving it.
 * `name` is how messages call the file.
 * @throws Fault `ERR_CONFIG` that lists every problem as `file:line:column: key: what is wrong; allowed: …`.
 */
export async function loadConfig(path: string, env: Environment, name = path): Promise<LoadedConfig> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new Fault('ERR_CONFIG', `cannot read the configuration file: ${reasonOf(cause)}`, {
      where: name,
      hint: 'Give its path with --config; `parapet init` writes one to start from.',
      cause,
    });
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Fault('ERR_CONFIG', 'the configuration file is not UTF-8', { where: name, cause });
  }
  return parseConfig(text, { path, name, env, file: fileTrouble });
}

/** `loadConfig` for a text that is already there. Synchronous and pure but for `options.file`. */
export function parseConfig(text: string, options: ParseOptions): LoadedConfig {
  const path = resolve(options.path);
  const directory = dirname(path);
  const name = options.name ?? options.path;
  const source = readYaml(text, options.env);
  if (source.value === undefined) throw configFault(source.problems, name);

  const { value, result } = parseWithReferences(source);
  const problems: Problem[] = [...source.problems];
  if (!result.success) {
    // A reference that could not be replaced was reported already; the schema's view of it adds nothing.
    const reported = new Set(source.problems.map((problem) => keyPath(problem.path)));
    for (const problem of issueProblems(result.error.issues, configSchema, source, value)) {
      if (!reported.has(keyPath(problem.path)) || problem.path.length === 0) problems.push(problem);
    }
    throw configFault(problems, name);
  }

  const config = result.data;
  const { errors, warnings } = crossChecks(config);
  const place = (remark: Remark): Problem => ({ ...remark, place: placeOf(source, remark.path) });
  problems.push(...errors.map(place));
  if (options.file !== undefined) {
    for (const named of namedFiles(config)) {
      const trouble = options.file(resolve(directory, named.file));
      if (trouble !== null) problems.push(place({ path: named.path, message: trouble }));
    }
  }
  if (problems.length > 0) throw configFault(problems, name);

  const origins: Origin[] = [];
  const secrets = new Set<string>();
  const written: Remark[] = [];
  for (const [at, leaf] of leaves(config)) {
    const key = keyPath(at);
    const names = source.references.get(key) ?? null;
    const hidden = isSensitive(at) || (typeof leaf === 'string' && hasPassword(leaf));
    if (names !== null || hidden) secrets.add(key);
    if (names !== null) {
      origins.push({ key, from: 'env', where: names.join(', ') });
      continue;
    }
    const stands = valueAt(value, at) === undefined ? undefined : source.places.get(key);
    if (stands === undefined) {
      origins.push({ key, from: 'default', where: 'schema' });
      continue;
    }
    origins.push({ key, from: 'file', where: `${name}:${stands.line}:${stands.column}` });
    const may = at[2] === 'headers' || (at[0] === 'mcp' && at[1] === 'servers'); // Not all of them are credentials.
    if (hidden && leaf !== '' && !may) {
      written.push({ path: at, message: 'a credential stands in the file; take it from the environment: ${NAME}' });
    }
  }

  return {
    config,
    hash: configHash(config, secrets),
    path,
    directory,
    origins,
    watched: [...new Set(namedFiles(config).map((named) => resolve(directory, named.file)))],
    secrets,
    warnings: [...written, ...warnings].map((remark) => problemLine(place(remark), name)),
  };
}

/**
 * What comes from the environment is text. Where the schema asks for a number or a boolean, and the text is one,
 * it is taken as such: `port: ${PORT}`.
 */
function parseWithReferences(source: YamlSource) {
  let value = source.value;
  let result = configSchema.safeParse(value);
  if (result.success) return { value, result };
  for (const issue of result.error.issues) {
    const path = issue.path as JsonPath;
    if (issue.code !== 'invalid_type' || !source.references.has(keyPath(path))) continue;
    const given = valueAt(value, path);
    if (issue.expected === 'boolean' && (given === 'true' || given === 'false')) {
      value = replaced(value, path, given === 'true');
    } else if (/^(number|int)$/.test(issue.expected) && typeof given === 'string' && /^-?\d+(\.\d+)?$/.test(given)) {
      value = replaced(value, path, Number(given));
    }
  }
  if (value !== source.value) result = configSchema.safeParse(value);
  return { value, result };
}

function replaced(root: unknown, path: JsonPath, leaf: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return leaf;
  if (Array.isArray(root)) return root.map((item, i) => (i === step ? replaced(item, rest, leaf) : item));
  const object = root as Readonly<Record<string, unknown>>;
  return { ...object, [step]: replaced(object[step], rest, leaf) };
}

function fileTrouble(path: string): string | null {
  try {
    return statSync(path).isFile() ? null : `${path} is not a file`;
  } catch (cause) {
    return `cannot read ${path}: ${reasonOf(cause)}`;
  }
}

function reasonOf(cause: unknown): string {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'permission denied';
  if (code === 'EISDIR') return 'it is a directory';
  return code ?? 'unknown reason';
}

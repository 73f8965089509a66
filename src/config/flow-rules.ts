import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { JsonPath } from '../conversation/segment.ts';
import { Fault } from '../core/fault.ts';
import { compileRules, type FlowRules } from '../flow/rules/compile-rules.ts';
import { ruleFileSchema } from '../flow/rules/rule-file.ts';
import { issueProblems, placeOf } from './issue-problems.ts';
import { keyPath } from './key-path.ts';
import type { Environment } from './load.ts';
import { configFault, type Place, type Problem } from './problem.ts';
import { readYaml } from './read-yaml.ts';

export interface LoadedFlowRules {
  readonly rules: FlowRules;
  /** Where a key stands in the file, or the nearest thing above it. */
  readonly placeOf: (path: JsonPath) => Place;
}

/** @throws Fault `ERR_CONFIG` that lists every problem as `file:line:column: key: what is wrong`. @param name how messages call the file. */
export async function loadFlowRules(path: string, env: Environment, name = path): Promise<LoadedFlowRules> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a directory' : String(code);
    throw new Fault('ERR_CONFIG', `cannot read the file of flow rules: ${why}`, {
      where: name,
      hint: '`parapet flow init` writes one to start from.',
      cause,
    });
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Fault('ERR_CONFIG', 'the file of flow rules is not UTF-8', { where: name, cause });
  }
  return parseFlowRules(text, env, name);
}

/** `loadFlowRules` for a text that is already there. */
export function parseFlowRules(text: string, env: Environment, name: string): LoadedFlowRules {
  const source = readYaml(text, env);
  if (source.value === undefined) throw configFault(source.problems, name);
  const problems: Problem[] = [...source.problems];
  // A file that holds nothing but comments says nothing.
  const result = ruleFileSchema.safeParse(source.value ?? {});
  if (!result.success) {
    const reported = new Set(source.problems.map(({ path }) => keyPath(path)));
    for (const problem of issueProblems(result.error.issues, ruleFileSchema, source, source.value))
      if (!reported.has(keyPath(problem.path)) || problem.path.length === 0) problems.push(problem);
    throw configFault(problems, name);
  }
  const compiled = compileRules(result.data);
  const place = (path: JsonPath): Place => placeOf(source, path);
  if (!('rules' in compiled))
    problems.push(...compiled.map(({ path, message }) => ({ path, place: place(path), message })));
  if (problems.length > 0 || !('rules' in compiled)) throw configFault(problems, name);
  return { rules: compiled, placeOf: place };
}

/** JSON Schema of the file, draft 2020-12, for editors: `# yaml-language-server: $schema=flow.schema.json`. */
export function flowRulesJsonSchemaText(): string {
  const { $schema, ...schema } = z.toJSONSchema(ruleFileSchema, {
    io: 'input',
    target: 'draft-2020-12',
    reused: 'inline',
  }) as Readonly<Record<string, unknown>>;
  const published = {
    $schema,
    title: 'Parapet flow rules',
    description: 'What an operator says about tool calls. Every string may hold ${NAME} or ${NAME:-fallback}.',
    ...schema,
  };
  return `${JSON.stringify(published, null, 2)}\n`;
}

import type { JsonPath } from '../conversation/segment.ts';
import { Fault } from '../core/fault.ts';
import { closestName } from './closest-name.ts';
import { keyPath } from './key-path.ts';

/** A position in the configuration file, both counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong with a configuration. */
export interface Problem {
  /** Key that it is about; empty for the file as a whole. */
  readonly path: JsonPath;
  readonly place: Place;
  readonly message: string;
  /** Values or keys that would have been right. */
  readonly allowed?: readonly string[];
  /** What was written instead of one of `allowed`; absent where it must not be shown. */
  readonly given?: string;
}

/** `file:line:column: key: what is wrong; allowed: …` */
export function problemLine(problem: Problem, file: string): string {
  const key = problem.path.length === 0 ? '' : `${keyPath(problem.path)}: `;
  const meant =
    problem.given === undefined || problem.allowed === undefined ? null : closestName(problem.given, problem.allowed);
  const suggestion = meant === null ? '' : `; did you mean ${meant}?`;
  const allowed = problem.allowed === undefined ? '' : `; allowed: ${someOf(problem.allowed)}`;
  return `${file}:${problem.place.line}:${problem.place.column}: ${key}${problem.message}${suggestion}${allowed}`;
}

/** A list that a person still reads; the whole of a longer one is in the JSON Schema. */
function someOf(names: readonly string[]): string {
  if (names.length <= 32) return names.join(', ');
  return `${names.slice(0, 24).join(', ')} and ${names.length - 24} more (parapet config schema)`;
}

/** All problems as one `ERR_CONFIG`, in the order of the file. */
export function configFault(problems: readonly Problem[], file: string): Fault {
  const sorted = problems.toSorted((a, b) => a.place.line - b.place.line || a.place.column - b.place.column);
  const lines = sorted.map((problem) => problemLine(problem, file));
  if (lines.length === 1) return new Fault('ERR_CONFIG', lines[0]!);
  return new Fault('ERR_CONFIG', `${lines.length} problems in ${file}:\n${lines.join('\n')}`);
}

import type { FlowTool } from '../flow/history.ts';
import { digestOrNull } from './digest.ts';
import { isObject, type JsonObject } from './rpc-message.ts';

/** A tool as its server describes it: everything that a model, or a client on its behalf, goes by. */
export interface ToolDefinition {
  readonly name: string;
  /** The whole definition, members that no revision knows included. */
  readonly value: JsonObject;
  /** SHA-256 (hex) of its canonical form. */
  readonly digest: string;
}

/** Reads a definition; null when it has no name, or no canonical text by which it could be pinned. */
export function readTool(value: unknown): ToolDefinition | null {
  if (!isObject(value) || typeof value['name'] !== 'string') return null;
  const digest = digestOrNull(value);
  return digest === null ? null : { name: value['name'], value, digest };
}

export function flowTool({ name, value }: ToolDefinition): FlowTool {
  const { description, inputSchema, outputSchema, annotations } = value;
  return {
    name,
    description: typeof description === 'string' ? description : '',
    schema: inputSchema ?? {},
    ...(outputSchema === undefined ? {} : { outputSchema }),
    ...(isObject(annotations) ? { annotations } : {}),
  };
}

export interface Leaf {
  /** `inputSchema.properties.path.description` */
  readonly path: string;
  readonly text: string;
}

/** Every string in a value, and every name of a member: a model reads both. */
export function* stringsOf(value: unknown, path = ''): Generator<Leaf> {
  if (typeof value === 'string') yield { path, text: value };
  else if (Array.isArray(value)) for (const [at, item] of value.entries()) yield* stringsOf(item, `${path}[${at}]`);
  else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      const below = path === '' ? key : `${path}.${key}`;
      yield { path: `${below.slice(0, 200)} (name)`, text: key };
      yield* stringsOf(member, below);
    }
  }
}

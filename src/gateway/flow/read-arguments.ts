import { createLruMap } from '../../access/lru-map.ts';
import { isRecord } from '../../conversation/json-shape.ts';
import type { AnswerCall } from '../../conversation/call-stops.ts';
import { isFault } from '../../core/fault.ts';
import { type CompiledSchema, compileSchema } from '../../text/json/compile-schema.ts';
import type { FlowTool } from '../../flow/history.ts';
import { readJson } from '../../text/json/read-json.ts';

/** Bounds on the arguments of one call. */
const BOUNDS = { bytes: 4 * 1024 * 1024, depth: 32, items: 20_000 };

export type ReadArguments =
  | { readonly ok: true; readonly args: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly rule: 'arguments' | 'unknown-tool'; readonly reason: string };

const compiled = createLruMap<string, CompiledSchema | { readonly fault: string }>(512);

/**
 * The arguments of a call as the model gave them. What two readers might read in two ways is not read at all. Whether they fit the
 * tool is another question (`misfit`), because not all of a call's arguments are the model's to give.
 */
export function readArguments(call: AnswerCall, tool: FlowTool | undefined): ReadArguments {
  const no = (reason: string): ReadArguments => ({ ok: false, rule: 'arguments', reason });
  if (call.form === 'broken') return no('The answer says two different things of the call.');
  if (tool === undefined) return { ok: false, rule: 'unknown-tool', reason: 'No tool of that name is on offer.' };
  if (call.form === 'free') return { ok: true, args: isRecord(call.given) ? call.given : { input: call.given } };
  let args: unknown = call.given;
  if (call.form === 'json') {
    const text = String(call.given);
    try {
      args = text.trim() === '' ? {} : readJson(Buffer.from(text, 'utf8'), BOUNDS);
    } catch (error) {
      if (!isFault(error)) throw error;
      return no('The arguments are not JSON that can be read in one way only.');
    }
  }
  if (!isRecord(args)) return no('The arguments are not a JSON object.');
  return { ok: true, args };
}

/** Why arguments, as they would go to the tool, do not fit what it declares of them; null when they do. */
export function misfit(args: Readonly<Record<string, unknown>>, { schema }: FlowTool): string | null {
  if (schema === null || schema === undefined) return null;
  const known = compile(schema);
  if ('fault' in known) return `The schema of the tool cannot be checked: ${known.fault}`;
  try {
    const mismatch = known.check(args);
    if (mismatch === null) return null;
    return `The arguments do not fit the tool's schema ("${mismatch.keyword}" at "${mismatch.pointer}").`;
  } catch (error) {
    if (!isFault(error)) throw error;
    return "The arguments could not be held against the tool's schema.";
  }
}

function compile(schema: unknown): CompiledSchema | { readonly fault: string } {
  const key = JSON.stringify(schema);
  let known = compiled.get(key);
  if (known === undefined) {
    try {
      known = compileSchema(schema);
    } catch (error) {
      if (!isFault(error)) throw error;
      known = { fault: error.message };
    }
    compiled.set(key, known);
  }
  return known;
}

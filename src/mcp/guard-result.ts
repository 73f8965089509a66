import type { Finding } from '../core/finding.ts';
import { isFault } from '../core/fault.ts';
import { type CompiledSchema, compileSchema } from '../text/json/compile-schema.ts';
import { cleanValue, type Unseen } from './clean-text.ts';
import { textInspectors } from './inspect-offer.ts';
import { isObject, type JsonObject } from './rpc-message.ts';
import type { ToolDefinition } from './tool-definition.ts';

export interface GuardedResult {
  /** What the client gets: the same object when nothing was changed. */
  readonly result: JsonObject;
  /** What the model reads in it. */
  readonly text: string;
  /** Data that fit the tool's declared output schema. */
  readonly structured: unknown;
  readonly removed: readonly Unseen[];
  readonly findings: readonly string[];
  /** Why it was replaced; null when it was not. */
  readonly withheld: string | null;
}

export interface ResultRules {
  /** Bytes. */
  readonly most: number;
  readonly findings: 'flag' | 'block';
  readonly size: number;
}

const SUBJECT = { stage: 'input', role: 'tool', origin: 'tool', kind: 'tool-result' } as const;
const MOST_INSPECTED = 1024 * 1024;
const schemas = new WeakMap<JsonObject, CompiledSchema | null>();

/** A schema of a server's, made safe; null when it cannot be. */
export function safeSchema(schema: unknown): CompiledSchema | null {
  if (!isObject(schema)) return null;
  let compiled = schemas.get(schema);
  if (compiled === undefined) {
    try {
      compiled = compileSchema(schema);
    } catch (error) {
      if (!isFault(error)) throw error;
      compiled = null;
    }
    schemas.set(schema, compiled);
  }
  return compiled;
}

/** What stands in the place of an answer that is not passed on. */
export function withheldResult(result: JsonObject, why: string): GuardedResult {
  return {
    result: {
      ...(result['resultType'] === undefined ? {} : { resultType: 'complete' }),
      content: [{ type: 'text', text: `Parapet withheld the answer. ${why}` }],
      isError: true,
    },
    text: '',
    structured: undefined,
    removed: [],
    findings: [],
    withheld: why,
  };
}

/** What a server's answer becomes before a model reads it. @param tool null for what no tool answered. */
export function guardResult(result: JsonObject, tool: ToolDefinition | null, rules: ResultRules): GuardedResult {
  const removed = new Set<Unseen>();
  const withheld = (why: string): GuardedResult => ({
    ...withheldResult(result, why),
    removed: [...removed],
    findings,
  });
  const findings: string[] = [];
  if (rules.size > rules.most) return withheld(`It has ${rules.size} bytes; at most ${rules.most} are passed on.`);
  const cleaned = cleanValue(result, removed) as JsonObject;
  const kept = cleaned['cacheScope'] === 'public' ? { ...cleaned, cacheScope: 'private' } : cleaned;
  const texts = textsIn(kept);
  const text = texts.join('\n');
  if (text.length > MOST_INSPECTED) findings.push('too long to be inspected');
  else for (const one of texts) findings.push(...found(one));

  let structured: unknown;
  if (kept['structuredContent'] !== undefined) {
    const schema = tool?.value['outputSchema'];
    if (schema !== undefined) {
      const compiled = safeSchema(schema);
      if (compiled === null) return withheld("The tool's output schema cannot be checked.");
      const mismatch = fits(compiled, kept['structuredContent']);
      if (mismatch !== null) return withheld(`Its data do not fit the tool's output schema: ${mismatch}.`);
      structured = kept['structuredContent'];
    }
  }
  if (findings.length > 0 && rules.findings === 'block') return withheld(`A detector spoke: ${findings.join(', ')}.`);
  return { result: kept, text, structured, removed: [...removed], findings, withheld: null };
}

/** Null when the value fits, else where it does not. */
export function fits(schema: CompiledSchema, value: unknown): string | null {
  try {
    const mismatch = schema.check(value);
    return mismatch === null ? null : `"${mismatch.keyword}" at "${mismatch.pointer}"`;
  } catch (error) {
    if (!isFault(error)) throw error;
    return error.message;
  }
}

function found(text: string): readonly string[] {
  return textInspectors().flatMap((inspector) => {
    const findings = inspector.inspect(text, SUBJECT);
    if (findings instanceof Promise) throw new TypeError('a detector of results answers at once');
    return findings.map((finding: Finding) => finding.rule);
  });
}

/** Texts that a model reads: of content blocks, embedded resources, messages of prompts, and data. */
function textsIn(value: unknown, depth = 0): string[] {
  if (depth > 32) return [];
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap((item) => textsIn(item, depth + 1));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    key === 'data' || key === 'blob' || key === '_meta' || key === 'type' || key === 'mimeType' || key === 'resultType'
      ? []
      : textsIn(member, depth + 1),
  );
}

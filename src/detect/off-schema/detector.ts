import type { z as Zod } from 'zod';
import { isFault } from '../../core/fault.ts';
import type { Finding } from '../../core/finding.ts';
import { SEVERITIES, type Severity } from '../../core/severity.ts';
import { mask } from '../../text/mask.ts';
import { defineDetector, type ExchangeContext, type Inspector, type Subject } from '../detector.ts';
import { type CompiledSchema, compileSchema } from './compile-schema.ts';
import { readAnswer } from './read-answer.ts';

export interface OffSchemaOptions {
  /** JSON Schema of every text answer. */
  readonly schema?: Readonly<Record<string, unknown>> | undefined;
  /** Hold text answers against the schema that the request demands. */
  readonly request: boolean;
  /** Hold tool arguments against the schema of their tool in the request. */
  readonly tools: boolean;
  /** Take an answer that is one Markdown code block for what is in it. */
  readonly fenced: boolean;
  readonly severity: Severity;
}

const DEFAULTS: OffSchemaOptions = { request: true, tools: true, fenced: true, severity: 'high' };

/** Schemas that are kept compiled: applications send the same few with every request. */
const KEPT = 64;
const MOST_UNITS = 1 << 20;
const JSON_TYPES = new Set(['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']);

/** Answers and tool arguments that do not have the form that was asked for. */
export const offSchema = defineDetector({
  meta: {
    id: 'off-schema',
    title: 'Answers out of form',
    summary: 'Holds answers and tool arguments against the JSON Schema that the request or the configuration demands.',
    threats: ['prompt-injection'],
    layers: ['output-monitoring'],
    taxonomy: ['OWASP-LLM05', 'CWE-20'],
    stages: ['output'],
    cost: 'pattern',
    stability: 'stable',
    references: [
      'https://json-schema.org/draft/2020-12',
      'https://www.rfc-editor.org/rfc/rfc6901',
      'https://genai.owasp.org/llmrisk/llm052025-improper-output-handling/',
    ],
  },
  options: (z: typeof Zod) =>
    z.strictObject({
      schema: z
        .record(z.string(), z.unknown())
        .superRefine((schema, context) => {
          try {
            compileSchema(schema);
          } catch (error) {
            context.addIssue({ code: 'custom', message: isFault(error) ? error.message : 'is no JSON Schema' });
          }
        })
        .optional()
        .describe('JSON Schema (2020-12 unless $schema says otherwise) of every text answer.'),
      request: z
        .boolean()
        .default(DEFAULTS.request)
        .describe('Hold text answers against the schema that the request demands (structured output).'),
      tools: z
        .boolean()
        .default(DEFAULTS.tools)
        .describe('Hold tool arguments against the schema of their tool in the request.'),
      fenced: z
        .boolean()
        .default(DEFAULTS.fenced)
        .describe('Take an answer that is one Markdown code block for what is in it.'),
      severity: z.enum(SEVERITIES).default(DEFAULTS.severity).describe('How bad a mismatch is.'),
    }),
  defaults: DEFAULTS,
  create: (options: OffSchemaOptions): Inspector => {
    const kept = new Map<string, CompiledSchema>();
    const compiled = (schema: unknown): CompiledSchema => {
      const key = JSON.stringify(schema) ?? 'null';
      const known = kept.get(key);
      if (known !== undefined) return known;
      const made = compileSchema(schema);
      if (key.length <= MOST_UNITS / 16) {
        const [oldest] = kept.keys();
        if (kept.size >= KEPT && oldest !== undefined) kept.delete(oldest);
        kept.set(key, made);
      }
      return made;
    };
    return {
      ...inspectorOf(options, compiled, null),
      forExchange: (context) => inspectorOf(options, compiled, context),
    };
  },
});

function inspectorOf(
  { schema, request, tools, fenced, severity }: OffSchemaOptions,
  compiled: (schema: unknown) => CompiledSchema,
  context: Pick<ExchangeContext, 'answerSchema' | 'tools'> | null,
): Inspector {
  const forText = [schema, request ? context?.answerSchema : null].filter((one) => one !== undefined && one !== null);
  const schemasFor = ({ stage, kind, tool, beside }: Subject): readonly unknown[] => {
    if (stage !== 'output' || beside) return [];
    if (kind === 'text') return forText;
    if (kind !== 'tool-arguments' || !tools) return [];
    return context?.tools.filter((one) => one.name === tool && isJsonSchema(one.schema)).map((one) => one.schema) ?? [];
  };

  const inspect = (text: string, subject: Subject): readonly Finding[] => {
    const schemas = schemasFor(subject);
    if (schemas.length === 0 || text.length === 0) return [];
    const finding = (rule: string, message: string): readonly Finding[] => [
      { rule, severity, message, span: { start: 0, end: text.length }, mask: mask(''), label: 'OFF_SCHEMA' },
    ];
    const answer = readAnswer(text, fenced && subject.kind === 'text');
    if ('problem' in answer) return finding('off-schema/not-json', `Is not JSON: ${answer.problem}.`);
    for (const one of schemas) {
      const mismatch = compiled(one).check(answer.value);
      if (mismatch === null) continue;
      const where = mismatch.pointer === '' ? 'the whole' : mismatch.pointer;
      return finding('off-schema/mismatch', `Does not fit its schema: ${where} (${mismatch.keyword}).`);
    }
    return [];
  };

  return {
    alone: true,
    inspect,
    streaming: {
      // A text fits as a whole or not at all; where none is demanded nothing waits.
      lookBehind: 0,
      maxHold: Number.MAX_SAFE_INTEGER,
      holdFrom: () => 0,
      follow: (text, subject) => ({ findings: [], holdFrom: schemasFor(subject).length === 0 ? text.length : 0 }),
      overdue: () => null,
    },
  };
}

/** Custom tools describe their input by a grammar. */
function isJsonSchema(schema: unknown): boolean {
  if (typeof schema === 'boolean') return true;
  if (typeof schema !== 'object' || schema === null) return false;
  const { type } = schema as { readonly type?: unknown };
  return typeof type !== 'string' || JSON_TYPES.has(type);
}

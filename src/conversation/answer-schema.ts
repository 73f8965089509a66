import { isRecord } from './json-shape.ts';

/**
 * The schema in a request's description of the answer's format: `{type: 'json_schema', json_schema: {schema}}` (Chat),
 * `{type: 'json_schema', schema}` (Responses, Messages). `{type: 'json_object'}` demands an object of any shape. Null
 * where the format is free text or not known.
 */
export function answerSchemaOf(format: unknown): unknown {
  if (!isRecord(format)) return null;
  switch (format['type']) {
    case 'json_object':
      return { type: 'object' };
    case 'json_schema': {
      const inner = format['json_schema'];
      return (isRecord(inner) ? inner['schema'] : undefined) ?? format['schema'] ?? null;
    }
    default:
      return null;
  }
}

import { z } from 'zod';
import { configSchema } from './schema.ts';

/**
 * The configuration as JSON Schema (draft 2020-12), for editors: put
 * `# yaml-language-server: $schema=parapet.schema.json` on the file's first line. It describes what the file may
 * say (`io: 'input'`), so that every default is optional.
 */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(configSchema, { io: 'input', target: 'draft-2020-12', reused: 'inline' });
  return {
    ...schema,
    title: 'Parapet configuration',
    description: 'parapet.yaml: what `parapet serve` reads. Every string may hold ${NAME} or ${NAME:-fallback}.',
  };
}

/** The same as text, as it is published and printed. */
export function configJsonSchemaText(): string {
  return `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
}

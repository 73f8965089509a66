import { type CompiledSchema, compileSchema } from '../../text/json/compile-schema.ts';
import { Fault, isFault } from '../../core/fault.ts';
import { readJson } from '../../text/json/read-json.ts';

/** Declared schemas of tools' results. */
export type OutputSchemas = ReadonlyMap<string, CompiledSchema>;

const BOUNDS = { bytes: 16 * 1024 * 1024, depth: 64, items: 200_000 };

/** @throws Fault `ERR_CONFIG` for a schema that cannot be checked. */
export function compileOutputs(outputs: Readonly<Record<string, unknown>>): OutputSchemas {
  return new Map(
    Object.entries(outputs).map(([tool, schema]) => {
      try {
        return [tool, compileSchema(schema)];
      } catch (cause) {
        throw new Fault('ERR_CONFIG', `The schema of the results of "${tool}" cannot be used.`, {
          where: `flow.outputs.${tool}`,
          hint: isFault(cause) ? cause.message : '',
          cause,
        });
      }
    }),
  );
}

/** A result as data, when its tool declares a schema and it fits; undefined otherwise. */
export function structuredResult(outputs: OutputSchemas, tool: string, text: string): unknown {
  const schema = outputs.get(tool);
  if (schema === undefined) return undefined;
  try {
    const value = readJson(Buffer.from(text, 'utf8'), BOUNDS);
    return typeof value === 'object' && value !== null && schema.check(value) === null ? value : undefined;
  } catch {
    return undefined;
  }
}

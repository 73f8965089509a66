import { compileSchema, type CompiledSchema } from '../text/json/compile-schema.ts';
import type { FlowResult } from './history.ts';

/**
 * Reads results of a tool that declares an output schema: their value, or undefined when it does not fit. A schema that cannot
 * be checked fits nothing.
 */
export function outputCheck(schema: unknown): (result: FlowResult) => unknown {
  let compiled: CompiledSchema | null = null;
  try {
    compiled = compileSchema(schema);
  } catch {
    compiled = null;
  }
  return ({ text, structured }) => {
    if (compiled === null) return undefined;
    try {
      const value: unknown = structured ?? JSON.parse(text);
      return compiled.check(value) === null ? value : undefined;
    } catch {
      return undefined;
    }
  };
}

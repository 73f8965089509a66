import { createRequire } from 'node:module';
import type * as Cedar from '@cedar-policy/cedar-wasm/nodejs';

/** Cedar's evaluator and validator, compiled to WebAssembly. */
export type Engine = typeof Cedar;
export type {
  AuthorizationAnswer,
  DetailedError,
  Response,
  StatefulAuthorizationCall,
  ValidationAnswer,
} from '@cedar-policy/cedar-wasm/nodejs';

/**
 * A fresh instance of the evaluator, about 10 ms. An instance in which an evaluation trapped (its stack is finite,
 * and nesting in a text isn't) answers nothing any more, so each policy text has its own and replaces it then.
 * The evaluator is a CommonJS module that starts itself when it is loaded; a second start means a second load.
 */
export function startEngine(): Engine {
  const require = createRequire(import.meta.url);
  delete require.cache[require.resolve('@cedar-policy/cedar-wasm/nodejs')];
  return require('@cedar-policy/cedar-wasm/nodejs') as Engine;
}

/** How a WebAssembly instance dies: on its own stack, or on that of the process. */
export function isTrap(error: unknown): boolean {
  return error instanceof Error && (error.name === 'RuntimeError' || error instanceof RangeError);
}

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Dialect, Surface } from '../conversation/surface.ts';
import { surfaceFor } from '../conversation/registry.ts';

/** What a request's method and path ask for. */
export type Route =
  /** A body to a model. */
  | { readonly kind: 'surface'; readonly dialect: Dialect; readonly surface: Surface; readonly upstreamPath: string }
  /** The list of models, or one of it. */
  | { readonly kind: 'models'; readonly dialect: Dialect; readonly model: string | null }
  /** An object that an earlier Responses call left with the provider. */
  | {
      readonly kind: 'response-object';
      readonly dialect: 'openai';
      readonly object: string;
      readonly operation: 'retrieve' | 'delete' | 'cancel' | 'input-items';
      readonly upstreamPath: string;
    }
  /** A token for one tool call. */
  | { readonly kind: 'call-token'; readonly dialect: Dialect }
  | { readonly kind: 'method'; readonly dialect: Dialect; readonly allow: string }
  | { readonly kind: 'unknown'; readonly dialect: Dialect };

const OBJECT_ID = /^[A-Za-z0-9_-]{1,128}$/;
const MODEL_ID = /^[A-Za-z0-9][A-Za-z0-9._:@/-]{0,255}$/;

/**
 * Finds the route of a request. Exact matches only: no case folding, no decoding of path separators, no dot segments,
 * so that no path reaches a provider that was not recognised here.
 *
 * Paths are served at the root (`/v1/…`) and under `/openai` and `/anthropic`.
 */
export function matchRoute(method: string, path: string, headers: IncomingHttpHeaders): Route {
  let rest = path;
  let dialect: Dialect | null = null;
  if (rest.startsWith('/openai/')) {
    dialect = 'openai';
    rest = rest.slice('/openai'.length);
  } else if (rest.startsWith('/anthropic/')) {
    dialect = 'anthropic';
    rest = rest.slice('/anthropic'.length);
  }
  const speaks: Dialect = dialect ?? (headers['anthropic-version'] === undefined ? 'openai' : 'anthropic');
  if (!rest.startsWith('/v1/')) return { kind: 'unknown', dialect: speaks };
  rest = rest.slice('/v1'.length);

  const surface =
    dialect === null ? (surfaceFor('openai', rest) ?? surfaceFor('anthropic', rest)) : surfaceFor(dialect, rest);
  if (surface !== undefined) {
    if (method !== 'POST') return { kind: 'method', dialect: surface.dialect, allow: 'POST' };
    return { kind: 'surface', dialect: surface.dialect, surface, upstreamPath: `/v1${surface.path}` };
  }

  if (rest === '/call-tokens') {
    return method === 'POST'
      ? { kind: 'call-token', dialect: speaks }
      : { kind: 'method', dialect: speaks, allow: 'POST' };
  }

  if (rest === '/models' || rest.startsWith('/models/')) {
    if (method !== 'GET') return { kind: 'method', dialect: speaks, allow: 'GET' };
    if (rest === '/models') return { kind: 'models', dialect: speaks, model: null };
    const model = decode(rest.slice('/models/'.length));
    return model !== null && MODEL_ID.test(model)
      ? { kind: 'models', dialect: speaks, model }
      : { kind: 'unknown', dialect: speaks };
  }

  if (rest.startsWith('/responses/') && dialect !== 'anthropic') return matchResponseObject(method, rest);
  return { kind: 'unknown', dialect: speaks };
}

/**
 * What is probably wrong with a base URL that led to a path which is not served: OpenAI's SDKs want one that ends in
 * `/v1`, Anthropic's add it themselves. Null when that is not it.
 */
export function explainUnknown({ method = 'GET', url = '/', headers }: IncomingMessage): string | null {
  const served = (path: string): boolean => matchRoute(method, path, headers).kind !== 'unknown';
  const [, prefix = '', rest = ''] = /^(\/openai|\/anthropic)?(\/[^?]*)/.exec(url) ?? [];
  if (rest.startsWith('/v1/v1/') && served(prefix + rest.slice('/v1'.length))) {
    return 'It has "/v1" twice: the base URL of this client ends before it.';
  }
  if (served(`${prefix}/v1${rest}`)) return 'The base URL of this client ends in "/v1".';
  return null;
}

function matchResponseObject(method: string, rest: string): Route {
  const [object = '', tail, ...more] = rest.slice('/responses/'.length).split('/');
  if (!OBJECT_ID.test(object) || more.length > 0) return { kind: 'unknown', dialect: 'openai' };
  const found = (operation: 'retrieve' | 'delete' | 'cancel' | 'input-items'): Route => ({
    kind: 'response-object',
    dialect: 'openai',
    object,
    operation,
    upstreamPath: `/v1${rest}`,
  });
  switch (tail) {
    case undefined:
      if (method === 'GET') return found('retrieve');
      if (method === 'DELETE') return found('delete');
      return { kind: 'method', dialect: 'openai', allow: 'GET, DELETE' };
    case 'cancel':
      return method === 'POST' ? found('cancel') : { kind: 'method', dialect: 'openai', allow: 'POST' };
    case 'input_items':
      return method === 'GET' ? found('input-items') : { kind: 'method', dialect: 'openai', allow: 'GET' };
    default:
      return { kind: 'unknown', dialect: 'openai' };
  }
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

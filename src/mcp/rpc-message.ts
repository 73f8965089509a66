import { Fault } from '../core/fault.ts';
import { readJson } from '../text/json/read-json.ts';

export type RpcId = string | number;
export type JsonObject = Readonly<Record<string, unknown>>;

/** One JSON-RPC 2.0 message with the text that it came as: what is not changed is passed on as that text. */
export type RpcMessage = { readonly text: string; readonly value: JsonObject } & (
  | { readonly kind: 'request'; readonly id: RpcId; readonly method: string; readonly params: JsonObject }
  | { readonly kind: 'notification'; readonly method: string; readonly params: JsonObject }
  | {
      readonly kind: 'response';
      readonly id: RpcId | null;
      readonly result: JsonObject | null;
      readonly error: JsonObject | null;
    }
);

export type RpcRequest = Extract<RpcMessage, { kind: 'request' }>;
export type RpcNotification = Extract<RpcMessage, { kind: 'notification' }>;
export type RpcResponse = Extract<RpcMessage, { kind: 'response' }>;

const DEPTH = 64;
const ITEMS = 200_000;

/**
 * Reads one message strictly: no batches (no revision since 2025-06-18 has them), no repeated keys, bounded depth.
 * @param most bytes. @throws Fault `ERR_BODY_MALFORMED`, `ERR_BODY_TOO_LARGE`, `ERR_BODY_TOO_DEEP`.
 */
export function parseMessage(text: string, most: number): RpcMessage {
  const value = readJson(Buffer.from(text), { bytes: most, depth: DEPTH, items: ITEMS });
  if (!isObject(value)) throw malformed('A message is one JSON object; batches are not part of the protocol.');
  if (value['jsonrpc'] !== '2.0') throw malformed('The message is not JSON-RPC 2.0.');
  const { id, method } = value;
  if (method !== undefined) {
    if (typeof method !== 'string' || method.length > 128) throw malformed('The method is no name.');
    const params = value['params'] ?? {};
    if (!isObject(params)) throw malformed('The parameters are no object.');
    if (!('id' in value)) return { text, value, kind: 'notification', method, params };
    if (!isId(id)) throw malformed('The id is neither a string nor a number.');
    return { text, value, kind: 'request', id, method, params };
  }
  if (id !== null && !isId(id)) throw malformed('The message is no request, notification or response.');
  const { result, error } = value;
  if (isObject(result) === isObject(error)) throw malformed('A response has either a result or an error.');
  return {
    text,
    value,
    kind: 'response',
    id,
    result: isObject(result) ? result : null,
    error: isObject(error) ? error : null,
  };
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is RpcId {
  return (
    (typeof value === 'string' && value.length <= 256) || (typeof value === 'number' && Number.isSafeInteger(value))
  );
}

function malformed(message: string): Fault {
  return new Fault('ERR_BODY_MALFORMED', message);
}

/** Codes of JSON-RPC 2.0 and of MCP; `refused` is ours, in the range that servers may define. */
export const RPC_CODES = {
  parse: -32700,
  invalidRequest: -32600,
  unknownMethod: -32601,
  invalidParams: -32602,
  internal: -32603,
  refused: -32000,
  headerMismatch: -32020,
} as const;

export function errorText(id: RpcId | null, code: number, message: string): string {
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } });
}

export function resultText(id: RpcId, result: JsonObject): string {
  return JSON.stringify({ jsonrpc: '2.0', id, result });
}

/** What a model reads when a call was not made: a result of the tool that says so, so that the agent goes on. */
export function refusedCall(id: RpcId, reason: string, modern: boolean): string {
  return resultText(id, {
    ...(modern ? { resultType: 'complete' } : {}),
    content: [{ type: 'text', text: `Parapet did not make this call. ${reason}` }],
    isError: true,
  });
}

import { mirroredArguments } from './inspect-schema.ts';
import { META, metaOf, NAMED_BY, STATELESS } from './protocol.ts';
import { isObject, type JsonObject, type RpcMessage } from './rpc-message.ts';

/** MCP 2026-07-28, Streamable HTTP: how a value is written that is not plain ASCII. */
const ENCODED = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/;
const PLAIN = /^[\x20-\x7e\t]*$/;

export function encodeHeaderValue(value: string): string {
  if (value !== '' && PLAIN.test(value) && value === value.trim() && !ENCODED.test(value)) return value;
  return `=?base64?${Buffer.from(value).toString('base64')}?=`;
}

export function decodeHeaderValue(value: string): string | null {
  const encoded = ENCODED.exec(value)?.[1];
  if (encoded === undefined) return PLAIN.test(value) ? value : null;
  const bytes = Buffer.from(encoded, 'base64');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** The headers that repeat what a message says, for a server that routes by them. */
export function mirroredHeaders(message: RpcMessage, definition: JsonObject | null): Record<string, string> {
  if (message.kind === 'response') return {};
  const { method, params } = message;
  const version = metaOf(params)[META.version];
  if (typeof version !== 'string') return {};
  const headers: Record<string, string> = { 'mcp-protocol-version': version, 'mcp-method': method };
  const name = params[NAMED_BY[method] ?? ''];
  if (typeof name === 'string') headers['mcp-name'] = encodeHeaderValue(name);
  if (method === 'tools/call' && definition !== null) {
    for (const { header, path } of mirroredArguments(definition['inputSchema'])) {
      const value = written(valueAt(params['arguments'], path));
      if (value !== null) headers[`mcp-param-${header.toLowerCase()}`] = encodeHeaderValue(value);
    }
  }
  return headers;
}

/**
 * Why headers and body do not say the same, or null. Whoever stands before or behind may decide by the one, and the server acts
 * by the other. @param definition of the tool that is called, when it is known.
 */
export function disagreement(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  message: RpcMessage,
  definition: JsonObject | null,
): string | null {
  const one = (name: string): string | null | undefined => {
    const value = headers[name];
    if (value === undefined) return undefined;
    return typeof value === 'string' ? decodeHeaderValue(value) : null;
  };
  if (message.kind === 'response') return null;
  const { method, params } = message;
  const stated = metaOf(params)[META.version];
  const version = one('mcp-protocol-version');
  const stateless = typeof stated === 'string' && stated >= STATELESS;
  if (stateless && version !== stated) return 'MCP-Protocol-Version is not what the body says.';
  if (!stateless && typeof version === 'string' && version >= STATELESS && message.kind === 'request')
    return 'MCP-Protocol-Version names a revision whose requests say it in the body.';
  const named = one('mcp-method');
  if (named !== undefined ? named !== method : stateless) return 'Mcp-Method is not the method of the body.';
  const key = Object.hasOwn(NAMED_BY, method) ? NAMED_BY[method] : undefined;
  const name = one('mcp-name');
  if (key === undefined) {
    if (name !== undefined && name !== (params['taskId'] ?? null))
      return 'Mcp-Name names something that the body does not.';
  } else if (name !== undefined ? name !== params[key] : stateless) return 'Mcp-Name is not the name in the body.';

  const declared = new Map(
    (definition === null ? [] : mirroredArguments(definition['inputSchema'])).map(({ header, path }) => [
      `mcp-param-${header.toLowerCase()}`,
      path,
    ]),
  );
  for (const header of Object.keys(headers)) {
    if (!header.startsWith('mcp-param-')) continue;
    const path = declared.get(header);
    if (method !== 'tools/call' || (definition !== null && path === undefined))
      return 'There is an Mcp-Param header that the tool does not declare.';
    if (path !== undefined && one(header) !== written(valueAt(params['arguments'], path)))
      return 'An Mcp-Param header is not the argument in the body.';
  }
  if (stateless) {
    for (const [header, path] of declared)
      if (headers[header] === undefined && written(valueAt(params['arguments'], path)) !== null)
        return 'An Mcp-Param header is missing that the tool declares.';
  }
  return null;
}

function valueAt(root: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, step) => (isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined),
    root,
  );
}

function written(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : null;
}

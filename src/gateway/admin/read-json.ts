import { Fault } from '../../core/fault.ts';
import type { AdminContext } from './admin-context.ts';

const MOST_BYTES = 16 * 1024;

/**
 * The JSON object in a request of the console.
 * @throws Fault `ERR_BODY_TOO_LARGE`, `ERR_BODY_MALFORMED`.
 */
export async function readJsonObject(
  c: AdminContext,
  mostBytes = MOST_BYTES,
): Promise<Readonly<Record<string, unknown>>> {
  const stream = c.req.raw.body;
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (stream !== null) {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > mostBytes) {
        throw new Fault('ERR_BODY_TOO_LARGE', `A request to the console is at most ${mostBytes} bytes.`);
      }
      chunks.push(chunk);
    }
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch (cause) {
    throw new Fault('ERR_BODY_MALFORMED', 'The body is not JSON.', { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Fault('ERR_BODY_MALFORMED', 'The body is not a JSON object.');
  }
  return value as Record<string, unknown>;
}

/** A member that has to be a text of 1 to `most` characters. */
export function readText(body: Readonly<Record<string, unknown>>, name: string, most = 256): string {
  const value = body[name];
  if (typeof value === 'string' && value.length > 0 && value.length <= most) return value;
  throw new Fault('ERR_REQUEST_INVALID', `This must be a text of 1 to ${most} characters.`, { where: name });
}

/** A whole number within bounds; `usual` where it is left out. */
export function readCount(
  body: Readonly<Record<string, unknown>>,
  name: string,
  bounds: { readonly least: number; readonly most: number; readonly usual?: number },
): number {
  const value = body[name] ?? bounds.usual;
  if (typeof value === 'number' && Number.isInteger(value) && value >= bounds.least && value <= bounds.most)
    return value;
  throw new Fault('ERR_REQUEST_INVALID', `This must be a whole number from ${bounds.least} to ${bounds.most}.`, {
    where: name,
  });
}

/** The same for a member that may be left out, be null or be empty. */
export function readOptionalText(
  body: Readonly<Record<string, unknown>>,
  name: string,
  most = 256,
): string | undefined {
  const value = body[name];
  return value === undefined || value === null || value === '' ? undefined : readText(body, name, most);
}

import { Fault, isFault } from '../../core/fault.ts';
import type { RemoteBytes } from '../../scan/remote-source.ts';
import { type RemoteAnswer, type RemoteClient, shown } from './http-client.ts';

/** Bytes of the first look, which usually are all that is needed of a header. */
const FIRST = 1 << 16;
/** A server that knows no ranges sends all: as much is held in memory. */
const WHOLE = 64 << 20;
/** Bytes that are fetched of one file in all. */
const MOST = 2 * 2 ** 30;

/**
 * A file behind HTTP, of which ranges are fetched (RFC 9110 §14). That it stays the same file is checked by its size, and by its entity tag
 * where it has one.
 * @throws Fault `ERR_UPSTREAM_UNREACHABLE`, `ERR_UPSTREAM_INVALID`, `ERR_NOT_FOUND`, `ERR_USAGE`
 */
export async function openRemoteFile(
  client: RemoteClient,
  address: URL,
): Promise<RemoteBytes & { readonly fetched: () => number }> {
  const where = shown(address);
  const first = await client.get(address, { range: `bytes=0-${FIRST - 1}` });
  let total = 0;
  if (first.status === 416) {
    first.close();
    if (rangeOf(first.headers)?.size === 0) return { size: 0, read: async () => new Uint8Array(), fetched: () => 0 };
  }
  if (first.status === 200 || first.status === 206) assertNoPage(first, address);
  if (first.status === 200) {
    const bytes = await first.body(WHOLE).catch((cause: unknown) => {
      // Broken off is not too long.
      if (isFault(cause) && cause.code !== 'ERR_UPSTREAM_INVALID') throw cause;
      throw new Fault(
        'ERR_UPSTREAM_INVALID',
        'The server sends no parts of files, and this one is too large to be fetched as a whole.',
        {
          where,
          hint: 'Download it and scan the file.',
          cause,
        },
      );
    });
    total = bytes.length;
    return {
      size: bytes.length,
      read: async (offset, length) => bytes.subarray(offset, offset + length),
      fetched: () => total,
    };
  }
  const range = rangeOf(first.headers);
  if (first.status !== 206 || range === null || range.from !== 0) {
    first.close();
    if (first.status === 404 || first.status === 410)
      throw new Fault('ERR_NOT_FOUND', 'There is no such file.', { where });
    if (first.status === 401 || first.status === 403) {
      throw new Fault('ERR_UPSTREAM_INVALID', 'The server wants credentials, which are never sent.', {
        where,
        hint: 'Download the file and scan it.',
      });
    }
    throw new Fault('ERR_UPSTREAM_INVALID', `The server answers with status ${first.status}.`, { where });
  }
  const { size } = range;
  const head = await first.body(FIRST);
  total = head.length;
  if (head.length !== Math.min(FIRST, size))
    throw new Fault('ERR_UPSTREAM_INVALID', 'The server sends less than it says.', { where });
  const tag = first.headers['etag'];
  const same = typeof tag === 'string' && !tag.startsWith('W/') ? { 'if-range': tag } : {};
  let place = first.url;
  return {
    size,
    fetched: () => total,
    read: async (offset, length) => {
      if (length === 0) return new Uint8Array();
      if (offset + length <= head.length) return head.subarray(offset, offset + length);
      total += length;
      if (total > MOST)
        throw new Fault('ERR_UPSTREAM_INVALID', `More than ${MOST} bytes would have to be fetched.`, { where });
      const headers = { range: `bytes=${offset}-${offset + length - 1}`, ...same };
      let answer = await client.get(place, headers);
      if (answer.status === 403 && place !== address) {
        // Signed addresses end: ask again where the file is.
        answer.close();
        answer = await client.get(address, headers);
        place = answer.url;
      }
      const part = rangeOf(answer.headers);
      if (answer.status !== 206 || part === null || part.size !== size || part.from !== offset) {
        answer.close();
        throw new Fault(
          'ERR_UPSTREAM_INVALID',
          'The file changed while it was read, or its server does not send what it was asked for.',
          { where },
        );
      }
      return answer.body(length);
    },
  };
}

/** A page of a hub about a file, or one to log in at, holds nothing bad: it would be called clean in place of the file. */
function assertNoPage({ headers, close }: RemoteAnswer, address: URL): void {
  const type = headers['content-type'];
  if (typeof type !== 'string' || !/^\s*(?:text\/html|application\/xhtml\+xml)\b/i.test(type)) return;
  if (/\.x?html?$/i.test(address.pathname)) return;
  close();
  throw new Fault('ERR_UPSTREAM_INVALID', 'The server sends a web page and not a file.', {
    where: shown(address),
    hint: 'Give the address of the file itself, such as one with /resolve/ or /raw/ in it.',
  });
}

/** `Content-Range: bytes 0-99/1234`, or `bytes * /1234` of a range that does not exist. */
function rangeOf(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): { readonly from: number; readonly size: number } | null {
  const value = headers['content-range'];
  const match = typeof value === 'string' ? /^bytes (?:(\d{1,15})-\d{1,15}|\*)\/(\d{1,15})$/.exec(value.trim()) : null;
  return match === null ? null : { from: Number(match[1] ?? 0), size: Number(match[2]) };
}

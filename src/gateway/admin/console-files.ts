import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Context } from 'hono';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
};

interface ConsoleFile {
  readonly type: string;
  readonly etag: string;
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly gzipped: Uint8Array<ArrayBuffer> | null;
  /** The bundler put a hash of the content into the name, so it never changes. */
  readonly immutable: boolean;
}

/** The built console. It is small, so it is read into memory whole: a request can name nothing but what was found there. */
export interface ConsoleFiles {
  /** The file's answer, or null when there is none of this path (`/assets/index-….js`). */
  serve(c: Context, path: string): Promise<Response | null>;
}

export function createConsoleFiles(directory: string): ConsoleFiles {
  let files: Promise<ReadonlyMap<string, ConsoleFile>> | null = null;

  const load = async () => {
    const known = await (files ??= readAll(directory));
    // Not built yet: look again next time, so that building it needs no restart.
    if (!known.has('/index.html')) files = null;
    return known;
  };

  return {
    async serve(c, path) {
      const file = (await load()).get(path);
      if (file === undefined) return null;
      const headers: Record<string, string> = {
        'content-type': file.type,
        'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
        etag: file.etag,
        vary: 'accept-encoding',
      };
      if (c.req.header('if-none-match') === file.etag) return c.body(null, 304, headers);
      const takesGzip = /\bgzip\b/.test(c.req.header('accept-encoding') ?? '');
      if (takesGzip && file.gzipped !== null) {
        return c.body(file.gzipped, 200, { ...headers, 'content-encoding': 'gzip' });
      }
      return c.body(file.plain, 200, headers);
    },
  };
}

async function readAll(directory: string): Promise<ReadonlyMap<string, ConsoleFile>> {
  const files = new Map<string, ConsoleFile>();
  let entries;
  try {
    entries = await readdir(directory, { recursive: true, withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return files;
    throw error;
  }
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const plain = new Uint8Array(await readFile(path));
    const type = TYPES[extname(entry.name)] ?? 'application/octet-stream';
    const url = `/${relative(directory, path).split(sep).join('/')}`;
    const gzipped = type.startsWith('image/png') || plain.length < 1024 ? null : await promisify(gzip)(plain);
    files.set(url, {
      type,
      etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
      plain,
      gzipped: gzipped === null ? null : new Uint8Array(gzipped),
      immutable: url.startsWith('/assets/'),
    });
  }
  return files;
}

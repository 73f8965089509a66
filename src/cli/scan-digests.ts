import { statSync } from 'node:fs';
import type { FileResult } from '../scan/file-result.ts';
import { digestFile } from './digest-file.ts';

/** SHA-256 of the files of a scan: of the bytes that were looked at, or none. */
export class ScanDigests {
  readonly #files = new Map<string, { readonly path: string; readonly before: string | null }>();

  /** Before the file is looked at. @param name as results show it */
  begin(name: string, path: string): void {
    this.#files.set(name, { path, before: stamp(path) });
  }

  /** After it was: the result with the digest of the file; one that was changed since `begin` is not wholly looked at. */
  async end(result: FileResult): Promise<FileResult> {
    const file = this.#files.get(result.file);
    if (file === undefined || result.verdict === 'error') return result;
    try {
      const sha256 = await digestFile(file.path);
      if (file.before !== null && stamp(file.path) === file.before) return { ...result, sha256 };
    } catch {
      // It is gone, or can no longer be read: that is a change, too.
    }
    const gaps = [...result.gaps, { reason: 'it was changed meanwhile', where: { member: null, offset: null } }];
    return { ...result, gaps, verdict: result.verdict === 'clean' ? 'incomplete' : result.verdict };
  }
}

/** What changes when a file does: the time of its last change of state cannot be set by programs. */
function stamp(path: string): string | null {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
  } catch {
    return null;
  }
}

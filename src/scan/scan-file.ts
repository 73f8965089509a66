import { readlinkSync } from 'node:fs';
import { type ByteSource, memorySource } from '../bytes/byte-source.ts';
import type { ArtifactContext } from './artifact.ts';
import type { FileResult } from './file-result.ts';
import { type FileSource, openFileSource } from './file-source.ts';
import type { NativeUnpacker } from '../formats/native-unpacker.ts';
import type { MemoryTurn } from './memory-turn.ts';
import { READERS, RULES } from './registry.ts';
import { scanSource } from './scan-artifact.ts';
import type { ScanLimits } from './scan-limits.ts';

/** What a thread has besides itself. */
export interface ScanMeans {
  readonly turn?: MemoryTurn;
  readonly native?: NativeUnpacker;
}

/** Looks at one file of the disk. Never throws: what cannot be opened is an `error`. */
export function scanFile(
  path: string,
  shown: string,
  limits?: ScanLimits,
  means: ScanMeans = {},
  context?: ArtifactContext,
): FileResult {
  let source;
  try {
    source = context?.link === true ? linkSource(path) : openFileSource(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    if (code === 'ENOENT' && shown.includes('\ufffd'))
      return failed(shown, 'it cannot be opened: its name is no UTF-8');
    return failed(shown, `it cannot be opened (${code})`);
  }
  try {
    const result = scanBytes(shown, source, limits, means, context);
    if (!source.changed()) return result;
    const gaps = [...result.gaps, { reason: 'it was changed meanwhile', where: { member: null, offset: null } }];
    return { ...result, gaps, verdict: result.verdict === 'clean' ? 'incomplete' : result.verdict };
  } finally {
    source.close();
  }
}

/** Looks at bytes that can be read. Never throws: what cannot be read is an `error`. */
export function scanBytes(
  shown: string,
  source: ByteSource,
  limits?: ScanLimits,
  means: ScanMeans = {},
  context?: ArtifactContext,
): FileResult {
  try {
    const now = (): number => performance.now() - (means.turn?.waited ?? 0);
    const options = { readers: READERS, rules: RULES, now, ...means };
    return scanSource(shown, source, limits === undefined ? options : { ...options, limits }, context);
  } catch (error) {
    return failed(shown, `it cannot be read (${(error as NodeJS.ErrnoException).code ?? (error as Error).name})`);
  }
}

export function failed(file: string, error: string): FileResult {
  return { file, verdict: 'error', formats: [], findings: [], gaps: [], size: 0, error };
}

/** The path that a symbolic link leads to, as a source. */
function linkSource(path: string): FileSource {
  return { ...memorySource(readlinkSync(path, 'buffer')), bytesRead: 0, changed: () => false, close: () => {} };
}

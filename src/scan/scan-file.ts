import { readlinkSync } from 'node:fs';
import { memorySource } from '../bytes/byte-source.ts';
import type { ArtifactContext } from './artifact.ts';
import type { FileResult } from './file-result.ts';
import { type FileSource, openFileSource } from './file-source.ts';
import { READERS, RULES } from './registry.ts';
import { scanSource } from './scan-artifact.ts';
import type { ScanLimits } from './scan-limits.ts';

/** Looks at one file of the disk. Never throws: what cannot be opened is an `error`. */
export function scanFile(path: string, shown: string, limits?: ScanLimits, context?: ArtifactContext): FileResult {
  let source;
  try {
    source = context?.link === true ? linkSource(path) : openFileSource(path);
  } catch (error) {
    return failed(shown, `it cannot be opened (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
  try {
    const options = { readers: READERS, rules: RULES, now: () => performance.now() };
    return scanSource(shown, source, limits === undefined ? options : { ...options, limits }, context);
  } catch (error) {
    return failed(shown, `it cannot be read (${(error as NodeJS.ErrnoException).code ?? (error as Error).name})`);
  } finally {
    source.close();
  }
}

export function failed(file: string, error: string): FileResult {
  return { file, verdict: 'error', formats: [], findings: [], gaps: [], size: 0, error };
}

/** The path that a symbolic link leads to, as a source. */
function linkSource(path: string): FileSource {
  return { ...memorySource(readlinkSync(path, 'buffer')), bytesRead: 0, close: () => {} };
}

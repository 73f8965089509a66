import type { ByteSource } from '../bytes/byte-source.ts';

/** Something with bytes that is looked at: a file, or a member of one, however deep. */
export interface Artifact {
  readonly source: ByteSource;
  /** File name, or the member's name within its archive. */
  readonly name: string;
  /** Names from the outermost archive down to this member; empty for a file itself. */
  readonly members: readonly string[];
  /** Levels of archives around it. */
  readonly depth: number;
  /** Id of the reader that found it inside another artifact, or null for a file. */
  readonly within: string | null;
  /** Up to 4,096 first bytes. */
  readonly head: Uint8Array;
}

/** Lower-case extension with its dot, or `''`. */
export function extensionOf(name: string): string {
  const base = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
  const dot = base.lastIndexOf('.');
  return dot <= 0 ? '' : base.slice(dot).toLowerCase();
}

export const HEAD = 4096;

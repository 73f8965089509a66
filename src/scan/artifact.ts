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
  /** First bytes: 4,096 of a file, 512 of a large member, of which an archive may have thousands. */
  readonly head: Uint8Array;
  readonly context?: ArtifactContext;
  /** What the package around it says about it, where it is one that lists its files. */
  readonly listing?: MemberListing;
}

/** A member in the list of files that a package brings. */
export interface MemberListing {
  /** SHA-256 in base64url without padding; null where the list does not have it. */
  readonly sha256: string | null;
  /** It lies where packages of that kind have their libraries. */
  readonly isUsual: boolean;
}

/** What the folders around a file say about it. */
export interface ArtifactContext {
  /** The skill that it belongs to: the nearest folder around it that has a SKILL.md. */
  readonly skill?: string;
  /** The file is a symbolic link that leads out of its skill; its content is the target's path. */
  readonly link?: true;
}

/** Lower-case extension with its dot, or `''`. */
export function extensionOf(name: string): string {
  const base = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
  const dot = base.lastIndexOf('.');
  return dot <= 0 ? '' : base.slice(dot).toLowerCase();
}

/** How many first bytes are read of something of `size` bytes. */
export function headLength(size: number, depth: number): number {
  return depth > 0 && size > 1 << 16 ? 512 : 4096;
}

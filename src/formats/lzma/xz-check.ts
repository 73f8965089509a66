import { createHash } from 'node:crypto';
import { crc32 } from '../crc-32.ts';
import { Crc64 } from './crc-64.ts';

/** Bytes of the integrity check, by its kind (xz-file-format 1.2.0 §2.1.1.2). */
const SIZES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];
const [NONE, CRC32, CRC64, SHA256] = [0, 1, 4, 10];

/** What stands behind each block of an .xz stream. */
export interface XzCheck {
  readonly size: number;
  /** False: of a kind that no version of the format defines, which nobody can compare. */
  readonly known: boolean;
  /** Begins the check of a block; null where nothing is compared. */
  begin(): { update(bytes: Uint8Array): void; digest(): Uint8Array } | null;
}

class Crc32 {
  #crc = 0;

  update(bytes: Uint8Array): void {
    this.#crc = crc32(bytes, this.#crc);
  }

  digest(): Uint8Array {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(this.#crc);
    return bytes;
  }
}

/** @param kind the lower half of the second byte of the stream's flags */
export function xzCheck(kind: number): XzCheck {
  return {
    size: SIZES[kind & 15]!,
    known: [NONE, CRC32, CRC64, SHA256].includes(kind),
    begin: () => {
      if (kind === CRC32) return new Crc32();
      if (kind === CRC64) return new Crc64();
      return kind === SHA256 ? createHash('sha256') : null;
    },
  };
}

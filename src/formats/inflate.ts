import { inflateRawSync, inflateSync } from 'node:zlib';
import { Fault } from '../core/fault.ts';
import type { Extraction } from './extraction.ts';
import { limitFault, malformed } from './extraction.ts';

/**
 * Unpacks deflate data within what `out` allows: zlib stops at the bound, so nothing larger is ever allocated.
 * @param wrapper `zlib` (RFC 1950: PNG) or `raw` (RFC 1951: ZIP).
 * @throws Fault `ERR_FILE_LIMIT`, `ERR_FILE_MALFORMED`.
 */
export function inflate(packed: Uint8Array, wrapper: 'zlib' | 'raw', format: string, out: Extraction): Uint8Array {
  const maxOutputLength = out.mayUnpack(packed.length);
  try {
    const bytes = (wrapper === 'zlib' ? inflateSync : inflateRawSync)(packed, { maxOutputLength });
    out.unpacked(packed.length, bytes.length);
    return bytes;
  } catch (error) {
    if (error instanceof Fault) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw limitFault('compressed parts that unpack to more than is allowed');
    }
    throw malformed(format, 'compressed data is damaged');
  }
}

/**
 * Gives the memory of unpacked bytes back at once: the collector sees a small object and is in no hurry, and a thread that unpacks many would fill the
 * machine. Nothing may read them, or any view of the same buffer, afterwards. Does nothing where the runtime cannot (before Node 22).
 */
export function freeBytes(bytes: Uint8Array): void {
  const buffer = bytes.buffer as ArrayBuffer & { transfer?: (length: number) => ArrayBuffer };
  // Small buffers share a pool.
  if (bytes.byteLength >= 4096 && buffer instanceof ArrayBuffer) buffer.transfer?.(0);
}

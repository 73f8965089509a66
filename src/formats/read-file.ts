import { isFault } from '../core/fault.ts';
import { Extraction, type FileLimits, type GapReason, type Reading } from './extraction.ts';
import { FORMATS, sniffFormats } from './registry.ts';

/**
 * Everything in a file that can be read as text, by what the file is and not by what it is called. Whatever cannot be read is a
 * gap, with what was read before it; nothing is thrown. Time and memory are bounded by `limits` but for the formats that
 * are `heavy`, which belong on a thread that can be ended.
 */
export async function readFileText(bytes: Uint8Array, limits: FileLimits): Promise<Reading> {
  const out = Extraction.begin(limits, readInto);
  if (bytes.length === 0) return out.reading;
  if (bytes.length > limits.bytes) {
    out.gap('limit', '', `a file of ${bytes.length} bytes; at most ${limits.bytes} are read`);
    return out.reading;
  }
  try {
    await readInto(bytes, out);
  } catch (error) {
    note(error, out);
  }
  return out.reading;
}

/** Bytes from which on a text takes so long that it counts as heavy. */
const HEAVY_TEXT = 1 << 20;

/**
 * True when these bytes may take much time or memory: documents, large texts, and anything with a document behind its end. Quick itself,
 * whatever the bytes are.
 */
export function isHeavy(bytes: Uint8Array): boolean {
  if (FORMATS.some((format) => format.heavy === true && format.sniff(bytes))) return true;
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (all.includes('%PDF-') || all.includes('PK\x03\x04')) return true;
  return bytes.length > HEAVY_TEXT && !FORMATS.some((format) => format.picture === true && format.sniff(bytes));
}

/** @throws Fault `ERR_FILE_LIMIT` when what all parts share is used up: then the rest is not read either. */
async function readInto(bytes: Uint8Array, out: Extraction): Promise<void> {
  out.count();
  const formats = sniffFormats(bytes);
  if (formats.length > 1) out.note(`several formats at once: ${formats.map(({ id }) => id).join(', ')}`);
  if (formats.length === 0 && out.outermost) out.gap('unsupported', '', 'a file of no known format');
  for (const format of formats) {
    out.format(format.id);
    try {
      await format.read(bytes, out);
    } catch (error) {
      if (!out.outermost && isFault(error) && error.code === 'ERR_FILE_LIMIT') throw error;
      note(error, out);
    }
  }
}

const REASONS: Readonly<Record<string, GapReason>> = {
  ERR_FILE_LIMIT: 'limit',
  ERR_FILE_ENCRYPTED: 'encrypted',
  ERR_FILE_MALFORMED: 'damaged',
};

function note(error: unknown, out: Extraction): void {
  // A parser that fell over for another reason is a bug of ours; what it leaves is unread all the same.
  const fault = isFault(error) ? error : null;
  const reason = REASONS[fault?.code ?? ''] ?? 'damaged';
  out.gap(reason, '', fault?.message ?? 'the reader failed');
}

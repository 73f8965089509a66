import type { Message } from './decode-message.ts';
import { ONNX_ELEMENT_TYPES, type OnnxElementType, type OnnxExternalData, type OnnxTensor } from './onnx-model.ts';
import { byteLength, elementCount, entryCount, fromBytes, fromValues, type NumericElementType } from './tensor-data.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The field that holds the numbers of a type where `raw_data` does not. */
const FIELD: Readonly<Record<NumericElementType, string>> = {
  float32: 'floats',
  complex64: 'floats',
  float64: 'doubles',
  complex128: 'doubles',
  int64: 'int64s',
  uint32: 'uint64s',
  uint64: 'uint64s',
  uint8: 'int32s',
  int8: 'int32s',
  uint16: 'int32s',
  int16: 'int32s',
  int32: 'int32s',
  bool: 'int32s',
  float16: 'int32s',
  bfloat16: 'int32s',
  float8e4m3fn: 'int32s',
  float8e4m3fnuz: 'int32s',
  float8e5m2: 'int32s',
  float8e5m2fnuz: 'int32s',
  uint4: 'int32s',
  int4: 'int32s',
  float4e2m1: 'int32s',
};

/**
 * A decoded TensorProto. The number of values must be what the dimensions say.
 * @param upTo elements up to which the values are made, as copies; longer tensors are checked all the same
 */
export function readTensor(message: Message, malformed: (reason: string) => never, upTo = Infinity): OnnxTensor {
  const name = JSON.stringify(message['name'] ?? '');
  const code = message['type'];
  const type = (ONNX_ELEMENT_TYPES as Readonly<Record<string, OnnxElementType>>)[String(code)];
  if (type === undefined) return malformed(`tensor ${name} has element type ${String(code)}`);
  if (message['segment'] !== undefined) return malformed(`tensor ${name} is split into segments`);
  const dims = ((message['dims'] ?? []) as readonly (number | bigint)[]).map(Number);
  const count = elementCount(dims);
  if (count === null) return malformed(`tensor ${name} has dimensions ${dims.join(' x ')}`);

  const location = message['location'] ?? 0;
  // Other readers keep 32 bits of this number, and would find another place in it.
  if (location !== 0 && location !== 1) return malformed(`tensor ${name} lies at a place of kind ${String(location)}`);
  if (location === 1) {
    if (type === 'string') return malformed(`tensor ${name} of texts lies in another file`);
    const external = readExternal((message['external'] ?? []) as readonly Message[], name, malformed);
    if (external.length !== undefined && external.length !== byteLength(type, count)) {
      return malformed(`tensor ${name} needs ${byteLength(type, count)} bytes and names ${external.length}`);
    }
    return { type, dims, data: null, external };
  }

  if (type === 'string') {
    const strings = (message['strings'] ?? []) as readonly Uint8Array[];
    if (strings.length !== count) return malformed(`tensor ${name} has ${strings.length} texts for ${count}`);
    try {
      return { type, dims, data: strings.map((bytes) => UTF8.decode(bytes)) };
    } catch {
      return malformed(`tensor ${name} has a text that is not UTF-8`);
    }
  }

  const raw = message['raw'] as Uint8Array | undefined;
  const field = FIELD[type];
  const values = message[field] as readonly (number | bigint)[] | undefined;
  // An empty raw_data beside a typed field occurs, and means nothing.
  if (raw !== undefined && !(raw.length === 0 && values !== undefined)) {
    if (values !== undefined) return malformed(`tensor ${name} has its values twice`);
    const length = byteLength(type, count);
    if (raw.length !== length) return malformed(`tensor ${name} has ${raw.length} bytes for ${length}`);
    if (count > upTo) return { type, dims, data: null };
    return { type, dims, data: fromBytes(type, upTo === Infinity ? raw : raw.slice()) };
  }
  const entries = entryCount(type, count);
  if ((values?.length ?? 0) !== entries)
    return malformed(`tensor ${name} has ${values?.length ?? 0} values for ${entries}`);
  if (count > upTo) return { type, dims, data: null };
  return { type, dims, data: fromValues(type, values ?? []) };
}

function readExternal(
  entries: readonly Message[],
  name: string,
  malformed: (reason: string) => never,
): OnnxExternalData {
  const values = new Map(entries.map((entry) => [entry['key'] as string, (entry['value'] ?? '') as string]));
  const location = values.get('location') ?? '';
  if (!isInsideFolder(location)) return malformed(`tensor ${name} lies in a file outside the model's folder`);
  const bytes = (key: string): number | undefined => {
    const value = values.get(key);
    if (value === undefined) return undefined;
    const number = /^\d{1,15}$/.test(value) ? Number(value) : NaN;
    return Number.isSafeInteger(number)
      ? number
      : malformed(`tensor ${name} has the ${key} ${JSON.stringify(value.slice(0, 40))}`);
  };
  const length = bytes('length');
  return { location, offset: bytes('offset') ?? 0, ...(length === undefined ? {} : { length }) };
}

/** ONNX Runtime takes a location with this in it for an address in its own memory. */
const MEMORY_MARK = '_ORT_MEM_ADDR_';

/**
 * Whether a relative path names a file in the model's folder or below: no root, drive, backslash, `..` or NUL, and no mark with a
 * meaning of its own. Whoever opens it must still refuse a symbolic link that leads out.
 */
export function isInsideFolder(location: string): boolean {
  if (location === '' || location.length > 1024 || location.startsWith('/')) return false;
  if (location.includes(MEMORY_MARK)) return false;
  for (const character of ['\\', '\0', ':']) if (location.includes(character)) return false;
  return location.split('/').every((part) => part !== '..' && part !== '');
}

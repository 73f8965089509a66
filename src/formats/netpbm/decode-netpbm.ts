import { Fault } from '../../core/fault.ts';
import { type DecodedImage, MAX_PIXELS } from '../decoded-image.ts';

/** True when the bytes begin as a PGM or PPM picture does. */
export function isNetpbm(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && [0x32, 0x33, 0x35, 0x36].includes(bytes[1]!) && isSpace(bytes[2]);
}

/**
 * Decodes PGM and PPM (Netpbm: `P2`, `P3` with numbers as text, `P5`, `P6` with bytes; the first picture of a file).
 * @throws Fault `ERR_DATA` when it is damaged, or larger than `MAX_PIXELS`.
 */
export function decodeNetpbm(bytes: Uint8Array): DecodedImage {
  if (!isNetpbm(bytes)) throw bad('it does not begin with P2, P3, P5 or P6', 0);
  const kind = bytes[1]! - 0x30;
  let at = 2;
  const skip = (): void => {
    while (at < bytes.length && (isSpace(bytes[at]) || bytes[at] === 0x23)) {
      if (bytes[at] === 0x23) while (at < bytes.length && bytes[at] !== 0x0a && bytes[at] !== 0x0d) at++;
      else at++;
    }
  };
  const whole = (): number => {
    skip();
    const start = at;
    let value = 0;
    while (at < bytes.length && bytes[at]! >= 0x30 && bytes[at]! <= 0x39) {
      value = value * 10 + bytes[at]! - 0x30;
      if (value > 1e9) throw bad('a number is too large', start);
      at++;
    }
    if (at === start) throw bad('a number was expected', at);
    return value;
  };
  const width = whole();
  const height = whole();
  const max = whole();
  if (width === 0 || height === 0) throw bad('it has no pixels', at);
  if (width * height > MAX_PIXELS) throw bad(`it has more than ${MAX_PIXELS} pixels`, at);
  if (max === 0 || max > 65_535) throw bad('its largest value is not 1 to 65535', at);
  const channels = kind === 3 || kind === 6 ? 3 : 1;
  const count = width * height * channels;
  if (kind <= 3) {
    // Each number takes two bytes at least, so that the length bounds what is allocated.
    if (bytes.length - at < 2 * count - 1) throw bad('it ends before its last pixel', bytes.length);
    const data = max > 255 ? new Uint16Array(count) : new Uint8Array(count);
    for (let index = 0; index < count; index++) {
      const value = whole();
      if (value > max) throw bad('a value is above the largest', at);
      data[index] = value;
    }
    return { width, height, channels, max, data };
  }
  if (!isSpace(bytes[at])) throw bad('one space must follow the largest value', at);
  at++;
  const size = count * (max > 255 ? 2 : 1);
  if (bytes.length - at < size) throw bad('it ends before its last pixel', bytes.length);
  if (max <= 255) return { width, height, channels, max, data: new Uint8Array(bytes.subarray(at, at + size)) };
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, size);
  return { width, height, channels, max, data: Uint16Array.from({ length: count }, (_, i) => view.getUint16(2 * i)) };
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);
}

function bad(what: string, at: number): Fault {
  return new Fault('ERR_DATA', `The PGM or PPM picture is damaged: ${what}.`, { where: `byte ${at}` });
}

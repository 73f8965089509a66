import { crc32, deflateRawSync } from 'node:zlib';

export interface MadeMember {
  readonly name: string;
  readonly data: Uint8Array;
  /** Name in the local header where it differs. */
  readonly localName?: string;
  readonly deflate?: boolean;
  readonly flags?: number;
  readonly mode?: number;
  /** Left out of the directory. */
  readonly hidden?: boolean;
}

/** A ZIP archive with whatever lies in it is told to tell. For tests. */
export function makeZip(
  members: readonly MadeMember[],
  around: { readonly before?: Uint8Array; readonly after?: Uint8Array } = {},
): Uint8Array {
  const parts: Uint8Array[] = [around.before ?? new Uint8Array()];
  const directory: Uint8Array[] = [];
  let at = parts[0]!.length;
  for (const member of members) {
    const name = Buffer.from(member.name);
    const localName = Buffer.from(member.localName ?? member.name);
    const data = member.deflate === true ? deflateRawSync(member.data) : member.data;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(20, 4);
    local.writeUInt16LE(member.flags ?? 0, 6);
    local.writeUInt16LE(member.deflate === true ? 8 : 0, 8);
    local.writeUInt32LE(crc32(member.data), 14);
    local.writeUInt32LE(data.length, 18);
    local.writeUInt32LE(member.data.length, 22);
    local.writeUInt16LE(localName.length, 26);
    parts.push(local, localName, data);
    if (member.hidden !== true) {
      const entry = Buffer.alloc(46);
      entry.writeUInt32LE(0x02014b50, 0);
      entry.writeUInt16LE((3 << 8) | 20, 4);
      entry.writeUInt16LE(20, 6);
      local.copy(entry, 8, 6, 26);
      entry.writeUInt16LE(name.length, 28);
      entry.writeUInt32LE(((member.mode ?? 0o100644) << 16) >>> 0, 38);
      entry.writeUInt32LE(at, 42);
      directory.push(entry, name);
    }
    at += 30 + localName.length + data.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  const count = members.filter((member) => member.hidden !== true).length;
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, list, end, around.after ?? new Uint8Array()]);
}

export interface MadeTarMember {
  readonly name: string;
  readonly data?: Uint8Array;
  /** `0` file, `1` hard link, `2` symbolic link, `6` pipe. */
  readonly type?: string;
  readonly target?: string;
}

/** A ustar archive. For tests. */
export function makeTar(members: readonly MadeTarMember[]): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (const { name, data = new Uint8Array(), type = '0', target = '' } of members) {
    const head = Buffer.alloc(512);
    head.write(name, 0, 100);
    head.write('0000644\0', 100);
    head.write(`${data.length.toString(8).padStart(11, '0')}\0`, 124);
    head.write('        ', 148);
    head.write(type, 156);
    head.write(target, 157, 100);
    head.write('ustar\u000000', 257);
    const sum = head.reduce((total, byte) => total + byte, 0);
    head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    blocks.push(head, data, Buffer.alloc((512 - (data.length % 512)) % 512));
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

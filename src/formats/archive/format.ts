import { type Format, latin1, startsWith } from '../format.ts';

/** ZIP archives that are no documents, and OLE files: old Office formats, and the shell of encrypted new ones. */
export const archive: Format = {
  id: 'archive',
  sniff: (bytes) =>
    startsWith(bytes, 'PK\x03\x04') ||
    startsWith(bytes, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1') ||
    startsWith(bytes, '\x1f\x8b') ||
    startsWith(bytes, '7z\xbc\xaf\x27\x1c') ||
    startsWith(bytes, 'Rar!'),
  read(bytes, out) {
    if (!startsWith(bytes, '\xd0\xcf\x11\xe0')) return out.gap('unsupported', '', 'an archive');
    // [MS-OFFCRYPTO] §2.3.4: the stream that holds the encrypted package; names are UTF-16.
    const name = Buffer.from('EncryptedPackage', 'utf16le').toString('latin1');
    const directory = latin1(bytes, 0, bytes.length);
    if (directory.includes(name)) out.gap('encrypted', '', 'an encrypted Office document');
    else out.gap('unsupported', '', 'an Office document of the old binary format');
  },
};

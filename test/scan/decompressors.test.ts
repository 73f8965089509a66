import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Bzip2Stream } from '../../src/formats/bzip2/bzip2-stream.ts';
import { type ByteSource, memorySource } from '../../src/bytes/byte-source.ts';
import { lzmaAloneHeader, LzmaStream } from '../../src/formats/lzma/lzma-stream.ts';
import { XzStream } from '../../src/formats/lzma/xz-stream.ts';
import { collectPieces } from '../../src/formats/collect-pieces.ts';
import type { PieceStream } from '../../src/formats/piece-stream.ts';

/** `b'parapet ' * 40 + bytes(range(256))`, packed by liblzma 5.2 and libbz2 1.0.8. */
const PLAIN = Buffer.concat([
  Buffer.from('parapet '.repeat(40)),
  Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
]);
const XZ =
  '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4AI/APZdADgYSqqcNRKPI10AdsOB4H0S46bQ0u34UEIYjkznbsR3EHBuBAr+WFarmeOyGjSHQSUhEZcOCgBNLzqEtn/UL2KpKqU3DpYhUeOJjNioWh2oGG9K9kuQ9SAnsb5JgAmMRFmPS6smxXrdqqYRrDO7IirEIK/kygOEPtFH7Yug3uzLzorlmWa4wAEEzTwzEPVWi4DN+uMQC/VNGpe3X2JTyUYXj/dJbiRoEm16my4aPr/6pQZ6beE5W51EbF4bYRCCLF0Y/jgKcslSe6jeDwirMgvCsNESsyw//3Enp0pgXXHkb+c+cvC9RNWeEiumCuj8t9EY9uJtAAAAAIXFlxGN/Y3aAAGSAsAEAAAvdn+YscRn+wIAAAAABFla';
const LZMA =
  'XQAAgAD//////////wA4GEqqnDUSjyNdAHbDgeB9EuOm0NLt+FBCGI5M527EdxBwbgQK/lhWq5njsho0h0ElIRGXDgoATS86hLZ/1C9iqSqlNw6WIVHjiYzYqFodqBhvSvZLkPUgJ7G+SYAJjERZj0urJsV63aqmEawzuyIqxCCv5MoDhD7RR+2LoN7sy86K5ZlmuMABBM08MxD1VouAzfrjEAv1TRqXt19iU8lGF4/3SW4kaBJtepsuGj6/+qUGem3hOVudRGxeG2EQgixdGP44CnLJUnuo3g8IqzILwrDRErMsP/9xJ6dKYF1x5G/nPnLwvUTVnhIrpgro/LfRGZvTasf/+ZkgAA==';
const BZIP2 =
  'QlpoOTFBWSZTWTlxRHsAAJv/////////////////////////////////////////////sAD6kJMABMAATAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABJgAJgACYAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAESoaEyaZpPQBMjBMJgmCaYmRpgCYTBMAQYAjNBGTAJkYEwAmBMRgAAJgTAmBGABMJhMQNBpkYOcQEJEMIyQl5BMT8ko5RSVDSvljiwtLi8wMTIz5hoa812NiAQhABsbnBydc87PD0+KCkqKywtLi8wMTIzNDU2Nzg5Ojs8PT4/QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlmZ2hpah4AAgdQABB3e81tgwAAQNrc3uDi5Off8DotiEIA4hoAAgHlJCAAIHYcNAAEDuvvDz4fE9PfjfH1+f4CBgoPyQkL5fNDQ8RExUX54yNjo+Qk5SVlpeYmZqbnJ2en6ChoqOkpaanqKmqq6ytrq+wsbKztLW2t7i5uru8vb6/wMHCw8TFxsfIycrLzM3Oz9DR0tPU1dbX2Nna29zd3t/g4eLj5OXm5+jp6uvs7e7v8PHy8/T19vf4+fr7/P0XckU4UJA5cUR7A==';

class NotWhole extends Error {
  readonly tooLarge: boolean;
  constructor(end: string) {
    super(`the data is ${end}`);
    this.tooLarge = end === 'limit';
  }
}

/** Everything at once, or an error. */
function whole(open: (source: ByteSource) => PieceStream): (bytes: Uint8Array, limit: number) => Uint8Array {
  return (packed, limit) => {
    const { bytes, end } = collectPieces(open(memorySource(packed)), limit, 1 << 10);
    if (end !== 'complete') throw new NotWhole(end);
    return bytes;
  };
}

const READERS: readonly (readonly [
  name: string,
  packed: string,
  read: (bytes: Uint8Array, limit: number) => Uint8Array,
])[] = [
  ['xz', XZ, whole((source) => new XzStream(source))],
  ['lzma', LZMA, whole((source) => new LzmaStream(source, lzmaAloneHeader(source)))],
  ['bzip2', BZIP2, whole((source) => new Bzip2Stream(source))],
];

for (const [name, packed, read] of READERS) {
  test(`${name}: what the usual library packed comes out again`, () => {
    assert.deepEqual(Buffer.from(read(Buffer.from(packed, 'base64'), 1 << 20)), PLAIN);
  });

  test(`${name}: never more than is allowed comes out`, () => {
    assert.throws(
      () => read(Buffer.from(packed, 'base64'), 100),
      (error: unknown) => error instanceof NotWhole && error.tooLarge,
    );
  });

  test(`${name}: damaged data throws its own error and nothing else`, () => {
    const good = Buffer.from(packed, 'base64');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }),
        fc.nat(good.length),
        (changes, cut) => {
          const bytes = Buffer.from(good.subarray(0, cut === 0 ? good.length : cut));
          for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte;
          try {
            assert.ok(read(bytes, 1 << 20).length <= 1 << 20);
          } catch (error) {
            assert.ok(error instanceof NotWhole, String(error));
          }
        },
      ),
      { numRuns: 500 },
    );
  });
}

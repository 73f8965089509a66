import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ByteSource, memorySource } from '../../src/bytes/byte-source.ts';
import { GzipStream } from '../../src/formats/gzip/gzip-stream.ts';
import { Bzip2Stream } from '../../src/formats/bzip2/bzip2-stream.ts';
import { lzmaAloneHeader, LzmaStream } from '../../src/formats/lzma/lzma-stream.ts';
import { XzStream } from '../../src/formats/lzma/xz-stream.ts';
import type { OfferMark, PieceStream } from '../../src/formats/piece-stream.ts';
import { unpackPieces } from '../../src/formats/unpacked-source.ts';

/** What is packed below: 0 to 255, 8000 times. */
const BYTES = Buffer.alloc(256 * 8000, Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)));

// Written by Python's bz2 and lzma: two streams of bzip2 with three blocks, three of xz, one of LZMA with an end mark.
const BZIP2 =
  'QlpoOTFBWSZTWXGTHqAABt3/////////////////////////////////////////////4AfeAAAAAAAAAAJMABMAATAAAAAAAAAA' +
  'AAAAAAAAAAAAAAAAAAAAAAAAAAABJgAJgACYAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAJMABMAATAAAAAAAAAAAAAAAAAAA' +
  'AAAAAAAAAAAAAAAAAABJgAJgACYAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAACaqqoAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' +
  'AAAAAAAAAAAEmAAmAAJgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB/xCJxmA0ETAqCJgdBEwSgiYLQRMGoImD0ETCKCJhNBE' +
  'wqgiYXQRMMoImG0ETDqCJh9BExCgiYjQRMSoImJ0ETFKCJitBExagiYvQRMYoImM0ETGqCJjdBExygiY7QRMeoImP0ETIKCJkNBE' +
  'yKgiZHQRMkoImS0ETJqCJk9BEyigiZTQRMqoImV0ETLKCJltBEy6giZfQRMwoImY0ETMqCJmdBEzSgiZrQRM2oImb0ETOKCJnNBE' +
  'zqgiZ3QRM8oIme0ETPqCJn9BE0CgiaDQRNCoImh0ETRKCJotBE0agiaPQRNIoImk0ETSqCJpdBE0ygiabQRNOoImn0ETUKCJqNBE' +
  '1KgianQRNUoImq0ETVqCJq9BE1igiazQRNaoImt0ETXKCJrtBE16gia/QRNgoImw0ETYqCJsdBE2SgibLQRNmoImz0ETaKCJtNBE' +
  '2qgibXQRNsoIm20ETbqCJt9BE3CgibjQRNyoIm50ETdKCJutBE3agibvQRN4oIm80ETeqCJvdBE3ygib7QRN+oIm/0ETgKCJwNBE' +
  '4KgicHQROEoInC0EThqCJw9BE4igicTQROKoInF0ETjKCJxZCJxpCJxxCJx5CJyBCJyJCJyRCJyZCJyhCJypCJyxCJy5CJzBCJzJ' +
  'CJzRCJzZCJzhCJzpCJzxCJz5CJ0BCJ0JCJ0RCJ0ZCJ0hCJ0pCJ0xCJ05CJ1BCJ1JCJ1RCJ1ZCJ1hCJ1pCJ1xCJ15CJ2BCJ2JCJ2R' +
  'CJ2ZCJ2hCJ2pCJ2xCJ25CJ3BCJ3JCJ3RCJ3ZCJ3hCJ3pCJ3xCJ35CJ4BCJ4JCJ4RCJ4ZCJ4hCJ4pCJ4xCJ45CJ5BCJ5JCJ5RCJ5Z' +
  'CJ5hCJ5pCJ5xCJ55CJ6BCJ6JCJ6RCJ6ZCJ6hCJ6pCJ6xCJ65CJ7BCJ7JCJ7RCJ7ZCJ7hCJ7pCJ7xCJ75CJ8BCJ8JCJ8RCJ8ZCJ8h' +
  'CJ8pCJ8xCJ85CJ9BCJ9JCJ9RCJ9ZCJ9hCJ9pCJ9xCJ95CJ+BCJ+JCJ+RCJ+ZCJ+hCJ+pCJ+xCJ+5CJ/BCJ/JCJ/RCJ/ZCJ/hCJ/p' +
  'CJ/xCJ/5igrJMprOXoUHKBQrb/////////////////////////////////////////////8APvgAAAAAAAAACTAATAAEwAAAAAAA' +
  'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAASYACYAAmAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAACTAATAAEwAAAAAAAAAAAAAAAA' +
  'AAAAAAAAAAAAAAAAAAAAASYACYAAmAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAACTAATAAEwAAAAAAAAAAAAAAAAAAAAAAAAA' +
  'AAAAAAAAAAAAClVVAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB/wkRgAkRgIkRgQkRgYkRggkRgokRgwkRg4kRhAkRh' +
  'IkRhQkRhYkRhgkRhokRhwkRh4kRiAkRiIkRiQkRiYkRigkRiokRiwkRi4kRjAkRjIkRjQkRjYkRjgkRjokRjwkRj4kRkAkRkIkRk' +
  'QkRkYkRkgkRkokRkwkRk4kRlAkRlIkRlQkRlYkRlgkRlokRlwkRl4kRmAkRmIkRmQkRmYkRmgkRmokRmwkRm4kRnAkRnIkRnQkRn' +
  'YkRngkRnokRnwkRn4kRoAkRoIkRoQkRoYkRogkRookRowkRo4kRpAkRpIkRpQkRpYkRpgkRpokRpwkRp4kRqAkRqIkRqQkRqYkRq' +
  'gkRqokRqwkRq4kRrAkRrIkRrQkRrYkRrgkRrokRrwkRr9REbBURGw1ERsVREbHURGyVERstREbNURGz1ERtFREbTURG1VERtdREb' +
  'ZURG21ERt1REbfURG4VERuNREblURG51ERulREbrURG7VERu9REbxURG81ERvVREb3URG+VERvtREb9URG/1ERwFREcDURHBVERw' +
  'dREcJURHC1ERw1REcPURHEVERxNREcVURHF1ERlfGVERxokRxwkRx4kRyAkRyIkRyQkRyYkRygkRyokRywkRy4kRzAkRzIkRzQkR' +
  'zYkRzgkRzokRzwkRz4kR0AkR0IkR0QkR0YkR0gkR0okR0wkR04kR1AkR1IkR1QkR1YkR1gkR1okR1wkR14kR2AkR2IkR2QkR2YkR' +
  '2gkR2okR2wkR24kR3AkR3IkR3QkR3YkR3gkR3okR3wkR34kR4AkR4IkR4QkR4YkR4gkR4okR4wkR44kR5AkR5IkR5QkR5YkR5gkR' +
  '5okR5wkR54kR6AkR6IkR6QkR6YkR6gkR6okR6wkR64kR7AkR7IkR7QkR7YkR7gkR7okR7wkR74kR8AkR8IkR8QkR8YkR8gkR8okR' +
  '8wkR84kR9AkR9IkR9QkR9YkR9gkR9okR9wkR94kR+AkR+IkR+QkR+YkR+gkR+okR+wkR+4kR/AkR/IkR/QkR/YkR/gkR/okR/wkR' +
  '/4u5IpwoSBR7TtKAQlpoOTFBWSZTWVjBBgABkUB/////////////////////////////////////////////4AffAAAAAAAAAAEm' +
  'AAmAAJgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAkwAEwABMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEmAAmAAJgAA' +
  'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAkwAEwABMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEmAAmAAJgAAAAAAAAAAA' +
  'AAAAAAAAAAAAAAAAAAAAAAAAAAFKqqAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAD/ipBgBUgwEqQYEVIMDKkGCFSDBS' +
  'pBgxUgwcqQYQVIMJKkGFFSDCypBhhUgw0qQYcVIMPKkGIFSDESpBiRUgxMqQYoVIMVKkGLFSDFypBjBUgxkqQY0VIMbKkGOFSDHS' +
  'pBjxUgx8qQZAVIMhKkGRFSDIypBkhUgyUqQZMVIMnKkGUFSDKSpBlRUgysqQZYVIMtKkGXFSDLypBmBUgzEqQZkVIMzKkGaFSDNS' +
  'pBmxUgzcqQZwVIM5KkGdFSDOypBnhUgz0qQZ8VIM/KkGgFSDQSpBoRUg0MqQaIVINFKkGjFSDRypBpBUg0kqQaUVINLKkGmFSDTS' +
  'pBpxUg08qQagVINRKkGpFSDUypBqhUg1UqQasVINXKkGsFSDWSpBrRUg1sqQa4VINdKkGvFSDXtfKkGwSpBsMqQbFKkGxypBskqQ' +
  'bLKkGzSpBs8qQbRKkG0ypBtUqQbXKkG2SpBtsqQbdKkG3ypBuEqQbjKkG5SpBucqQbpKkG6ypBu0qQbvKkG8SpBvMqQb1KkG9ypB' +
  'vkqQb7KkG/SpBv8qQcBKkHAypBwUqQcHKkHCSpBwsqQcNKkHDypBxEqQcTKkHFSpBxcqQcZKkHGypBx0qQcfKkHISpByMqQclKkH' +
  'JypBykqQcrKkHLSpBy8qQcxKkHMypBzUqQc3KkHOSpBzsqQc9KkHPypB0EqQdDKkHRSpB0cqQdJKkHSypB00qQdPKkHUSpB1MqQd' +
  'VKkHVypB1kqQdbKkHXSpB18qQdhKkHYypB2UqQdnKkHaSpB2sqQdtKkHbypB3EqQdzKkHdSpB3cqQd5KkHeypB30qQd/KkHgSpB4' +
  'MqQeFKkHhypB4kqQeLKkHjSpB48qQeRKkHkypB5UqQeXKkHmSpB5sqQedKkHnypB6EqQejKkHpSpB6cqQepKkHqypB60qQevKkHs' +
  'SpB7MqQe1KkHtypB7kqQe7KkHvSpB78qQfBKkHwypB8UqQfHKkHySpB8sqQfNKkHzypB9EqQfTKkH1SpB9cqQfZKkH2ypB90qQff' +
  'KkH4SpB+MqQflKkH5ypB+kqQfrKkH7SpB+8qQfxKkH8ypB/UqQf3KkH+SpB/sqQf9KkH/i7kinChILGCDAA=';
const XZ =
  '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj6q5fAZBdAAAAUlAKhPmbsoAhqWnWJ+A+BlpfBI1T1AS6OVcFCcFVJN6duHFZMWChn/lv' +
  'SXPyyOqMuhqLKWkhgP4zg2avRm3snomKC4PwPA6Jjj/tX+eekNkc/zL0suA5UbLSFBW0xXG62wbjeZqfuzjBsACskwuqBhkDEggV' +
  'W5vISPAyLv4toIfI8KTg0lHrjWdWkrJNhMXxhjHfamJbwnkt2fc8c7p0dAfYPKlWIiShZvhahF8wZ9L2S0kufyDr2/gQDpR4d8c/' +
  'a++0zZXib/ZEbgbPC4Iay9t68FeNmP+QwD7mwRJBde4DKJbrE/unKMyvMrukDiXyWLDe2FYcZvDiGzl2+Zf/j6PIL/St8ts4MTB6' +
  'wHciJIXqAgQCoTxE5SEz63i8/mKVVmp4LYP/SyZIUgcx1z91vZXToukClFibNiV0LWAavS5fqg8+S2ZCkBMO/xCT+HF4WfgLzf+V' +
  'KEYPqfx83vuaMC5WwI+F84OBwGXEJVP49ZE2MQWlsO5vwXBNRwzRkRGqrWAdus6xJxhcBw0n6gAAVlzHDPDHFmcAAawD4NwqANw+' +
  'rNexxGf7AgAAAAAEWVr9N3pYWgAABObWtEYCACEBFgAAAHQv5aPqrl8BkV0AMBhIc8qb+oRcBJYyl6Xv0cfpfQTCzSab69sutdeJ' +
  'SUzFBQe+wjJlko30C354omr9Hn/BWFw+jN0iZ6liG2lOVo7zIdFiDqozxrTisQ0A6Xp2xuqZl6Xk0t1Nb4GoX02ksnWIY2l1A+NA' +
  'ptXvSTG0HuodM3XwYZ8GEEv7CxhcHsemQJMnqXmZ/tOTPo23sK/8sK+NtP1/rmYLvrC6cDtf/tTckH7tHl7x7/AxvF2JIV6+kLan' +
  'KLRFVtIPxaqqaQcvZor1Qx95LfKkWTpxOLD4vRxDL4Wx32TkUmQ0WHpLybBRHN5MegMFXxbvWujro5FN4U5ZBt+HOVyx/MLg9mYV' +
  'Z4OSdgpa7W+F2y9Ixow6AWfvajnYxMYUMDH44d9T23b2Iz2SrUZHOGnKRcgxMDVPnihRA1GsexYL0OqWXKe+xgS1MdKx2G2Hdh99' +
  'bh09kZk0bANFGRODip3tk6HVbZLUjtpm4U7qPZlJFiuV+Uf6TudS4pIGVhmeRJ7i0uRG9lTwiHUsMNvCUFSRIpb901W9AAAAAAAA' +
  'IznN5Ux/1ncAAa0D4NwqAHnt8ByxxGf7AgAAAAAEWVr9N3pYWgAABObWtEYCACEBFgAAAHQv5aPp4z8BiV0AYDBT2x9kTr4KwJKG' +
  'cBLmVgSzuBzFEwOu2XSZB6ar65LznYZUx+qtNk7AcBFO+PxS4BXdKIsVnSwkUEuMcNFI7h587+QeXt5UEjJO7rAJI9gGxDEOXt79' +
  '3Tf+fXvgaeZ4c2og2HSw5/kCYZnUXQ92dAkz/hYAkTI1wXKbMn5WX4y/W2PGWaHyEIQwd8aUC+XwZmu8xF/BC+J8AAYIqO0Mnwvz' +
  'i7aurMkPcDqi9Cxuaj7CMTzpcBiJ8hg/ATirsrPko4rX8c2Ddhxsy9szH97bQpUUi4G7uEkW/gdgUhfu3B7Hcc+M+sZaGhNh2vTr' +
  '05JQ7hGCj2XvNsZe+dVqDG1GzOOdNeIey4qOMnvJcTeAyVMkzTRoQAFmMmJIW8lNm5udNYL3WwMqXTqZVHGQAb16lwpZRuCM3XnP' +
  'yfh4vmhKllkLy8zPQE6Y0ftSK3TNHlsgQvndUz34KWQJO4DLKmzftTvwxL0uX6oPPktmQpATDv8Qk/hxeFn4C83/lShGD6n8fN77' +
  'mfdbju8AAAAAAGmCO0hgulihAAGlA8DGJwDBmI70scRn+wIAAAAABFla';
const LZMA =
  'XQAAgAD//////////wAAAFJQCoT5m7KAIalp1ifgPgZaXwSNU9QEujlXBQnBVSTenbhxWTFgoZ/5b0lz8sjqjLoaiylpIYD+M4Nm' +
  'r0Zt7J6JiguD8DwOiY4/7V/nnpDZHP8y9LLgOVGy0hQVtMVxutsG43man7s4wbAArJMLqgYZAxIIFVubyEjwMi7+LaCHyPCk4NJR' +
  '641nVpKyTYTF8YYx32piW8J5Ldn3PHO6dHQH2DypViIkoWb4WoRfMGfS9ktJLn8g69v4EA6UeHfHP2vvtM2V4m/2RG4GzwuCGsvb' +
  'evBXjZj/kMA+5sESQXXuAyiW6xP7pyjMrzK7pA4l8liw3thWHGbw4hs5dvmX/4+jyC/0rfLbODEwesB3IiSF6gIEAqE8ROUhM+t4' +
  'vP5ilVZqeC2D/0smSFIHMdc/db2V06LpApRYmzYldC1gGr0uX6oPPktmQpATDv8Qk/hxeFn4C83/lShGD6n8fN77mjAuVsCPhfOD' +
  'gcBlxCVT+PWRNjEFpbDub8FwTUcM0ZERqq1gHbrOsScYXFmG6WZSWL7pdqxZ5OVbBQj5x9qt/PtSK3TNHlsgQvndUz34KWQJO4DL' +
  'KmzftTvwxL0uX6oPPktmQpATDv8Qk/hxeFn4C83/lShGD6n8fN77mjAuVsCPhfODgcBlxCVT+PWRNjEFpbDub8FwTUcM0ZERqq1g' +
  'HbrOsScYXFmG6WZSWL7pdqxZ5OVbBQj5x9qt/PtSK3TNHlsgQvndUz34KWQJO4DLKmzftTvwxL0uX6oPPktmQpATDv8Qk/hxeFnQ' +
  'KhuEsP//1HKzoA==';

const STREAMS: readonly (readonly [string, string, (source: ByteSource, offer: OfferMark | null) => PieceStream])[] = [
  ['bzip2', BZIP2, (source, offer) => new Bzip2Stream(source, 0, offer)],
  ['xz', XZ, (source, offer) => new XzStream(source, 0, offer)],
  ['LZMA', LZMA, (source) => new LzmaStream(source, lzmaAloneHeader(source))],
];

for (const [name, packed, open] of STREAMS) {
  const bytes = new Uint8Array(Buffer.from(packed, 'base64'));

  test(`${name} can be read at any place`, () => {
    const { source, end, mismatch } = unpackPieces(
      (offer) => open(memorySource(bytes), offer),
      () => true,
    );
    assert.deepEqual([end, source.size, mismatch], ['complete', BYTES.length, null]);
    for (const at of [2_047_990, 5, 1_000_000, 700_001, 1_499_990, 300_000, 0]) {
      assert.ok(Buffer.from(source.read(at, 400_000)).equals(BYTES.subarray(at, at + 400_000)), `at ${at}`);
    }
  });

  test(`${name} that is cut off or damaged gives what came before, and says so`, () => {
    for (let length = 0; length < bytes.length; length += 61) {
      const { source, end } = unpackPieces(
        (offer) => open(memorySource(bytes.slice(0, length)), offer),
        () => true,
      );
      // Between two streams it is whole.
      if (end !== 'cut off') assert.ok(source.size > 0 && end === 'complete', `${end} after ${length}`);
      assert.ok(Buffer.from(source.read(0, source.size)).equals(BYTES.subarray(0, source.size)));
    }
    for (let at = 0; at < bytes.length; at += 37) {
      const wrong = bytes.slice();
      wrong[at]! ^= 0x41;
      const { source } = unpackPieces(
        (offer) => open(memorySource(wrong), offer),
        (made) => made < 1 << 22,
      );
      assert.ok(source.size < 1 << 23);
    }
  });
}

/** Counts the bytes that are read of it. */
function counted(bytes: Uint8Array): { readonly source: ByteSource; read(): number } {
  const inner = memorySource(bytes);
  let count = 0;
  return {
    source: {
      size: inner.size,
      read: (offset, length) => {
        const found = inner.read(offset, length);
        count += found.length;
        return found;
      },
    },
    read: () => count,
  };
}

const EMPTY_GZIP = Buffer.from('1f8b08000000000000030300000000000000000000', 'hex').subarray(0, 20);
const EMPTY_BZIP2 = Buffer.from('425a683917724538509000000000', 'hex');

for (const [what, one, open] of [
  ['gzip', EMPTY_GZIP, (source: ByteSource) => new GzipStream(source)],
  ['bzip2', EMPTY_BZIP2, (source: ByteSource) => new Bzip2Stream(source)],
] as const) {
  test(`many parts of ${what} that hold nothing are not read again and again`, () => {
    const all = new Uint8Array(Buffer.concat(Array.from({ length: 5000 }, () => one)));
    const { source, read } = counted(all);
    const stream: PieceStream = open(source);
    assert.equal(stream.fill(new Uint8Array(10)), 0);
    assert.equal(stream.end, 'complete');
    assert.equal(stream.next, all.length);
    assert.ok(read() < 20 * all.length, `${read()} bytes were read of ${all.length}`);
  });
}

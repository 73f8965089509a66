import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as zlib from 'node:zlib';
import { type ByteSource, memorySource as source } from '../../src/bytes/byte-source.ts';
import { Bzip2Stream } from '../../src/formats/bzip2/bzip2-stream.ts';
import { collectPieces } from '../../src/formats/collect-pieces.ts';
import { GzipStream } from '../../src/formats/gzip/gzip-stream.ts';
import { ZlibStream } from '../../src/formats/gzip/zlib-stream.ts';
import { Lz4Stream } from '../../src/formats/lz4/lz4-stream.ts';
import { XzStream } from '../../src/formats/lzma/xz-stream.ts';
import type { OfferMark, PieceStream } from '../../src/formats/piece-stream.ts';
import { unpackPieces } from '../../src/formats/unpacked-source.ts';
import { HAS_ZSTANDARD, ZstandardStream } from '../../src/formats/zstandard/zstandard-stream.ts';

const BYTES = Buffer.concat([
  Buffer.alloc(256 * 800, Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))),
  Buffer.from('parapet '.repeat(2000)),
  Buffer.from(Array.from({ length: 3000 }, (_, at) => (at * at * 7 + Math.floor(at / 3)) & 255)),
]);

// Written by Python's lz4 4 (liblz4 1.9.4), lzma and bz2: frames of blocks of 64 KiB; two streams of bzip2, the second of which holds "second".
const LZ4_LINKED =
  'BCJNGFxAOGoDAAAAAAC0CgIAAP/xAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD' +
  '0+P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn+AgYKDhIWGh4iJiouMjY6P' +
  'kJGSk5SVlpeYmZqbnJ2en6ChoqOkpaanqKmqq6ytrq+wsbKztLW2t7i5uru8vb6/wMHCw8TFxsfIycrLzM3Oz9DR0tPU1dbX2Nna29zd3t/g4e' +
  'Lj5OXm5+jp6uvs7e7v8PHy8/T19vf4+fr7/P3+/wAB////////////////////////////////////////////////////////////////////' +
  '//////////////////////////////////////////////////////////////////////////////////////////////////////////////' +
  '//////////////////////////////////////////////////////////////////////////////////////////////////////////////' +
  '////////////////////////////////////////////////////51D7/P3+/ykSZ0wKAQAADwD///////////////////////////////////' +
  '//////////////////////////////////////////////////////////////////////////////////////////////////////////////' +
  '//////////////////////////////////////////////////////////////////////////////////////////////////////////////' +
  '///////////////////////////////////////////////////////////////////////////////////////+hQ+/z9/v8M8WKWCgEAAA8A' +
  'Af////////////////////////////////////////////////////////////////////////////////////////////////////////////' +
  '//////////////////////////////////////////////////////////////////////////////////////////////////////////////' +
  '//////////////////////////////////////////////////////////////////////////////////////////////////////////////' +
  '/////////////oUPv8/f7/mZLsJoMDAAAPAP///////////////////////////////////////////w2PcGFyYXBldCAIAP//////////////' +
  '////////////////////////////////////////////////////////////////////o/////MABxxAcbD+WcI6v1L0o2AsBezi5fYWQ37IH4' +
  'T4eQimUQrSp4p8e4ikzQRKnf5u63YQt2wwAeDOydLqD0KE0zCcFZwy1YZGE+7Yz9ToCTh2wRqC93oMq1gU3bSajY6eu+YgZ7wgkRCeOeKaXzIU' +
  'AwAMJUyCxRZ2417ofyTYmWhGMSoyR2qc2yiE7WTqfR7Oi1YwFwwQIUBuqfJKryKkM9B8NfzStaams874L3TIKZgWoTril1osC/j0/RQ6ba7+W8' +
  'ZAx1wAsXA+GQL6/xI0Y6DsRawipTbWgz4I38S4ucjmEUqS50q8O8hkDcSKXT4uKzZQd6zwQaAOiRKqTwLEk3BcVVxylcYGU64YjxSoSfi2gVpC' +
  'NzpMa5jUHXTaTc5e+6ZgJ/zg0dDe+SJan/JUw0DMZQzChVY2Ix4oP2SY2SiG8Wryhyrcm2hELSQqPV6OyxZw10zQYQCuaTIK7+Lk8xA8dbwSde' +
  'Zm844477SIaVhWYXqi1xpsyzi0PdR6Le6+m4aAh5zA8TB+2UK6P9J0I+CshWxiZXaWw/5InwR4+Ygm0YpSJwr8+wgkTYTKHX7ua/aQN+ywgWBO' +
  'SVJqj8IEU7AclRyyVQbGk25YT1Roibj2QZoCd/qMK9iUXTQaDQ4eO2ag5zygEZAeuWIa37KUg4CMpcwCRZb2Y95o/6RYGejGsaqyx+ocW6gEbe' +
  'Rq/Z5OC9awl4yQocDuKXLKL6Iks1D8tXxSNSYmM054r/RIqRiWIbpiF9qsi3h0fZS67S5+20bAR9yAMfC+mYJ6f5K04yBsxSyiJbZWA76IX0Q4' +
  'OUhmkcoSZ8o8u0jkjUQK3b6uq7bQ9yxwwSCOCZIqz4JEE/Dc1dzyFUaG0y6YD5QoyXg2AdrCt7rM6xhUnfRazU7eeybgp3xgUVBeeaLaH3LUQ8' +
  'BM5YxCBda2o56ov+QYWagGcepyB6pcG+jEraSqvd4OS5bwV8xQ4YAu6bKKb2Jkc5C89TyS9Wbmcw64bzQI6djW4foiV5rsS7g0vVT6rW4+GwYA' +
  'A///////////qFAF1rajnn64HDwAAAAAVHt9QA==';
const LZ4_INDEPENDENT =
  'BCJNGGxAOGoDAAAAAAAwCgIAAP/xAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD' +
  '0+P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn+AgYKDhIWGh4iJiouMjY6P' +
  'kJGSk5SVlpeYmZqbnJ2en6ChoqOkpaanqKmqq6ytrq+wsbKztLW2t7i5uru8vb6/wMHCw8TFxsfIycrLzM3Oz9DR0tPU1dbX2Nna29zd3t/g4e' +
  'Lj5OXm5+jp6uvs7e7v8PHy8/T19vf4+fr7/P3+/wAB////////////////////////////////////////////////////////////////////' +
  '//////////////////////////////////////////////////////////////////////////////////////////////////////////////' +
  '//////////////////////////////////////////////////////////////////////////////////////////////////////////////' +
  '////////////////////////////////////////////////////51D7/P3+/woCAAD/8QABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR' +
  '4fICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj9AQUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVpbXF1eX2BhYmNkZWZnaGlqa2xtbm9w' +
  'cXJzdHV2d3h5ent8fX5/gIGCg4SFhoeIiYqLjI2Oj5CRkpOUlZaXmJmam5ydnp+goaKjpKWmp6ipqqusra6vsLGys7S1tre4ubq7vL2+v8DBws' +
  'PExcbHyMnKy8zNzs/Q0dLT1NXW19jZ2tvc3d7f4OHi4+Tl5ufo6err7O3u7/Dx8vP09fb3+Pn6+/z9/v8AAf//////////////////////////' +
  '//////////////////////////////////////////////////////////////////////////////////////////////////////////////' +
  '//////////////////////////////////////////////////////////////////////////////////////////////////////////////' +
  '/////////////////////////////////////////////////////////////////////////////////////////////+dQ+/z9/v8KAgAA//' +
  'EAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8wMTIzNDU2Nzg5Ojs8PT4/QEFCQ0RFRkdISUpLTE1OT1BR' +
  'UlNUVVZXWFlaW1xdXl9gYWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1+f4CBgoOEhYaHiImKi4yNjo+QkZKTlJWWl5iZmpucnZ6foKGio6' +
  'SlpqeoqaqrrK2ur7CxsrO0tba3uLm6u7y9vr/AwcLDxMXGx8jJysvMzc7P0NHS09TV1tfY2drb3N3e3+Dh4uPk5ebn6Onq6+zt7u/w8fLz9PX2' +
  '9/j5+vv8/f7/AAH///////////////////////////////////////////////////////////////////////////////////////////////' +
  '//////////////////////////////////////////////////////////////////////////////////////////////////////////////' +
  '//////////////////////////////////////////////////////////////////////////////////////////////////////////////' +
  '/////////////////////////nUPv8/f7/gwQAAP/xAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEy' +
  'MzQ1Njc4OTo7PD0+P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn+AgYKDhI' +
  'WGh4iJiouMjY6PkJGSk5SVlpeYmZqbnJ2en6ChoqOkpaanqKmqq6ytrq+wsbKztLW2t7i5uru8vb6/wMHCw8TFxsfIycrLzM3Oz9DR0tPU1dbX' +
  '2Nna29zd3t/g4eLj5OXm5+jp6uvs7e7v8PHy8/T19vf4+fr7/P3+/wAB/////////////////////////////////////////wyPcGFyYXBldC' +
  'AIAP//////////////////////////////////////////////////////////////////////////////////o/////MABxxAcbD+WcI6v1L0' +
  'o2AsBezi5fYWQ37IH4T4eQimUQrSp4p8e4ikzQRKnf5u63YQt2wwAeDOydLqD0KE0zCcFZwy1YZGE+7Yz9ToCTh2wRqC93oMq1gU3bSajY6eu+' +
  'YgZ7wgkRCeOeKaXzIUAwAMJUyCxRZ2417ofyTYmWhGMSoyR2qc2yiE7WTqfR7Oi1YwFwwQIUBuqfJKryKkM9B8NfzStaams874L3TIKZgWoTri' +
  'l1osC/j0/RQ6ba7+W8ZAx1wAsXA+GQL6/xI0Y6DsRawipTbWgz4I38S4ucjmEUqS50q8O8hkDcSKXT4uKzZQd6zwQaAOiRKqTwLEk3BcVVxylc' +
  'YGU64YjxSoSfi2gVpCNzpMa5jUHXTaTc5e+6ZgJ/zg0dDe+SJan/JUw0DMZQzChVY2Ix4oP2SY2SiG8Wryhyrcm2hELSQqPV6OyxZw10zQYQCu' +
  'aTIK7+Lk8xA8dbwSdeZm844477SIaVhWYXqi1xpsyzi0PdR6Le6+m4aAh5zA8TB+2UK6P9J0I+CshWxiZXaWw/5InwR4+Ygm0YpSJwr8+wgkTY' +
  'TKHX7ua/aQN+ywgWBOSVJqj8IEU7AclRyyVQbGk25YT1Roibj2QZoCd/qMK9iUXTQaDQ4eO2ag5zygEZAeuWIa37KUg4CMpcwCRZb2Y95o/6RY' +
  'GejGsaqyx+ocW6gEbeRq/Z5OC9awl4yQocDuKXLKL6Iks1D8tXxSNSYmM054r/RIqRiWIbpiF9qsi3h0fZS67S5+20bAR9yAMfC+mYJ6f5K04y' +
  'BsxSyiJbZWA76IX0Q4OUhmkcoSZ8o8u0jkjUQK3b6uq7bQ9yxwwSCOCZIqz4JEE/Dc1dzyFUaG0y6YD5QoyXg2AdrCt7rM6xhUnfRazU7eeybg' +
  'p3xgUVBeeaLaH3LUQ8BM5YxCBda2o56ov+QYWagGcepyB6pcG+jEraSqvd4OS5bwV8xQ4YAu6bKKb2Jkc5C89TyS9Wbmcw64bzQI6djW4foiV5' +
  'rsS7g0vVT6rW4+GwYAA///////////qFAF1rajngAAAABUe31A';
/** The block that both xz files hold: what stands around it is the kind of checksum. */
const XZ_BLOCK =
  'qLKWkhgP4zg2avRm3snomKC4PwPA6Jjj/tX+eekNkc/zL0suA5UbLSFBW0xXG62wbjeZqfuzjBsACskwuqBhkDEggVW5vISPAyLv4toIfI8KTg' +
  '0lHrjWdWkrJNhMXxhjHfamJbwnkt2fc8c7p0dAfYPKlWIiShZvhahF8wZ9L2S0kufyDr2/gQDpR4d8c/a++0zZXib/ZEbgbPC4Iay9t68FeNmP' +
  '+QwD7mwRJBde4DKJbrE/unKMyvMrukDiXyWLDe2FYcZvDiGzl2+Zf/j6PIL/St8ts4MTB6wHciJIXqAgQCoTxE5SEz63i8/mKVVmp4LYP/SyZI' +
  'Ugcx1z91vZXToukClFibNiV0LWAavS5fqg8ZKJ48Na/BzJ6XGKnfSsOfuwYiUecwxs3Y4aCl71+8uBrne3BuWb1pEYCdYHtu8BTpsE6gyNmiK/' +
  'rwkbovSTZSG9KKuK50sTjSF/xqVolXr3w0QRpqkGpJjyorp9eLERpmdQRElQ5leDH+4BoL9Jye4M8thv5qSfxWl/nZj9XKZOrIr1GgcvohOCyZ' +
  'AyGCthrg1bd52Ehn2ICvrnUS7wIWKH0sRvKlBHnSmP1QUoa9PRMKPmO2e/dbyJ0aPr8cvb9FqVddrhQmYJtgAKF6gZC9Cdrh5h7vzFQdJDQknt' +
  'PsUPnklDns8aWcJF0ErFr+OwrxkqeiT3OHF4bx9Tv69+ADxvrOp2Xw1jaKVBfcw7QKfgbt8624gF8yYHDDOU6h+rkG1USgN+2e+XZ4ds9KWUwh' +
  'I5pUZdBWcnwMGvTCthxkGX/yvf87a/UrqHRx62lGC5HlQ5JxNyf9yg7aD34Do8Hyqp6A6IxV3vf4nyZAWwnJrxQD1YTeIY+jLRjUx6BcEuQg98' +
  'j38vh+tw6Ww/LZ5GjfROhd3uQ8sx3T/DPLfu7lYysiBuux5BlKPykDwUuWvXHz/NWOtrebw+wflDZ+tzm4uYqqJ58q7/UcV1i6x74e9aekA7cC' +
  'ts04/7aQdUMdHMdetCliFarOjrKre2I0rnIeL5q47I14KJ60UYTcejutfIQ5sZZLiFMiTVnekKHyFpVw8zl4DG3eHUg1j5w6ds/HEaCML+XYyK' +
  'j0SC9hCeXSRHPkENqQbigKxwAaQgkcJVxxh/T5ceRpwT4x2lWxXiqj+z3f9VVGYfjISJO8veqMeoPHTKCenJ+Dbl1M1MIvIdoR+pKJLQoZWLm5' +
  '156rNEdE5o1V13OwNxDqNUE6ULmfxnjTcYF01EYkoFJysc3mVeV9VnsXeqe0G+uHYuG+wSROZvQVTii5biWE//5iFQK1DlUgEliM4nvkPtrrWq' +
  'ztq65nw2KKqs8j4ilgSSBZb7JhL2cwNyVvYOHv++Aw2Gk0p44QL3OrZo655IM0Gy9KFEYgbjJg5Q5M2F5jBp1xXEKN9VsV+68C3rjwmUG2CpvK';
const XZ_CRC32 =
  '/Td6WFoAAAFpIt42AgAhARYAAAB0L+Wj42o3BHddAAAAUlAKhPmbsoAhqWnWJ+A+BlpfBI1T1AS6OVcFCcFVJN6duHFZMWChn/lvSXPyyOqMuh' +
  XZ_BLOCK +
  'axdPs11KC7q5baI/4nW1mTzsAAAADWCs8AABjwm41A0AdZVLxj4wDYsCAAAAAAFZWg==';
const XZ_SHA256 =
  '/Td6WFoAAArh+wyhAgAhARYAAAB0L+Wj42o3BHddAAAAUlAKhPmbsoAhqWnWJ+A+BlpfBI1T1AS6OVcFCcFVJN6duHFZMWChn/lvSXPyyOqMuh' +
  XZ_BLOCK +
  'axdPs11KC7q5baI/4nW1mTzsAAAA8rKnnacAm5WVqfp5CiSm8hD/4iyzf38S3ym7xsvpap8AAasJuNQNAFXSdlq26d8cAgAAAAAKWVo=';
const BZIP2 =
  'QlpoMTFBWSZTWeSVCPMAAMN/////////////////////////////////////////////0AX96pVVSqqkAAACTAATAAEwAAAAAAAAAAAAAAAAAA' +
  'AAAAAAAAAAAAAAAAAAASYACYAAmAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAACTAATAAEwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' +
  'E1VVQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABSqqgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/6KpxmAiqYEKpgYq' +
  'mCCqYKAsGqCweoLCKgsJqCwqoLCxVMMFUw0VTDhVMPFUxAQsRqCxKoLE6gsUqCxWoLFhVMXFUxgVTGRVMaFUxsVTHBVMdFUx4VTHxVMgFUyFQW' +
  'RVBZHUFklQWS1BZNUJk4qmUCqZSKplQqmViqZYQWW1BZdUFl9QWYVBZjUDMhVMzFUzQVTNRVM2FUzcBZxUFnNQWdVBZ3UFnlQWeiqZ8Kpn4qmg' +
  'CqaCKpoQhaHUFolQWi1BaNUFo9QWkCqaSKppQqmliqaYKppoqmnCqaeKpqAqmoiqakKpqagtUqC1WoLVqgtXqC1ioTWRVNaFU1sVTXBVNdFU14' +
  'gtfqC2CoLYagtiqC2OoGyCqbKKpswqmziqbQKptIC2qoLa6gtsqC22oLbqgtvFU3AVTcRVNyFU3MVTdBC3WoLdqgt3qC3ioLeagt6FU3sVTfBV' +
  'N9FU34VTfxVOAFU4EVTghVODFU4QVThVBcNUFw9QXEVBcTUFxVQXF1BcZUFxaguNUFxyguPUFyCguRUFySguTUFyiguVUFyyguXUFzCguZUFzS' +
  'gubUFzigudUFzygufUF0CguhUF0SgujUF0igulUF0ygunUF1CgupUF1SgurUF1igutUF1yguvUF2CguxUF2SguzUF2igu1UF2ygu3UF3Cgu5UF' +
  '3Sgu7UF3igu9UF3ygu/UF4CgvBUF4SgvDUF4igvFUF4ygvHUF5CgvJUF5SgvLUF5igvNUF5ygvPUF6CgvRUF6SgvTUF6igvVUF6ygvXUF7CgvZ' +
  'UF7SgvbUF7igvdUF7ygvfUF8CgvhUF8SgvjUF8igvlUF8ygvnUF9CgvpUF9SgvrUF9igvtUF9ygvvUF+CgvxUF+SgvzUF+igv1UF+ygv3UF/Cg' +
  'v5UF/Sgv7UF/igv9UF/ygv/MUFZJlNZ/9go1ABrdH/////////////////////////////////////////////QBf3pAAABVSqqlVJMABMAATA' +
  'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABJgAJgACYAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAJMABMAATAAAAAAAAAAAAAAAAAAAA' +
  'AAAAAAAAAAAAAAAAAATVVVAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAFKqqAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' +
  'AD/hVMAFUwEVTAhVMDFUwQQsFqCwaoLB6gsIqCwmoLChVMLFUwwVTDRVMOFUw8VTEBVMRFUxIVTExVMUFUxVQWLVBYvUFjFQWMqCxpQWNqCxxQ' +
  'WOqCx5QWPqCyBQWQqCyJQWRqCyRQWSqCyZQWTqCyhQWUqCypQWVqCyxQWWqCy5QWXqCzBQWYqCzJQWZqCzRQWaqCzZQWbqCzhQWcqCzpQWdqCz' +
  'xQWeqCz5QWfqC0BQWgqC0JQWhqC0RQWiqC0ZQWjqC0hQWkqC0pQWlqC0xQWmqC05QWnqC1BQWoqC1JQWpqC1RQWqqC1ZQWrqC1hQWsqC1pQWtq' +
  'C1xQWuqC15QWvqC2BQWwqC2JQWxqC2RQWyqC2ZQWzqC2hQW0qC2pQW1qC2xQW2qC25QW3qC3BQW4qC3JQW5qC3RQW6qC3ZQW7qC3hQW8qC3pQW' +
  '9qC3xQW+qC35QW/qC4BQXAqC4JQXBqC4RQXCqC4ZQXDqC4hQXEqC4pQXFqC3HjFBcbUFx1QXH1BchUFyNQXJVBcnUFylQOVFU5YVTlxVOYFU5k' +
  'VTmgFzdQXOVBc7UFz1QXP1BdAKp0IqnRCqdGKp0gqnSiF01QXT1BdRUF1NQXVVBdWKp1gqnWiqdcKp14qnYCqdiKp2QqnZiqdoKp2oqnbKC7eo' +
  'LuKgu5qC7qoLu6hO8FU70VTvhVO/FU8AVTwSC8KoLw6gvEqC8WoLxqgeOKp5AqnkiqeUKp5YqnmALzagvOqC8+oL0KgvRqC9IVT0xVPUFU9UVT' +
  '1hVPXEL2KgvZqC9qoL26gvcqC90VT3hVPfFU+AVT4RVPiFU+MVT5BVPlFU+YVT5xVPoUF9NQX1VBfXUF9lQX21CfcKp94qn4CqfiKp+Qqn5kF+' +
  'lQX61BftUF+9QX8VA/kVT+hVP7FU/wVT/RVP+AX/mKCskymshtUn0IAAwn/////////////////////////////////////////////wBI+AAA' +
  'AAAAAAAAAkwAEwABMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEmAAmAAJgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAkwAEwABMAA' +
  'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEmAAmAAJgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAkwAEwABMAAAAAAAAAAAAAAAAAAAAA' +
  'AAAAAAAAAAAAAAAAApVVVNlPaTaCTwaU/UajehoTFGzQaTBPVPNSek/U9Kfqjyj2TJGT0BNpqaTwTU8mpo8Gpqeo9TyaYBPSY0Sep7TVPABNka' +
  'GQmmDUyniegJmRlPTSaHkjMSnxowFhNYMifWNYR9A3I+SjyTqj/A2Y/mNeRkDXEeUZwy5ljYkb8bsbbfyo8cwFwpg0YI5W2VGoOYMYb7bMjRnT' +
  'GFRkTGmKN7NsR9cwRtyMObAc2cgbejdzkDcVPYuxOYsOjSHXm7I1o0x+I503pH6jAmIRiD854x+ExKPsGEMIf1o1R1xyh9FGnMwYtH8D0Dzj5h' +
  '9Q/uRzZtiPfNLeEZo3Y4FGvm7nd4xHsnnmuGs2GoxtiqMSbeZ07k4Oj2DbD61HDGHO3MsZGjQmfOs4mjdTSmrVRVbIbocVRu53x9ijU2pPzHkH' +
  'Gn2aNbNjo5Mx54h/6cfRizVjlzkaOSO8MwfgNWoypwtGENGaMzZy9GnMKfdo5o2AzZmTmaObPBPlHWGUo1BjDHmToyRvhs9HwGjPyWu0ak3o7Y' +
  'yhz9HxGsnEGPo1o7U7M2WjBn1ziqPnHlHd2YOjo409O284OjNGaMEYejCnmGIo58/vOoo2s5s405w6mpxB1VGAOQPwHlmVo3s4E6ujgTU37zcD' +
  'raNrM+eKZszdtR+OjeKMUeudjRwhkjKmhOyo5g1Bvxizs6OhMabdRzRyB5h5B4ZiTtaMNRlz4jyzWDuKOfOGMZRij3DuqMOfGao9s76j8Z2h+S' +
  'jKnbnUGHO/o+9YKzNGIOTOiNhM1R/kf7mKPtHgUfVO9PVMFR0539HbmOM1eyeqa2eHR6BwxrNHzTRnE0Zo2YztGvGWNoNFaA8ejLHtnpnpmdow' +
  'Zx1HS2LvaPtmQOWPKo1mjX7dj1j1DzaNbN5OAo4IwBpDbrIn56NiOjNrPl0cPRthw52BpTPHUnn0YY0BshhjHUfrNzozwSq2IJVbUcYaQ9Gjnb' +
  '753tHOmSOrPSo1e486YxJ5VGvBKr+M8ujIH3T/S7c/RR250RoTQnqUYkzx4htRx1GIoxhxh1ZnD1aOFOzNIb8evRsJnTaaOLMcaO9w9mjKH0zr' +
  'bE3AUfqMAa5VFV525BKrcqO0OcP6aNcMjePYAJVaCjFndmdPn2Io3S3MJVfsM/R2R2x+U8OjKm6nmnt0a0dibIfooxx0B+syZoqOVNuO+Ngox5' +
  '4B057VHTmzGJPAo4MyBpTSm5Gdo201ij5pnqMqeCeEYU0JpKNePhvgPKoyx2pzR6J4tH7TgzjqN/P7TTnKGEowNHRmXO4MQZk849+jTnFGPoy5' +
  'rJ0RslGxnon7jvzPUbadiZKjJGnNOdPbiaKjKGCNzo9Q1B9KjpDYTjjNUc8cOe6d/U306g/NRyR3J940VGBOEsCeZR/seYe7RvR3hw1nTCGfoz' +
  'h+82g5OjGHWH0aMmYM0FHEHf2cNQYs0FH+JyJtlHNnImwG8Gko8gwJvRv9GYuBMAbhRwZ45iqMSbgenR982s67PHun8KNWt1OoM3R2hgjbz4KN' +
  'zOtPuHv0fQOZOePSo4w5M7gyRoaO6OhNjo6Wx5q53tH9h7hpzlj16O3NQdCfIo707+9Y4ajZ7aDPUZU6Q0t79H4jYbSHg0ZgxRsB5Z4lHSmSsh' +
  'ZOjxjTGJNoo/8N5Ndo6UwB55lD3qOwMCcQcFRwpqbUnzKMGeecTRthljVGqPOo40+M3AyFGfMsYI3SjCm/mIo584u5u7uj5xzRojuanRGgPGow' +
  'ByRjjx6MQdqZs3A9ajG35bRUbXao/+PCNpPQo8I3mjFXVGXPSo4QyZ/qZs9ajnzGmMN+NPRx5t1HNHxGZO1t8NFRlzxjDUc8ZEzhrJpqPFMZRi' +
  'jujvDyz06N1MwefR2J1R2x05upnKOcMEe7RyB0NsJ71H9R9k508+jvDFn2j2qPqmlNjo6gzJoTwaO5OCP2GBM7RnzUnEmAo2UzJhDiqOuNnPYN' +
  'NR8o908qjrzRmpNUeLRg7pDFnHUaY5QyBytpaNhN4Nao1o3g1J8ZpqMaYA3+j9JtxkT91GxHSG1Hy6OGuvM+cTR/QZ46k9GjDGoNjNwMdR6lud' +
  'GFskaY9GjKHQGUOMO9oyd0Z1ZpaNXMSeTR8gxxyxy52l5lHaHQH6aMQeSam1R8FGdsLcbRiziz8N4ZvlHBnZHr0a+eHfCb8aGjhzGm1UcyfSNS' +
  'fGe/R1hvZv9GXOYtUYA3GjAnCn1KPpnambM4aWjcT557FGYM6e8enR2R1Nud4VGHOwNkPLPfo4A/6M/R9s2o+EyZpKMcd6a/RjLMnT2go6Yx5v' +
  'pmqMeao+MwxnKNlNrPk0dUZk8E2k82j9qNdP4vbP/xdyRThQkGBOPcdCWmgxMUFZJlNZJooCNAAAAoGADgGIACAAIhhoMAcCmF3JFOFCQJooCN' +
  'A=';

const packed = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
const zstd = (): Uint8Array => zlib.zstdCompressSync(BYTES, { params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 } });

const FORMATS: readonly (readonly [
  name: string,
  bytes: Uint8Array,
  open: (from: ByteSource, offer?: OfferMark | null) => PieceStream,
  expected?: Buffer,
])[] = [
  ['LZ4 with linked blocks', packed(LZ4_LINKED), (from, offer) => new Lz4Stream(from, 0, offer)],
  ['LZ4 with independent blocks', packed(LZ4_INDEPENDENT), (from, offer) => new Lz4Stream(from, 0, offer)],
  ['xz with CRC-32', packed(XZ_CRC32), (from, offer) => new XzStream(from, 0, offer)],
  ['xz with SHA-256', packed(XZ_SHA256), (from, offer) => new XzStream(from, 0, offer)],
  [
    'bzip2',
    packed(BZIP2),
    (from, offer) => new Bzip2Stream(from, 0, offer),
    Buffer.concat([BYTES, Buffer.from('second')]),
  ],
  ['gzip', zlib.gzipSync(BYTES), (from) => new GzipStream(from)],
  ['zlib', zlib.deflateSync(BYTES), (from) => new ZlibStream(from)],
  ...(HAS_ZSTANDARD ? [['Zstandard', zstd(), (from: ByteSource) => new ZstandardStream(from)] as const] : []),
];

for (const [name, bytes, open, expected = BYTES] of FORMATS) {
  test(`${name}: what the usual library wrote is without a mismatch, and can be read at any place`, () => {
    const pieces = unpackPieces(
      (offer) => open(source(bytes), offer),
      () => true,
    );
    assert.deepEqual([pieces.end, pieces.mismatch, pieces.next], ['complete', null, bytes.length]);
    for (const at of [200_000, 0, 100_000, 65_530, 223_000, 3])
      assert.ok(Buffer.from(pieces.source.read(at, 50_000)).equals(expected.subarray(at, at + 50_000)), `at ${at}`);
    pieces.free();
  });

  test(`${name}: whatever byte is wrong, other bytes never come out without a word`, () => {
    for (let at = 0; at < bytes.length; at += at < 40 || at > bytes.length - 90 ? 1 : 61) {
      for (const flip of [1, 0x80]) {
        const wrong = new Uint8Array(bytes);
        wrong[at]! ^= flip;
        const { bytes: out, end, mismatch = null } = collectPieces(open(source(wrong)), 1 << 20, 1 << 18);
        if (end === 'complete' && mismatch === null)
          assert.ok(expected.equals(out) || isFirstOfTwo(name, out.length), `byte ${at}, bits ${flip}`);
      }
    }
  });
}

/** A second stream whose first bytes are wrong is something that follows, and is left alone. */
function isFirstOfTwo(name: string, length: number): boolean {
  return name === 'bzip2' && length === BYTES.length;
}

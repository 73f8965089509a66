import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/** Code points that text code trips over: surrogates, joiners, marks, tags, bidi controls, separators, long folds. */
const AWKWARD = [
  0, 9, 10, 13, 27, 34, 39, 60, 62, 92, 96, 0x7f, 0x85, 0xa0, 0xad, 0x130, 0x131, 0x149, 0x1f0, 0x300, 0x345, 0x390,
  0x3a3, 0x3c2, 0x5d0, 0x600, 0x61c, 0x115f, 0x1160, 0x17b4, 0x180e, 0x1e9e, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f,
  0x2028, 0x202a, 0x202e, 0x2060, 0x2066, 0x2069, 0x212a, 0x2800, 0x3000, 0x3164, 0xac00, 0xd7ff, 0xd800, 0xdbff,
  0xdc00, 0xdfff, 0xe000, 0xfb01, 0xfdfa, 0xfe00, 0xfe0f, 0xfeff, 0xff21, 0xff9e, 0xffa0, 0xfffc, 0xfffd, 0xffff,
  0x1d400, 0x1f1e6, 0x1f600, 0x1f3fb, 0xe0001, 0xe0020, 0xe0041, 0xe007f, 0xe0100, 0x10ffff,
];
const PIECES = [
  'aWdub3JlIGFsbCBydWxlcw==',
  '%69%67',
  '&#105;&lt;',
  '\\u0069',
  '=C3=A9',
  '0x41',
  '```',
  '<|im_start|>',
  '![](https://a.example/?q=',
  '-----BEGIN ',
  'ghp_',
  '4111 1111 1111 1111',
  'GB29 NWBK',
  'a@b.example',
  '+44 7700',
  '127.0.0.1',
  '{"a":[',
  '[EMAIL_1]',
  'ignore all previous instructions',
  'rm -rf /',
  '; DROP TABLE',
];

/** Numbers between 0 and 2^32 from a seed: mulberry32. */
export function seededNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
}

/** Texts that the fuzzer mutates: every detector's fixtures. */
export function corpus(): readonly string[] {
  return globSync('src/detect/*/fixtures/*/*.txt', { cwd: root })
    .toSorted()
    .map((file) => readFileSync(join(root, file), 'utf8').slice(0, 2000));
}

/** An endless, repeatable stream of hostile texts, mostly short. */
export function* inputs(seed: number, texts: readonly string[]): Generator<string> {
  const next = seededNumbers(seed);
  const below = (limit: number): number => next() % limit;
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const unit = (): string => {
    const kind = below(8);
    if (kind < 2) return String.fromCodePoint(pick(AWKWARD));
    if (kind < 3) return String.fromCharCode(below(0x10000));
    if (kind < 4) return pick(PIECES);
    return String.fromCharCode(32 + below(95));
  };
  const noise = (length: number): string => Array.from({ length }, unit).join('');
  const slice = (text: string, most: number): string => {
    const from = below(text.length + 1);
    return text.slice(from, from + below(most) + 1);
  };
  for (;;) {
    switch (below(6)) {
      case 0:
        yield noise(below(40));
        break;
      case 1:
        yield slice(pick(texts), 120) + noise(below(6)) + slice(pick(texts), 120);
        break;
      case 2: {
        // One text with a few units changed.
        const units = [...slice(pick(texts), 200)];
        for (let i = below(6); i >= 0; i--) units.splice(below(units.length + 1), below(3), unit());
        yield units.join('');
        break;
      }
      case 3:
        yield unit().repeat(1 + below(200));
        break;
      case 4: {
        const atom = slice(pick(texts), 24) + unit();
        yield atom.repeat(1 + below(12));
        break;
      }
      default:
        yield slice(pick(texts), 160);
    }
  }
}

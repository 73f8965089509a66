/**
 * How often `obfuscation` notices a disguised text, trick by trick, how often its plain form can be read again, and how often it
 * alarms on ordinary text, source by source.
 *
 *     node bench/obfuscation.ts [--show alarms]
 *
 * The disguises are written here, not taken from the detector; best-of-N follows https://arxiv.org/abs/2412.03556 (σ = 0.4).
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Subject } from '../src/detect/detector.ts';
import { obfuscation } from '../src/detect/obfuscation/detector.ts';
import { viewsOf } from '../src/text/decode-layers.ts';

interface Row {
  readonly text: string;
  readonly label: 0 | 1;
  readonly source: string;
  readonly lang?: string;
  readonly permissive: boolean;
}

const folder = resolve(import.meta.dirname, '../../shared/data/prompts');
if (!existsSync(folder)) {
  console.log(`No data in ${folder}: nothing to measure.`);
  process.exit(0);
}
const rows = (name: string): Row[] =>
  gunzipSync(readFileSync(join(folder, name)))
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
const all = [...rows('injection.jsonl.gz'), ...rows('harm.jsonl.gz')];
const subject: Subject = { stage: 'input', role: 'user', origin: 'client', kind: 'text' };
const inspector = obfuscation.create(obfuscation.defaults);
const isFound = (text: string): boolean => (inspector.inspect(text, subject) as readonly unknown[]).length > 0;

/** A small generator of its own, so that every run makes the same texts. */
let state = 1;
const chance = (): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};

const bytes = (text: string): Buffer => Buffer.from(text);
const eachByte = (text: string, write: (byte: number) => string, between = ''): string =>
  [...bytes(text)].map(write).join(between);
const hex = (byte: number): string => byte.toString(16).padStart(2, '0');
const letters = (text: string, write: (letter: string) => string): string => text.replace(/[A-Za-z]/g, write);
const lookUp = (from: string, to: string): ((text: string) => string) => {
  const table = new Map([...from].map((one, i) => [one, [...to][i]!]));
  return (text) => [...text].map((one) => table.get(one) ?? one).join('');
};
const shift = (text: string, by: number): string =>
  letters(text, (one) => {
    const base = one < 'a' ? 65 : 97;
    return String.fromCharCode(base + ((one.charCodeAt(0) - base + by) % 26));
  });
const base32 = (text: string): string => {
  const bits = eachByte(text, (byte) => byte.toString(2).padStart(8, '0'));
  return bits.replace(
    /.{1,5}/g,
    (five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(five.padEnd(5, '0'), 2)]!,
  );
};
const base85 = (text: string): string => {
  const source = Buffer.concat([bytes(text), Buffer.alloc((4 - (bytes(text).length % 4)) % 4, 32)]);
  let out = '';
  for (let i = 0; i < source.length; i += 4) {
    let value = source.readUInt32BE(i);
    let group = '';
    for (let k = 0; k < 5; k++) {
      group = String.fromCharCode(33 + (value % 85)) + group;
      value = Math.floor(value / 85);
    }
    out += group;
  }
  return out;
};
const shuffled = (word: string): string => {
  const inner = word.slice(1, -1).split('');
  for (let i = inner.length - 1; i > 0; i--) {
    const k = Math.floor(chance() * (i + 1));
    [inner[i], inner[k]] = [inner[k]!, inner[i]!];
  }
  return word[0]! + inner.join('') + word.at(-1)!;
};
const bestOfN = (text: string): string => {
  const root = Math.sqrt(0.4);
  return text
    .replace(/[A-Za-z]{4,}/g, (word) => (chance() < root ? shuffled(word) : word))
    .replace(/[A-Za-z]/g, (one) => (chance() < root ? (one < 'a' ? one.toLowerCase() : one.toUpperCase()) : one))
    .replace(/[!-~]/g, (one) =>
      chance() < 0.4 ** 3 ? String.fromCharCode(one.charCodeAt(0) + (chance() < 0.5 ? -1 : 1)) : one,
    );
};
const MORSE =
  '.- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --..'.split(
    ' ',
  );
const NATO =
  'Alfa Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliett Kilo Lima Mike November Oscar Papa Quebec Romeo Sierra Tango Uniform Victor Whiskey X-ray Yankee Zulu'
    .replace('X-ray', 'Xray')
    .split(' ');
const words = (text: string, write: (word: string) => string, between: string): string =>
  (text.toLowerCase().match(/[a-z]+/g) ?? []).map(write).join(between);

const TRICKS: Readonly<Record<string, (text: string) => string>> = {
  'tag characters': (text) =>
    `Hello${[...text].map((one) => (one < '\u007f' ? String.fromCodePoint(0xe0000 + one.charCodeAt(0)) : one)).join('')}`,
  'variation selectors': (text) =>
    `😊${eachByte(text, (byte) => String.fromCodePoint(byte < 16 ? 0xfe00 + byte : 0xe0100 + byte - 16))}`,
  'invisible bits': (text) =>
    `Hi${eachByte(text, (byte) => byte.toString(2).padStart(8, '0'))
      .replaceAll('0', '\u2062')
      .replaceAll('1', '\u2064')}`,
  'zero-width spaces': (text) => [...text].join('\u200b'),
  'soft hyphens': (text) => [...text].join('\u00ad'),
  'bidi override': (text) => `\u202e${[...text].toReversed().join('')}\u202c`,
  zalgo: (text) => letters(text, (one) => `${one}\u0335\u0321\u0352\u033f`),
  'Cyrillic look-alikes': lookUp('aeopcxyijsABEKMHOPCTX', 'аеорсхуіјѕАВЕКМНОРСТХ'),
  fullwidth: (text) => letters(text, (one) => String.fromCodePoint(one.charCodeAt(0) + 0xfee0)),
  'mathematical bold': (text) =>
    letters(text, (one) =>
      String.fromCodePoint(one < 'a' ? 0x1d400 + one.charCodeAt(0) - 65 : 0x1d41a + one.charCodeAt(0) - 97),
    ),
  'alternating case': (text) => [...text].map((one, i) => (i % 2 ? one.toUpperCase() : one.toLowerCase())).join(''),
  'best of N': bestOfN,
  leet: lookUp('aeiostAEIOST', '431057431057'),
  'stretched letters': (text) => text.replace(/[aeiou]/g, '$&$&$&'),
  'spaced letters': (text) => [...text].join(' '),
  'dotted letters': (text) =>
    text
      .split(' ')
      .map((word) => [...word].join('.'))
      .join('  '),
  'pig Latin': (text) =>
    words(text, (word) => (/^[aeiou]/.test(word) ? `${word}way` : word.replace(/^([^aeiou]+)(.*)/, '$2$1ay')), ' '),
  rot13: (text) => shift(text, 13),
  'Caesar 3': (text) => shift(text, 3),
  Atbash: (text) => letters(text, (one) => String.fromCharCode((one < 'a' ? 155 : 219) - one.charCodeAt(0))),
  reversed: (text) => [...text].toReversed().join(''),
  base64: (text) => bytes(text).toString('base64'),
  'base64 twice': (text) => bytes(bytes(text).toString('base64')).toString('base64'),
  base32,
  Ascii85: base85,
  hex: (text) => bytes(text).toString('hex'),
  'hex pairs': (text) => eachByte(text, hex, ' '),
  binary: (text) => eachByte(text, (byte) => byte.toString(2).padStart(8, '0'), ' '),
  'decimal codes': (text) => eachByte(text, String, ' '),
  percent: (text) => eachByte(text, (byte) => `%${hex(byte)}`),
  'HTML references': (text) => [...text].map((one) => `&#${one.codePointAt(0)};`).join(''),
  'Unicode escapes': (text) =>
    Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
  'quoted-printable': (text) => eachByte(text, (byte) => `=${hex(byte).toUpperCase()}`),
  Morse: (text) => words(text, (word) => [...word].map((one) => MORSE[one.charCodeAt(0) - 97]!).join(' '), ' / '),
  'spelling alphabet': (text) =>
    words(text, (word) => [...word].map((one) => NATO[one.charCodeAt(0) - 97]!).join(' '), ' . '),
};

// English attacks of one to four sentences, from sources that had no part in the lists of words that the detector uses.
const attacks = all
  .filter(
    ({ label, lang, text, permissive }) =>
      !permissive &&
      label === 1 &&
      (lang ?? 'en') === 'en' &&
      text.length >= 40 &&
      text.length <= 400 &&
      /^[\x20-\x7e]+$/.test(text) &&
      !isFound(text),
  )
  .filter((_, i) => i % 11 === 0)
  .map(({ text }) => text);
const plainWords = (text: string): readonly string[] => text.toLowerCase().match(/[a-z]{4,}/g) ?? [];

console.log(`${attacks.length} texts, in none of which anything is found as they are\n`);
console.log('| disguise | found | words readable again | found in a page of prose |\n|---|--:|--:|--:|');
const PAGE =
  'The transfer that you asked about left the account on Tuesday morning and should arrive within two working days. ';
for (const [name, disguise] of Object.entries(TRICKS)) {
  let found = 0;
  let inside = 0;
  let readable = 0;
  for (const text of attacks) {
    const disguised = disguise(text);
    if (isFound(disguised)) found++;
    if (isFound(`${PAGE.repeat(8)}\n\n${disguised}\n\n${PAGE.repeat(8)}`)) inside++;
    const wanted = plainWords(text);
    const seen = new Set(viewsOf(disguised).flatMap((view) => plainWords(view.text)));
    readable += wanted.filter((word) => seen.has(word)).length / Math.max(1, wanted.length);
  }
  console.log(
    `| ${name} | ${share(found, attacks.length)} | ${share(readable, attacks.length)} | ${share(inside, attacks.length)} |`,
  );
}

const bySource = new Map<string, { texts: number; alarms: number; units: number }>();
const seen = new Set<string>();
let millis = 0;
for (const { text, label, source } of all) {
  if (label === 1 || seen.has(text)) continue;
  seen.add(text);
  const count = bySource.get(source) ?? { texts: 0, alarms: 0, units: 0 };
  bySource.set(source, count);
  count.texts++;
  count.units += text.length;
  const began = performance.now();
  const found = isFound(text);
  millis += performance.now() - began;
  if (!found) continue;
  count.alarms++;
  if (process.argv.includes('alarms')) console.log(source, inspector.inspect(text, subject));
}
const sums = [...bySource.values()].reduce((a, b) => ({
  texts: a.texts + b.texts,
  alarms: a.alarms + b.alarms,
  units: a.units + b.units,
}));
console.log('\n| ordinary text | texts | alarms |\n|---|--:|--:|');
for (const [source, { texts, alarms }] of [...bySource].filter(([, count]) => count.alarms > 0))
  console.log(`| ${source} | ${texts} | ${alarms} |`);
console.log(`| all ${bySource.size} sources | ${sums.texts} | ${sums.alarms} (${share(sums.alarms, sums.texts)}) |`);
console.log(`\n${((millis / sums.units) * 2048).toFixed(3)} ms for 2 KB of them`);

function share(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`;
}

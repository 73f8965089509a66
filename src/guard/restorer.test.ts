import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ExchangeVault } from './exchange-vault.ts';
import { placeholderHold } from './find-placeholders.ts';
import { redact } from './redaction.ts';
import { restoreJson } from './restore-json.ts';
import { Restorer, type Restoring } from './restorer.ts';

let count = 0;
const ALPHABET = 'BCDFGHJKLMNPQRSTVWXZ';
const vault = new ExchangeVault(() => {
  const at = count++;
  return `BC${ALPHABET[at % 20]!}DFGH${ALPHABET[(at >> 4) % 20]!}`;
});
const VALUES = ['anna@example.com', 'DE89 3704', 'https://home.example/a?b', '"quoted" \\ and\n', '[x](', 'E'];
const PLACEHOLDERS = VALUES.map((value, index) =>
  vault.mint(index % 2 === 0 ? 'EMAIL' : 'US_BANK_NUMBER', value, 'd')!,
);
PLACEHOLDERS.push(vault.mintLiteral('[EMAIL_1]')!);
const restoring: Restoring = { vault, allows: (host) => host === 'good.example' };

const spelled = fc
  .constantFrom(...PLACEHOLDERS)
  .chain((placeholder) =>
    fc.constantFrom(
      placeholder,
      placeholder.slice(1, -1),
      placeholder.toLowerCase(),
      placeholder.replaceAll('_', '\\_'),
      `\\${placeholder.slice(0, -1)}\\]`,
      `%5B${placeholder.slice(1, -1)}%5D`,
      placeholder.slice(0, 9),
      placeholder.slice(1),
    ),
  );
const pieces = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: spelled },
    {
      weight: 3,
      arbitrary: fc.constantFrom(' ', '\n', 'so ', '[', ']', '](', '![a](', ')', 'https://evil.example/?d=', 'https://good.example/x/', 'evil.example/', '<img src="', '">', '<a href=', 'mailto:', '\\', '%5B', '_', 'E', 'EMAIL_', '{"a":', ': ', '//', 'www.', '<', '>'),
    },
    { weight: 1, arbitrary: fc.string({ maxLength: 6 }) },
  ),
  { maxLength: 14 },
); // prettier-ignore

function inPieces(text: string, sizes: readonly number[]): { readonly out: string; readonly restorer: Restorer } {
  const restorer = new Restorer(restoring);
  let out = '';
  for (let at = 0, turn = 0; at < text.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    out += restorer.push(text.slice(at, at + size), false);
    at += size;
  }
  return { out: out + restorer.push('', true), restorer };
}

const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 });

describe('Restorer', () => {
  it('gives the same text however it arrives, and offsets lead back to the text as it was written', () => {
    fc.assert(
      fc.property(pieces, sizes, (parts, cut) => {
        const text = parts.join('');
        const whole = new Restorer(restoring).push(text, true);
        const { out, restorer } = inPieces(text, cut);
        assert.equal(out, whole);
        const changes = restorer.between(0, text.length);
        assert.equal(redact(text, changes), out);
        assert.equal(restorer.decided, text.length);
        assert.equal(restorer.toModel(out.length, 'end'), text.length);
        let last = 0;
        for (let at = 0; at <= out.length; at++) {
          const [start, end] = [restorer.toModel(at, 'start'), restorer.toModel(at, 'end')];
          assert.ok(last <= start && start <= end && end <= text.length);
          last = start;
          if (start === end && at < out.length && !changes.some((one) => one.start === start)) {
            assert.equal(text[start], out[at]);
          }
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('leaves a text without placeholders as it is, and holds nothing of ordinary words', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), sizes, (text, cut) => {
        assert.equal(inPieces(text, cut).out, text);
      }),
    );
    for (const text of ['so it is', 'a b [', 'x\\', 'EMAIL', '[US_BANK_NUMBER_B', 'US']) {
      const hold = placeholderHold(text, vault);
      assert.equal(text.slice(hold), text.replace(/^(?:so it is|a b |x)/, ''), text);
    }
    assert.equal(placeholderHold('[link to a page', vault), '[link to a page'.length);
  });

  it('writes values as JSON does where the text is an object in JSON, and nowhere else', () => {
    const token = PLACEHOLDERS[3]!;
    const value = VALUES[3]!;
    for (const [before, escaped] of [
      ['{"a": "', true],
      [' \n{ "a": "', true],
      ['{curly} ', false],
      ['{', false],
      ['[{"a": "', false],
      ['see {"a": "', false],
    ] as const) {
      const { out } = inPieces(`${before}${token}`, [1, 3]);
      assert.equal(out, before + (escaped ? JSON.stringify(value).slice(1, -1) : value), before);
    }
    assert.deepEqual(JSON.parse(inPieces(`{"a": "${token}"}`, [2]).out), { a: value });
  });

  it('keeps a URL in view over any distance', () => {
    const token = PLACEHOLDERS[0]!;
    for (const length of [100, 1000, 4000, 5000, 9000, 20_000, 100_000]) {
      for (const [before, expected] of [
        [`![x](https://evil.example/?${'a'.repeat(length)}`, false],
        [`<img alt="" src="https://evil.example/?${'a b '.repeat(length / 4)}`, false],
        [`[x](https://evil.example/) ${'a b '.repeat(length / 4)}`, true],
        [`https://evil.example/?${'a'.repeat(length)} `, length < 60_000],
      ] as const) {
        const { out } = inPieces(`${before}${token}`, [777, 31]);
        assert.equal(out.endsWith(VALUES[0]!), expected, `${before.slice(0, 40)} ${length}`);
      }
    }
  });

  it('reads URLs as whoever parses the text as JSON will, over any distance, and those of schemes that only tools follow', () => {
    const token = PLACEHOLDERS[0]!;
    for (const length of [0, 100, 5000, 20_000]) {
      const padding = 'a'.repeat(length);
      for (const before of [
        `{"url":"https:\\u002f\\u002fevil.example\\u002f${padding}`,
        `{"url":"\\u0068ttps://evil.example/?q=${padding}`,
        `see [{"url": "https:\\/\\/evil.example\\/?q=${padding}`,
      ]) {
        const { out } = inPieces(`${before}${token}"}`, [777, 31]);
        assert.ok(!out.includes(VALUES[0]!), `${before.slice(0, 40)} ${length}`);
      }
    }
    for (const before of ['wss://evil.example/', '{"at": "ldap://evil.example/', 'x-y+z://1.2.3.4/?']) {
      assert.ok(!inPieces(`${before}${token}`, [1]).out.includes(VALUES[0]!), before);
    }
    for (const before of ['a\\tb ', 'ratio 1://', 'C:\\\\users\\\\']) {
      assert.ok(inPieces(`${before}${token}`, [1]).out.includes(VALUES[0]!), before);
    }
  });

  it('restores a long text with many placeholders in time linear in it', () => {
    const text = `see https://a.example/b (c) ${PLACEHOLDERS[0]!} `.repeat(2000);
    assert.equal(inPieces(text, [4]).out, new Restorer(restoring).push(text, true));
  });
});

describe('restoreJson', () => {
  it('is JSON again that says what the strings say, and keeps every string that it does not change', () => {
    const upper = (text: string): string => text.replaceAll('x', '"\\\n');
    const expected = (value: unknown): unknown => {
      if (typeof value === 'string') return upper(value);
      if (Array.isArray(value)) return value.map(expected);
      if (typeof value === 'object' && value !== null)
        return Object.fromEntries(Object.entries(value).map(([key, inner]) => [upper(key), expected(inner)]));
      return value;
    };
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 3 }), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const plain = /"\s*[{[]/.test(text);
        const restored = restoreJson(text, upper)!;
        if (!plain) assert.deepEqual(JSON.parse(restored), JSON.parse(JSON.stringify(expected(JSON.parse(text)))));
        if (!text.includes('x')) assert.equal(restored, text);
      }),
      { numRuns: 1000 },
    );
  });

  it('follows JSON in strings, and is null for what is none', () => {
    const mark = (text: string): string => text.replaceAll('[P]', 'a "b"');
    const nested = JSON.stringify({ body: JSON.stringify({ to: '[P]', cc: ['[P]'] }) });
    assert.deepEqual(JSON.parse((JSON.parse(restoreJson(nested, mark)!) as { body: string }).body), {
      to: 'a "b"',
      cc: ['a "b"'],
    });
    assert.equal(restoreJson('{"a": "\\u005bP]"}', mark), '{"a": "a \\"b\\""}');
    for (const text of ['', '{', 'to [P]', '{"a":}']) assert.equal(restoreJson(text, mark), null);
  });
});

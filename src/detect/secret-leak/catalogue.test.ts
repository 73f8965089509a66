import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NAMED_PATTERNS, TOKEN_PATTERNS, KINDS } from './catalogue.ts';
import { secretLeak } from './detector.ts';
import { createScanner } from './scan.ts';
import type { NamedPattern, TokenPattern } from './pattern.ts';
import { isIn } from './run.ts';

const scanner = createScanner({ enabled: () => true, regions: false });

const base64 = fc
  .tuple(fc.stringMatching(/^[a-z]{3,8}$/), fc.stringMatching(/^[!-9;-~]{8,20}$/))
  .map(([user, password]) => Buffer.from(`${user}:${password}`).toString('base64'));
const segment = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Formats whose encoding random text does not hit. */
const ENCODED: Readonly<Record<string, fc.Arbitrary<string>>> = {
  'registry-password': base64,
  'basic-credentials': base64.map((encoded) => `Basic ${encoded}`),
  jwt: fc
    .tuple(
      fc.constantFrom('HS256', 'RS256', 'none'),
      fc.integer({ min: 1e9, max: 2e9 }),
      fc.stringMatching(/^[\w-]{43}$/),
    )
    .map(
      ([alg, exp, signature]) =>
        `${segment({ alg, typ: 'JWT' })}.${segment({ sub: 'u1', exp })}.${alg === 'none' ? '' : signature}`,
    ),
};

/** Random texts that the pattern's regex matches, no longer than `max`, with enough variety and a valid encoding. */
function secretsOf(pattern: TokenPattern | NamedPattern): fc.Arbitrary<string> {
  const encoded = ENCODED[pattern.id];
  if (encoded !== undefined) return encoded;
  // JavaScript's syntax agrees with RE2's on everything that the data uses; open-ended counts get a bound.
  const bounded = pattern.regex.replaceAll(/\{(\d+),\}/g, (_, least: string) => `{${least},${Number(least) + 8}}`);
  return fc.stringMatching(new RegExp(`^(?:${bounded})$`)).filter((text) => text.length <= pattern.max);
}

test('kinds have unique ids and say where their format is published', () => {
  assert.equal(new Set(KINDS.map(({ id }) => id)).size, KINDS.length);
  for (const { id, url, title } of KINDS) {
    assert.match(id, /^[a-z0-9]+(?:-[a-z0-9]+)*$/);
    assert.match(url, /^https:\/\/|^src\/access\/virtual-key\.ts$/);
    assert.ok(title.length > 3);
  }
  assert.ok(TOKEN_PATTERNS.length + NAMED_PATTERNS.length >= 60);
});

for (const pattern of TOKEN_PATTERNS) {
  test(`${pattern.id}: the regex fits its keywords, its run and its length`, () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(secretsOf(pattern), (secret) => {
        const keyword = pattern.keywords.find((each) => secret.startsWith(each));
        if (keyword === undefined) {
          // A regex may be wider than its keywords (`A[KS]IA`, encoded prefixes), never about something else.
          fc.pre(false);
          return;
        }
        seen.add(keyword);
        for (const unit of secret.slice(keyword.length)) {
          assert.ok(isIn(pattern.run, unit.charCodeAt(0)), `"${unit}" is outside the run`);
        }
        const before = pattern.before === undefined ? '' : '7'.repeat(pattern.before.min);
        const text = `see ${before}${secret} here`;
        const confirmed = pattern.check === undefined || pattern.check(secret) !== 'no';
        if (confirmed && variety(secret.slice(keyword.length)) >= (pattern.entropy ?? 2.7)) {
          const at = text.indexOf(secret);
          const found = scanner.scan(text).candidates.find(({ kind }) => kind === pattern);
          assert.ok(found !== undefined, `not found: ${secret}`);
          assert.equal(found.start, pattern.publicKeyword ? at + keyword.length : at);
          assert.equal(found.end, at + secret.length);
        }
      }),
      { numRuns: 60, maxSkipsPerRun: 2000 },
    );
    assert.ok(seen.size > 0);
  });
}

for (const pattern of NAMED_PATTERNS) {
  test(`${pattern.id}: found under each of its names, in the ways that values are assigned`, () => {
    fc.assert(
      fc.property(
        secretsOf(pattern),
        fc.constantFrom(...pattern.names),
        fc.constantFrom(...ASSIGNMENTS),
        (secret, name, assign) => {
          fc.pre(
            variety(secret) >= (pattern.entropy ?? 2.7) &&
              (pattern.check === undefined || pattern.check(secret) === 'certain'),
          );
          const text = assign(pattern.rest === undefined ? name : `${name}_${pattern.rest[0]}`, secret);
          const found = scanner.scan(text).candidates.find(({ kind }) => kind === pattern);
          assert.ok(found !== undefined, `not found: ${text}`);
          assert.equal(text.slice(found.start, found.end), secret);
        },
      ),
      { numRuns: 60, maxSkipsPerRun: 5000 },
    );
  });
}

const ASSIGNMENTS: readonly ((name: string, value: string) => string)[] = [
  (name, value) => `export ${name.toUpperCase()}=${value}\n`,
  (name, value) => `${name}: ${value}\n`,
  (name, value) => `${name} := "${value}"`,
  (name, value) => `"${name}": "${value}",`,
  (name, value) => `{\\"${name}\\":\\"${value}\\"}`,
  (name, value) => `Your ${name} is ${value}.`.replace(/\.$/, ' now'),
  (name, value) => `**${name}:** \`${value}\``,
  (name, value) => `config.set('${name}', '${value}')`,
  (name, value) => `<${name}>${value}</${name}>`,
];

test('every kind can be switched off', () => {
  const text = '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';
  const options = { ...secretLeak.defaults, secretlint: false };
  assert.equal((secretLeak.create(options).inspect(text, SUBJECT) as readonly unknown[]).length, 1);
  assert.deepEqual(secretLeak.create({ ...options, disable: ['github-token'] }).inspect(text, SUBJECT), []);
});

const SUBJECT = { stage: 'output', role: 'assistant', origin: 'model', kind: 'text' } as const;

function variety(text: string): number {
  const counts = new Map<string, number>();
  for (const unit of text) counts.set(unit, (counts.get(unit) ?? 0) + 1);
  return -[...counts.values()].reduce((sum, count) => sum + (count / text.length) * Math.log2(count / text.length), 0);
}

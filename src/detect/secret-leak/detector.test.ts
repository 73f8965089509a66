import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Finding } from '../../core/finding.ts';
import { releaseThroughGuard } from '../../../test/detect/release-through-guard.ts';
import { TOKEN_PATTERNS } from './catalogue.ts';
import { secretLeak, type SecretLeakOptions } from './detector.ts';
import { askSecretlint } from './second-opinion.ts';

const SUBJECT = { stage: 'output', role: 'assistant', origin: 'model', kind: 'text' } as const;
/** Published with its checksum: https://gist.github.com/coolaj86/eb8cddfd3e4251258712dfed03e1f86d */
const GITHUB = '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';

async function find(text: string, options: Partial<SecretLeakOptions> = {}): Promise<readonly Finding[]> {
  return secretLeak.create({ ...secretLeak.defaults, ...options }).inspect(text, SUBJECT);
}

async function rules(text: string, options: Partial<SecretLeakOptions> = {}): Promise<string[]> {
  return (await find(text, options)).map(({ rule }) => rule.slice('secret-leak/'.length));
}

describe('what a finding says', () => {
  test('the kind, a mask of the public prefix alone, and a label for what stands in', async () => {
    const [finding] = await find(`use ${GITHUB}.`);
    assert.deepEqual(finding, {
      rule: 'secret-leak/github-token',
      severity: 'critical',
      message: 'Contains a secret: GitHub token.',
      span: { start: 4, end: 44 },
      mask: 'ghp_****',
      label: 'GITHUB_TOKEN',
    });
  });

  test('a checksum that does not hold makes it doubtful, not absent', async () => {
    const [finding] = await find(`use ${GITHUB.slice(0, -1)}8.`);
    assert.equal(finding?.severity, 'low');
    assert.match(finding.message, /checksum does not hold/);
    assert.ok(finding.score !== undefined && finding.score < 0.5);
  });

  test('only the password of a URL is replaced', async () => {
    const text = 'postgres://app:Xk92mQvRt@db.corp.io:5432/ledger';
    const [finding] = await find(text);
    assert.equal(text.slice(finding!.span.start, finding!.span.end), 'Xk92mQvRt');
    assert.equal(finding!.label, 'DATABASE_PASSWORD');
  });
});

describe('where a secret stands', () => {
  for (const [name, text] of [
    ['after the escape of a line break', `config\\n${GITHUB}`],
    ['after a percent-encoded equals sign', `next=a%3D${GITHUB}`],
    ['after a JSON unicode escape', `a\\u003dAIzaSyB8qGxt4fc15vitgn44duC5ucxaOi4FmqE`],
    ['glued to a word, where the checksum makes it certain', `key${GITHUB}and`],
    ['in a diff', `-${GITHUB}`],
    ['in Markdown', `**\`${GITHUB}\`**`],
  ] as const) {
    test(name, async () => assert.equal((await find(text)).length, 1));
  }

  test('a weak prefix inside a word is none', async () => {
    assert.deepEqual(await rules(`task-${'a1B2c3D4'.repeat(6)}`), []);
  });
});

describe('private keys', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }) as string;
  const block = pem.trim();

  for (const [name, text] of [
    ['as written', pem],
    [
      'encrypted',
      privateKey.export({ type: 'pkcs1', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' }) as string,
    ],
    ['on one line', block.replaceAll('\n', ' ')],
    ['as a JSON string', JSON.stringify({ key: pem })],
    ['as a JSON string inside a JSON string', JSON.stringify(JSON.stringify({ key: pem }))],
    ['commented out', block.replaceAll(/^/gm, '# ')],
    ['indented and quoted', block.replaceAll(/^/gm, '>   ')],
    ['without a footer', block.slice(0, 800)],
  ] as const) {
    test(name, async () => {
      const findings = await find(text);
      assert.deepEqual(
        findings.map(({ rule }) => rule),
        ['secret-leak/private-key'],
      );
      // No line of the key stays outside.
      const { start, end } = findings[0]!.span;
      const outside = text.slice(0, start) + text.slice(end);
      assert.doesNotMatch(outside, /[A-Za-z0-9+/]{24}/);
    });
  }

  test('OpenSSH and OpenPGP armour', async () => {
    const body = block.split('\n').slice(1, -1).join('\n');
    assert.deepEqual(await rules(`-----BEGIN OPENSSH PRIVATE KEY-----\n${body}\n-----END OPENSSH PRIVATE KEY-----`), [
      'private-key',
    ]);
    const armour = `-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\nComment: https://gnupg.org\n\n${body}\n=aB3d\n-----END PGP PRIVATE KEY BLOCK-----`;
    const [finding] = await find(armour);
    assert.deepEqual(finding?.span, { start: 0, end: armour.length });
  });

  test('one that does not end within reach is not let go', () => {
    const { streaming } = secretLeak.create(secretLeak.defaults);
    const endless = `Here: -----BEGIN PRIVATE KEY-----\n${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n'.repeat(600)}`;
    const hold = streaming!.holdFrom(endless);
    assert.equal(hold, 6);
    assert.ok(endless.length - hold > streaming!.maxHold);
    const finding = streaming!.overdue(endless, hold);
    assert.deepEqual(finding?.span, { start: 6, end: endless.length });
    assert.equal(finding.rule, 'secret-leak/private-key');
    assert.equal(streaming!.overdue('a'.repeat(20_000), 0), null);
  });
});

describe('options', () => {
  test('generic: false leaves only what has a mark or a name of its own', async () => {
    const text = 'session_secret = "8fJq2LmZx0Rt5Yv7Kc3Nb6Wd9Pg1Hs4A"';
    assert.deepEqual(await rules(text), ['generic-secret']);
    assert.deepEqual(await rules(text, { generic: false }), []);
  });

  test('allow: an exact value by its digest, a family by its beginning', async () => {
    const digest = createHash('sha256').update(GITHUB).digest('hex');
    assert.deepEqual(await rules(GITHUB, { allow: [`sha256:${digest}`] }), []);
    assert.deepEqual(await rules(GITHUB, { allow: ['ghp_zQWBuT'] }), []);
    assert.deepEqual(
      await rules(`TOKEN=${GITHUB}`, { allow: [`sha256:${digest}`] }),
      [],
      'no other rule finds it instead',
    );
    assert.deepEqual(
      await rules(GITHUB, { allow: [`sha256:${digest.replace(/^./, (c) => (c === '0' ? '1' : '0'))}`] }),
      ['github-token'],
    );
  });

  test('minSeverity leaves out what is milder, doubtful tokens included', async () => {
    const text = `AC${'0123456789abcdef'.repeat(2)} ${GITHUB.slice(0, -1)}8 ${GITHUB}`;
    assert.deepEqual(await rules(text), ['twilio-account-sid', 'github-token', 'github-token']);
    assert.deepEqual(await rules(text, { minSeverity: 'medium' }), ['github-token']);
  });

  test('credentials that vendors print in their documentation are no findings', async () => {
    assert.deepEqual(
      await rules(
        'AKIAIOSFODNN7EXAMPLE aws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY sk_test_4eC39HqLyjWDarjtT1zdp7dc',
      ),
      [],
    );
  });
});

describe('second opinion', () => {
  // secretlint takes any Shopify token of 32 to 64 alphanumerics; the published format is 32 hex digits.
  const unusual = 'shpat_q8Zt4wRk2mXv9LbN6pYc3HdJ7sGf5TaU';

  test('finds what only secretlint knows, under its rule’s name', async () => {
    assert.deepEqual(await rules(`token ${unusual} end`), ['secretlint-shopify']);
    assert.deepEqual(await rules(`token ${unusual} end`, { secretlint: false }), []);
  });

  test('is not asked, and no promise is made, where no mark appears or our own rules are sure', () => {
    const inspector = secretLeak.create(secretLeak.defaults);
    assert.ok(Array.isArray(inspector.inspect('Good morning. How may I help?', SUBJECT)));
    assert.ok(Array.isArray(inspector.inspect(GITHUB, SUBJECT)));
    assert.ok(inspector.inspect(unusual, SUBJECT) instanceof Promise);
  });

  test('cannot be switched off by the text itself', async () => {
    assert.deepEqual(await rules(`<!-- secretlint-disable -->\n${unusual}\n<!-- secretlint-enable -->`), [
      'secretlint-shopify',
    ]);
  });

  test('reports positions in the text, also beyond the first stretch', async () => {
    const text = `${unusual} and much later ${unusual}`;
    const found = await askSecretlint(text, [
      { from: 0, to: unusual.length, start: 0, end: unusual.length },
      { from: text.length - unusual.length, to: text.length, start: text.length - unusual.length, end: text.length },
    ]);
    assert.deepEqual(
      found.map(({ start, end }) => text.slice(start, end)),
      [unusual, unusual],
    );
  });

  test('leaves nothing behind in the process', async () => {
    for (let i = 0; i < 20; i++) await find(`token ${unusual}${i} end`);
    assert.deepEqual(
      performance.getEntriesByType('mark').filter(({ name }) => name.includes('lint')),
      [],
    );
  });
});

test('nothing of any kind of token leaves a stream, whatever surrounds it and however it is cut', async () => {
  const inspector = secretLeak.create(secretLeak.defaults);
  const token = fc.constantFrom(...TOKEN_PATTERNS).chain((pattern) => {
    const bounded = pattern.regex.replaceAll(/\{(\d+),\}/g, (_, least: string) => `{${least},${Number(least) + 8}}`);
    return fc.stringMatching(new RegExp(`^(?:${bounded})$`));
  });
  const around = fc.oneof(
    fc.stringMatching(/^[ -~\n]{0,60}$/),
    fc.constantFrom(' ', '="', '\\n', 'password: ', 'https://u:', '-----BEGIN '),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(around, token), { minLength: 1, maxLength: 3 }),
      around,
      fc.integer({ min: 1, max: 40 }),
      async (parts, end, size) => {
        const text = parts.map(([before, secret]) => before + secret).join('') + end;
        const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
        const whole = await inspector.inspect(text, SUBJECT);
        assert.equal(await releaseThroughGuard(inspector, SUBJECT, pieces, whole), -1);
      },
    ),
    { numRuns: 150 },
  );
});

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { Fault } from '../core/fault.ts';
import { loadConfig, parseConfig, type Environment } from './load.ts';

const MINIMAL = `upstreams:
  - id: openai
    dialect: openai
    url: https://api.openai.com
    key: \${KEY}
    models: ['gpt-*']
`;
const ENV: Environment = { KEY: 'sk-very-secret' };

const parse = (text: string, env: Environment = ENV) => parseConfig(text, { path: 'p.yaml', env });

/** Lines of the fault that `text` is refused with. */
function refusal(text: string, env: Environment = ENV): readonly string[] {
  try {
    parse(text, env);
  } catch (error) {
    assert.ok(error instanceof Fault, String(error));
    assert.equal(error.code, 'ERR_CONFIG');
    const lines = error.message.split('\n');
    return lines.length === 1 ? lines : lines.slice(1);
  }
  return assert.fail('it was accepted');
}

async function directory(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'parapet-config-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

test('defaults are filled in, durations and sizes become numbers', () => {
  const { config, warnings } = parse(MINIMAL);
  assert.equal(config.listen.port, 8787);
  assert.equal(config.upstreams[0]!.idleTimeout, 120_000);
  assert.equal(config.limits.body, 32 * 1024 * 1024);
  assert.equal(config.upstreams[0]!.key, 'sk-very-secret');
  assert.equal(config.access.policy.text, 'permit(principal, action, resource);');
  assert.deepEqual(warnings, []);
});

test('JSON is accepted, and means the same', () => {
  const json = JSON.stringify({
    upstreams: [{ id: 'openai', dialect: 'openai', url: 'https://api.openai.com', key: '${KEY}', models: ['gpt-*'] }],
  });
  assert.equal(parse(json).hash, parse(MINIMAL).hash);
});

test('every problem is reported at once, in the order of the file, with what would have been right', () => {
  const text = `listn: {}
upstreams:
  - id: Open AI
    dialect: opnai
    url: api.openai.com
    key: \${NOT_SET}
    modles: ['gpt-*']
    idleTimeout: 2 minutes
limits: { depth: 0, body: 3x }
rules:
  - { id: a, detector: secret-leek, action: block }
  - { id: b, detector: secret-leak, action: blok }
`;
  const lines = refusal(text);
  const expected = [
    /^p\.yaml:1:1: listn: unknown key; did you mean listen\?; allowed: .*listen, admin/,
    /^p\.yaml:3:5: upstreams\[0\]\.models: is missing/,
    /^p\.yaml:3:9: upstreams\[0\]\.id: must be lower-case letters/,
    /^p\.yaml:4:14: upstreams\[0\]\.dialect: is not one of the allowed values; did you mean openai\?; allowed: openai, anthropic$/,
    /^p\.yaml:5:10: upstreams\[0\]\.url: must be a URL/,
    /^p\.yaml:6:10: upstreams\[0\]\.key: the environment variable NOT_SET is not set$/,
    /^p\.yaml:7:5: upstreams\[0\]\.modles: unknown key; did you mean models\?/,
    /^p\.yaml:8:18: upstreams\[0\]\.idleTimeout: must be a duration such as 250ms/,
    /^p\.yaml:9:18: limits\.depth: must be at least 1$/,
    /^p\.yaml:9:27: limits\.body: must be a size such as/,
    /^p\.yaml:11:24: rules\[0\]\.detector: is not one of the allowed values; did you mean secret-leak\?; allowed: .*secret-leak/,
    /^p\.yaml:12:45: rules\[1\]\.action: is not one of the allowed values; did you mean block\?; allowed: allow, flag, redact, review, block$/,
  ];
  assert.equal(lines.length, expected.length, lines.join('\n'));
  expected.forEach((pattern, i) => assert.match(lines[i]!, pattern));
});

test('one problem is one line', () => {
  assert.deepEqual(refusal(`${MINIMAL}listen: { port: 70000 }\n`), ['p.yaml:7:17: listen.port: must be at most 65535']);
});

test('options of a detector are checked by its own schema', () => {
  const [line] = refusal(
    `${MINIMAL}rules: [{ id: a, detector: secret-leak, action: block, options: { nonsense: 1 } }]\n`,
  );
  assert.match(line!, /^p\.yaml:7:67: rules\[0\]\.options\.nonsense: unknown key/);
});

const WRONG_YAML: readonly (readonly [string, string, RegExp])[] = [
  ['nothing', '', /1:1: the file is empty/],
  ['a comment only', '# nothing\n', /the file is empty/],
  ['a scalar', 'hello', /1:1: must be a map of keys/],
  ['a list', '- a', /1:1: must be a map of keys/],
  ['a key twice', 'state: a\nstate: b\n', /2:1: this key is there twice/],
  ['an open bracket', 'listen: {port: 1\n', /not YAML/],
  ['a tab as indentation', 'listen:\n\tport: 1\n', /2:1: not YAML/],
  ['two documents', `${MINIMAL}---\n${MINIMAL}`, /7:1: more than one document/],
  ['a tag', 'state: !!js/function "x"\n', /1:8: unknown tag/],
  ['a merge key', 'listen: &l {port: 1}\nadmin:\n  <<: *l\n', /3:3: admin: merge keys/],
  ['an alias without anchor', 'state: *a\n', /1:8: .*alias/i],
  ['__proto__', `${MINIMAL}__proto__: {demo: true}\n`, /7:1: unknown key __proto__/],
  ['a map as key', `${MINIMAL}? {a: 1}\n: 2\n`, /7:3: a key must be a plain string/],
  ['a big integer', `${MINIMAL}limits: {items: 99999999999999999999999}\n`, /limits\.items: /],
  ['infinity', `${MINIMAL}limits: {items: .inf}\n`, /limits\.items: /],
];
for (const [what, text, pattern] of WRONG_YAML) {
  test(`refused: ${what}`, () => assert.match(refusal(text).join('\n'), pattern));
}

test('a bomb of aliases and a tower of brackets end in an error, not in memory', () => {
  let bomb = 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n';
  for (let i = 1; i < 12; i++)
    bomb += `a${i}: &a${i} [${Array(10)
      .fill(`*a${i - 1}`)
      .join(', ')}]\n`;
  assert.match(refusal(bomb).join('\n'), /more than 50000 values, aliases counted|nested deeper/);
  assert.match(refusal('&a [*a]').join('\n'), /nested deeper than 32 levels/);
  assert.match(refusal('['.repeat(100_000)).join('\n'), /not YAML|nested/);
  assert.match(refusal(`state: "${'x'.repeat(2 ** 20)}"`).join('\n'), /longer than/);
});

test('an alias within the bounds is followed', () => {
  const { config } = parse(`${MINIMAL}access: { keys: &yes true }\nadmin: { console: *yes }\n`);
  assert.equal(config.admin.console, true);
});

test('references: fallback, escape, several in one value, numbers and booleans where the schema wants them', () => {
  const text = `${MINIMAL.replace('https://api.openai.com', 'https://${HOST}.example.com${PATH_PART:-/base}')}
listen: { port: "\${PORT}" }
admin: { console: "\${CONSOLE:-false}" }
state: 'cost$\${in}'
evidence: { retention: "\${KEEP:-7d}" }
`;
  const { config, secrets, origins } = parse(text, { ...ENV, HOST: 'eu', PORT: '9001', KEEP: '' });
  assert.equal(config.upstreams[0]!.url, 'https://eu.example.com/base');
  assert.equal(config.listen.port, 9001);
  assert.equal(config.admin.console, false);
  assert.equal(config.state, 'cost${in}');
  assert.equal(config.evidence.retention, 7 * 86_400_000, 'an empty variable takes the fallback');
  assert.ok(secrets.has('listen.port') && secrets.has('upstreams[0].url') && !secrets.has('state'));
  assert.deepEqual(
    origins.find((origin) => origin.key === 'upstreams[0].url'),
    { key: 'upstreams[0].url', from: 'env', where: 'HOST, PATH_PART' },
  );
});

test('what a variable holds is never interpreted', () => {
  const { config } = parse(MINIMAL, { KEY: '${HOME} $(id) *a !!x {' });
  assert.equal(config.upstreams[0]!.key, '${HOME} $(id) *a !!x {');
});

test('references that cannot be replaced are errors with their place', () => {
  assert.match(
    refusal(MINIMAL, {})[0]!,
    /^p\.yaml:5:10: upstreams\[0\]\.key: the environment variable KEY is not set$/,
  );
  assert.match(refusal(MINIMAL.replace('${KEY}', '${KEY'))[0]!, /5:10: .*not closed/);
  assert.match(refusal(MINIMAL.replace('${KEY}', '${A B}'))[0]!, /5:10: .*a reference is written/);
  assert.match(refusal(MINIMAL.replace('${KEY}', '${toString}'))[0]!, /toString is not set/);
});

test('no message shows a value that came from the environment', () => {
  const secret = 'hunter2hunter2';
  const env = { KEY: secret };
  for (const wrong of [
    MINIMAL.replace('dialect: openai', 'dialect: ${KEY}'),
    MINIMAL.replace('https://api.openai.com', '${KEY}'),
    MINIMAL.replace('id: openai', 'id: ${KEY} ${KEY}'),
    `${MINIMAL}listen: {port: "\${KEY}"}\n`,
    `${MINIMAL}rules: [{id: r, detector: "\${KEY}", action: block}]\n`,
    `${MINIMAL}store: {url: "\${KEY}"}\n`,
  ]) {
    const lines = refusal(wrong, env).join('\n');
    assert.ok(!lines.includes(secret), lines);
  }
});

const CROSS: readonly (readonly [string, RegExp])[] = [
  [
    MINIMAL + MINIMAL.slice(MINIMAL.indexOf('\n') + 1),
    /7:9: upstreams\[1\]\.id: openai is already the id of upstreams\[0\]/,
  ],
  [
    `${MINIMAL}budgets: [{id: b, per: team, window: day, usd: 1}, {id: b, per: team, window: day, usd: 1}]\n`,
    /budgets\[1\]\.id/,
  ],
  [`${MINIMAL}budgets: [{id: b, per: team, window: day}]\n`, /budgets\[0\]: set requests, tokens or usd/],
  [`${MINIMAL}evidence: {retention: 30}\n`, /evidence\.retention: must be a duration such as 250ms/],
  [`${MINIMAL}limits: {body: 32}\n`, /limits\.body: must be a size such as 512B/],
  [`${MINIMAL}admin: {port: 8787}\n`, /admin\.port: is the port of listen as well/],
  [`${MINIMAL}access: {keys: false}\n`, /access: admits nobody/],
  [`${MINIMAL}access: {policy: {}}\n`, /access\.policy: set either file or text/],
  [`${MINIMAL}access: {policy: {file: a, text: b}}\n`, /access\.policy: set either file or text/],
  [`${MINIMAL}access: {mtls: [{match: CN=a, principal: a}]}\n`, /access\.mtls: needs listen\.tls\.clientCa/],
  [`${MINIMAL}access: {jwt: [{issuer: me, audience: a}]}\n`, /access\.jwt\[0\]\.issuer: must be a URL/],
  [`${MINIMAL}access: {jwt: [{issuer: "http://idp.example.com", audience: a}]}\n`, /keys are fetched over https only/],
  [
    `${MINIMAL}access: {jwt: [{issuer: me, audience: 3}]}\n`,
    /access\.jwt\[0\]\.audience: must be a string; or must be a list/,
  ],
  [`${MINIMAL}listen: {tls: {cert: a, key: b, requireClient: true}}\n`, /requireClient: needs listen\.tls\.clientCa/],
  [`${MINIMAL}    aliases: {a: b, b: c}\n`, /aliases\.a: points to b, which is an alias itself/],
  [`${MINIMAL}    headers: {Host: x}\n`, /headers\.Host: is set by the gateway/],
  [`${MINIMAL}    headers: {"a b": x}\n`, /headers\["a b"\]: is not a header name/],
  [`${MINIMAL}    headers: {a: "x\\r\\nb: y"}\n`, /headers\.a: has a control character/],
  [
    `${MINIMAL}rules: [{id: r, detector: personal-data, on: [input], action: flag, restore: true}]\n`,
    /rules\[0\]\.restore: needs action: redact/,
  ],
  [
    `${MINIMAL}rules: [{id: r, detector: personal-data, action: redact, restore: true}]\n`,
    /rules\[0\]\.restore: works on requests only: set on: \[input\]/,
  ],
  [`${MINIMAL}guard: {vault: {linkHosts: ["*.github.io"]}}\n`, /linkHosts\[0\]: would allow names that anybody/],
  [
    `${MINIMAL}rules: [{id: r, detector: topic, on: [input], action: block, options: {judge: {url: "http://127.0.0.1/v1", model: m}}}]\n`,
    /rules\[0\]\.detector: topic finds nothing until/,
  ],
  [MINIMAL.replace('openai.com', 'openai.com/v1'), /upstreams\[0\]\.url: is the base URL without the version/],
  [MINIMAL.replace('https://', 'https://u:p@'), /upstreams\[0\]\.url: must not carry a user/],
  [MINIMAL.replace('https://api.openai.com', 'ftp://api.openai.com'), /upstreams\[0\]\.url: must be a URL/],
];
for (const [text, pattern] of CROSS) {
  test(`refused between keys: ${pattern.source}`, () => assert.match(refusal(text).join('\n'), pattern));
}

test('two listeners may both ask for a free port', () => {
  assert.equal(parse(`${MINIMAL}listen: {port: 0}\nadmin: {port: 0}\n`).config.admin.port, 0);
});

const WARNED: readonly (readonly [string, RegExp])[] = [
  [`${MINIMAL}admin: {host: 0.0.0.0}\n`, /^p\.yaml:7:15: admin\.host: .*TLS proxy/],
  [`${MINIMAL}listen: {host: "::"}\n`, /listen\.host: callers on other machines/],
  [`${MINIMAL}listen: {host: 0.0.0.0}\naccess: {anonymous: {}}\n`, /access\.anonymous: anyone who can reach/],
  [MINIMAL.replace('https://api.openai.com', 'http://10.0.0.7:8000'), /upstreams\[0\]\.url: plain http/],
  [MINIMAL.replace('${KEY}', 'sk-written-here'), /upstreams\[0\]\.key: a credential stands in the file/],
  [
    `${MINIMAL}rules: [{id: r, detector: secret-leak, action: block, onFailure: allow}]\n`,
    /onFailure: lets a text pass/,
  ],
  [
    `${MINIMAL}rules: [{id: r, detector: judge, action: block, release: immediate, options: {url: "http://127.0.0.1/v1", model: m, question: q, key: sk-written-here}}]\n`,
    /release: lets text leave before it is checked/,
  ],
  [
    `${MINIMAL}rules: [{id: r, detector: judge, action: flag, on: [input], release: lag, options: {url: "http://127.0.0.1/v1", model: m, question: q, key: sk-written-here}}]\n`,
    /options\.key: a credential stands in the file/,
  ],
  [
    `${MINIMAL}rules: [{id: r, detector: judge, action: flag, on: [input], release: lag, options: {url: "http://127.0.0.1/v1", model: m, question: q}}]\n`,
    /release: has no effect/,
  ],
  ...['custom', 'language', 'topic'].map((detector): readonly [string, RegExp] => [
    `${MINIMAL}rules: [{id: r, detector: ${detector}, on: [input], action: block}]\n`,
    new RegExp(`rules\\[0\\]\\.detector: ${detector} finds nothing until it is told what to look for: options\\.`),
  ]),
  [`${MINIMAL}counters: {url: "redis://:pw@cache.example.com"}\n`, /counters\.url: .*unencrypted/],
];
for (const [text, pattern] of WARNED) {
  test(`warned: ${pattern.source}`, () => {
    const { warnings } = parse(text);
    assert.ok(
      warnings.some((line) => pattern.test(line)),
      warnings.join('\n') || 'no warning',
    );
    assert.ok(!warnings.join('\n').includes('sk-written-here'));
  });
}

test('a budget in money asks for prices of the models that are served', () => {
  const money = 'budgets: [{ id: b, per: team, window: day, usd: 1 }]\n';
  const served = (models: string, rest = ''): readonly string[] =>
    parse(MINIMAL.replace("['gpt-*']", models) + rest + money).warnings;
  assert.deepEqual(served("['gpt-*']"), [], 'some of them are in the shipped table');
  assert.match(
    served("['no-such-model']").join(),
    /^p\.yaml:6:14: upstreams\[0\]\.models\[0\]: no-such-model has no known price/,
  );
  assert.equal(served("['no-such-*']").length, 1);
  assert.equal(
    served("['gpt-*']", '    aliases: { fast: gpt-4o }\n').length,
    1,
    'callers pay by the name that they use',
  );
  assert.deepEqual(served("['no-such-*']", 'prices: { "no-such-*": { input: 1, output: 2 } }\n'), []);
  assert.deepEqual(served("['no-such-model']", 'prices: { "*": { input: 1, output: 2 } }\n'), []);
  assert.deepEqual(parse(MINIMAL.replace('gpt-', 'no-such-')).warnings, [], 'no budget in money, no need of prices');
});

test('a loopback upstream over http is no reason to warn', () => {
  for (const host of ['127.0.0.1', 'localhost', '[::1]', '127.3.2.1']) {
    assert.deepEqual(parse(MINIMAL.replace('https://api.openai.com', `http://${host}:1234`)).warnings, []);
  }
});

test('the hash depends on what holds, not on how it is written, and on secrets', () => {
  const reordered = `upstreams:
  - models: ["gpt-*"] # the same
    url: 'https://api.openai.com'
    key: \${OTHER}
    dialect: openai
    id: openai
listen: { port: 8787 }
limits: { body: 32768KiB }
`;
  const hash = parse(MINIMAL).hash;
  assert.match(hash, /^[0-9a-f]{16}$/);
  assert.equal(parse(reordered, { OTHER: ENV.KEY }).hash, hash);
  assert.notEqual(parse(MINIMAL, { KEY: 'another' }).hash, hash);
  assert.notEqual(parse(`${MINIMAL}demo: true\n`).hash, hash);
});

test('a file is read from disk; files it names must be there; a missing one is named with its key', async (t) => {
  const where = await directory(t);
  const path = join(where, 'parapet.yaml');
  await writeFile(path, `${MINIMAL}access:\n  policy:\n    file: rules.cedar\n`);
  await assert.rejects(loadConfig(path, ENV, 'parapet.yaml'), (error: Fault) => {
    assert.match(
      error.message,
      /^parapet\.yaml:9:11: access\.policy\.file: cannot read .*rules\.cedar: there is no such file$/,
    );
    return true;
  });
  await writeFile(join(where, 'rules.cedar'), 'permit(principal, action, resource);');
  const loaded = await loadConfig(path, ENV);
  assert.deepEqual(loaded.watched, [join(where, 'rules.cedar')]);
  assert.equal(loaded.directory, where);
});

test('a file that is not there, is a directory, or is not UTF-8 is said to be', async (t) => {
  const where = await directory(t);
  await assert.rejects(
    loadConfig(join(where, 'none.yaml'), ENV),
    /cannot read the configuration file: there is no such file/,
  );
  await assert.rejects(loadConfig(where, ENV), /it is a directory/);
  const path = join(where, 'latin1.yaml');
  await writeFile(path, Buffer.from([0x73, 0x3a, 0x20, 0xe9]));
  await assert.rejects(loadConfig(path, ENV), /not UTF-8/);
});

test('any text is read or refused with ERR_CONFIG, never anything else', () => {
  const piece = fc.constantFrom(
    'upstreams:',
    '\n',
    '  ',
    '- ',
    'id: a',
    '{',
    '}',
    '[',
    ']',
    '&a',
    '*a',
    '"',
    "'",
    '${',
    '}',
    ':',
    '#',
    '|',
    '>',
    '<<: *a',
    '? ',
    '\u0000',
    '---',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece, { maxLength: 30 }).map((parts) => parts.join('')),
      ),
      (text) => {
        try {
          parse(text);
        } catch (error) {
          return error instanceof Fault && error.code === 'ERR_CONFIG';
        }
        return true;
      },
    ),
    { numRuns: 2000 },
  );
});

test('release is for detectors that ask a model, and what has left cannot be redacted', () => {
  const judge = 'options: { url: "https://j.example/v1", model: m, question: q }';
  const wrong = (rule: string): string => {
    try {
      parse(`${MINIMAL}rules: [{ id: r, ${rule} }]\n`);
    } catch (error) {
      return (error as Error).message;
    }
    return 'no error';
  };
  assert.match(
    wrong('detector: secret-leak, action: block, release: lag'),
    /release: is for detectors that ask a model/,
  );
  assert.equal(wrong('detector: secret-leak, action: block, release: full'), 'no error');
  assert.match(wrong(`detector: judge, action: redact, release: immediate, ${judge}`), /cannot be "immediate"/);
  assert.equal(wrong(`detector: judge, action: redact, release: lag, ${judge}`), 'no error');
  assert.match(wrong('detector: judge, action: block'), /options\.question: is missing/);
  assert.match(wrong('detector: encoder, action: block'), /options\.folder: is missing/);
});

test('the folder of an encoder has to hold a tokenizer, and is watched', async () => {
  const where = await mkdtemp(join(tmpdir(), 'parapet-config-'));
  const path = join(where, 'parapet.yaml');
  await writeFile(
    path,
    `${MINIMAL}rules: [{ id: r, detector: encoder, action: block, options: { folder: models/pg2, labels: [A] } }]\n`,
  );
  await assert.rejects(loadConfig(path, { KEY: 'k' }), (error: Error) => {
    assert.match(error.message, /rules\[0\]\.options\.folder: cannot read .*tokenizer\.json/);
    return true;
  });
  await mkdir(join(where, 'models/pg2'), { recursive: true });
  await writeFile(join(where, 'models/pg2/tokenizer.json'), '{}');
  assert.deepEqual((await loadConfig(path, { KEY: 'k' })).watched, [join(where, 'models/pg2/tokenizer.json')]);
  await rm(where, { recursive: true });
});

test('what MCP servers and clients are given is never shown, and tokens in the file are warned about', () => {
  const text = `
upstreams: [{ id: a, dialect: openai, url: https://a.example, models: ['*'] }]
mcp:
  servers: { notes: { command: notes, env: { TOKEN: in-the-clear-1 }, headers: { authorization: in-the-clear-2 } } }
  listen: { tokens: { ann: in-the-clear-token-3 } }
`;
  const { secrets, warnings } = parseConfig(text, { path: 'parapet.yaml', env: {} });
  const hidden = ['mcp.listen.tokens.ann', 'mcp.servers.notes.env.TOKEN', 'mcp.servers.notes.headers.authorization'];
  assert.deepEqual([...secrets].filter((key) => key.startsWith('mcp.')).toSorted(), hidden);
  assert.equal(warnings.length, 1, warnings.join('\n'));
  assert.match(warnings[0]!, /mcp\.listen\.tokens\.ann/);
});

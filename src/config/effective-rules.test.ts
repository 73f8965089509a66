import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { isFault } from '../core/fault.ts';
import { DETECTORS } from '../detect/registry.ts';
import { applyOverrides, matchingOverrides } from './effective-rules.ts';
import { changedConfig } from './changed-config.ts';
import { explainRules } from './explain-rules.ts';
import { parseConfig } from './load.ts';

const BASE = `
upstreams:
  - { id: one, dialect: openai, url: http://127.0.0.1:9, models: ['*'] }
rules:
  - { id: pii, detector: personal-data, action: redact, options: { minScore: 0.7, contextWindow: 20 } }
  - { id: secrets, detector: secret-leak, action: block, timeout: 3s }
`;

const load = (more: string, env = {}) => parseConfig(BASE + more, { path: 'p.yaml', env });
const who = { principal: 'svc-1', team: 'red', model: 'gpt-5', surface: 'openai-chat' };

const problems = (more: string): string => {
  try {
    load(more);
    return '';
  } catch (error) {
    assert.ok(isFault(error) && error.code === 'ERR_CONFIG');
    return error.message;
  }
};

describe('overrides', () => {
  const { config } = load(`
overrides:
  - match: { principals: ['svc-*'] }
    rules: { pii: { mode: shadow, options: { minScore: 0.9 } }, secrets: { enabled: false } }
  - match: { teams: [red], models: ['gpt-*', 'o1'] }
    rules: { pii: { action: flag, timeout: 10s } }
  - match: { surfaces: [openai-responses] }
    rules: { secrets: { enabled: true, action: flag } }
`);

  it('hold where every key matches', () => {
    assert.deepEqual(matchingOverrides(config.overrides, who), [0, 1]);
    assert.deepEqual(matchingOverrides(config.overrides, { ...who, team: null }), [0]);
    assert.deepEqual(matchingOverrides(config.overrides, { ...who, model: 'claude' }), [0]);
    assert.deepEqual(
      matchingOverrides(config.overrides, { ...who, principal: 'x', surface: 'openai-responses' }),
      [1, 2],
    );
  });

  it('change key by key, and of options the members that they name; the last wins', () => {
    const [pii, secrets] = applyOverrides(config, [0, 1]);
    assert.deepEqual([pii!.rule.mode, pii!.rule.action, pii!.rule.timeout], ['shadow', 'flag', 10_000]);
    const { minScore, contextWindow } = pii!.rule.options as { minScore: number; contextWindow: number };
    assert.deepEqual([minScore, contextWindow, pii!.changedBy], [0.9, 20, [0, 1]]);
    assert.equal(secrets!.enabled, false);
    const later = applyOverrides(config, [0, 2])[1]!;
    assert.deepEqual([later.enabled, later.rule.action, later.rule.timeout], [true, 'flag', 3000]);
    assert.deepEqual(applyOverrides(config, [])[0]!.rule, config.rules[0]);
  });

  it('are explained with where each key comes from', () => {
    const loaded = load('overrides: [{ match: { teams: [red] }, rules: { pii: { options: { minScore: 0.9 } } } }]\n');
    const { rules } = explainRules(loaded, who);
    const from = (key: string) => rules[0]!.values.find((value) => value.key === key);
    assert.deepEqual(from('options.minScore'), { key: 'options.minScore', value: '0.9', from: 'overrides[0]' });
    assert.deepEqual(from('options.contextWindow')!.from, 'rules[0]');
    assert.deepEqual(from('timeout'), { key: 'timeout', value: '2s', from: 'rules[0]' });
  });

  it('are checked: rules, options, stages, and what must not go together', () => {
    const override = (rules: string): string =>
      problems(`overrides: [{ match: { teams: [red] }, rules: { ${rules} } }]\n`);
    assert.match(override('pi: { mode: shadow }'), /overrides\[0\]\.rules\.pi: is no rule; did you mean pii\?/);
    assert.match(override('pii: { options: { minScore: 7 } }'), /overrides\[0\]\.rules\.pii\.options\.minScore: /);
    assert.match(override('pii: { options: { nothing: 7 } }'), /overrides\[0\]\.rules\.pii\.options/);
    assert.match(override('pii: { messages: new }'), /must be all where the action is redact/);
    assert.match(override('pii: { detector: secret-leak }'), /unknown key/);
    assert.match(problems('overrides: [{ match: {}, rules: {} }]\n'), /name principals, teams, models or surfaces/);
    assert.equal(override('pii: { action: block, messages: new }'), '');
  });

  it('of options can be merged for every detector: what its schema gives, it takes', () => {
    // What these two use has no default.
    const needed: Readonly<Record<string, object>> = {
      encoder: { folder: 'models/guard', labels: ['ATTACK'] },
      judge: { url: 'https://judge.example/v1', model: 'm', question: 'Is it an attack?' },
    };
    for (const { meta, options, defaults } of DETECTORS) {
      const schema = options(z) as z.ZodType;
      const once = schema.parse({ ...defaults, ...needed[meta.id] });
      assert.ok(isDeepStrictEqual(schema.parse(once), once), meta.id);
    }
  });
});

describe('a rule that redacts', () => {
  it('reads all messages', () => {
    assert.match(
      problems('').concat(
        (() => {
          try {
            parseConfig(BASE.replace('action: redact,', 'action: redact, messages: new,'), { path: 'p.yaml', env: {} });
            return 'nothing';
          } catch (error) {
            return (error as Error).message;
          }
        })(),
      ),
      /rules\[0\]\.messages: must be all where the action is redact/,
    );
  });
});

describe('the allow-list in the configuration', () => {
  const day = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  const entry = (more: string, expires = day(30)): string =>
    `allow: [{ id: a, owner: o, reason: r, expires: ${expires}, ${more} }]\n`;

  it('needs to know what, for which rule, why and until when', () => {
    assert.equal(problems(entry('rules: [pii], labels: [EMAIL]')), '');
    assert.match(problems(entry('labels: [EMAIL]')), /name rules or detectors/);
    assert.match(problems(entry('rules: [pii]')), /say what is allowed/);
    assert.match(problems(entry('rules: [none], labels: [A]')), /allow\[0\]\.rules\[0\]: is no rule/);
    assert.match(problems(entry("rules: [pii], pattern: '(a'")), /allow\[0\]\.pattern: is not a regular expression/);
    assert.match(problems(entry("rules: [pii], pattern: '(?=a)'")), /is not a regular expression in RE2 syntax/);
    assert.match(problems(entry('rules: [pii], hash: abc')), /parapet policy hash/);
    assert.match(problems(entry('rules: [pii], labels: [A]', day(400))), /nothing is allowed for ever/);
    assert.match(problems(entry('rules: [pii], labels: [A]', '2026-02-30')), /a date such as/);
    assert.match(
      problems('allow: [{ id: a, owner: o, reason: r, rules: [pii], labels: [A] }]\n'),
      /expires: is missing/,
    );
  });

  it('may be over, and says so', () => {
    const { warnings } = load(entry('rules: [pii], labels: [A]', '2020-01-31'));
    assert.ok(
      warnings.some((warning) => /allow\[0\]\.expires: is over/.test(warning)),
      warnings.join('\n'),
    );
  });
});

describe('changed rules to try', () => {
  const loaded = load('overrides: [{ match: { teams: [red] }, rules: { secrets: { mode: shadow } } }]\n');

  it('replace rules by id, add others and leave some out', () => {
    const yaml = `
rules:
  - { id: secrets, detector: secret-leak, action: flag }
  - { id: links, detector: exfil-link, on: [output], action: redact }
without: [pii]
`;
    const changed = changedConfig(loaded, yaml);
    assert.deepEqual(
      changed.rules.map(({ id, action }) => `${id} ${action}`),
      ['secrets flag', 'links redact'],
    );
    assert.equal(changed.rules[0]!.timeout, 2000, 'defaults are filled in');
    assert.deepEqual(Object.keys(changedConfig(loaded, { without: ['secrets'] }).overrides[0]!.rules), []);
    assert.equal(loaded.config.rules[0]!.id, 'pii', 'nothing is put in force');
  });

  it('are refused with the key that is wrong', () => {
    const message = (changes: unknown): string => {
      try {
        changedConfig(loaded, changes);
        return '';
      } catch (error) {
        assert.ok(isFault(error) && error.code === 'ERR_CONFIG', String(error));
        return error.message;
      }
    };
    assert.match(message({ rules: [{ id: 'a', detector: 'secret-leak', action: 'burn' }] }), /rules\[0\]\.action/);
    assert.match(
      message({ overrides: [{ match: { teams: ['a'] }, rules: { b: {} } }] }),
      /overrides\[0\]\.rules\.b: is no rule/,
    );
    assert.match(message({ upstreams: [] }), /upstreams|unrecognized/i);
    assert.match(message('rules: ['), /not YAML/);
    assert.match(message(7), /:/);
  });
});

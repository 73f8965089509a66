import type { ConfigInput } from '../../src/config/schema.ts';

/** Rules, some changed for somebody, and what they need not mind. */
export const RULES: Pick<ConfigInput, 'rules' | 'overrides' | 'allow'> = {
  rules: [
    { id: 'secrets-in', detector: 'secret-leak', options: {}, on: ['input'], action: 'block' },
    {
      id: 'secrets-in-tools',
      detector: 'secret-leak',
      options: {},
      on: ['input'],
      roles: ['tool'],
      action: 'flag',
      mode: 'shadow',
    },
    { id: 'secrets-out', detector: 'secret-leak', options: {}, on: ['output'], action: 'redact' },
    {
      id: 'personal-data',
      detector: 'personal-data',
      options: {},
      on: ['input'],
      origins: ['user', 'tool', 'document'],
      action: 'redact',
      restore: true,
    },
    { id: 'user-attacks', detector: 'user-attack', options: {}, on: ['input'], action: 'block' },
    { id: 'embedded-instructions', detector: 'embedded-instruction', options: {}, on: ['input'], action: 'block' },
    { id: 'obfuscation', detector: 'obfuscation', options: {}, on: ['input'], action: 'flag' },
    { id: 'links', detector: 'exfil-link', options: {}, on: ['output'], action: 'redact', mode: 'shadow' },
  ],
  overrides: [
    {
      match: { teams: ['customer-care'], models: ['gpt-*'] },
      rules: { 'personal-data': { options: { minScore: 0.8 } } },
    },
    {
      match: { principals: ['night-evals'] },
      rules: { 'user-attacks': { enabled: false }, links: { mode: 'enforce' } },
    },
  ],
  allow: [
    {
      id: 'support-address',
      rules: ['personal-data'],
      findings: ['personal-data/email'],
      pattern: '(help|support)@bigbank\\.com',
      owner: 'customer-care',
      reason: 'our own address, in every signature',
      expires: new Date(Date.now() + 200 * 86_400_000).toISOString().slice(0, 10),
    },
    {
      id: 'old-fixture-keys',
      rules: ['secrets-in'],
      findings: ['secret-leak/aws-*'],
      text: 'AKIAIOSFODNN7EXAMPLE',
      owner: 'platform',
      reason: 'the example of the vendor’s documentation, which the nightly evaluations quote',
      expires: new Date(Date.now() - 9 * 86_400_000).toISOString().slice(0, 10),
    },
  ],
};

/** A configuration with something on every page of the console. */
export const SAMPLE_CONFIG: Partial<ConfigInput> = {
  upstreams: [
    {
      id: 'openai',
      dialect: 'openai',
      url: 'https://api.openai.com',
      key: 'sk-test-openai',
      models: ['gpt-*', 'text-embedding-*'],
    },
    {
      id: 'anthropic',
      dialect: 'anthropic',
      url: 'https://api.anthropic.com',
      key: 'sk-test-anthropic',
      models: ['claude-*'],
    },
  ],
  budgets: [
    { id: 'burst', per: 'principal', window: 'minute', requests: 120, tokens: 400_000 },
    { id: 'daily', per: 'principal', window: 'day', tokens: 6_000_000, usd: 25 },
    { id: 'team-month', per: 'team', window: 'month', usd: 40 },
  ],
  ...RULES,
  evidence: { content: 'redacted', retention: '14d' },
};

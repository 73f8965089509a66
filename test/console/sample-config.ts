import type { ConfigInput } from '../../src/config/schema.ts';

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
  ],
  evidence: { content: 'redacted', retention: '14d' },
};

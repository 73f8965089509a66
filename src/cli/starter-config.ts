import { RECOMMENDED_RULES } from '../config/recommended-rules.ts';

/** What `parapet init` writes. `starter-config.test.ts` loads it. */
export const STARTER_CONFIG = `# Parapet: a gateway in front of OpenAI and Anthropic.
# Check this file:   parapet config check        See every value in force:   parapet config explain
# Help while typing: parapet config schema > parapet.schema.json
# yaml-language-server: $schema=parapet.schema.json
#
# \${NAME} is taken from the environment; it is an error when NAME is not set. \${NAME:-other} falls back to "other".

listen: # where callers send their requests
  host: 127.0.0.1
  port: 8787
  # tls: { cert: server.pem, key: server.key }

admin: # console, /healthz, /readyz, /metrics; has no TLS of its own, so keep it on this machine or behind a proxy
  host: 127.0.0.1
  port: 8788

state: .parapet # directory of the ledger, the embedded database and their keys

upstreams: # the first one that serves a model gets the request; the next ones are its failover
  - id: openai
    dialect: openai
    url: https://api.openai.com
    key: \${OPENAI_API_KEY}
    models: ['gpt-*', 'o*', 'text-embedding-*', 'omni-moderation-*']
  - id: anthropic
    dialect: anthropic
    url: https://api.anthropic.com
    key: \${ANTHROPIC_API_KEY}
    models: ['claude-*']

access: # who may come in: virtual keys (parapet keys create), JWTs, client certificates
  keys: true
  policy: # who may do what, in Cedar; default is deny
    text: |
      permit(principal, action, resource);

${RECOMMENDED_RULES}
budgets: # reserved before a request, settled after it
  - id: per-caller
    per: principal
    window: day
    tokens: 2000000

evidence:
  content: none # none | redacted | full: what is kept of the texts themselves
  retention: 30d
`;

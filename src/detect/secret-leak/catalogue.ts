import type { Kind, NamedPattern, TokenPattern } from './pattern.ts';
import { AI_PROVIDER_NAMED, AI_PROVIDER_TOKENS } from './patterns/ai-providers.ts';
import { CLOUD_NAMED, CLOUD_TOKENS } from './patterns/cloud.ts';
import { DATABASE_TOKENS, DATABASE_URL, URL_PASSWORD } from './patterns/databases.ts';
import { CURL_PASSWORD, GENERIC_SECRET, GENERIC_TOKENS } from './patterns/generic.ts';
import { MESSAGING_NAMED, MESSAGING_TOKENS } from './patterns/messaging.ts';
import { PACKAGE_REGISTRY_NAMED, PACKAGE_REGISTRY_TOKENS } from './patterns/package-registries.ts';
import { PAYMENT_NAMED, PAYMENT_TOKENS } from './patterns/payment.ts';
import { PRIVATE_KEY, PRIVATE_KEY_NAMED, PRIVATE_KEY_TOKENS, PUTTY_KEY } from './patterns/private-keys.ts';
import { PRODUCTIVITY_NAMED, PRODUCTIVITY_TOKENS } from './patterns/productivity.ts';
import { SOURCE_CONTROL_TOKENS } from './patterns/source-control.ts';

/** Every secret known by a mark of its own. Where two match the same text, the earlier one names the finding. */
export const TOKEN_PATTERNS: readonly TokenPattern[] = [
  ...CLOUD_TOKENS,
  ...SOURCE_CONTROL_TOKENS,
  ...PAYMENT_TOKENS,
  ...MESSAGING_TOKENS,
  ...AI_PROVIDER_TOKENS,
  ...PACKAGE_REGISTRY_TOKENS,
  ...DATABASE_TOKENS,
  ...PRIVATE_KEY_TOKENS,
  ...PRODUCTIVITY_TOKENS,
  ...GENERIC_TOKENS,
];

/** Every secret known by the name that it is assigned to. */
export const NAMED_PATTERNS: readonly NamedPattern[] = [
  ...CLOUD_NAMED,
  ...PAYMENT_NAMED,
  ...MESSAGING_NAMED,
  ...AI_PROVIDER_NAMED,
  ...PACKAGE_REGISTRY_NAMED,
  ...PRIVATE_KEY_NAMED,
  ...PRODUCTIVITY_NAMED,
];

/** Kinds that a grammar finds rather than one regex. */
export const GRAMMAR_KINDS: readonly Kind[] = [
  PRIVATE_KEY,
  PUTTY_KEY,
  DATABASE_URL,
  URL_PASSWORD,
  CURL_PASSWORD,
  GENERIC_SECRET,
];

export const KINDS: readonly Kind[] = [...TOKEN_PATTERNS, ...NAMED_PATTERNS, ...GRAMMAR_KINDS];

import { createHmac } from 'node:crypto';
import type { Tagger } from './exchange-vault.ts';
import { tagFrom } from './placeholder.ts';

/** Tags under a key: who does not have it can neither make the placeholder of a value nor check a guess by it. */
export function createTagger(key: Uint8Array): Tagger {
  return (label, value, attempt) =>
    tagFrom(createHmac('sha256', key).update(`${attempt}\n${label}\n${value}`).digest());
}

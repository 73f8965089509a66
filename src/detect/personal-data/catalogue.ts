import type { Kind, ShapedKind } from './kind.ts';
import { COORDINATES, EMAIL, IPV4, IPV6, MAC, PHONE } from './kinds/contact.ts';
import { CRYPTO } from './kinds/crypto.ts';
import { IMEI, VIN } from './kinds/device.ts';
import { BIC, CARD, IBAN, US_ROUTING } from './kinds/finance.ts';
import { AMERICAN_IDS } from './kinds/national-id-americas.ts';
import { ASIAN_AND_AFRICAN_IDS } from './kinds/national-id-asia-africa.ts';
import { EUROPEAN_IDS } from './kinds/national-id-europe.ts';
import { BIRTH_DATE, DRIVING_LICENCE, MEDICAL_RECORD, PASSPORT } from './kinds/document.ts';
import { TAGGED_KINDS } from './kinds/name.ts';

/** Kinds known by their shape. Where two of the same score claim the same text, the earlier one names the finding. */
export const SHAPED_KINDS: readonly ShapedKind[] = [
  CARD,
  ...EUROPEAN_IDS,
  ...AMERICAN_IDS,
  ...ASIAN_AND_AFRICAN_IDS,
  IMEI,
  VIN,
  ...CRYPTO,
  BIC,
  US_ROUTING,
  BIRTH_DATE,
  PASSPORT,
  DRIVING_LICENCE,
  MEDICAL_RECORD,
];

/** Kinds that a grammar finds. */
export const GRAMMAR_KINDS: readonly Kind[] = [IBAN, EMAIL, PHONE, IPV4, IPV6, MAC, COORDINATES];

export const KINDS: readonly Kind[] = [...SHAPED_KINDS, ...GRAMMAR_KINDS, ...TAGGED_KINDS];

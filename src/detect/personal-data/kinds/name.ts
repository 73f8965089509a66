import type { Kind } from '../kind.ts';

const TAGGED = {
  group: 'name',
  checksum: false,
  context: [],
  languages: [],
  source: 'https://www.hhs.gov/hipaa/for-professionals/special-topics/de-identification/index.html',
  shown: 0,
} as const;

/** Kinds that the tagger finds. Most names in a text are nobody's secret, so all but addresses have to be asked for. */
export const PERSON: Kind = {
  id: 'person',
  title: "a person's name",
  severity: 'medium',
  onRequest: true,
  ...TAGGED,
};

export const ADDRESS: Kind = { id: 'address', title: 'a postal address', severity: 'medium', ...TAGGED };

export const ORGANISATION: Kind = {
  id: 'organisation',
  title: 'the name of an organisation',
  severity: 'low',
  onRequest: true,
  ...TAGGED,
};

export const LOCATION: Kind = {
  id: 'location',
  title: 'the name of a place',
  severity: 'low',
  onRequest: true,
  ...TAGGED,
};

export const TAGGED_KINDS: readonly Kind[] = [PERSON, ADDRESS, ORGANISATION, LOCATION];

/** What an argument is for, by its name and schema. */
export const ARGUMENT_ROLES = [
  'recipient', // who gets it, or is let in
  'url',
  'id', // which object
  'amount',
  'date',
  'content', // what is said or stored
  'secret', // a password, a token
  'code',
  'choice', // one of a few, a flag
  'query',
  'name', // what the thing is called; a hotel, a city
  'other',
] as const;
export type ArgumentRole = (typeof ARGUMENT_ROLES)[number];

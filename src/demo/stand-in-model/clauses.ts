/** Verbs that the stand-in model knows: a clause can begin with one. */
const VERBS =
  'show|list|read|look|check|get|fetch|give|display|tell|open|view|find|look|summari[sz]e|sum up|transfer|pay|send|wire|move|' +
  'change|update|set|repeat|print|reveal|output|dump|write|say|echo|spell|encode|ignore|disregard|forget|do not|don’t|' +
  "don't|never|keep";

const BEGINS_WITH_VERB = new RegExp(`^(?:${VERBS})\\b`, 'i');

const POLITENESS =
  /^(?:(?:please|kindly|now|then|also|and|next|first|important|urgent|attention|instead|immediately|you (?:must|should|have to|need to|are to)|(?:can|could|would|will) you|i (?:want|need|would like|'d like) (?:you )?to|let us|let's)\b[\s,:!-]*)+/i;

/** `NOTICE TO THE ASSISTANT: …` */
const ADDRESS = /^[^:]{1,80}:\s+/;

const BOUNDARY = new RegExp(
  `(?<=[.!?])\\s+|\\n+|;\\s*|,?\\s+(?:and then|then|and)\\s+(?:please\\s+)?(?=(?:${VERBS}|my|the|what|how)\\b)`,
  'i',
);

export interface Clause {
  /** Without politeness and forms of address. */
  readonly text: string;
  /** It begins with a verb: an order rather than a description. */
  readonly imperative: boolean;
}

/** Longest text that is read for instructions, in UTF-16 units. */
export const MAX_TEXT = 20_000;

/** Splits a text into clauses, each of which may be an instruction. */
export function clausesOf(text: string): readonly Clause[] {
  return text
    .slice(0, MAX_TEXT)
    .split(BOUNDARY)
    .map((part) => part.trim().replace(/^["“'*_>\s-]+/, ''))
    .filter((part) => part !== '')
    .map((part) => {
      let rest = part.replace(POLITENESS, '');
      const addressed = rest.replace(ADDRESS, '').replace(POLITENESS, '');
      if (!BEGINS_WITH_VERB.test(rest) && BEGINS_WITH_VERB.test(addressed)) rest = addressed;
      return { text: rest, imperative: BEGINS_WITH_VERB.test(rest) };
    });
}

import { kindOf } from './canonical.ts';
import type { FlowState } from './flow-state.ts';
import type { ToolProfile } from './tool-profile.ts';
import { NOUN_LIKE, OBJECT_IN_VERB, USER_VERBS } from './verbs.ts';
import { stem, words } from './words.ts';

/**
 * Whether the user's recent turns ask for such an act. `delegated`: they hand the decision to a text ("do what the e-mail
 * says"), so a person has to look at what that text asks for.
 */
export type Licence = 'licensed' | 'delegated' | 'unlicensed';

/** Turns back in which an act may have been asked for. */
const TURNS = 3;

const DELEGATES = [
  /\b(?:do|perform|complete|carry out|execute|handle|take care of|finish|process|go through)\b[^.!?]{0,60}\b(?:actions?|tasks?|todos?|to-?dos?|instructions?|steps?|requests?|items?|things)\b[^.!?]{0,60}\b(?:specified|mentioned|described|listed|given|written|requested|outlined|stated|from|in|on|of|assigned)\b/,
  /\b(?:follow|obey|execute|do|apply)\b[^.!?]{0,40}\b(?:instructions?|directions?|steps|guidelines|orders)\b/,
  /\bdo (?:what|whatever|everything|all|exactly)\b[^.!?]{0,60}\b(?:says?|asks?|tells?|wants?|requests?|requires?|suggests?|specif\w+|mention\w*|describ\w+)\b/,
  /\b(?:act|proceed|respond|behave) (?:on|upon|accordingly|according to)\b/,
  /\b(?:as|like) (?:instructed|directed|requested|described|specified|asked|told) (?:in|by|on)\b/,
  /\b(?:befolge|folge den anweisungen|suis les instructions|sigue las instrucciones|segui le istruzioni|siga as instruções|volg de instructies)\b/,
];

const stems = new Map(Object.entries(USER_VERBS).map(([act, verbs]) => [act, new Set(verbs.map(stem))]));
const objectInVerb = new Set([...OBJECT_IN_VERB].map(stem));

/** @param state up to the call. */
export function licenceOf(state: FlowState, profile: ToolProfile): Licence {
  const turns = state.turns.slice(-TURNS);
  // The last turn counts first: an act that was asked for earlier and has been done is not asked for again by itself.
  for (const turn of turns.toReversed()) if (asksFor(turn, profile)) return 'licensed';
  return turns.some((turn) => DELEGATES.some((pattern) => pattern.test(turn))) ? 'delegated' : 'unlicensed';
}

/** `Tell me`, `send us`: asks for an answer, and not for something to be sent. */
const TO_ME =
  /\b(?:give|tell|show|send|let|inform|remind|write|report|get|find|read|bring|share|notify|answer|email|message|text|provide)\s+(?:\w+\s+){0,2}?(?:to\s+)?(?:me|us)\b/g;
/** What makes a noun of the word behind it. */
const BEFORE_NOUN = new Set(
  (
    'a an the his her their my your our its this that these those each every any some all no unread new old recent last next latest first ' +
    'sent received of from in by via per about regarding on with another same other which what whose s'
  ).split(' '),
);
const AFTER_NOUN = new Set([
  'address',
  'addresses',
  'from',
  'id',
  'ids',
  'number',
  'inbox',
  'account',
  'about',
  'with',
  'says',
  'said',
  'called',
  'named',
  'titled',
  'history',
  'list',
]);

/** Stems of the words of a turn that are verbs, or may be. */
function verbsIn(turn: string): readonly string[] {
  const said = words(turn.replace(TO_ME, ' '));
  return said
    .filter(
      (word, at) =>
        !NOUN_LIKE.has(word) || !(BEFORE_NOUN.has(said[at - 1] ?? '') || AFTER_NOUN.has(said[at + 1] ?? '')),
    )
    .map(stem);
}

function asksFor(turn: string, profile: ToolProfile): boolean {
  const said = words(turn).map(stem);
  const acts = [profile.act, profile.named];
  const verbs = new Set(acts.flatMap((act) => [...(stems.get(act) ?? [])]));
  const spoken = verbsIn(turn).filter((word) => verbs.has(word) || profile.verbs.includes(word));
  if (spoken.length === 0) return false;
  // The verb itself may be the noun of the tool's name (`email` in `send_email`), but one word is not both.
  if (spoken.some((word) => objectInVerb.has(word) && fitsObject(word, profile))) return true;
  const verbSet = new Set(spoken);
  if (said.some((word) => !verbSet.has(word) && profile.objects.has(word))) return true;
  if (said.some((word) => profile.nouns.includes(word) && verbSet.size > 1)) return true;
  if (
    profile.act === 'pay' &&
    /[$€£¥]\s?\d|\d\s?(?:[$€£¥]|usd|eur|gbp|chf|dollars?|euros?|pounds?)\b|\b\d+\.\d{2}\b/.test(turn)
  )
    return true;
  // Something to be sent to an address, a file to be changed: the thing itself stands for its kind.
  return turn.split(/[\s"'()<>,;]+/).some((token) => standsFor(token.replace(/[.!?:]+$/, ''), profile));
}

/** `email Ann` asks to send an e-mail and not to send money. */
function fitsObject(verb: string, profile: ToolProfile): boolean {
  if (profile.act === 'pay')
    return !['email', 'mail', 'tweet', 'dm', 'text', 'call', 'dial', 'phon', 'invit'].includes(verb);
  if (profile.act === 'send')
    return (
      profile.objects.has(verb) ||
      profile.nouns.includes(verb) ||
      ['email', 'mail'].includes(verb) === profile.objects.has('email')
    );
  return true;
}

function standsFor(token: string, profile: ToolProfile): boolean {
  if (token === '') return false;
  if (/^[\p{L}\p{N}][\p{L}\p{N}_ -]*\.(?:docx?|xlsx?|pptx?|pdf|txt|csv|md|json|png|jpe?g)$/u.test(token))
    return profile.objects.has(stem('file'));
  const kind = kindOf(token);
  if (kind === 'email') return profile.act === 'send' && profile.objects.has('email');
  if (kind === 'url') return profile.objects.has(stem('webpage')) || profile.objects.has('url');
  if (kind === 'iban') return profile.act === 'pay';
  return false;
}

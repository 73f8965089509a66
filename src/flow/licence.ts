import { trimEndOf } from '../text/trim-end-of.ts';
import { kindOf } from './canonical.ts';
import type { FlowState } from './flow-state.ts';
import type { ToolProfile } from './tool-profile.ts';
import { NOUN_LIKE, OBJECT_IN_VERB, USER_VERBS } from './verbs.ts';
import { stem, words } from './words.ts';

/**
 * Whether the user's recent turns ask for such an act. `delegated`: they hand the decision to a text ("do what the e-mail
 * says"), so a person has to look at what that text asks for. `unread`: they speak a language that is not read here.
 */
export type Licence = 'licensed' | 'delegated' | 'unread' | 'unlicensed';

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
const nounLike = new Set([...NOUN_LIKE].map(stem));
const objectInVerb = new Set([...OBJECT_IN_VERB].map(stem));

/** @param state up to the call. */
export function licenceOf(state: FlowState, profile: ToolProfile): Licence {
  const turns = state.turns.slice(-TURNS);
  // An act that was asked for earlier and has been done since is not asked for again by itself.
  const first = state.turns.length - turns.length;
  const continues = CONTINUES.test(turns.at(-1) ?? '');
  const isOpen = (index: number): boolean =>
    index === turns.length - 1 ||
    continues ||
    !state.past.some(({ tool, turn }) => tool === profile.name && turn >= first + index);
  if (turns.some((turn, index) => isOpen(index) && asksFor(turn, profile))) return 'licensed';
  // `Cancel it again`: the last turn has the act, an earlier one what it acts on.
  const last = turns.at(-1) ?? '';
  const earlier = turns.slice(0, -1).join(' ');
  if (
    earlier !== '' &&
    POINTS_BACK.test(last) &&
    spokenVerbs(last, profile).length > 0 &&
    speaksOf(earlier, last, profile)
  )
    return 'licensed';
  if (turns.some((turn) => DELEGATES.some((pattern) => pattern.test(turn)))) return 'delegated';
  return turns.some(isReadable) ? 'unlicensed' : 'unread';
}

/** `Also to Bob`, `and the second one`, `the same for May`: more of what was asked for before. */
const CONTINUES =
  /^(?:and|und|et|y|e|en|or)(?!\p{L})|(?<!\p{L})(?:also|too|as well|same|again|another|next one|auch|ebenso|nochmal|aussi|pareil|encore|también|igual|otra vez|anche|ancora|também|outra vez|ook|opnieuw)(?!\p{L})/u;

const POINTS_BACK =
  /(?<!\p{L})(?:it|that|this|them|those|these|there|him|her|one|again|also|too|ihn|sie|es|das|dort|ihm|ihr|dies|auch|le|la|les|lui|ça|lo|los|las|eso|ese|esa|isso|hem|haar|dat|daar)(?!\p{L})/u;

function speaksOf(earlier: string, last: string, profile: ToolProfile): boolean {
  const verbs = new Set(spokenVerbs(last, profile));
  const said = words(earlier).map(stem);
  return (
    said.some((word) => !verbs.has(word) && profile.objects.has(word)) ||
    earlier.split(/[\s"'()<>,;]+/).some((token) => standsFor(trimEndOf(token, '.!?:'), profile))
  );
}

/** `Tell me`, `send us`: asks for an answer, and not for something to be sent. */
const TO_ME =
  /\b(?:give|tell|show|send|let|inform|remind|write|report|get|find|read|bring|share|notify|answer|email|message|text|provide)\s+(?:\w+\s+){0,2}?(?:to\s+)?(?:me|us)\b/g;
/** `What does the letter say`, `what Ann wrote`: a question for what somebody said, and nothing to be said. */
const ASKED_ABOUT =
  /\b(?:what|does|did|whether|where|who)\b(?:(?!\b(?:and|then)\b)[^.!?,]){0,60}?\b(?:says?|said|mentions?|mentioned|asks?|asked|reports?|reported|writes?|wrote|tells?|told)\b/g;
/** `The link to reset it`, `how to cancel`: says what something is for, and asks for nothing. */
const QUALIFIES =
  /\b(?:links?|urls?|pages?|buttons?|codes?|forms?|ways?|options?|steps|how|where|when|whether|able|deadline|reasons?)\s+to\s+\p{L}+/gu;
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
  const said = words(turn.replace(ASKED_ABOUT, ' ').replace(TO_ME, ' ').replace(QUALIFIES, ' '));
  return said
    .filter((word, at) => {
      if (!nounLike.has(stem(word))) return true;
      // `The emails`, `my messages`: several of a thing; nobody is told to do something in this form.
      if (!NOUN_LIKE.has(word) && word.endsWith('s')) return false;
      return !(BEFORE_NOUN.has(said[at - 1] ?? '') || AFTER_NOUN.has(said[at + 1] ?? ''));
    })
    .map(stem);
}

/** Acts by which a thing comes about: only these are asked for by the thing's name. */
const MAKES: ReadonlySet<ToolProfile['act']> = new Set(['create', 'update', 'send', 'share', 'book', 'other']);

/** Stems of the verbs of a turn that ask for what the tool does. */
export function spokenVerbs(turn: string, profile: ToolProfile): readonly string[] {
  const acts = [profile.act, profile.named];
  const verbs = new Set(acts.flatMap((act) => [...(stems.get(act) ?? [])]));
  // `Comment on the issue` asks to create a comment: the tool's noun is the user's verb.
  const nounVerbs = MAKES.has(profile.act) ? profile.nouns.filter((noun) => nounLike.has(noun)) : [];
  return verbsIn(turn).filter((word) => verbs.has(word) || profile.verbs.includes(word) || nounVerbs.includes(word));
}

function asksFor(turn: string, profile: ToolProfile): boolean {
  const said = words(turn).map(stem);
  const spoken = spokenVerbs(turn, profile);
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
  return turn.split(/[\s"'()<>,;]+/).some((token) => standsFor(trimEndOf(token, '.!?:'), profile));
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
  if (/^#\p{L}[\p{L}\p{N}_-]*$/u.test(token)) return profile.objects.has('channel');
  if (/^[\p{L}\p{N}][\p{L}\p{N}_ -]*\.(?:docx?|xlsx?|pptx?|pdf|txt|csv|md|json|png|jpe?g)$/u.test(token))
    return profile.objects.has(stem('file'));
  const kind = kindOf(token);
  if (kind === 'email') return profile.act === 'send' && profile.objects.has('email');
  if (kind === 'url') return profile.objects.has(stem('webpage')) || profile.objects.has('url');
  if (kind === 'iban') return profile.act === 'pay';
  return false;
}

/** Words without which one does not ask in the languages of the verbs above. */
const SMALL_WORDS = new Set(
  (
    'a an the to of and in is it my me for on with at that this please can you i be do what from by or are as if ' +
    'der die das den dem und bitte ein eine einen mir mich mein meine für von mit zu ist im auf ich ' +
    'les des et un une pour avec mon ma mes du au sur est je svp ' +
    'el los las y por favor una para mi mis con del que en al ' +
    'il gli e di per mio mia nel un alla che ' +
    'os um uma meu minha para no na do da que ' +
    'het een van met voor mijn op naar'
  ).split(' '),
);
const allVerbs = new Set([...stems.values()].flatMap((verbs) => [...verbs]));
/** A language that is not read shares a few words with those that are. */
const LEAST_KNOWN = 0.2;

/** Whether a turn is in a language whose verbs are known here; only then does it say something that a verb is missing. */
function isReadable(turn: string): boolean {
  const said = words(turn);
  const known = said.filter((word) => SMALL_WORDS.has(word) || allVerbs.has(stem(word)));
  return known.length > 0 && known.length >= LEAST_KNOWN * said.length;
}

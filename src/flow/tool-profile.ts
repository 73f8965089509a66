import type { ArgumentRole } from './argument-role.ts';
import { defaultLevel, goesOutside, type Level } from './confidentiality.ts';
import type { FlowTool } from './history.ts';
import { type Act, ACTS, NOUN_LIKE, OBJECT_WORDS, TOOL_VERBS } from './verbs.ts';
import { identifierWords, stem } from './words.ts';

export type { ArgumentRole } from './argument-role.ts';

/** What is known about a tool from its name, its parameters and its hints alone. */
export interface ToolProfile {
  readonly name: string;
  readonly act: Act;
  /** What its name alone says; `act` may be riskier by what it is about. */
  readonly named: Act;
  /** Stems of the name's words that are not its verb. */
  readonly nouns: readonly string[];
  /** Stems of the verbs in its name. */
  readonly verbs: readonly string[];
  /** Stems of what users call the thing that it is about. */
  readonly objects: ReadonlySet<string>;
  /** Results are a text that somebody wrote (a file, a page), never fields. */
  readonly returns: 'text' | 'data';
  /** Plain lines in its results are entries of a list: it says that it lists, and it is about no text. */
  readonly lists: boolean;
  /** Results are the user's own directory or the machine's own words: nobody else writes there. */
  readonly firstParty: boolean;
  /** Results say what time it is. */
  readonly clock: boolean;
  /** Keys of results whose values nobody else writes, though others write the rest: the operator says so. */
  readonly ownFields: ReadonlySet<string>;
  /** How far what it returns may go. */
  readonly level: Level;
  /** What it is asked goes to somebody else's service. */
  readonly outside: boolean;
  role(path: readonly (string | number)[]): ArgumentRole;
}

const RISK: readonly Act[] = [
  'read',
  'create',
  'update',
  'book',
  'other',
  'share',
  'send',
  'destroy',
  'pay',
  'secure',
  'execute',
];
const has = (words: readonly string[], ...any: readonly string[]): boolean => any.some((word) => words.includes(word));

const LINKING = new Set([
  'to',
  'from',
  'by',
  'in',
  'for',
  'with',
  'of',
  'on',
  'at',
  'all',
  'most',
  'recent',
  'a',
  'an',
  'the',
  'and',
  'or',
]);
const MONEY = ['money', 'payment', 'transaction', 'fund', 'payout', 'remittance'];
const SECRETS = ['password', 'passwd', 'passcode', 'pin', 'secret', 'token', 'otp', 'mfa', 'credential'];
const OPEN_TEXT = [
  'file',
  'document',
  'page',
  'webpage',
  'website',
  'url',
  'article',
  'site',
  'content',
  'html',
  'pdf',
  'text',
];

/** Reads a tool. Names of services in front (`GmailSendEmail`) do no harm; a name without a known verb is a side effect. */
export function profileTool(tool: FlowTool): ToolProfile {
  const words = identifierWords(tool.name);
  const parameters = parametersOf(tool.schema);
  const parameterWords = parameters.flatMap((parameter) => parameter.words);
  const { act: named, verbs } = actOf(words);
  let act = named;
  const nouns = words.filter((word) => !verbs.includes(word) && !LINKING.has(word)).map(stem);
  if (act !== 'read') {
    if (has(nouns, ...MONEY.map(stem)) && act !== 'destroy') act = 'pay';
    else if (has(nouns, ...SECRETS.map(stem)) || has(words, 'permission', 'privilege')) act = riskier(act, 'secure');
  }
  // A page or a file is opened to be read, a door is not.
  if (
    act === 'other' &&
    has(words, 'open', 'load', 'cat', 'visit', 'navigate', 'browse') &&
    words.some((word) => OPEN_TEXT.includes(word))
  )
    act = 'read';
  // A name is only a name: what takes a message and somebody to send it to does not just look.
  if (
    act === 'read' &&
    has(parameterWords, 'body', 'message', 'content') &&
    has(parameterWords, 'to', 'recipient', 'recipients')
  )
    act = 'send';
  // A query is a program when it is written in a language for programs.
  if (act === 'read' && parameters.some(({ words: names }) => has(names, 'sql', 'code', 'script', 'command', 'cmd')))
    act = 'execute';
  if (tool.annotations?.destructiveHint === true && tool.annotations.readOnlyHint === false)
    act = riskier(act, 'other');
  if (tool.annotations?.readOnlyHint === false && act === 'read') act = 'other';
  const { declared = {} } = tool;
  act = declared.act ?? act;

  const declaredRoles = declared.roles ?? {};
  const roles = new Map(parameters.map((parameter) => [parameter.name, roleOf(parameter, act, nouns)]));
  for (const [name, role] of Object.entries(declaredRoles)) roles.set(name, role);
  const nested = new Map<string, ArgumentRole>();
  const byUrl = act === 'read' && [...roles.values()].includes('url');
  const outside = declared.outside ?? goesOutside(words, byUrl, tool.annotations?.openWorldHint);
  const clock = act === 'read' && isClock(words);
  return {
    name: tool.name,
    act,
    named,
    nouns,
    verbs: verbs.map(stem),
    objects: objectsOf(nouns, words),
    returns:
      declared.returns ??
      (act === 'read' && tool.outputSchema === undefined && returnsText(words, parameters) ? 'text' : 'data'),
    lists: act === 'read' && listsThings(words),
    firstParty: declared.firstParty ?? (act === 'read' && isFirstParty(words, nouns)),
    clock,
    level: declared.level ?? defaultLevel(act === 'read' && outside, clock),
    outside,
    ownFields: new Set(declared.ownFields ?? []),
    role(path) {
      const [root] = path;
      const key = path.findLast((step): step is string => typeof step === 'string') ?? '';
      if (key === root)
        return roles.get(key) ?? roleOf({ name: key, words: identifierWords(key), schema: {} }, act, nouns);
      const said = declaredRoles[path.filter((step) => typeof step === 'string').join('.')];
      if (said !== undefined) return said;
      const known = nested.get(key);
      if (known !== undefined) return known;
      const role = roleOf({ name: key, words: identifierWords(key), schema: {} }, act, nouns);
      const settled = role === 'other' && typeof root === 'string' ? (roles.get(root) ?? 'other') : role;
      nested.set(key, settled);
      return settled;
    },
  };
}

/** A name that begins with one of these only looks, unless it says `and` or `or`. */
const LOOKING = [
  'get',
  'list',
  'search',
  'find',
  'read',
  'fetch',
  'view',
  'show',
  'lookup',
  'retrieve',
  'count',
  'describe',
];

function actOf(words: readonly string[]): { act: Act; verbs: readonly string[] } {
  const [first] = words;
  if (first !== undefined && LOOKING.includes(first) && !has(words, 'and', 'or', 'then'))
    return { act: 'read', verbs: [first] };
  const found: { readonly word: string; readonly act: Act }[] = [];
  for (const word of words) {
    for (const act of ACTS) {
      if (act === 'other' || !TOOL_VERBS[act].includes(word)) continue;
      found.push({ word, act });
      break;
    }
  }
  const certain = found.filter(({ word }) => !NOUN_LIKE.has(word));
  // A word that is as often a noun counts when nothing else is a verb; the first of several, as in `post_message`.
  const counted = certain.length > 0 ? certain : found.slice(0, 1);
  if (counted.length === 0) return { act: 'other', verbs: words.slice(0, 1) };
  return { act: counted.map((one) => one.act).reduce(riskier), verbs: counted.map(({ word }) => word) };
}

function riskier(a: Act, b: Act): Act {
  return RISK.indexOf(a) >= RISK.indexOf(b) ? a : b;
}

function objectsOf(nouns: readonly string[], words: readonly string[]): ReadonlySet<string> {
  const objects = new Set(nouns);
  for (const group of OBJECT_WORDS) {
    const stems = group.map(stem);
    // The first words of a group are what tools call the thing; the others are what people call it.
    if (has(nouns, ...stems.slice(0, 3)) || has(words, ...group.slice(0, 3)))
      for (const word of stems) objects.add(word);
  }
  return objects;
}

function returnsText(words: readonly string[], parameters: readonly Parameter[]): boolean {
  const about = words.some((word) => OPEN_TEXT.includes(word));
  const opens = has(
    words,
    'read',
    'open',
    'fetch',
    'load',
    'cat',
    'download',
    'extract',
    'scrape',
    'browse',
    'visit',
    'navigate',
  );
  const byPlace = parameters.some(({ words: names }) =>
    has(names, 'path', 'url', 'uri', 'link', 'filepath', 'filename'),
  );
  return (about && (opens || byPlace)) || (has(words, 'browse', 'scrape', 'visit') && parameters.length > 0);
}

function listsThings(words: readonly string[]): boolean {
  if (words.some((word) => OPEN_TEXT.includes(word) || OPEN_TEXT.includes(word.replace(/s$/, '')))) return false;
  return has(words, 'list', 'all') || words.slice(1).some((word) => /[^s]s$/.test(word));
}

/** The user's own address book, own profile, the clock: by the names that such tools have. */
function isFirstParty(words: readonly string[], nouns: readonly string[]): boolean {
  if (has(nouns, 'contact', 'directory', 'addressbook') || (has(words, 'address') && has(words, 'book'))) return true;
  if (isClock(words)) return true;
  return has(words, 'my', 'me', 'self') || (has(words, 'user') && has(words, 'info', 'information', 'profile'));
}

function isClock(words: readonly string[]): boolean {
  return has(words, 'current', 'today', 'now') && has(words, 'day', 'date', 'time', 'datetime', 'today', 'now');
}

interface Parameter {
  readonly name: string;
  readonly words: readonly string[];
  readonly schema: Readonly<Record<string, unknown>>;
}

function parametersOf(schema: unknown): readonly Parameter[] {
  const properties = (schema as { properties?: unknown } | null)?.properties;
  if (typeof properties !== 'object' || properties === null) return [];
  return Object.entries(properties).map(([name, value]) => ({
    name,
    words: identifierWords(name),
    schema: typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {},
  }));
}

const RECIPIENTS = [
  'recipient',
  'recipients',
  'to',
  'cc',
  'bcc',
  'participant',
  'participants',
  'attendee',
  'attendees',
  'invitee',
  'invitees',
  'guest',
  'guests',
  'iban',
  'payee',
  'beneficiary',
  'receiver',
  'email',
  'emails',
  'mail',
  'address',
  'addresses',
  'phone',
  'mobile',
  'member',
  'members',
  'user',
  'users',
  'username',
  'usernames',
  'channel',
  'channels',
  'contact',
  'contacts',
  'handle',
  'assignee',
  'assignees',
  'reviewer',
  'reviewers',
  'wallet',
  'account',
  'destination',
  'merchant',
  'collaborator',
  'collaborators',
];
const IDS = [
  'id',
  'ids',
  'uuid',
  'guid',
  'key',
  'ref',
  'reference',
  'path',
  'file',
  'files',
  'filepath',
  'folder',
  'directory',
  'identifier',
  'attachments',
  'attachment',
  'slug',
  'index',
];
const CONTENTS = [
  'body',
  'content',
  'contents',
  'text',
  'message',
  'subject',
  'title',
  'description',
  'note',
  'notes',
  'caption',
  'comment',
  'summary',
  'reason',
  'memo',
  'details',
  'remark',
  'remarks',
  'html',
  'markdown',
  'post',
  'tweet',
  'question',
  'answer',
  'feedback',
  'review',
  'instructions',
  'prompt',
  'data',
];
const DATES = [
  'date',
  'time',
  'day',
  'start',
  'end',
  'when',
  'deadline',
  'due',
  'until',
  'month',
  'year',
  'hour',
  'datetime',
  'checkin',
  'checkout',
  'arrival',
  'departure',
];
const AMOUNTS = ['amount', 'price', 'sum', 'total', 'cost', 'quantity', 'fee', 'budget', 'limit', 'salary', 'units'];

function roleOf({ name, words, schema }: Parameter, act: Act, nouns: readonly string[]): ArgumentRole {
  const last = words.at(-1) ?? name;
  if (isType(schema, 'boolean') || Array.isArray(schema['enum'])) return 'choice';
  if (has(words, ...SECRETS) || (has(words, 'api') && has(words, 'key'))) return 'secret';
  if (has(words, 'url', 'urls', 'uri', 'link', 'links', 'website', 'webpage', 'href', 'endpoint', 'webhook', 'domain'))
    return 'url';
  if (
    has(words, 'sql') ||
    (act === 'execute' &&
      has(words, 'code', 'script', 'command', 'cmd', 'query', 'statement', 'expression', 'program', 'source', 'args'))
  )
    return 'code';
  if (IDS.includes(last) && !(act === 'create' && has(words, 'filename', 'name'))) return 'id';
  if (has(words, 'query', 'q', 'search', 'keyword', 'keywords', 'term', 'filter')) return 'query';
  if (act !== 'read' && (has(words, ...RECIPIENTS) || (act === 'share' && has(words, 'with')))) {
    if (act === 'destroy') return 'id';
    // An account or an address that is changed is what is stored; one that is written to gets something.
    if (
      (act === 'update' || act === 'create') &&
      has(words, 'address', 'phone', 'email', 'account', 'user', 'username') &&
      !has(words, 'to')
    ) {
      return has(nouns, 'user', 'profile', 'account', 'contact', 'info') ? 'content' : 'recipient';
    }
    return 'recipient';
  }
  if (has(words, ...DATES) || (has(words, 'check') && has(words, 'in', 'out')) || isDateFormat(schema)) return 'date';
  if (has(words, ...AMOUNTS) || (act === 'pay' && isType(schema, 'number'))) return 'amount';
  if (has(words, ...CONTENTS)) return 'content';
  if (
    has(
      words,
      'name',
      'names',
      'city',
      'street',
      'location',
      'place',
      'hotel',
      'restaurant',
      'company',
      'flight',
      'product',
      'filename',
      'country',
      'type',
      'category',
    )
  )
    return 'name';
  return 'other';
}

function isDateFormat(schema: Readonly<Record<string, unknown>>): boolean {
  return schema['format'] === 'date' || schema['format'] === 'date-time';
}

function isType(schema: Readonly<Record<string, unknown>>, type: string): boolean {
  const own = schema['type'];
  if (own === type || (Array.isArray(own) && own.includes(type))) return true;
  const any = schema['anyOf'] ?? schema['oneOf'];
  return Array.isArray(any) && any.some((one) => (one as { type?: unknown } | null)?.type === type);
}

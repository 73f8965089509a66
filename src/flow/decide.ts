import { budgetVerdict, DEFAULT_BUDGETS, type FlowBudgets } from './budgets.ts';
import { isExternal } from './canonical.ts';
import { contentVerdict } from './content-rules.ts';
import { designation } from './designation.ts';
import { type FlowState, leavesOf, type ToolBook } from './flow-state.ts';
import type { FlowCall } from './history.ts';
import { licenceOf } from './licence.ts';
import { type FlowProfile, type FlowVerdict, isCritical, needsOf, stricterVerdict, verdictOf } from './sink-table.ts';
import { atLeast, type Tier } from './tier.ts';
import type { ArgumentRole, ToolProfile } from './tool-profile.ts';
import { type OutgoingValue, queryCauses, trifectaCauses } from './trifecta.ts';
import { lastName, witness } from './witness.ts';
import { identifierWords } from './words.ts';

/** What is known of one leaf of a call's arguments. */
export interface ArgumentFlow {
  readonly tier: Tier;
  readonly role: ArgumentRole;
  /** Where it comes from, in words. */
  readonly from: string;
  readonly verdict: FlowVerdict;
  /** The row of the sink table that decided. */
  readonly rule: string;
}

export interface FlowDecision {
  readonly verdict: FlowVerdict;
  /** The rule that decided: the first of those that ask for the strictest verdict. */
  readonly rule: string;
  /** For a person, in one sentence. */
  readonly reason: string;
  /** By path: `recipients[0]`. */
  readonly args: Readonly<Record<string, ArgumentFlow>>;
  /** Everything that speaks against the call; the first of the strictest decided. Empty when it is allowed. */
  readonly causes: readonly FlowCause[];
}

/** A decision as it is told to people: without all that spoke against the call. */
export type FlowRuling = Omit<FlowDecision, 'causes'>;

/** One rule that speaks against a call. */
export interface FlowCause {
  readonly verdict: FlowVerdict;
  readonly rule: string;
  readonly reason: string;
  /** Path of the one value that it is about; absent when it is about the call. */
  readonly path?: string;
}

export interface FlowOptions {
  readonly profile: FlowProfile;
  readonly budgets?: FlowBudgets;
  /** Dotted paths of arguments whose values are the verified principal's own (`scopeCall`): nobody's words. */
  readonly verified?: readonly string[];
}

/** Leaves of one call that are looked at; a call with more is no call that a person would make. */
const MOST_LEAVES = 512;
/** Code that holds so many units of somebody else's text is theirs. */
const CODE_PIECE = 12;

/**
 * Decides one tool call on what the model had been shown. The model is taken for hostile: what counts is where the
 * values come from and what the user asked for, never what the model says.
 */
export function decide(state: FlowState, call: FlowCall, book: ToolBook, options: FlowOptions): FlowDecision {
  const profile = book.profile(call.tool);
  if (call.args === undefined) return unreadable('The arguments are not a JSON object.');
  const leaves = [...leavesOf(call.args)];
  if (leaves.length > MOST_LEAVES) return unreadable(`The call has more than ${MOST_LEAVES} values.`);

  const args: Record<string, ArgumentFlow> = {};
  const verdicts: FlowCause[] = [];
  const contents: string[] = [];
  const unnamed: string[] = [];
  const outgoing: OutgoingValue[] = [];
  let outbound = profile.act === 'send' || profile.act === 'share' || profile.act === 'pay' || profile.act === 'other';
  let critical: Tier = 'U';
  for (const { path, value } of leaves) {
    const role = profile.role(path);
    const { kind, ...found } = witness(state, value, role, profile, lastName(path));
    let { tier, from } = found;
    if (isBelow(path, options.verified)) [tier, from] = ['U', 'the one whom the call is for, as verified'];
    if (role === 'recipient' && !atLeast(tier, 'T')) {
      const reason = designation(state, call, valuesUnder(call, path[0]));
      if (reason !== null) [tier, from] = ['T', reason];
    }
    const needs = needsOf(profile.act, role, kind, options.profile);
    let verdict = verdictOf(needs, tier);
    if (role === 'url' && profile.act === 'read') verdict = fetchVerdict(state, String(value), tier, verdict);
    if (role === 'code' && typeof value === 'string') verdict = codeVerdict(state, value, tier);
    const name = pathName(path);
    const rule = role === 'code' ? 'code' : needs.rule;
    args[name] = { tier, role, from, verdict, rule };
    outgoing.push({ name, value: String(value), role, tier, kind });
    if (verdict !== 'allow') verdicts.push({ verdict, rule, reason: `"${name}" comes from: ${from}.`, path: name });
    if (isCritical(role) && !atLeast(tier, critical)) critical = tier;
    if (role === 'recipient' || role === 'url') outbound = true;
    if (role === 'recipient' && !atLeast(tier, 'T') && isExternal(kind)) unnamed.push(String(value).toLowerCase());
    if (typeof value === 'string' && (role === 'content' || role === 'other' || role === 'name' || role === 'code'))
      contents.push(value);
  }
  if (profile.act === 'read') return settle([...verdicts, ...queryCauses(state, profile, outgoing)], args);
  if (state.tainted) {
    verdicts.push(...licenceVerdicts(state, profile, critical, args, options));
    verdicts.push(...ownRecordVerdicts(profile, args), ...borrowedVerdicts(args));
    verdicts.push(...trifectaCauses(state, profile, outgoing, options.profile));
    if (outbound) {
      const said = contentVerdict(state, profile, contents);
      if (said !== null) verdicts.push({ ...said, reason: `What goes out: ${said.reason}.` });
    }
  } else {
    // Nothing was shown that could have fooled the model; values that nobody named are still looked at.
    for (let i = verdicts.length - 1; i >= 0; i--) if (verdicts[i]!.verdict === 'approve') verdicts.splice(i, 1);
  }
  const spent = budgetVerdict(state, call, profile, unnamed, options.budgets ?? DEFAULT_BUDGETS);
  if (spent !== null) verdicts.push({ ...spent, reason: `Budget of the turn: ${spent.reason}.` });
  return settle(verdicts, args);
}

function unreadable(reason: string): FlowDecision {
  return settle([{ verdict: 'deny', rule: 'arguments', reason }], {});
}

/** The decision that causes lead to. */
export function settle(causes: readonly FlowCause[], args: Readonly<Record<string, ArgumentFlow>>): FlowDecision {
  const verdict = causes.map((one) => one.verdict).reduce<FlowVerdict>(stricterVerdict, 'allow');
  const cause = causes.find((one) => one.verdict === verdict);
  return cause === undefined
    ? { verdict, rule: 'allowed', reason: 'Every value is witnessed, and the act was asked for.', args, causes }
    : { verdict, rule: cause.rule, reason: cause.reason, args, causes };
}

function licenceVerdicts(
  state: FlowState,
  profile: ToolProfile,
  critical: Tier,
  args: Readonly<Record<string, ArgumentFlow>>,
  options: FlowOptions,
): readonly FlowCause[] {
  const licence = licenceOf(state, profile);
  if (licence === 'licensed') return [];
  if (licence === 'delegated') {
    const harmless =
      (profile.act === 'create' || profile.act === 'update' || profile.act === 'send') &&
      Object.values(args).every(({ verdict }) => verdict === 'allow');
    if (options.profile === 'default' && harmless) return [];
    return [{ verdict: 'approve', rule: 'licence-delegated', reason: 'You left it to a text what is to be done.' }];
  }
  if (licence === 'unread')
    return [
      { verdict: 'approve', rule: 'licence-unread', reason: 'Your language is not read here, so a person looks.' },
    ];
  const named = Object.values(args).some(({ role }) => isCritical(role)) && atLeast(critical, 'T');
  return [
    {
      verdict: named ? 'approve' : 'deny',
      rule: 'licence',
      reason: `You did not ask for anything like ${profile.name}.`,
    },
  ];
}

/** Fields of the user's own record by which somebody else could get hold of the account. */
const WAYS_IN = new Set([
  'email',
  'mail',
  'phone',
  'mobile',
  'recovery',
  'backup',
  'username',
  'login',
  'iban',
  'bank',
  'payout',
]);

/** The user's own record (profile, settings) is changed to what a text says: only one that the user named may say it. */
function ownRecordVerdicts(profile: ToolProfile, args: Readonly<Record<string, ArgumentFlow>>): readonly FlowCause[] {
  if (
    profile.act !== 'update' ||
    !profile.nouns.some((noun) => ['user', 'profil', 'account', 'set', 'info'].includes(noun))
  )
    return [];
  const verdicts: FlowCause[] = [];
  for (const [name, { tier, role, from }] of Object.entries(args)) {
    if (role === 'id' || role === 'choice') continue;
    const least = identifierWords(name).some((word) => WAYS_IN.has(word)) ? 'T' : 'D';
    if (least === 'T' ? !atLeast(tier, 'T') : tier === 'X') {
      verdicts.push({
        verdict: 'approve',
        rule: 'own-record',
        reason: `"${name}" of your own record comes from: ${from}.`,
        path: name,
      });
    }
  }
  return verdicts;
}

/**
 * Where a field of a record names somebody outside (default profile only), what is said to them must not be somebody else's
 * text: then whoever filled the field could also have written it.
 */
function borrowedVerdicts(args: Readonly<Record<string, ArgumentFlow>>): readonly FlowCause[] {
  const flows = Object.entries(args);
  const borrowed = flows.some(
    ([, { role, tier, verdict }]) => role === 'recipient' && verdict === 'allow' && tier === 'S',
  );
  const theirs = flows.find(([, { role, tier }]) => role === 'content' && (tier === 'D' || tier === 'X'));
  if (!borrowed || theirs === undefined) return [];
  const [name, { from }] = theirs;
  return [
    {
      verdict: 'approve',
      rule: 'borrowed-recipient',
      reason: `"${name}" comes from: ${from}, and the recipient from a record.`,
      path: name,
    },
  ];
}

/** A page is fetched quietly when the user asked for pages in general; an address that nobody named and that carries data is not. */
function fetchVerdict(state: FlowState, url: string, tier: Tier, verdict: FlowVerdict): FlowVerdict {
  if (tier === 'N') return /[?#]|[\w-]{32,}/.test(url) ? 'deny' : 'approve';
  if (verdict === 'approve' && (tier === 'F' || tier === 'D')) {
    const turn = state.turns.at(-1) ?? '';
    if (
      /\b(?:links?|articles?|pages?|websites?|sites?|urls?|posts?|blogs?|webpages?|seiten?|artikel|sitios?|páginas?)\b/.test(
        turn,
      )
    )
      return 'allow';
  }
  return verdict;
}

function codeVerdict(state: FlowState, code: string, tier: Tier): FlowVerdict {
  if (tier === 'U' || tier === 'T') return 'allow';
  const text = code.toLowerCase().replace(/\s+/g, ' ');
  for (const { index, named } of state.sources) {
    for (let at = 0; at + CODE_PIECE <= text.length; at += CODE_PIECE) {
      const piece = text.slice(at, at + CODE_PIECE);
      if (!state.trusted.includes(piece) && index.text.includes(piece)) return named === 'no' ? 'deny' : 'approve';
    }
  }
  return state.tainted ? 'approve' : 'allow';
}

function valuesUnder(call: FlowCall, root: string | number | undefined): readonly string[] {
  return [...leavesOf(call.args?.[String(root)])].map(({ value }) => String(value));
}

/** Whether a leaf stands at, or below, one of the dotted paths; the entries of a list stand at the list's. */
function isBelow(path: readonly (string | number)[], dotted: readonly string[] = []): boolean {
  if (dotted.length === 0) return false;
  const names = path.filter((step) => typeof step === 'string');
  return dotted.some((one) => one.split('.').every((step, index) => names[index] === step));
}

/** `['recipients', 0]` as `recipients[0]`; a name that would read as a path of several is quoted, so that no two paths have one name. */
export function pathName(path: readonly (string | number)[]): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      if (/[.[\]"]/.test(step)) return `[${JSON.stringify(step)}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join('');
}
